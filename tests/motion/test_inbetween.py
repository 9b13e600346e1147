"""The frame between two neighbours of a clip."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.core.numerics import gradient_energy
from segue.motion.flow import blend
from segue.motion.inbetween import (
    Displacements,
    distance_outside,
    find_motion,
    make_trajectory,
    render_between,
    shrink_for_search,
)

STILL = (1.0, 1.0, 1.0)


def made(a: Pixels, b: Pixels, t: float) -> Pixels:
    return render_between(
        a, b, t, make_trajectory(None, find_motion(shrink_for_search(a), shrink_for_search(b)), None, STILL).at(t)
    )


@pytest.mark.parametrize("t", [0.25, 0.5, 0.8])
def test_a_thing_is_on_its_way_once_and_as_sharp(t: float, clips: ModuleType) -> None:
    a, b = (clips.disc(x, 24, height=48, width=80) for x in (30, 38))
    shown = made(a, b, t)
    assert clips.centre(shown) == pytest.approx((30 + 8 * t, 24), abs=0.6)
    true = clips.disc(30 + 8 * t, 24, height=48, width=80)
    assert clips.psnr(shown, true) > clips.psnr(blend(a, b, t), true) + 5
    assert gradient_energy(shown) > 0.8 * gradient_energy(a)


@pytest.mark.parametrize(
    ("t", "doubts", "share"),
    [(0.5, (2, 2), 0), (0.7, (2, 2), 1), (0.5, (2, 0), 1), (0.6, (0, 2), 0), (0.5, (0, 0), 0.5), (0.3, (0, 0), 0.3)],
)
def test_a_place_in_dispute_shows_one_frame(t: float, doubts: tuple[float, float], share: float) -> None:
    a, b = (np.full((40, 60, 3), grey, np.uint8) for grey in (50, 150))
    still = np.zeros((20, 30, 2), np.float32)
    doubt_a, doubt_b = (np.full((20, 30), doubt, np.float32) for doubt in doubts)
    shown = render_between(a, b, t, Displacements(still, still, doubt_a, doubt_b))
    assert shown / 100 - 0.5 == pytest.approx(np.full(a.shape, share), abs=0.15 if any(doubts) else 0.01)


def test_frames_that_differ_in_light_alone_are_mixed() -> None:
    dim, bright = (np.full((40, 60, 3), grey, np.uint8) for grey in (100, 104))
    assert np.abs(made(dim, bright, 0.5).astype(int) - 102).max() <= 1


def test_the_speed_does_not_leap_at_a_frame(clips: ModuleType) -> None:
    """A disc that is speeding up: the places follow the true curve, not its chords."""
    xs = [20 + 1.5 * i * i for i in range(4)]
    frames = [shrink_for_search(clips.disc(x, 24, height=48, width=80)) for x in xs]
    moves = [find_motion(a, b) for a, b in pairwise(frames)]
    steps = []
    for curved in (True, False):
        way = make_trajectory(moves[0] if curved else None, moves[1], moves[2] if curved else None, STILL)
        shown = render_between(frames[1], frames[2], 0.5, way.at(0.5))
        steps.append(clips.centre(shown)[0])
    true = 20 + 1.5 * 1.5**2
    assert abs(steps[0] - true) < abs(steps[1] - true)


def test_the_longer_step_has_the_lower_speed(clips: ModuleType) -> None:
    """Evenly moving, but the frame before is two steps away: the speed is the same on both sides."""
    frames = [shrink_for_search(clips.disc(x, 24, height=48, width=80)) for x in (20, 28, 32)]
    first, second = find_motion(frames[0], frames[1]), find_motion(frames[1], frames[2])
    way = make_trajectory(first, second, None, (2.0, 1.0, 1.0))
    assert way.start[24, 28, 0] == pytest.approx(4, abs=0.7)


@settings(max_examples=25)
@given(st.integers(16, 40), st.integers(16, 40), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1), st.booleans())
def test_any_two_frames_have_one_between(height: int, width: int, t: float, seed: int, alike: bool) -> None:
    a, b = np.random.default_rng(seed).integers(0, 256, (2, height, width, 3), np.uint8)
    before = a.copy(), b.copy()
    shown = made(a, a.copy() if alike else b, t)
    assert shown.shape == a.shape and shown.dtype == np.uint8
    assert np.array_equal(a, before[0]) and np.array_equal(b, before[1])
    if alike:
        assert np.abs(shown.astype(int) - a).max() <= 1


def test_large_frames_are_searched_small() -> None:
    assert shrink_for_search(np.zeros((720, 1280, 3), np.uint8)).shape == (360, 640, 3)
    assert shrink_for_search(np.zeros((100, 90, 3), np.uint8)).shape == (100, 90, 3)


def test_a_way_beyond_the_edge_is_seen() -> None:
    way = np.zeros((4, 5, 2), np.float32)
    way[..., 0] = 2
    assert distance_outside(way)[0].tolist() == [0, 0, 0, 1, 2] and not distance_outside(np.zeros_like(way)).any()
