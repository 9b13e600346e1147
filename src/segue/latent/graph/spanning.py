"""What connects: components, the shortest ways between them, and the smallest radius."""

from __future__ import annotations

from typing import Any

import numpy as np

from segue.core.neighbours import SLACK, distances, make_search
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats, Indices

EPSILON = 1e-12
"""The least length, in units of the longest."""

WIDTHS = (32, 128)
"""Neighbours among which a way out of a component is looked for, before each is searched by itself."""


def positive(lengths: Floats) -> Floats:
    """Lengths of at least 1e-12 of the longest, of 1e-12 where all are 0: sparse matrices lose edges of length 0."""
    longest = lengths.max(initial=0.0)
    return np.maximum(lengths, EPSILON * (longest if longest > 0 else 1.0))


def matrix(edges: Indices, lengths: Floats, n: int) -> Any:
    """Edges `[m, 2]`, each once, of lengths above 0, as a symmetric sparse matrix `[n, n]`."""
    from scipy.sparse import coo_array

    both = np.concatenate([edges, edges[:, ::-1]])
    # scipy's graph routines take 32-bit places alone.
    here, there = both.T.astype(np.int32)
    return coo_array((np.tile(lengths, 2), (here, there)), shape=(n, n)).tocsr()


def components(edges: Indices, n: int) -> Indices:
    """Label the connected components of a graph.

    Args:
        edges: int64 `[m, 2]`.
        n: how many nodes there are.

    Returns:
        Which component each node is in, `[n]`: 0 is the largest, and of equals the one with the first node.

    >>> components(np.array([[1, 2]]), 4).tolist()
    [1, 0, 0, 2]
    """
    from scipy.sparse.csgraph import connected_components

    _, which = connected_components(matrix(edges, np.ones(len(edges)), n), directed=False)
    _, first = np.unique(which, return_index=True)
    rank = np.empty(len(first), np.int64)
    rank[np.lexsort((first, -np.bincount(which)))] = np.arange(len(first))
    ranked: Indices = rank[which]
    return ranked


def join_components(points: Floats, edges: Indices, report: Report = silent) -> Indices:
    """Join the components of a graph to one by the shortest edges between them (Boruvka 1926).

    In each round components add their shortest edge to any other. Where several are equally short, more may be added
    than a tree has.

    Args:
        points: `[n, d]`.
        edges: int64 `[m, 2]`.
        report: called with progress.

    Returns:
        All edges, in order, `[m or more, 2]`.
    """
    which = components(edges, len(points))
    begun = int(which.max())
    while which.any():
        edges = np.unique(np.concatenate([edges, _ways_out(points, which, report)]), axis=0)
        which = components(edges, len(points))
        report(Event("join components", begun - int(which.max()), begun))
    return edges


def smallest_radius(points: Floats, edges: Indices, report: Report = silent) -> float:
    """The least radius within which points are connected.

    The longest edge of the spanning tree of `edges` is an upper bound. Without it and its equals the tree falls apart;
    if one of the parts has no shorter way out, no shorter radius connects. Otherwise the ways out join the edges.

    Args:
        points: `[n, d]`.
        edges: any that connect them, int64 `[m, 2]`.
        report: called with progress.

    Returns:
        The radius; 0 for one point.
    """
    from scipy.sparse.csgraph import minimum_spanning_tree

    while len(points) > 1:
        lengths = distances(points[edges[:, 0]], points[edges[:, 1]])
        tree = minimum_spanning_tree(matrix(edges, positive(lengths), len(points))).tocoo()
        kept = np.sort(np.stack([tree.row, tree.col], axis=1).astype(np.int64), axis=1)
        lengths = distances(points[kept[:, 0]], points[kept[:, 1]])
        radius = float(lengths.max())
        which = components(kept[lengths * SLACK < radius], len(points))
        ways = _ways_out(points, which, report)
        if (distances(points[ways[:, 0]], points[ways[:, 1]]) * SLACK >= radius).any():
            return radius
        edges = np.unique(np.concatenate([kept, ways]), axis=0)
        report(Event("smallest radius", figures={"radius": radius}))
    return 0.0


def _ways_out(points: Floats, which: Indices, report: Report) -> Indices:
    """The shortest edge out of each component but the first, `[m, 2]`."""
    find = make_search(points)
    best = np.full(int(which.max()) + 1, np.inf)
    asked = np.flatnonzero(which)
    here, there, away = [asked[:0]], [asked[:0]], [np.zeros(0)]
    for width in WIDTHS:
        found = find(points[asked], min(width, len(points)), report)
        outside = which[found.indices] != which[asked, None]
        out, nearest = outside.any(1), outside.argmax(1)[:, None]
        here.append(asked[out])
        there.append(np.take_along_axis(found.indices, nearest, 1)[out, 0])
        away.append(np.take_along_axis(found.distances, nearest, 1)[out, 0])
        np.minimum.at(best, which[here[-1]], away[-1])
        # A point without a way in its list has none shorter than the list reaches.
        asked = asked[~out & (found.distances[:, -1] < best[which[asked]])]
    for number in np.unique(which[asked]):
        way, length = _way_out(points, asked[which[asked] == number], np.flatnonzero(which != number), report)
        here.append(way[:1])
        there.append(way[1:])
        away.append(length)
    ways, start = np.stack([np.concatenate(here), np.concatenate(there)], axis=1), which[np.concatenate(here)]
    order = np.lexsort((np.concatenate(away), start))
    _, first = np.unique(start[order], return_index=True)
    return np.sort(ways[order][first], axis=1)


def _way_out(points: Floats, own: Indices, others: Indices, report: Report) -> tuple[Indices, Floats]:
    """The shortest edge `[2]` from the points at `own` to those at `others`, and its length `[1]`."""
    found = make_search(points[others])(points[own], 1, report)
    nearest = int(found.distances[:, 0].argmin())
    return np.array([own[nearest], others[found.indices[nearest, 0]]]), found.distances[nearest]
