"""Neighbour graphs over codes: k nearest, mutual or not; within a radius; completed by a spanning tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from segue.core.errors import InputError
from segue.core.neighbours import MOST_EDGES, Search, make_search, nearest_others, pairs_within
from segue.core.progress import Report, silent
from segue.core.types import Floats, Indices
from segue.latent.graph.lengths import Length, euclidean_length
from segue.latent.graph.spanning import components, join_components, matrix, positive, smallest_radius
from segue.latent.space import flatten_codes

FIRST = 16
"""Neighbour lists have 16, 32, 64, ... entries."""

_TIES = 8
"""So many nodes more than asked for are looked at, in case some are equally near."""


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected graph whose nodes are codes; read-only.

    Copies of a code count as one node for its neighbours, and hang on the first of them, so that no number of
    duplicates crowds out the neighbours or falls apart. A length of 0 stands as 1e-12 of the longest: sparse matrices
    drop zeros, and with them the edge.

    Args:
        codes: float64 `[n, d]`.
        edges: int64 `[m, 2]`, each once, the lower index first, in order.
        length: how the edges are measured, and what a query links in.
        k: the count of neighbours that the graph was built with, or that was found to connect it.
        radius: the radius, likewise.
        how: how neighbours were searched.

    Its `lengths` are those of the edges, float64 `[m]`, above 0.

    Raises:
        InputError: for lengths that are negative or not finite.
    """

    codes: Floats = field(repr=False)
    edges: Indices = field(repr=False)
    length: Length = field(default=euclidean_length, repr=False)
    k: int | None = None
    radius: float | None = None
    how: str = ""
    lengths: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lengths", positive(self.measure(self.codes, self.edges)))
        for name in ("codes", "edges", "lengths"):
            frozen = getattr(self, name).view()
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)

    def __len__(self) -> int:
        return len(self.codes)

    def measure(self, codes: Floats, edges: Indices) -> Floats:
        """Measure edges between any codes.

        Args:
            codes: float64 `[p, d]`.
            edges: int64 `[m, 2]`, indices of codes.

        Returns:
            Lengths `[m]`, 0 or more.

        Raises:
            InputError: if they are no finite lengths.
        """
        lengths = np.asarray(self.length(codes, edges), np.float64)
        if not (np.isfinite(lengths).all() and (lengths >= 0).all()):
            raise InputError("edges of a length below 0 or not finite", "lengths from 0 up", "looking at the weight")
        return lengths

    @cached_property
    def components(self) -> Indices:
        """Which component each node is in, `[n]`: 0 is the largest, and so on."""
        return components(self.edges, len(self))

    @property
    def sizes(self) -> list[int]:
        """The nodes of each component, largest first; one entry where the graph is connected."""
        sizes: list[int] = np.bincount(self.components).tolist()
        return sizes

    @cached_property
    def distinct(self) -> Indices:
        """The indices of codes that are no copy of an earlier one."""
        return np.flatnonzero(originals(self.codes) == np.arange(len(self)))

    @cached_property
    def _search(self) -> Search:
        return make_search(self.codes[self.distinct])

    @cached_property
    def _nodes(self) -> dict[bytes, int]:
        return {
            (code + 0.0).tobytes(): int(node)
            for code, node in zip(self.codes[self.distinct], self.distinct, strict=True)
        }

    def node_of(self, code: Floats) -> int | None:
        """The first node that equals a code `[d]`; None where none does."""
        return self._nodes.get((code + 0.0).tobytes())  # -0.0 is 0.0, but not in its bytes

    def nearest(self, codes: Floats, k: int) -> tuple[Indices, Floats]:
        """The distinct nodes nearest to codes `[m, d]`, at most k, and their distances: `[m, k]`, nearest first."""
        count = len(self.distinct)
        # Some more, so that of nodes equally near the first in the set is taken.
        found = self._search(codes, min(k + _TIES, count), silent)
        order = np.lexsort((found.indices, found.distances))[:, : min(k, count)]
        nodes = self.distinct[np.take_along_axis(found.indices, order, 1)]
        return nodes, np.take_along_axis(found.distances, order, 1)

    @cached_property
    def matrix(self) -> Any:
        """The lengths as a symmetric `scipy.sparse` matrix `[n, n]`."""
        return matrix(self.edges, self.lengths, len(self))


def knn_graph(
    codes: Tensor | npt.NDArray[Any],
    k: int | None = None,
    *,
    mutual: bool = False,
    mst: bool = False,
    length: Length = euclidean_length,
    report: Report = silent,
) -> Graph:
    """Build the graph of the k nearest neighbours.

    Nearest is by Euclidean distance, among distinct codes. An edge joins two codes of which one is among the nearest of
    the other.

    Args:
        codes: `[n, *latent_shape]`, n from 1 up.
        k: how many neighbours, from 1 up, at most all others; None for the fewest that connect the graph.
        mutual: join only codes each of which is among the nearest of the other.
        mst: join the components that remain by the shortest edges between them, a minimum spanning tree of components
            (Boruvka 1926).
        length: how edges are measured.
        report: called with progress.

    Returns:
        The graph.

    Raises:
        InputError: for k below 1, for codes that are not finite, and where the smallest k that connects is so large
            that its lists do not fit into memory (which takes more than 5,000 codes).

    >>> graph = knn_graph(np.array([[0.0], [1.0], [3.0], [3.0], [7.0]]))
    >>> graph.k, graph.edges.tolist(), graph.sizes
    (1, [[0, 1], [1, 2], [2, 3], [2, 4]], [5])
    """
    if k is not None and k < 1:
        raise InputError(f"k = {k} nearest neighbours", "1 or more", "leaving it out for the smallest that connects")
    nodes = flatten_codes(codes)
    first = originals(nodes)
    distinct = np.flatnonzero(first == np.arange(len(nodes)))
    points = nodes[distinct]
    if k is None:
        k, lists, how = _smallest_k(points, mutual, report)
    else:
        k = min(k, len(points) - 1)
        lists, how = neighbours(points, k, report)
    edges = _pairs(lists[:, :k], mutual)
    if mst:
        edges = join_components(points, edges, report)
    return Graph(nodes, _with_copies(edges, distinct, first), length, k=k, how=how)


