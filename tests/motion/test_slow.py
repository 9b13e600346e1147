"""A clip as a stream of more frames."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.motion.slow import AROUND, HELD, FlowMotion, drop_repeats, find_gaps, is_cut, measure_change, slow_down


def places(frames: int, factor: Fraction) -> list[Fraction]:
    return [i / factor for i in range(int((frames - 1) * factor) + 1)]


def slow(frames: list[Pixels], factor: float, cuts: list[int] | None = None) -> list[Pixels]:
    at = places(len(frames), Fraction(factor))
    return list(slow_down(frames, at, FlowMotion(), [] if cuts is None else cuts))


@settings(max_examples=15)
@given(st.integers(1, 9), st.sampled_from([Fraction(11, 10), Fraction(2), Fraction(5, 2), Fraction(7, 2)]))
def test_own_frames_come_out_unchanged(count: int, factor: Fraction) -> None:
    frames = list(np.random.default_rng(count).integers(0, 256, (count, 16, 20, 3), np.uint8))
    at = places(count, factor)
    shown = list(slow_down(frames, at, FlowMotion(), []))
    assert len(shown) == len(at)
    for place, frame in zip(at, shown, strict=True):
        if place.denominator == 1:
            assert np.array_equal(frame, frames[int(place)])


def test_a_disc_moves_evenly(clips: ModuleType) -> None:
    frames = clips.rolling(7, (20, 24), (5, 0), width=80)
    xs = [clips.centre(frame)[0] for frame in slow(frames, 4)]
    assert len(xs) == 25 and np.diff(xs) == pytest.approx(np.full(24, 1.25), abs=0.35)


def test_a_repeated_frame_is_no_stop(clips: ModuleType) -> None:
    """Each drawing is shown twice, as in films drawn at half the rate."""
    frames = [frame for frame in clips.rolling(5, (20, 24), (6, 0), width=80) for _ in range(2)]
    xs = [clips.centre(frame)[0] for frame in slow(frames, 2)][:17]
    assert np.diff(xs) == pytest.approx(np.full(16, 1.5), abs=0.4)


def test_a_frame_held_on_purpose_stays(clips: ModuleType) -> None:
    first, last = clips.disc(20, 24), clips.disc(26, 24)
    shown = slow([first] * HELD + [last], 2)
    assert all(np.array_equal(frame, first) for frame in shown[: 2 * HELD - 1])
    assert clips.centre(shown[-2])[0] == pytest.approx(23, abs=0.7) and np.array_equal(shown[-1], last)


def test_runs_become_their_ends() -> None:
    a, b = np.zeros((2, 16, 16, 3), np.uint8) + np.array([1, 2], np.uint8).reshape(2, 1, 1, 1)
    assert [key.number for key in drop_repeats([a, a, b, b, b, b, a, a])] == [0, 2, 5, 6, 7]
    assert [key.number for key in drop_repeats([a])] == [0] and not list(drop_repeats([]))


@pytest.mark.parametrize("place", [1, 2, 8, 13])
def test_a_cut_is_held_and_told(place: int, clips: ModuleType) -> None:
    one = clips.rolling(place, (20, 24), (2, 1))
    other = [255 - frame for frame in clips.rolling(15 - place, (40, 20), (-2, 1))]
    cuts: list[int] = []
    shown = slow([*one, *other], 3, cuts)
    assert cuts == [place]
    assert all(np.array_equal(frame, one[-1]) for frame in shown[3 * place - 3 : 3 * place])
    assert np.array_equal(shown[3 * place], other[0])


def test_movement_is_not_carried_across_a_cut(clips: ModuleType) -> None:
    one, other = clips.rolling(6, (20, 24), (3, 0)), [255 - x for x in clips.rolling(6, (40, 24), (-3, 0))]
    joined = list(find_gaps(drop_repeats([*one, *other])))
    assert [gap.is_cut for gap in joined] == [i == 5 for i in range(11)]
    assert joined[4].beyond is None and joined[6].before is None
    assert joined[3].beyond is not None and joined[7].before is not None
    assert joined[0].before is None and joined[-1].beyond is None


def test_a_movement_is_no_cut(clips: ModuleType) -> None:
    still = clips.disc(20, 20)
    assert measure_change(still, still.copy()) == 0
    assert measure_change(still, clips.disc(22, 20)) < 3 < measure_change(still, 255 - still)
    assert not is_cut([20.0], 0) and not is_cut([11.0, 1.0], 0) and is_cut([1.0, 50.0, 49.0, 1.0, 1.0, 1.0], 1)


def test_memory_does_not_grow_with_the_clip() -> None:
    read = 0

    def frames() -> Iterator[Pixels]:
        nonlocal read
        for read in range(200):
            yield np.full((16, 16, 3), read, np.uint8)

    most = 0
    for shown, _ in enumerate(slow_down(frames(), (Fraction(i, 2) for i in range(399)), FlowMotion(), [])):
        most = max(most, read - shown // 2)
    assert read == 199 and most <= AROUND + 4


def test_places_beyond_the_end_show_the_last_frame(clips: ModuleType) -> None:
    frames = clips.rolling(2, (20, 24), (2, 0))
    shown = list(slow_down(frames, chain(map(Fraction, range(4))), FlowMotion(), []))
    assert len(shown) == 4 and all(np.array_equal(frame, frames[1]) for frame in shown[1:])
