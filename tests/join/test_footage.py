"""What is seen of a clip from the cut."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from segue.clips import probe, read_frames
from segue.images import Pixels, fit, resize
from segue.join import canvas, footage
from segue.join.canvas import canvas_for
from segue.join.footage import Footage, look
from segue.progress import Event, silent


def seen(clip: Path, *, at_end: bool) -> Footage:
    info = probe(clip)
    return look(canvas_for(info, None, None, "crop"), info, at_end=at_end, report=silent)


@pytest.mark.parametrize("at_end", [True, False])
def test_the_frame_at_the_cut_comes_first(at_end: bool, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(20)), 12)
    found = seen(clip, at_end=at_end)
    order = list(range(20))[:: -1 if at_end else 1]
    assert found.count == 20 and clips.numbers_in([found.cut]) == order[:1]
    assert clips.numbers_in(found.small) == order
    assert clips.numbers_in(found.beside) == order[:7]  # half a second, and the frame that begins it
    frames = list(read_frames(clip))
    assert np.array_equal(found.cut, frames[order[0]])
    assert np.array_equal(found.small[3], resize(frames[order[3]], *found.small.shape[1:3]))


@pytest.mark.parametrize("at_end", [True, False])
def test_a_single_frame(at_end: bool, tmp_path: Path, clips: ModuleType) -> None:
    found = seen(clips.write(tmp_path / "a.mp4", clips.counted([5])), at_end=at_end)
    assert found.count == len(found.small) == len(found.beside) == 1
    assert clips.numbers_in([found.cut]) == [5]


@pytest.mark.parametrize("at_end", [True, False])
def test_long_clips_are_thinned_from_the_cut(
    at_end: bool, tmp_path: Path, clips: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage, "NEAR_SECONDS", 2.0)
    monkeypatch.setattr(footage, "MOST_FRAMES", 10)
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(40)), 12)
    order = list(range(40))[:: -1 if at_end else 1]
    found = seen(clip, at_end=at_end)
    assert found.count == 40 and clips.numbers_in(found.small) == order[:24:3]


@pytest.mark.parametrize("at_end", [True, False])
def test_only_frames_near_the_cut_are_fitted(
    at_end: bool, tmp_path: Path, clips: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[Pixels] = []

    def counted(image: Pixels, *how: Any) -> Pixels:
        fitted.append(image)
        return fit(image, *how)

    monkeypatch.setattr(canvas, "fit", counted)
    monkeypatch.setattr(footage, "NEAR_SECONDS", 1.0)
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(30)), 12)
    seen(clip, at_end=at_end)
    assert clips.numbers_in(fitted) == list(range(18, 30) if at_end else range(12))


def test_large_clips_are_seen_small(tmp_path: Path, clips: ModuleType) -> None:
    found = seen(clips.write(tmp_path / "a.mp4", clips.counted([1, 2], 360, 640)), at_end=True)
    assert found.cut.shape == (360, 640, 3)
    assert found.small.shape == (2, 112, 192, 3) and found.beside.shape == (2, 270, 480, 3)


def test_progress_rises_to_all(tmp_path: Path, clips: ModuleType) -> None:
    events: list[Event] = []
    info = probe(clips.write(tmp_path / "a.mp4", clips.counted(range(9))))
    for at_end in (True, False):
        look(canvas_for(info, None, None, "crop"), info, at_end=at_end, report=events.append)
        assert [(event.stage, event.done, event.total) for event in events] == [
            ("read a.mp4", i, 9) for i in range(1, 10)
        ]
        events.clear()
