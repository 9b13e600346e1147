"""Nearest points, against looking at all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.neighbours import distances, make_search, nearest_others, nearest_to, pairs_within
from segue.core.progress import Event, silent

SIZES = st.tuples(st.integers(1, 40), st.sampled_from([1, 2, 8, 9, 30]), st.integers(0, 999))


def scattered(n: int, d: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)) + 1000


@given(SIZES, st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_the_nearest_are_those_of_a_plain_search(size: tuple[int, int, int], k: int) -> None:
    points = scattered(*size)
    queries = scattered(7, size[1], size[2] + 1)
    k = min(k, len(points))
    away = np.linalg.norm(queries[:, None] - points, axis=2)
    found = make_search(points)(queries, k, silent)
    assert found.indices.dtype == np.int64
    assert np.array_equal(found.indices, np.argsort(away, axis=1, kind="stable")[:, :k])
    np.testing.assert_allclose(found.distances, np.sort(away, axis=1)[:, :k], rtol=1e-12)
    for query, row in zip(queries, found.indices, strict=True):
        indices, lengths = nearest_to(points, query, k)
        assert np.array_equal(indices, row)
        np.testing.assert_allclose(lengths, distances(points[row], query), rtol=1e-15)


def test_of_equal_distances_the_lower_index_is_first() -> None:
    points = np.array([[2.0], [0.0], [2.0], [0.0], [5.0]])
    assert nearest_to(points, np.array([1.0]), 3)[0].tolist() == [0, 1, 2]
    assert nearest_to(points, np.array([1.0]), 9)[0].tolist() == [0, 1, 2, 3, 4]
    assert make_search(np.repeat(points, 9, axis=1))(np.ones((1, 9)), 5, silent).indices.tolist() == [[0, 1, 2, 3, 4]]


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_no_point_is_its_own_neighbour(size: tuple[int, int, int]) -> None:
    points = scattered(*size)
    k = min(3, len(points) - 1)
    found, _ = nearest_others(points, k, silent)
    away = np.linalg.norm(points[:, None] - points, axis=2) + np.where(np.eye(len(points)) > 0, np.inf, 0)
    assert np.array_equal(found, np.argsort(away, axis=1, kind="stable")[:, :k])


@pytest.mark.parametrize("d", [2, 12])
def test_copies_crowd_no_point_out(d: int) -> None:
    found, _ = nearest_others(np.zeros((20, d)), 4, silent)
    assert found.shape == (20, 4)
    assert (found != np.arange(20)[:, None]).all()


@given(SIZES)
@settings(max_examples=40, deadline=None)
def test_pairs_within_a_radius(size: tuple[int, int, int]) -> None:
    points = scattered(*size)
    away = np.linalg.norm(points[:, None] - points, axis=2)
    radius = float(np.median(away))
    pairs, how = pairs_within(points, radius, silent)
    wanted = np.argwhere(np.triu(away <= radius * (1 + 1e-12), 1))
    assert np.array_equal(pairs, wanted)
    assert how.startswith("k-d tree" if size[1] <= 8 else "brute force")


def test_too_many_pairs_are_refused_before_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segue.core.neighbours.MOST_EDGES", 100)
    for d in (2, 12):
        with pytest.raises(InputError, match=r"radius 1e\+09, which gives .* edges or more"):
            pairs_within(scattered(30, d, 0), 1e9, silent)


def test_blocks_make_no_difference_and_say_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    points = scattered(50, 17, 3)
    whole = make_search(points)(points, 5, silent)
    events: list[Event] = []
    monkeypatch.setattr("segue.core.neighbours._BLOCK", 5 * 17 * 9)
    parts = make_search(points)(points, 5, events.append)
    assert np.array_equal(parts.indices, whole.indices)
    assert np.array_equal(parts.distances, whole.distances)
    assert [event.done for event in events] == [9, 18, 27, 36, 45, 50]
