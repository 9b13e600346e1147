"""Nearest codes: exact by k-d tree in few dimensions and by brute force in many, by an index for very many."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.progress import Event, Report
from segue.core.types import Floats, Indices

TREE_DIMENSIONS = 8
"""Up to here a k-d tree is fast; above, it looks at nearly every code."""

_EXACT = 100_000
"""Codes up to which brute force is fast enough in any dimension."""

RECALL, _TRIED = 0.95, 1000
"""What share of the true neighbours an index has to find, and on how many codes that is measured."""

_BLOCK = 1 << 24
"""Numbers in memory at a time: 128 MiB."""

MOST_EDGES = 1 << 25
"""Entries of all neighbour lists, or edges within a radius: half a GB."""

SLACK = 1 + 1e-12
"""Distances are compared up to rounding."""

LARGEST = 1e100
"""Codes up to here have squared distances that are finite."""


class Nearest(NamedTuple):
    """The nearest of some points: distances `[m, k]`, nearest first, their places `[m, k]`, and how it was searched."""

    distances: Floats
    places: Indices
    how: str


Search: TypeAlias = Callable[[Floats, int, Report], Nearest]
"""Queries `[m, d]`, how many neighbours each, and a report, to what was found."""


def flatten_codes(codes: Tensor | npt.NDArray[Any]) -> Floats:
    """A copy of codes `[n, *latent_shape]` as float64 `[n, d]`, n and d from 1 up.

    Raises `InputError` for none, and for values that are not finite or beyond 1e100.

    >>> flatten_codes(torch.zeros(5, 2, 3)).shape
    (5, 6)
    """
    array = np.array(codes.detach().cpu().numpy() if isinstance(codes, Tensor) else codes, np.float64)
    if array.ndim < 2 or array.size == 0:
        raise InputError(f"codes {list(array.shape)}", "[1 or more, *latent_shape]", "one code or more")
    array = array.reshape(len(array), -1)
    if not (np.abs(array) <= LARGEST).all():
        raise InputError(
            "codes that are not finite or beyond 1e100", "finite codes", "another model, as this one diverged"
        )
    return array


def distances(a: Floats, b: Floats) -> Floats:
    """Euclidean distances `[n]` between the rows of `a` and `b`, `[n, d]` each or one of them `[d]`."""
    apart = a - b
    away: Floats = np.sqrt(np.einsum("...i,...i", apart, apart))
    return away


def search(points: Floats, exact: int = _EXACT) -> Search:
    """A search among `points` `[n, d]`; what it builds it builds once.

    Up to 8 dimensions a k-d tree (Bentley 1975; scipy's `cKDTree`), exact. Above, brute force in blocks: squared
    distances by one matrix product choose the neighbours, exact but for ties within 1e-8 of the codes' extent, and the
    distances are then measured. For more than `exact` points an inverted file (Sivic and Zisserman 2003; `faiss`),
    where the extra `segue[faiss]` is installed: its probes are doubled until it finds 95 % of the true neighbours,
    measured on 1,000 of the points, and the recall is told. Without it, brute force goes on, and takes long.

    >>> from segue.core.progress import silent
    >>> search(np.array([[0.0], [1.0], [5.0]]))(np.array([[4.0]]), 2, silent).places.tolist()
    [[2, 1]]
    """
    if points.shape[1] <= TREE_DIMENSIONS:
        return _tree(points)
    if len(points) > exact and find_spec("faiss"):
        return _inverted_file(points)
    return _brute_force(points)


def _tree(points: Floats) -> Search:
    from scipy.spatial import cKDTree

    tree = cKDTree(points)

    def find(queries: Floats, k: int, report: Report) -> Nearest:
        away, places = tree.query(queries, k=range(1, k + 1), workers=-1)
        return Nearest(away, places.astype(np.int64), "k-d tree, exact")

    return find


def _brute_force(points: Floats) -> Search:
    # Centred, so that a common offset does not eat the digits of the product.
    centre = points.mean(0)
    among = torch.from_numpy(points - centre)
    norms = among.square().sum(1)

    def find(queries: Floats, k: int, report: Report) -> Nearest:
        wanted = torch.from_numpy(queries - centre)
        rows = max(1, _BLOCK // max(len(points), k * points.shape[1]))
        places = np.empty((len(queries), k), np.int64)
        for start in range(0, len(wanted), rows):
            block = wanted[start : start + rows]
            nearness = torch.addmm(norms, block, among.T, alpha=-2)
            places[start : start + rows] = nearness.topk(k, largest=False, sorted=False).indices.numpy()
            report(Event("neighbours", min(start + rows, len(wanted)), len(wanted)))
        return _measured(points, queries, places, "brute force, exact")

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

    def find(queries: Floats, k: int, report: Report) -> Nearest:
        wanted = (queries - centre).astype(np.float32)
        some = np.random.default_rng(0).permutation(len(queries))[:_TRIED]
        exact = _brute_force(points)
        true = exact(queries[some], k, report).places
        index.nprobe, recall = 1, 0.0
        while recall < RECALL and index.nprobe < lists:
            index.nprobe = min(2 * index.nprobe, lists)
            found = index.search(wanted[some], k)[1]
            recall = float(np.mean([np.isin(own, his).mean() for own, his in zip(true, found, strict=True)]))
        places = np.empty((len(queries), k), np.int64)
        rows = _BLOCK // max(k, points.shape[1])
        for start in range(0, len(wanted), rows):
            places[start : start + rows] = index.search(wanted[start : start + rows], k)[1]
            report(Event("neighbours", min(start + rows, len(wanted)), len(wanted), {"recall": recall}))
        few = (places < 0).any(1)  # the probed lists held less than k
        if few.any():
            places[few] = exact(queries[few], k, report).places
        how = f"faiss, {index.nprobe} of {lists} lists probed, recall {recall:.3f} of {len(some)} codes"
        return _measured(points, queries, places, how)

    return find


def pairs_within(points: Floats, radius: float, report: Report) -> tuple[Indices, str]:
    """The pairs `[m, 2]` of `points` `[n, d]` at most `radius` apart, lower place first, in order, and how found.

    By k-d tree or brute force as in `search`; exact. Raises `InputError` for more than 2^25 pairs.
    """
    few = points.shape[1] <= TREE_DIMENSIONS
    pairs = (_tree_within if few else _blocks_within)(points, radius, report)
    pairs = pairs[distances(points[pairs[:, 0]], points[pairs[:, 1]]) <= radius * SLACK]
    return pairs[np.lexsort(pairs.T[::-1])], "k-d tree, exact" if few else "brute force, exact"


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


def _measured(points: Floats, queries: Floats, places: Indices, how: str) -> Nearest:
    """The distances of what was found, from the codes themselves, and in their order."""
    away = np.empty(places.shape)
    rows = max(1, _BLOCK // (places.shape[1] * points.shape[1]))
    for start in range(0, len(queries), rows):
        part = slice(start, start + rows)
        away[part] = distances(points[places[part]], queries[part, None])
    order = np.lexsort((places, away))
    return Nearest(np.take_along_axis(away, order, 1), np.take_along_axis(places, order, 1), how)
