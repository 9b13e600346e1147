"""How far a transition is at each of its frames."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.evaluation.metrics.seam import change
from segue.join.schedule import Schedule, find_schedule, profile, unevenness
from segue.motion.flow import blend

Floats = npt.NDArray[np.float64]

paces = st.floats(0, 1, allow_subnormal=False)


def still(frame: Pixels, count: int) -> Pixels:
    return np.repeat(frame[None], count, axis=0)


def whole(found: Schedule, steps: int) -> None:
    """A schedule rises from 0 to 1."""
    assert found.shares.shape == (steps + 1,) and found.shares[0] == 0 and found.shares[-1] == 1
    assert (np.diff(found.shares) > 0).all() and found.unevenness >= 0


def fade(share: float, a: Pixels, b: Pixels) -> Pixels:
    return blend(a, b, share)


def lagging(share: float, a: Pixels, b: Pixels) -> Pixels:
    """A fade that does nearly all in the last tenth of its way."""
    return blend(a, b, 0.1 * share if share < 0.9 else 0.09 + 9.1 * (share - 0.9))


@given(st.integers(1, 400), st.floats(1e-6, 100), paces, paces)
def test_a_profile_goes_the_whole_way(steps: int, total: float, first: float, last: float) -> None:
    found = profile(steps, total, first, last)
    assert found.shape == (steps,) and (found > 0).all() and found.sum() == pytest.approx(total)


def test_a_profile_begins_and_ends_as_the_clips_move() -> None:
    found = profile(100, 10.0, 0.05, 0.02)
    assert found[0] == pytest.approx(0.05, rel=0.05) and found[-1] == pytest.approx(0.02, rel=0.05)
    assert np.abs(np.diff(found)).max() < 0.01  # and between it swells without a jolt
    assert profile(50, 1.0, 0.02, 0.02) == pytest.approx(np.full(50, 0.02))  # no more than the clips do by themselves
    assert profile(10, 0.5, 1.0, 3.0).sum() == pytest.approx(0.5)  # nor so much


@given(st.integers(2, 60), paces, paces)
def test_steps_that_follow_the_profile_are_even(steps: int, first: float, last: float) -> None:
    assert unevenness(profile(steps, 3.0, first, last), first, last) == pytest.approx(0, abs=1e-9)


def test_unevenness_is_the_coefficient_of_variation() -> None:
    even = profile(6, 1.0, 0.02, 0.02)
    assert unevenness(even * [0.5, 1.5, 0.5, 1.5, 0.5, 1.5], 0.02, 0.02) == pytest.approx(0.5, rel=0.15)
    assert unevenness(np.zeros(5), 0.02, 0.02) == 0


@settings(max_examples=25)
@given(st.integers(1, 30), st.integers(0, 2**16), st.floats(0.002, 0.05), st.floats(0.002, 0.05))
def test_it_rises_from_0_to_1(count: int, seed: int, first: float, last: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 256, (2, count + 2, 4, 5, 3), np.uint8)
    for way in (fade, lagging):
        whole(find_schedule(way, a, b, first, last), count + 1)


@pytest.mark.parametrize("count", [1, 2, 12, 25])
def test_a_fade_of_stills_swells_and_sinks(count: int, clips: ModuleType) -> None:
    a, b = still(clips.disc(16, 20), count + 2), still(255 - clips.disc(48, 20), count + 2)
    found = find_schedule(fade, a, b, 0.002, 0.002)
    whole(found, count + 1)
    changes = change([fade(float(share), a[0], b[0]) for share in found.shares])
    # Half a grey level, the least that the ends ask for, cannot be shown to the byte.
    assert found.unevenness == pytest.approx(unevenness(changes, 0.002, 0.002)) and found.unevenness < 0.35
    assert changes[1:-1] == pytest.approx(profile(count + 1, changes.sum(), 0.002, 0.002)[1:-1], abs=0.006)
    if count > 1:
        assert changes[0] < changes[len(changes) // 2] > changes[-1]


def test_what_a_blend_does_at_once_is_spread_out(clips: ModuleType) -> None:
    a, b = still(clips.disc(16, 20), 27), still(255 - clips.disc(48, 20), 27)
    found = find_schedule(lagging, a, b, 0.002, 0.002)
    whole(found, 26)
    by_time = change([lagging(float(share), a[0], b[0]) for share in np.linspace(0, 1, 27)])
    assert found.unevenness < 0.3 * unevenness(by_time, 0.002, 0.002)


def test_of_two_equal_stills_any_rise_will_do(clips: ModuleType) -> None:
    frames = still(clips.disc(16, 20), 12)
    found = find_schedule(fade, frames, frames, 0.01, 0.01)
    whole(found, 11)
    assert found.unevenness == 0


def test_it_leaves_and_arrives_as_the_clips_move(clips: ModuleType) -> None:
    a = np.stack(clips.rolling(27, (10, 16), (0.5, 0)))
    b = np.stack(clips.rolling(27, (50, 34), (-0.8, 0), blue=160))
    first, last = (float(np.median(change(clip))) for clip in (a, b))
    found = find_schedule(fade, a, b, first, last)
    changes = change([blend(*pair, float(share)) for share, *pair in zip(found.shares, a, b, strict=True)])
    assert changes[0] < 1.5 * first and changes[-1] < 1.5 * last
    assert found.unevenness < 0.2
