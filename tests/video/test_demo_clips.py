"""The demo's clips: colourful, smooth, whole."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.video import probe, read_frames, read_sound
from segue.video.demo_clips import kaleidoscope, plasma, write_demo_clips


@pytest.mark.parametrize("pictures", [plasma, kaleidoscope])
def test_pictures_are_colourful_and_move_smoothly(pictures: object) -> None:
    frames = np.stack(list(pictures(24, 90, 160)))  # type: ignore[operator]
    assert frames.shape == (24, 90, 160, 3) and frames.dtype == np.uint8
    assert (frames.max(axis=3).astype(int) - frames.min(axis=3)).mean() > 50
    steps = np.abs(np.diff(frames.astype(int), axis=0)).mean(axis=(1, 2, 3))
    assert steps.min() > 1 and steps.max() < 2 * steps.min()


def test_the_kaleidoscope_is_symmetric() -> None:
    frame = next(kaleidoscope(1, 120, 120)).astype(int)
    assert np.abs(frame - frame[::-1]).mean() < 1 and np.abs(frame - frame[:, ::-1]).mean() < 1


def test_clips_are_written_whole(tmp_path: Path) -> None:
    pair = write_demo_clips(tmp_path / "new", 0.5, 48, 80, Fraction(12))
    assert [path.name for path in pair] == ["plasma.mp4", "kaleidoscope.mp4"]
    pitches = []
    for path in pair:
        info = probe(path)
        assert (info.width, info.height, info.fps, info.frames, info.has_sound) == (80, 48, 12, 6, True)
        assert len(list(read_frames(path))) == 6
        sound = np.concatenate(list(read_sound(path)))
        assert 0.05 < np.abs(sound).max() < 0.5
        pitches.append(np.abs(np.fft.rfft(sound[:, 0])).argmax() * 48000 / len(sound))
    assert pitches == pytest.approx([220, 330], abs=3)


@pytest.mark.parametrize(("seconds", "height"), [(0, 48), (-1, 48), (float("nan"), 48), (1, 8), (1, 49)])
def test_what_cannot_be(seconds: float, height: int, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_demo_clips(tmp_path, seconds, height, 80)
    assert not list(tmp_path.iterdir())
