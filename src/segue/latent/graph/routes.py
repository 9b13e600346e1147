"""Shortest paths through a neighbour graph, between codes that need not be in it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from segue.core.errors import InputError
from segue.core.types import Floats, Indices
from segue.latent.graph.build import Graph
from segue.latent.graph.search import distances, flatten_codes

LINKS = 8
"""Nodes that an end point outside the set is linked to."""

LARGE, _TRIES = 10_000, 8
"""Nodes from which it pays to limit the search, and how often the limit is doubled before all is searched."""


class Route(NamedTuple):
    """A polyline through a graph.

    `codes` float64 `[m, d]`, from end point to end point, both exact; `nodes` int64 `[m]`, the place of each code in
    the graph, -1 for a code that is not in the set; `cost` the sum of the lengths; `stops` the places in `codes` of
    what was asked for: the ends, and way points between.
    """

    nodes: Indices
    codes: Floats
    cost: float
    stops: Indices


class _Links(NamedTuple):
    """How an end point is tied to the graph: to nodes `[k]`, at lengths `[k]`, all nearer than `reach`."""

    nodes: Indices
    lengths: Floats
    reach: float
    inside: bool


def shortest_path(
    graph: Graph, a: Tensor | npt.NDArray[Any], b: Tensor | npt.NDArray[Any], *, links: int = LINKS
) -> Route:
    """The shortest path (Dijkstra 1959) from code `a` to code `b`, of the latent shape or flat `[d]`.

    An end point that equals a node is that node. Any other is linked to its `links` nearest nodes, and to the other end
    point where that is as near, by the graph's own length, for this query only.

    Where a equals b the path is the two of them, at no cost. Raises `InputError` where no path leads from one to the
    other (they lie in different components), for codes of another size, and for fewer than one link.

    >>> from segue.latent.graph import knn_graph
    >>> graph = knn_graph(np.array([[0.0], [1.0], [2.0], [3.0]]))
    >>> route = shortest_path(graph, np.array([-0.5]), np.array([2.0]), links=1)
    >>> route.nodes.tolist(), route.cost
    ([-1, 0, 1, 2], 2.5)
    """
    if links < 1:
        raise InputError(f"{links} links of an end point", "1 or more", "ask for at least one")
    a, b = _end(graph, a), _end(graph, b)
    start, end = _linked(graph, a, links), _linked(graph, b, links)
    nodes, cost = _between(graph, a, b, start, end)
    if start.inside:
        nodes = nodes[1:]
    if end.inside:
        nodes = nodes[:-1]
    ends = [int(tied.nodes[0]) if tied.inside else -1 for tied in (start, end)]
    nodes = np.array([ends[0], *nodes, ends[1]], np.int64)
    codes = np.concatenate([a[None], graph.codes[nodes[1:-1]], b[None]])
    return Route(nodes, codes, cost, np.array([0, len(nodes) - 1]))


def shortest_path_through(
    graph: Graph, stops: Sequence[Tensor | npt.NDArray[Any]], *, closed: bool = False, links: int = LINKS
) -> Route:
    """The shortest paths from stop to stop, one after the other; `closed` goes back to the first.

    Raises `InputError` for fewer than two stops, and as `shortest` does.
    """
    if len(stops) < 2:
        raise InputError(f"{len(stops)} stops", "2 or more", "give at least both ends")
    around = [*stops, stops[0]] if closed else list(stops)
    legs = [shortest_path(graph, a, b, links=links) for a, b in pairwise(around)]
    return Route(
        np.concatenate([legs[0].nodes, *(leg.nodes[1:] for leg in legs[1:])]),
        np.concatenate([legs[0].codes, *(leg.codes[1:] for leg in legs[1:])]),
        sum(leg.cost for leg in legs),
        np.cumsum([0, *(len(leg.nodes) - 1 for leg in legs)]),
    )


def _end(graph: Graph, code: Tensor | npt.NDArray[Any]) -> Floats:
    vector: Floats = flatten_codes(code[None])[0]
    if len(vector) != graph.codes.shape[1]:
        raise InputError(f"an end point of {len(vector)} values", f"{graph.codes.shape[1]}", "encode it by this model")
    return vector


def _linked(graph: Graph, code: Floats, links: int) -> _Links:
    """The ties of an end point; an end point of the set is tied to its node alone."""
    copies = len(graph.distinct) < len(graph)
    away = distances(graph.codes[graph.distinct] if copies else graph.codes, code)
    near = np.argpartition(away, min(links, len(away)) - 1)[:links]
    near = near[np.argsort(away[near], kind="stable")]
    nodes = graph.distinct[near]
    same = (graph.codes[nodes] == code).all(1)
    if same.any():
        return _Links(nodes[same][:1], np.zeros(1), 0.0, True)
    spokes = np.stack([np.zeros(len(nodes), np.int64), np.arange(1, len(nodes) + 1)], axis=1)
    lengths = graph.measure(np.concatenate([code[None], graph.codes[nodes]]), spokes)
    return _Links(nodes, lengths, float(away[near[-1]]), False)


def _between(graph: Graph, a: Floats, b: Floats, start: _Links, end: _Links) -> tuple[Indices, float]:
    """The nodes between the end points, and the cost; none where they are linked to each other, and that is shorter."""
    if (a == b).all():
        return start.nodes.repeat(2) if start.inside else start.nodes[:0], 0.0
    straight = float(graph.measure(np.stack([a, b]), np.array([[0, 1]]))[0])
    direct = straight if distances(a, b) <= max(start.reach, end.reach) else np.inf
    here, there = set(graph.components[start.nodes].tolist()), set(graph.components[end.nodes].tolist())
    if not here & there:
        if direct < np.inf:
            return start.nodes[:0], direct
        raise _apart(graph, min(here), min(there))
    nodes, cost = _search(graph, start, end, straight)
    return (nodes, cost) if cost <= direct else (start.nodes[:0], direct)


def _apart(graph: Graph, here: int, there: int) -> InputError:
    sizes = graph.sizes
    return InputError(
        f"end points in components {here} ({sizes[here]} codes) and {there} ({sizes[there]}) of {len(sizes)}",
        "end points in one component",
        "build the graph with a larger k or radius, or joined by mst",
    )


def _search(graph: Graph, start: _Links, end: _Links, straight: float) -> tuple[Indices, float]:
    """Nodes and cost of the shortest path from any tie of the start to any of the end."""
    from scipy.sparse.csgraph import dijkstra

    matrix, source = _with_start(graph, start)
    limit = 2 * (straight + start.lengths.min() + end.lengths.min()) if len(graph) >= LARGE else np.inf
    for attempt in range(_TRIES + 1):
        limit = limit if attempt < _TRIES else np.inf
        away, before = dijkstra(matrix, indices=source, return_predecessors=True, limit=limit)
        total = away[end.nodes] + end.lengths
        best = int(total.argmin())
        # What lies within the limit is final, so a path within it is the shortest.
        if total[best] <= limit:
            break
        limit *= 2
    nodes = [int(end.nodes[best])]
    while before[nodes[-1]] >= 0:
        nodes.append(int(before[nodes[-1]]))
    path = np.array(nodes[::-1], np.int64)
    return path if start.inside else path[1:], float(total[best])


def _with_start(graph: Graph, start: _Links) -> tuple[Any, int]:
    """The graph's matrix and the node to start from: one more row for an end point that is no node.

    Nothing leads back to that row, so the graph's own rows are used as they are.
    """
    from scipy.sparse import csr_array

    own = graph.matrix
    if start.inside:
        return own, int(start.nodes[0])
    data = np.concatenate([own.data, np.maximum(start.lengths, np.finfo(np.float64).tiny)])
    places = np.concatenate([own.indices, start.nodes.astype(own.indices.dtype)])
    ends = np.append(own.indptr, len(data)).astype(own.indptr.dtype)
    n = len(graph)
    return csr_array((data, places, ends), shape=(n + 1, n + 1)), n