def radius_graph(
    codes: Tensor | npt.NDArray[Any],
    radius: float | None = None,
    *,
    mst: bool = False,
    length: Length = euclidean_length,
    report: Report = silent,
) -> Graph:
    """Build the graph of codes that are at most a radius apart.

    Args:
        codes: `[n, *latent_shape]`, n from 1 up.
        radius: a Euclidean distance, 0 or more; None for the least that connects the graph, the longest edge of a
            minimum spanning tree.
        mst: as in `knn_graph`.
        length: how edges are measured.
        report: called with progress.

    Returns:
        The graph.

    Raises:
        InputError: for a radius that is negative or not finite, for one that gives more than 2^25 edges, and for codes
            that are not finite.

    >>> graph = radius_graph(np.array([[0.0], [1.0], [3.0]]))
    >>> graph.radius, graph.edges.tolist()
    (2.0, [[0, 1], [1, 2]])
    """
    if radius is not None and not 0 <= radius < np.inf:
        raise InputError(f"radius {radius}", "0 or more, finite", "leaving it out for the smallest that connects")
    nodes = flatten_codes(codes)
    first = originals(nodes)
    distinct = np.flatnonzero(first == np.arange(len(nodes)))
    points = nodes[distinct]
    if radius is None:
        lists, _ = neighbours(points, min(FIRST, len(points) - 1), report)
        radius = smallest_radius(points, join_components(points, _pairs(lists, False), report), report)
    edges, how = pairs_within(points, radius, report)
    if mst:
        edges = join_components(points, edges, report)
    return Graph(nodes, _with_copies(edges, distinct, first), length, radius=radius, how=how)


def originals(codes: Floats) -> Indices:
    """The index of the first code that equals each code, `[n]`, of codes `[n, d]`.

    >>> originals(np.array([[1.0], [2.0], [1.0]])).tolist()
    [0, 1, 0]
    """
    rows = np.ascontiguousarray(codes + 0.0)  # -0.0 is 0.0, but not in its bytes
    row_bytes = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize)))[:, 0]
    _, first, which = np.unique(row_bytes, return_index=True, return_inverse=True)
    return first[which].astype(np.int64)


def neighbours(points: Floats, k: int, report: Report = silent) -> tuple[Indices, str]:
    """List the nearest others of each of some distinct points.

    The lists have 16 times a power of two entries, or all. So the answers to a k and to k - 1 agree where neighbours
    are equally near, and whatever a smaller k joins, a larger does.

    Args:
        points: `[n, d]`, distinct.
        k: how many others at least.
        report: called with progress.

    Returns:
        Indices, nearest first, `[n, k or more]`, and how they were found.
    """
    most = len(points) - 1
    width = FIRST
    while width < k:
        width *= 2
    return nearest_others(points, min(width, most), report)


def _smallest_k(points: Floats, mutual: bool, report: Report) -> tuple[int, Indices, str]:
    """The smallest k that connects the points, lists of at least that length, and how they were found."""

    def connects(k: int) -> bool:
        return not components(_pairs(lists[:, :k], mutual), len(points)).any()

    low, width = -1, FIRST
    lists, how = neighbours(points, width, report)
    while not connects(lists.shape[1]):
        low, width = lists.shape[1], 2 * width
        if len(points) * width > MOST_EDGES and len(points) - 1 > low:
            split = np.bincount(components(_pairs(lists, mutual), len(points)))
            raise InputError(
                f"{len(points)} codes in {len(split)} components at k = {low}",
                "codes that some smaller k connects",
                "a given k, with the components joined by mst",
            )
        lists, how = neighbours(points, width, report)
    high = lists.shape[1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if connects(middle) else (middle, high)
    return high, lists, how


def _pairs(lists: Indices, mutual: bool) -> Indices:
    """The edges `[m, 2]` of neighbour lists `[n, k]`, in order, each once."""
    n, k = lists.shape
    here = np.repeat(np.arange(n), k)
    there = lists.reshape(-1)
    key, named = np.unique(np.minimum(here, there) * n + np.maximum(here, there), return_counts=True)
    key = key[named == 2] if mutual else key
    return np.stack([key // n, key % n], axis=1)


def _with_copies(edges: Indices, distinct: Indices, first: Indices) -> Indices:
    """Edges between distinct codes as edges between all, and one from each copy to its original."""
    copies = np.flatnonzero(first != np.arange(len(first)))
    edges = np.concatenate([distinct[edges], np.stack([first[copies], copies], axis=1)])
    return edges[np.lexsort(edges.T[::-1])]
