"""GIFs and films: size, length, order, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.render.animation import write_animation
from segue.video import probe, read_frames

RISE = np.linspace(20, 220, 5).astype(np.uint8)[:, None, None, None] * np.ones((5, 9, 13, 1), np.uint8)


def seen(path: Path) -> list[Pixels]:
    if path.suffix == ".gif":
        with Image.open(path) as file:
            frames = []
            for frame in ImageSequence.Iterator(file):
                frames += [np.asarray(frame.convert("RGB"))] * round(frame.info["duration"] / 100)
            return frames
    return list(read_frames(path))


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".webm"])
def test_what_is_shown(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"rise{suffix}"
    write_animation(path, RISE, fps=10, hold_seconds=0.3)
    frames = seen(path)
    assert len(frames) == 3 + 5 + 3
    assert frames[0].shape[:2] == ((261, 377) if suffix == ".gif" else (262, 378))
    levels = [round(float(frame.mean())) for frame in frames]
    assert levels == sorted(levels)
    assert np.abs(np.array(levels[3:8]) - RISE[:, 0, 0, 0]).max() <= 3
    assert max(levels[:4]) - min(levels[:4]) <= 1 and max(levels[7:]) - min(levels[7:]) <= 1
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_large_colour_frames_keep_their_size(tmp_path: Path) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (2, 300, 260, 3), dtype=np.uint8)
    write_animation(tmp_path / "a.mp4", frames, fps=29.97, hold_seconds=0)
    info = probe(tmp_path / "a.mp4")
    assert (info.width, info.height) == (260, 300)
    assert float(info.fps) == pytest.approx(29.97)


@pytest.mark.parametrize(
    ("name", "frames", "fps", "hold"),
    [
        ("a.avi", RISE, 10, 0.5),
        ("a", RISE, 10, 0.5),
        ("a.gif", RISE[:0], 10, 0.5),
        ("a.gif", RISE[0], 10, 0.5),
        ("a.gif", RISE, 0, 0.5),
        ("a.gif", RISE, 100, 0.5),
        ("a.mp4", RISE, float("nan"), 0.5),
        ("a.mp4", RISE, float("inf"), 0.5),
        ("a.mp4", RISE, 10, -1),
    ],
)
def test_refusals_leave_nothing(tmp_path: Path, name: str, frames: Pixels, fps: float, hold: float) -> None:
    with pytest.raises(InputError):
        write_animation(tmp_path / name, frames, fps, hold)
    assert not list(tmp_path.iterdir())
