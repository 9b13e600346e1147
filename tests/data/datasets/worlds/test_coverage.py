from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.data.datasets.worlds.coverage import coverage, edges

CORNERS = st.lists(st.tuples(st.floats(0, 8), st.floats(0, 8)), min_size=3, max_size=3)


@given(CORNERS)
def test_the_shares_add_up_to_the_area(corners: list[tuple[float, float]]) -> None:
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    covered = coverage(edges(np.array(corners))[None], 8)
    assert covered.sum() == pytest.approx(area, abs=1e-4)
    assert covered.max() <= 1 + 1e-4


def test_it_is_what_many_samples_find() -> None:
    corners = np.array([[1.3, 0.7], [7.1, 2.2], [4.4, 6.9]])
    y, x = (np.mgrid[:800, :800] + 0.5) / 100
    inside = np.ones((800, 800), bool)
    for (ax, ay), (bx, by) in edges(corners):
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0
    sampled = inside.reshape(8, 100, 8, 100).mean((1, 3))
    assert np.abs(coverage(edges(corners)[None], 8)[0] - sampled).max() < 5e-3


def test_holes_and_what_is_outside_do_not_count() -> None:
    square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]])
    hole = np.array([[1.0, 1], [1, 3], [3, 3], [3, 1]])
    expected = np.ones((4, 4))
    expected[1:3, 1:3] = 0
    assert coverage(edges(square, hole)[None], 4)[0] == pytest.approx(expected)
    assert coverage(edges(2 * square - 2)[None], 4)[0] == pytest.approx(np.ones((4, 4)))
    assert coverage(edges(square + 9)[None], 4).sum() == 0
