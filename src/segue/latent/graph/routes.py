"""Shortest paths through a neighbour graph, between codes that need not be in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor

from segue.core.errors import InputError
from segue.core.neighbours import distances
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats, Indices
from segue.latent.graph.build import Graph, originals
from segue.latent.space import flatten_codes

LINKS = 8
"""Nodes that an end point outside the set is linked to."""

MANY_NODES, _TRIES = 10_000, 8
"""Nodes from which it pays to limit the search, and how often the limit is doubled before all is searched."""

_AT_ONCE = 1 << 22
"""Nodes times sources of one search: 50 MB."""


class Route(NamedTuple):
    """A polyline through a graph, from end point to end point.

    Args:
        nodes: which node of the graph each code is, int64 `[m]`; -1 for a code that is not in the set.
        codes: float64 `[m, d]`; both end points are exact.
        lengths: of the steps from code to code, as the graph measures them, `[m - 1]`.
        cost: their sum.
        stops: which of the codes were asked for: the end points, and way points between.
    """

    nodes: Indices
    codes: Floats
    lengths: Floats
    cost: float
    stops: Indices


class _Links(NamedTuple):
    """How an end point is tied to the graph: to nodes `[k]`, at lengths `[k]`, all nearer than `reach`."""

    nodes: Indices
    lengths: Floats
    reach: float
    inside: bool


class _Query(NamedTuple):
    """A pair of end points `[d]`, how they are tied, the straight length between them, and whether it may be gone."""

    a: Floats
    b: Floats
    start: _Links
    end: _Links
    straight: float
    near: bool

    @property
    def limit(self) -> float:
        """A first guess of how far to search."""
        return 2 * (self.straight + float(self.start.lengths.min() + self.end.lengths.min()))


def shortest_path(
    graph: Graph, a: Tensor | npt.NDArray[Any], b: Tensor | npt.NDArray[Any], *, links: int = LINKS
) -> Route:
    """Find the shortest path (Dijkstra 1959) from one code to another.

    An end point that equals a node is that node. Any other is linked to its nearest nodes, and to the other end point
    where that is as near, by the graph's own length, for this query only. Where `a` equals `b`, the path is the two of
    them, at no cost.

    Args:
        graph: the neighbour graph.
        a: the first code, of the latent shape or flat `[d]`.
        b: the last code.
        links: how many nodes an end point outside the set is linked to, from 1 up.

    Returns:
        The route.

    Raises:
        InputError: where no path leads from one to the other (they lie in different components), for codes of another
            size than the graph's, and for fewer than one link.

    >>> from segue.latent.graph import knn_graph
    >>> graph = knn_graph(np.array([[0.0], [1.0], [2.0], [3.0]]))
    >>> route = shortest_path(graph, np.array([-0.5]), np.array([2.0]), links=1)
    >>> route.nodes.tolist(), route.lengths.tolist(), route.cost
    ([-1, 0, 1, 2], [0.5, 1.0, 1.0], 2.5)
    """
    return shortest_paths(graph, a[None], b[None], links=links)[0]


def shortest_paths(
    graph: Graph,
    a: Tensor | npt.NDArray[Any],
    b: Tensor | npt.NDArray[Any],
    *,
    links: int = LINKS,
    report: Report = silent,
) -> list[Route]:
    """Find the shortest paths of many pairs of codes, as `shortest_path` does that of one.

    Equal end points are linked once, and pairs with the same first code share one search.

    Args:
        graph: the neighbour graph.
        a: the first codes, `[n, *latent_shape]` or `[n, d]`.
        b: the last codes, as many.
        links: as in `shortest_path`.
        report: called with progress.

    Returns:
        n routes.

    Raises:
        InputError: as `shortest_path` does, for any of the pairs, and for unequal numbers of codes.
    """
    if links < 1:
        raise InputError(f"{links} links of an end point", "1 or more", "1")
    starts, ends = _end_points(graph, a), _end_points(graph, b)
    if len(starts) != len(ends):
        raise InputError(f"{len(starts)} first codes and {len(ends)} last ones", "as many of each", "pairs of codes")
    first = originals(np.concatenate([starts, ends]))
    unique, which = np.unique(first, return_inverse=True)
    ties = _links(graph, np.concatenate([starts, ends])[unique], links)
    queries = _queries(graph, starts, ends, [ties[i] for i in which])
    found: list[tuple[Indices, float]] = [(np.zeros(0, np.int64), 0.0)] * len(queries)
    sources: dict[int, list[int]] = {}
    for number, query in enumerate(queries):
        if (query.a == query.b).all():
            continue
        if set(graph.components[query.start.nodes].tolist()) & set(graph.components[query.end.nodes].tolist()):
            sources.setdefault(int(which[number]), []).append(number)
        elif query.near:
            found[number] = query.start.nodes[:0], query.straight
        else:
            raise _apart(graph, query)
    _search(graph, queries, list(sources.values()), found, report)
    return _routes(graph, queries, found)


def shortest_path_through(
    graph: Graph, stops: Sequence[Tensor | npt.NDArray[Any]], *, closed: bool = False, links: int = LINKS
) -> Route:
    """Join the shortest paths from way point to way point.

    Args:
        graph: the neighbour graph.
        stops: the codes to pass in turn, two or more.
        closed: whether to go back to the first at the end.
        links: as in `shortest_path`.

    Returns:
        The route, whose `stops` are where the way points are.

    Raises:
        InputError: for fewer than two stops, and as `shortest_path` does.
    """
    if len(stops) < 2:
        raise InputError(f"{len(stops)} stops", "2 or more", "both ends")
    codes = np.stack([_end_points(graph, stop[None])[0] for stop in ([*stops, stops[0]] if closed else stops)])
    legs = shortest_paths(graph, codes[:-1], codes[1:], links=links)
    return Route(
        np.concatenate([legs[0].nodes, *(leg.nodes[1:] for leg in legs[1:])]),
        np.concatenate([legs[0].codes, *(leg.codes[1:] for leg in legs[1:])]),
        np.concatenate([leg.lengths for leg in legs]),
        sum(leg.cost for leg in legs),
        np.cumsum([0, *(len(leg.nodes) - 1 for leg in legs)]),
    )


def _end_points(graph: Graph, codes: Tensor | npt.NDArray[Any]) -> Floats:
    vectors: Floats = flatten_codes(codes)
    if vectors.shape[1] != graph.codes.shape[1]:
        raise InputError(
            f"an end point of {vectors.shape[1]} values", f"{graph.codes.shape[1]}", "encoding it by this model"
        )
    return vectors


def _links(graph: Graph, codes: Floats, links: int) -> list[_Links]:
    """The ties of distinct end points `[u, d]`; one that is in the set is tied to its node alone."""
    ties: list[_Links | None] = [None] * len(codes)
    outside: list[int] = []
    for number, code in enumerate(codes):
        node = graph.node_of(code)
        if node is None:
            outside.append(number)
        else:
            ties[number] = _Links(np.array([node]), np.zeros(1), 0.0, True)
    if outside:
        points = codes[outside]
        nodes, away = graph.nearest(points, links)
        used, where = np.unique(nodes, return_inverse=True)
        spokes = np.stack([np.repeat(np.arange(len(points)), nodes.shape[1]), len(points) + where.ravel()], axis=1)
        lengths = graph.measure(np.concatenate([points, graph.codes[used]]), spokes).reshape(nodes.shape)
        for row, number in enumerate(outside):
            ties[number] = _Links(nodes[row], lengths[row], float(away[row, -1]), False)
    return [tie for tie in ties if tie is not None]


def _queries(graph: Graph, starts: Floats, ends: Floats, ties: list[_Links]) -> list[_Query]:
    """The pairs with their ties, those of the starts before those of the ends; only what is needed is measured."""
    pairs = list(zip(ties[: len(starts)], ties[len(starts) :], strict=True))
    reach = np.array([max(start.reach, end.reach) for start, end in pairs])
    near = distances(starts, ends) <= reach
    asked = np.arange(len(pairs)) if len(graph) >= MANY_NODES else np.flatnonzero(near)
    straight = np.full(len(pairs), np.inf)
    if len(asked):
        edges = np.stack([np.arange(len(asked)), len(asked) + np.arange(len(asked))], axis=1)
        straight[asked] = graph.measure(np.concatenate([starts[asked], ends[asked]]), edges)
    rows = zip(starts, ends, pairs, straight, near, strict=True)
    return [_Query(a, b, start, end, float(way), bool(by)) for a, b, (start, end), way, by in rows]


def _apart(graph: Graph, query: _Query) -> InputError:
    here, there = (int(graph.components[tied.nodes].min()) for tied in (query.start, query.end))
    sizes = graph.sizes
    return InputError(
        f"end points in components {here} ({sizes[here]} codes) and {there} ({sizes[there]}) of {len(sizes)}",
        "end points in one component",
        "a larger k or radius, or `mst=True`",
    )


def _search(
    graph: Graph,
    queries: list[_Query],
    sources: list[list[int]],
    found: list[tuple[Indices, float]],
    report: Report,
) -> None:
    """Put the nodes and the cost of each query into `found`; `sources` are the queries that share a start."""
    sources.sort(key=lambda numbers: max(queries[number].limit for number in numbers))
    many = max(1, _AT_ONCE // len(graph))
    for begin in range(0, len(sources), many):
        left = sources[begin : begin + many]
        limit = max(queries[number].limit for numbers in left for number in numbers)
        for attempt in range(_TRIES + 1):
            limit = limit if attempt < _TRIES and len(graph) >= MANY_NODES else np.inf
            left = _search_within(graph, queries, left, limit, found)
            if not left:
                break
            limit *= 2
        report(Event("shortest paths", min(begin + many, len(sources)), len(sources)))


def _search_within(
    graph: Graph, queries: list[_Query], sources: list[list[int]], limit: float, found: list[tuple[Indices, float]]
) -> list[list[int]]:
    """Search up to a limit from each source; the queries that have no path within it."""
    from scipy.sparse.csgraph import dijkstra

    matrix, rows = _with_starts(graph, [queries[numbers[0]].start for numbers in sources])
    away, before = dijkstra(matrix, indices=rows, return_predecessors=True, limit=limit)
    left: list[list[int]] = []
    for numbers, costs, previous in zip(sources, away, before, strict=True):
        beyond: list[int] = []
        for number in numbers:
            query = queries[number]
            total = costs[query.end.nodes] + query.end.lengths
            best = int(total.argmin())
            # What lies within the limit is final, so a path within it is the shortest.
            if not total[best] <= limit:
                beyond.append(number)
            elif query.near and query.straight < total[best]:
                found[number] = query.start.nodes[:0], query.straight
            else:
                nodes = [int(query.end.nodes[best])]
                while previous[nodes[-1]] >= 0:
                    nodes.append(int(previous[nodes[-1]]))
                path = np.array(nodes[::-1], np.int64)
                found[number] = path if query.start.inside else path[1:], float(total[best])
        if beyond:
            left.append(beyond)
    return left


def _with_starts(graph: Graph, starts: list[_Links]) -> tuple[Any, list[int]]:
    """The graph's matrix and the nodes to start from: one more row for each end point that is no node.

    Nothing leads back to those rows, so the graph's own rows are used as they are.
    """
    from scipy.sparse import csr_array

    own, n = graph.matrix, len(graph)
    outside = [start for start in starts if not start.inside]
    new = iter(range(n, n + len(outside)))
    rows = [int(start.nodes[0]) if start.inside else next(new) for start in starts]
    if not outside:
        return own, rows
    lengths = [np.maximum(start.lengths, np.finfo(np.float64).tiny) for start in outside]
    nodes = [start.nodes.astype(own.indices.dtype) for start in outside]
    ends = own.indptr[-1] + np.cumsum([len(start.nodes) for start in outside])
    parts = np.concatenate([own.data, *lengths]), np.concatenate([own.indices, *nodes])
    total = n + len(outside)
    return csr_array((*parts, np.append(own.indptr, ends).astype(own.indptr.dtype)), shape=(total, total)), rows


def _routes(graph: Graph, queries: list[_Query], found: list[tuple[Indices, float]]) -> list[Route]:
    """The routes by the nodes that were found; the lengths of all steps within the graph are looked up at once."""
    inner = [nodes for nodes, _ in found]
    here = np.concatenate([nodes[:-1] for nodes in inner])
    there = np.concatenate([nodes[1:] for nodes in inner])
    steps = np.asarray(graph.matrix[here, there]).ravel() if len(here) else np.zeros(0)
    cuts = np.cumsum([max(0, len(nodes) - 1) for nodes in inner])[:-1]
    return [
        _route(graph, query, nodes, own, cost)
        for query, (nodes, cost), own in zip(queries, found, np.split(steps, cuts), strict=True)
    ]


def _route(graph: Graph, query: _Query, nodes: Indices, steps: Floats, cost: float) -> Route:
    ends = [int(tied.nodes[0]) if tied.inside else -1 for tied in (query.start, query.end)]
    lengths = steps
    if len(nodes) == 0:
        lengths = np.array([cost])
    else:
        # An end point outside comes before the first node, or after the last.
        if not query.start.inside:
            lengths = np.concatenate([query.start.lengths[query.start.nodes == nodes[0]], lengths])
        if not query.end.inside:
            lengths = np.concatenate([lengths, query.end.lengths[query.end.nodes == nodes[-1]]])
        nodes = nodes[int(query.start.inside) : len(nodes) - int(query.end.inside)]
    nodes = np.array([ends[0], *nodes, ends[1]], np.int64)
    codes = np.concatenate([query.a[None], graph.codes[nodes[1:-1]], query.b[None]])
    return Route(nodes, codes, lengths, cost, np.array([0, len(nodes) - 1]))
