"""Neighbour graphs: what joins whom, what connects, and what is made of copies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segue.core.errors import InputError
from segue.core.neighbours import make_search
from segue.core.progress import Event, silent
from segue.latent.graph import Graph, knn_graph, radius_graph
from segue.latent.graph.build import originals

Codes = npt.NDArray[np.float64]

# Small whole numbers give copies, lines and neighbours that are equally near; the others anything.
VALUES = st.integers(-3, 3).map(float) | st.floats(-1e3, 1e3) | st.sampled_from([0.0, -0.0, 1e-200, 1e90, -1e90])
ANY = st.tuples(st.integers(1, 24), st.sampled_from([1, 2, 3, 9])).flatmap(
    lambda shape: (
        arrays.arrays(np.float64, shape, elements=VALUES)
        | arrays.arrays(np.float64, shape, elements=st.integers(-2, 2).map(float))
    )
)


def apart_by_hand(codes: Codes) -> Codes:
    return np.linalg.norm(codes[:, None] - codes[None], axis=2)


def bottleneck(codes: Codes) -> float:
    """The least radius that connects, by growing a tree (Prim) over all distances."""
    away = apart_by_hand(codes)
    reached, least = {0}, 0.0
    while len(reached) < len(codes):
        step, new = min((away[i, j], j) for i in reached for j in range(len(codes)) if j not in reached)
        reached, least = reached | {new}, max(least, step)
    return float(least)


def joined(graph: Graph) -> set[tuple[int, int]]:
    return {(i, j) for i, j in graph.edges.tolist()}


def check(graph: Graph) -> None:
    """What holds of every graph."""
    assert (graph.edges[:, 0] < graph.edges[:, 1]).all() and len(joined(graph)) == len(graph.edges)
    assert graph.edges.tolist() == sorted(graph.edges.tolist())
    assert (graph.lengths > 0).all() and np.isfinite(graph.lengths).all()
    assert graph.matrix.nnz == 2 * len(graph.edges), "no edge vanishes"
    assert abs(graph.matrix - graph.matrix.T).sum() == 0
    assert sum(graph.sizes) == len(graph) and graph.sizes == sorted(graph.sizes, reverse=True)
    for i, original in enumerate(originals(graph.codes)):
        assert graph.components[i] == graph.components[original], "copies stay together"


@pytest.mark.parametrize("mutual", [False, True])
@given(codes=ANY)
@settings(max_examples=60)
def test_the_smallest_k_connects_and_no_smaller(codes: Codes, mutual: bool) -> None:
    graph = knn_graph(codes, mutual=mutual)
    check(graph)
    assert len(graph.sizes) == 1 and graph.k is not None
    if graph.k > 1:
        assert len(knn_graph(codes, graph.k - 1, mutual=mutual).sizes) > 1
        assert joined(knn_graph(codes, graph.k, mutual=mutual)) == joined(graph)


@given(ANY)
@settings(max_examples=60)
def test_the_smallest_radius_connects_and_no_smaller(codes: Codes) -> None:
    graph = radius_graph(codes)
    check(graph)
    assert len(graph.sizes) == 1 and graph.radius is not None
    assert graph.radius == pytest.approx(bottleneck(codes), rel=1e-9, abs=1e-150)
    if graph.radius > 1e-9 * np.abs(codes).max():
        assert len(radius_graph(codes, graph.radius * (1 - 1e-6)).sizes) > 1


@given(ANY, st.integers(1, 4), st.booleans())
@settings(max_examples=60)
def test_a_spanning_tree_always_connects(codes: Codes, k: int, mutual: bool) -> None:
    for plain, full in (
        (knn_graph(codes, k, mutual=mutual), knn_graph(codes, k, mutual=mutual, mst=True)),
        (radius_graph(codes, 0.5), radius_graph(codes, 0.5, mst=True)),
    ):
        check(plain)
        check(full)
        assert len(full.sizes) == 1 and joined(plain) <= joined(full)


@pytest.mark.parametrize(("n", "d"), [(40, 2), (40, 8), (40, 9), (40, 32), (2, 3), (3, 20)])
@pytest.mark.parametrize("k", [1, 3, 17, 99])
@pytest.mark.parametrize("mutual", [False, True])
def test_the_nearest_by_hand(n: int, d: int, k: int, mutual: bool, scattered: Callable[..., Codes]) -> None:
    codes = scattered(n, d) + 1e3
    away = apart_by_hand(codes)
    near = [set(np.argsort(away[i])[1 : k + 1].tolist()) for i in range(n)]
    agree = all if mutual else any
    expected = {(i, j) for i, j in combinations(range(n), 2) if agree((j in near[i], i in near[j]))}
    graph = knn_graph(codes, k, mutual=mutual)
    check(graph)
    assert joined(graph) == expected and graph.k == min(k, n - 1)
    np.testing.assert_allclose(graph.lengths, away[*graph.edges.T], rtol=1e-9)
    assert graph.how == ("k-d tree, exact" if d <= 8 else "brute force, exact")


@pytest.mark.parametrize("d", [2, 9])
def test_a_radius_by_hand(d: int, scattered: Callable[..., Codes]) -> None:
    codes = scattered(60, d)
    away = apart_by_hand(codes)
    radius = float(np.median(away))
    expected = {(i, j) for i, j in combinations(range(60), 2) if away[i, j] <= radius}
    assert joined(radius_graph(codes, radius)) == expected


def test_large_components_are_joined_by_the_shortest_edges(scattered: Callable[..., Codes]) -> None:
    blobs = np.concatenate([scattered(70, 3, seed) + np.array([100.0 * seed, 0, 0]) for seed in range(4)])
    plain, full = knn_graph(blobs, 8), knn_graph(blobs, 8, mst=True)
    assert plain.sizes == [70] * 4
    away = apart_by_hand(blobs)
    for left, right in zip(range(3), range(1, 4), strict=True):
        block = away[70 * left : 70 * left + 70, 70 * right : 70 * right + 70]
        i, j = np.unravel_index(block.argmin(), block.shape)
        assert (70 * left + i, 70 * right + j) in joined(full) - joined(plain)
    assert len(joined(full)) == len(joined(plain)) + 3
    assert radius_graph(blobs).radius == pytest.approx(bottleneck(blobs))


def test_two_clusters_need_a_k_beyond_either() -> None:
    codes = np.concatenate([np.arange(20.0), np.arange(1000.0, 1030.0)])[:, None]
    assert knn_graph(codes, 19).sizes == [30, 20]
    assert knn_graph(codes).k == 20 and knn_graph(codes, mutual=True).k == 30


def test_components_are_counted_and_named(apart: Codes) -> None:
    graph = knn_graph(np.concatenate([apart[:3], apart[6:]]), 2)
    assert graph.sizes == [6, 3] and graph.components.tolist() == [1] * 3 + [0] * 6


@pytest.mark.parametrize("copies", [2, 50])
def test_copies_crowd_no_neighbour_out(copies: int, scattered: Callable[..., Codes]) -> None:
    codes = scattered(30, 2)
    plain = knn_graph(codes, 3)
    crowded = knn_graph(np.concatenate([codes, np.repeat(codes[:1], copies, axis=0)]), 3)
    check(crowded)
    assert joined(crowded) == joined(plain) | {(0, i) for i in range(30, 30 + copies)}
    assert crowded.lengths[-1] > 0 and crowded.sizes[0] == plain.sizes[0] + copies


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_equal_codes_are_one(n: int) -> None:
    for graph in (knn_graph(np.ones((n, 4))), radius_graph(np.ones((n, 4))), knn_graph(np.ones((n, 4)), 3, mst=True)):
        check(graph)
        assert graph.sizes == [n] and len(graph.edges) == n - 1


def test_lengths_of_nothing_survive(scattered: Callable[..., Codes]) -> None:
    graph = knn_graph(scattered(20, 2), 3, length=lambda codes, edges: np.zeros(len(edges)))
    check(graph)
    assert graph.lengths.max() < 1e-9


def test_codes_of_any_shape_and_kind() -> None:
    codes = torch.randn(12, 2, 3, generator=torch.Generator().manual_seed(0))
    graph = knn_graph(codes, 2)
    assert graph.codes.shape == (12, 6) and graph.codes.dtype == np.float64
    assert joined(graph) == joined(knn_graph(codes.flatten(1).numpy(), 2))


def test_a_graph_is_read_only_and_keeps_its_codes(scattered: Callable[..., Codes]) -> None:
    codes = scattered(12, 2)
    graph = knn_graph(codes, 2)
    before = graph.codes.copy()
    codes += 1
    assert np.array_equal(graph.codes, before)
    for array in (graph.codes, graph.edges, graph.lengths):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_brute_force_tells_how_far_it_is(scattered: Callable[..., Codes], monkeypatch: pytest.MonkeyPatch) -> None:
    codes, events = scattered(40, 9), list[Event]()
    whole = knn_graph(codes, 3)
    monkeypatch.setattr("segue.core.neighbours._BLOCK", 7 * 17 * 9)
    assert joined(knn_graph(codes, 3, report=events.append)) == joined(whole)
    assert (events[-1].done, events[-1].total) == (40, 40) and len(events) == 6
    assert joined(radius_graph(codes, 3.0)) == {
        (i, j) for i, j in combinations(range(40), 2) if np.linalg.norm(codes[i] - codes[j]) <= 3
    }


def test_an_index_says_its_recall(scattered: Callable[..., Codes]) -> None:
    pytest.importorskip("faiss")
    codes = scattered(3000, 16)
    exact, found = make_search(codes)(codes, 5, silent), make_search(codes, exact=1000)(codes, 5, silent)
    same = np.mean([np.isin(a, b).mean() for a, b in zip(exact.indices, found.indices, strict=True)])
    told = float(found.how.split("recall ")[1].split()[0])
    assert told >= 0.95 and same == pytest.approx(told, abs=0.02)
    assert (np.diff(found.distances) >= 0).all() and (found.indices >= 0).all()


@pytest.mark.parametrize("codes", [np.zeros((0, 2)), np.zeros(3), np.array([[0.0], [np.nan]]), np.array([[1e200]])])
def test_codes_that_are_none(codes: Codes) -> None:
    with pytest.raises(InputError, match="codes"):
        knn_graph(codes)


def test_options_that_do_not_work(scattered: Callable[..., Codes], monkeypatch: pytest.MonkeyPatch) -> None:
    codes = scattered(40, 2)
    with pytest.raises(InputError, match="k = 0"):
        knn_graph(codes, 0)
    for radius in (-1.0, np.inf, np.nan):
        with pytest.raises(InputError, match="0 or more, finite"):
            radius_graph(codes, radius)
    with pytest.raises(InputError, match="not finite"):
        knn_graph(codes, 3, length=lambda codes, edges: np.full(len(edges), np.nan))
    monkeypatch.setattr("segue.core.neighbours.MOST_EDGES", 100)
    monkeypatch.setattr("segue.latent.graph.build.MOST_EDGES", 100)
    for many in (codes, scattered(40, 9)):
        with pytest.raises(InputError, match="try a smaller"):
            radius_graph(many, 10.0)
    with pytest.raises(InputError, match=r"2 components at k = 16.*mst"):
        knn_graph(np.concatenate([codes, codes + 1000]))
