"""Nearest points: exact by k-d tree in few dimensions and by brute force in many, by an index for very many."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

from segue.core.errors import InputError
from segue.core.progress import Event, Report
from segue.core.types import Floats, Indices

TREE_DIMENSIONS = 8
"""Up to here a k-d tree is fast; above, it looks at nearly every point."""

_EXACT = 100_000
"""Points up to which brute force is fast enough in any dimension."""

_RECALL, _TRIED = 0.95, 1000
"""What share of the true neighbours an index has to find, and on how many points that is measured."""

_BLOCK = 1 << 24
"""Numbers in memory at a time: 128 MiB."""

MOST_EDGES = 1 << 25
"""Entries of all neighbour lists, or pairs within a radius: half a GB."""

SLACK = 1 + 1e-12
"""Distances are compared up to rounding."""


class Neighbours(NamedTuple):
    """What a search has found for m queries.

    Attributes:
        distances: Euclidean, `[m, k]`, the nearest first.
        indices: of the neighbours among the points, `[m, k]`; above 8 dimensions, of equal distances the lower first.
        how: the way of searching, for people.
    """

    distances: Floats
    indices: Indices
    how: str


Search: TypeAlias = Callable[[Floats, int, Report], Neighbours]
"""Queries `[m, d]`, how many neighbours each, from 1 to the number of points, and a report, to what was found."""


def make_search(points: Floats, exact: int = _EXACT) -> Search:
    """Prepare to search for nearest neighbours among points; what the search needs is built once.

    Up to 8 dimensions a k-d tree (Bentley 1975; scipy's `cKDTree`), exact. Above, brute force in blocks: squared
    distances by one matrix product choose the neighbours, exact but for ties within 1e-8 of the points' extent, and the
    distances are then measured. For more than `exact` points an inverted file (Sivic and Zisserman 2003; `faiss`),
    where the extra `segue[faiss]` is installed: its probes are doubled until it finds 95 % of the true neighbours,
    measured on 1,000 of the queries, and the recall is reported. Without it brute force goes on, and takes long.

    Args:
        points: float64 `[n, d]`, finite, n and d from 1 up.
        exact: the number of points from which an index takes the place of brute force.

    Returns:
        The search: a function of queries, a count and a report.

    >>> from segue.core.progress import silent
    >>> make_search(np.array([[0.0], [1.0], [5.0]]))(np.array([[4.0]]), 2, silent).indices.tolist()
    [[2, 1]]
    """
    if points.shape[1] <= TREE_DIMENSIONS:
        return _tree(points)
    if len(points) > exact and find_spec("faiss"):
        return _inverted_file(points)
    return _brute_force(points)


def nearest_to(points: Floats, query: Floats, k: int) -> tuple[Indices, Floats]:
    """Find the points nearest to a single one, by looking at all of them: for one query that is the fastest.

    Args:
        points: `[n, d]`.
        query: `[d]`.
        k: how many, 1 or more.

    Returns:
        The indices `[min(k, n)]`, the nearest first and of equal distances the lower first, and the distances.

    >>> nearest_to(np.array([[0.0], [1.0], [5.0], [3.0]]), np.array([4.0]), 3)
    (array([2, 3, 1]), array([1., 1., 3.]))
    """
    away = distances(points, query)
    indices = np.argsort(away, kind="stable")[:k]
    return indices, away[indices]


def nearest_others(points: Floats, k: int, report: Report) -> tuple[Indices, str]:
    """Find for each of some points the nearest of the others.

    Args:
        points: float64 `[n, d]`.
        k: how many, 0 to n - 1.
        report: receives progress events.

    Returns:
        Their indices `[n, k]`, the nearest first; and how they were found, for people.

    >>> from segue.core.progress import silent
    >>> nearest_others(np.array([[0.0], [1.0], [5.0]]), 1, silent)[0].tolist()
    [[1], [0], [1]]
    """
    found = make_search(points)(points, k + 1, report)
    own = found.indices == np.arange(len(points))[:, None]
    # Points that differ by less than squares can tell may crowd a point out of its own list.
    own[~own.any(1), -1] = True
    return found.indices[~own].reshape(len(points), k), found.how


def pairs_within(points: Floats, radius: float, report: Report) -> tuple[Indices, str]:
    """Find all pairs of points at most a radius apart, by k-d tree or brute force as in `make_search`; exact.

    Args:
        points: float64 `[n, d]`.
        radius: the largest distance of a pair; distances are compared up to rounding.
        report: receives progress events.

    Returns:
        The pairs of indices `[m, 2]`, the lower first, in order; and how they were found, for people.

    Raises:
        InputError: for more than 2^25 pairs.

    >>> from segue.core.progress import silent
    >>> pairs_within(np.array([[0.0], [1.0], [3.0]]), 2.0, silent)[0].tolist()
    [[0, 1], [1, 2]]
    """
    few = points.shape[1] <= TREE_DIMENSIONS
    pairs = (_tree_within if few else _blocks_within)(points, radius, report)
    pairs = pairs[distances(points[pairs[:, 0]], points[pairs[:, 1]]) <= radius * SLACK]
    return pairs[np.lexsort(pairs.T[::-1])], "k-d tree, exact" if few else "brute force, exact"


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distances between the rows of two arrays.

    Args:
        a: `[..., d]`.
        b: `[..., d]`, of the same shape or one that broadcasts to it.

    Returns:
        `[...]`.

    >>> distances(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([0.0, 4.0])).tolist()
    [4.0, 5.0]
    """
    apart = a - b
    away: Floats = np.sqrt(np.einsum("...i,...i", apart, apart))
    return away


def _tree(points: Floats) -> Search:
    from scipy.spatial import cKDTree

    tree = cKDTree(points)

    def find(queries: Floats, k: int, report: Report) -> Neighbours:
        away, indices = tree.query(queries, k=range(1, k + 1), workers=-1)
        return Neighbours(away, indices.astype(np.int64), "k-d tree, exact")

    return find


def _brute_force(points: Floats) -> Search:
    # Centred, so that a common offset does not eat the digits of the product.
    centre = points.mean(0)
    among = torch.from_numpy(points - centre)
    norms = among.square().sum(1)

    def find(queries: Floats, k: int, report: Report) -> Neighbours:
        wanted = torch.from_numpy(queries - centre)
        rows = max(1, _BLOCK // max(len(points), k * points.shape[1]))
        indices = np.empty((len(queries), k), np.int64)
        for start in range(0, len(wanted), rows):
            block = wanted[start : start + rows]
            nearness = torch.addmm(norms, block, among.T, alpha=-2)
            indices[start : start + rows] = nearness.topk(k, largest=False, sorted=False).indices.numpy()
            report(Event("neighbours", min(start + rows, len(wanted)), len(wanted)))
        return _measured(points, queries, indices, "brute force, exact")

    return find


def _inverted_file(points: Floats) -> Search:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the bindings, at import
        faiss = import_module("faiss")

    centre = points.mean(0)
    among = (points - centre).astype(np.float32)
    lists = int(np.sqrt(len(points)))
    index = faiss.IndexIVFFlat(faiss.IndexFlatL2(points.shape[1]), points.shape[1], lists)
    index.train(among)
    index.add(among)

    def find(queries: Floats, k: int, report: Report) -> Neighbours:
        wanted = (queries - centre).astype(np.float32)
        some = np.random.default_rng(0).permutation(len(queries))[:_TRIED]
        exact = _brute_force(points)
        true = exact(queries[some], k, report).indices
        index.nprobe, recall = 1, 0.0
        while recall < _RECALL and index.nprobe < lists:
            index.nprobe = min(2 * index.nprobe, lists)
            found = index.search(wanted[some], k)[1]
            recall = float(np.mean([np.isin(own, his).mean() for own, his in zip(true, found, strict=True)]))
        indices = np.empty((len(queries), k), np.int64)
        rows = _BLOCK // max(k, points.shape[1])
        for start in range(0, len(wanted), rows):
            indices[start : start + rows] = index.search(wanted[start : start + rows], k)[1]
            report(Event("neighbours", min(start + rows, len(wanted)), len(wanted), {"recall": recall}))
        few = (indices < 0).any(1)  # the probed lists held less than k
        if few.any():
            indices[few] = exact(queries[few], k, report).indices
        how = f"faiss, {index.nprobe} of {lists} lists probed, recall {recall:.3f} of {len(some)} codes"
        return _measured(points, queries, indices, how)

    return find


def _tree_within(points: Floats, radius: float, report: Report) -> Indices:
    """The pairs within `radius`, and perhaps some a little beyond."""
    from scipy.spatial import cKDTree

    tree, reach = cKDTree(points), radius * (1 + 1e-9)
    _check_count((int(tree.count_neighbors(tree, reach)) - len(points)) // 2, radius)
    found: Indices = tree.query_pairs(reach, output_type="ndarray").astype(np.int64).reshape(-1, 2)
    return found


def _blocks_within(points: Floats, radius: float, report: Report) -> Indices:
    """As `_tree_within`."""
    among = torch.from_numpy(points - points.mean(0))
    norms = among.square().sum(1)
    most = radius**2 * (1 + 1e-9) + 1e-12 * float(norms.max())
    rows, count = max(1, _BLOCK // len(points)), 0
    parts: list[Indices] = []
    for start in range(0, len(among), rows):
        block = slice(start, start + rows)
        squares = torch.addmm(norms, among[block], among.T, alpha=-2) + norms[block, None]
        pairs = (squares <= most).nonzero().numpy() + np.array([start, 0])
        parts.append(pairs[pairs[:, 0] < pairs[:, 1]])
        count += len(parts[-1])
        _check_count(count, radius)
        report(Event("neighbours", min(start + rows, len(among)), len(among)))
    return np.concatenate(parts)


def _check_count(count: int, radius: float) -> None:
    if count > MOST_EDGES:
        raise InputError(
            f"radius {radius:g}, which gives {count} edges or more",
            f"up to {MOST_EDGES}",
            "a smaller one, with components joined by mst",
        )


def _measured(points: Floats, queries: Floats, indices: npt.NDArray[Any], how: str) -> Neighbours:
    """The distances of what was found, from the points themselves, and in their order."""
    away = np.empty(indices.shape)
    rows = max(1, _BLOCK // (indices.shape[1] * points.shape[1]))
    for start in range(0, len(queries), rows):
        part = slice(start, start + rows)
        away[part] = distances(points[indices[part]], queries[part, None])
    order = np.lexsort((indices, away))
    return Neighbours(np.take_along_axis(away, order, 1), np.take_along_axis(indices, order, 1), how)
