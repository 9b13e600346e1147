"""Scatter plots as frames: steady, and true to the points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.render.scatter import HEADING_PX, PALETTE, SIDE_PX, draw_scatter
from segue.render.strip import MARGIN_PX


def dots(
    picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colour: str
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Where a colour is within the frame, `[n, 2]`: down, across."""
    plot = picture[MARGIN_PX + HEADING_PX :, MARGIN_PX : MARGIN_PX + SIDE_PX]
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return np.argwhere((np.abs(plot.astype(int) - wanted) < 8).all(-1))


def test_points_are_where_they_are() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).repeat(50, 0)
    picture = draw_scatter(corners, np.arange(3).repeat(50), ("a", "b", "c"), "a title")
    origin, right, up = (dots(picture, PALETTE[label]).mean(0) for label in range(3))
    assert abs(origin[0] - right[0]) < 2 and right[1] - origin[1] > SIDE_PX / 2
    assert abs(origin[1] - up[1]) < 2 and origin[0] - up[0] > SIDE_PX / 2


@given(st.integers(1, 30), st.integers(0, 1000))
def test_every_picture_has_one_size(n: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, 2)) * 10.0 ** np.random.default_rng(seed).integers(-9, 9)
    assert draw_scatter(points, None, (), "x" * seed).shape == draw_scatter(np.zeros((1, 2))).shape


def test_strays_do_not_shrink_the_rest() -> None:
    points = np.random.default_rng(0).normal(size=(1000, 2))
    points[0] = 1e12
    assert len(dots(draw_scatter(points, np.zeros(1000, np.int64), ("a",)), PALETTE[0])) > 5000


def test_other_shapes() -> None:
    for points in (np.zeros((0, 2)), np.zeros((3, 3))):
        with pytest.raises(InputError, match="try projecting them first"):
            draw_scatter(points)
