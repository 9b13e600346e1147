"""How much a seam shows."""

from __future__ import annotations

import numpy as np
import pytest

from segue.images import Pixels
from segue.join.seam import LEAST_CHANGE, change, pace, seam_jump


def greys(*values: int) -> Pixels:
    return np.array(values, np.uint8)[:, None, None, None].repeat(4, axis=1).repeat(4, axis=2)


def test_change_is_the_root_mean_square_of_each_step() -> None:
    assert change(greys(0, 51, 51, 0)) == pytest.approx([0.2, 0, 0.2])
    half = np.zeros((2, 2, 2, 1), np.uint8)
    half[1, 0] = 102
    assert change(half) == pytest.approx([0.4 / np.sqrt(2)])
    assert change(greys(7)).shape == (0,)


def test_pace_is_the_median() -> None:
    assert pace(greys(0, 10, 20, 30, 255)) == pytest.approx(10 / 255)
    assert pace(greys(3)) == 0


def test_a_seam_like_any_other_frame_is_one() -> None:
    assert seam_jump(greys(100, 90, 80), greys(110, 120, 130)) == pytest.approx(1)


def test_a_pop_one_frame_late_counts() -> None:
    assert seam_jump(greys(100, 90, 80), greys(110, 160, 161)) == pytest.approx(5)


def test_a_jump_at_the_cut_counts() -> None:
    assert seam_jump(greys(100, 90, 80), greys(140)) == pytest.approx(4)


def test_a_still_clip_is_held_to_what_can_be_seen() -> None:
    assert seam_jump(greys(100, 100, 100), greys(100, 100)) == 0
    assert seam_jump(greys(100, 100, 100), greys(101, 101)) == pytest.approx(1 / 255 / LEAST_CHANGE)
