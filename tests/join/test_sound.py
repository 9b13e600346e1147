"""The film's sound, before it is written."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.clips import read_sound
from segue.join.sound import RATE, Sound, equal_power, joined_sound


def whole(a: Path, b: Path, samples: tuple[int, int, int]) -> Sound:
    return np.concatenate(list(joined_sound(a, b, samples)))


@pytest.fixture
def pair(tmp_path: Path, clips: ModuleType) -> tuple[Path, Path]:
    """A second of 440 Hz, and one of 880."""
    a, b = (
        clips.write(tmp_path / f"{hertz}.mkv", clips.counted(range(12)), 12, clips.tone(hertz, 1))
        for hertz in (440, 880)
    )
    return a, b


def test_equal_power_is_even_and_meets_both_ends() -> None:
    one, other = np.eye(2, dtype=np.float32)[:, None].repeat(1000, axis=1)
    mixed = equal_power(one, other)
    assert np.square(mixed).sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert mixed[0] == pytest.approx([1, 0], abs=1e-3) and mixed[-1] == pytest.approx([0, 1], abs=1e-3)
    assert equal_power(one[:0], other[:0]).shape == (0, 2)


@pytest.mark.parametrize("within", [1, 2000, RATE // 2, 5 * RATE // 2])
def test_the_parts_are_as_long_as_asked(within: int, pair: tuple[Path, Path]) -> None:
    sound = whole(*pair, (RATE, within, RATE))
    assert sound.shape == (2 * RATE + within, 2) and sound.dtype == np.float32
    a, b = (np.concatenate(list(read_sound(path, RATE))) for path in pair)
    assert np.array_equal(sound[:RATE], a) and np.array_equal(sound[-RATE:], b)


def test_the_cuts_do_not_click(pair: tuple[Path, Path]) -> None:
    steps = np.abs(np.diff(whole(*pair, (RATE, RATE // 2, RATE)), axis=0)).max(axis=1)
    usual = np.abs(np.diff(np.concatenate(list(read_sound(pair[1], RATE))), axis=0)).max()
    for cut in (RATE, RATE + RATE // 2):
        assert steps[cut - 50 : cut + 50].max() < 1.1 * usual


def test_clips_shorter_or_longer_than_asked_are_filled_or_cut(pair: tuple[Path, Path]) -> None:
    sound = whole(*pair, (RATE + 700, 1000, RATE // 2))
    assert len(sound) == RATE + 1700 + RATE // 2
    assert not sound[RATE : RATE + 700].any()


def test_a_silent_clip_is_silence(tmp_path: Path, pair: tuple[Path, Path], clips: ModuleType) -> None:
    silent = clips.write(tmp_path / "silent.mp4", clips.counted(range(12)), 12)
    sound = whole(silent, pair[1], (RATE, RATE, RATE))
    assert not sound[:RATE].any()
    powers = [np.square(sound[start:end]).mean() for start, end in pairwise(range(RATE, 2 * RATE + 1, RATE // 8))]
    assert all(quiet < loud for quiet, loud in pairwise(powers))
    assert not whole(silent, silent, (100, 100, 100)).any()
