"""Optical flow, and pictures moved along it."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.motion.flow import SLOWING, blend, extrapolate, find_flow, make_grid, resize_flow, sample, warp, warp_between


def cloth(height: int = 64, width: int = 80) -> Pixels:
    """A soft pattern without repeats."""
    noise = np.random.default_rng(0).normal(size=(height, width, 3))
    for axis in (0, 1):
        for _ in range(6):
            noise = noise + np.roll(noise, 1, axis=axis) + np.roll(noise, -1, axis=axis)
    return ((noise - noise.min()) / np.ptp(noise) * 255).astype(np.uint8)


@pytest.mark.parametrize("step", [(2, 0), (0, -3), (-2, 1)])
def test_the_flow_says_where_things_went(step: tuple[int, int]) -> None:
    a = cloth()
    found = find_flow(a, np.roll(a, (step[1], step[0]), axis=(0, 1)))
    assert found.shape == (64, 80, 2) and found.dtype == np.float32
    assert np.median(found[12:-12, 12:-12], axis=(0, 1)) == pytest.approx(step, abs=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (15, 200), (16, 16), (17, 300)])
def test_any_size_has_a_flow(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, *shape, 3), np.uint8)
    found = find_flow(a, b)
    assert found.shape == (*shape, 2) and np.isfinite(found).all()
    assert min(shape) >= 16 or not found.any()


def test_what_has_not_moved_is_as_it_was() -> None:
    a = cloth()
    assert np.array_equal(sample(a, make_grid(64, 80)), a)
    assert np.array_equal(warp(a, np.ones((64, 80, 2), np.float32), 0), a)
    shifted = warp(a, np.full((64, 80, 2), (4, 0), np.float32), 0.5)
    assert np.array_equal(shifted[:, 2:], a[:, :-2])


def test_a_flow_is_enlarged_with_its_lengths() -> None:
    large = resize_flow(np.full((10, 20, 2), (1, -2), np.float32), 40, 60)
    assert large.shape == (40, 60, 2) and large.reshape(-1, 2) == pytest.approx(np.full((2400, 2), (3, -8)))


def test_the_frame_between_two_is_one_of_them_moved(clips: ModuleType) -> None:
    a, b = clips.disc(24, 24), clips.disc(30, 24)
    before = a.copy(), b.copy()
    assert warp_between(a, b, 0) is a and warp_between(a, b, 1) is b and warp_between(a, a.copy(), 0.3) is a
    for t in (0.25, 0.5, 0.75):
        shown = warp_between(a, b, t)
        assert clips.centre(shown) == pytest.approx((24 + 6 * t, 24), abs=0.6)
        edges = [float(np.square(np.diff(frame.astype(float), axis=1)).sum()) for frame in (a, shown)]
        assert edges[1] > 0.85 * edges[0]  # a mixture would have half of them
    assert np.array_equal(a, before[0]) and np.array_equal(b, before[1])


@given(st.floats(0, 1))
def test_a_mixture_is_exact_at_both_ends_and_between_them(share: float) -> None:
    a, b = np.random.default_rng(1).integers(0, 256, (2, 5, 7, 3), np.uint8)
    assert np.array_equal(blend(a, b, 0), a) and np.array_equal(blend(a, b, 1.0), b)
    shown = blend(a, b, share)
    assert (np.minimum(a, b) <= shown).all() and (shown <= np.maximum(a, b)).all()
    assert shown == pytest.approx((1 - share) * a.astype(float) + share * b, abs=0.51)
    shares = np.zeros((5, 7), np.float32)
    shares[:, 4:] = 1
    assert np.array_equal(blend(a, b, shares), np.concatenate([a[:, :4], b[:, 4:]], axis=1))


def test_movement_goes_on_and_comes_to_rest(clips: ModuleType) -> None:
    before, last = clips.disc(20, 32, height=64, width=96), clips.disc(22, 32, height=64, width=96)
    frames = list(extrapolate(before, last, range(25)))
    assert len(frames) == 25 and np.array_equal(frames[0], last)
    places = [clips.centre(frame)[0] for frame in frames]
    steps = np.diff(places)
    assert steps[0] == pytest.approx(2, abs=0.5)  # at first as fast as it was
    assert all(later < sooner + 0.15 for sooner, later in pairwise(steps)) and abs(steps[-1]) < 0.1
    assert places[-1] - places[0] == pytest.approx(2 * SLOWING, rel=0.3)


def test_what_is_still_stays_so(clips: ModuleType) -> None:
    still = clips.disc(20, 20)
    assert all(np.array_equal(frame, still) for frame in extrapolate(still, still.copy(), range(4)))
