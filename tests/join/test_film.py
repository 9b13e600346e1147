"""Writing the joined film."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.clips import probe, read_frames, read_sound
from segue.images import Pixels
from segue.join.canvas import Canvas
from segue.join.film import write_film
from segue.progress import Event, silent


def test_parts_follow_each_other_and_are_reported(tmp_path: Path, clips: ModuleType) -> None:
    a, b = (clips.write(tmp_path / f"{n}.mp4", clips.counted(range(n, n + 3))) for n in (1, 33))
    events: list[Event] = []
    canvas = Canvas(48, 64, Fraction(12), "crop")
    write_film(tmp_path / "c.mp4", canvas, probe(a), probe(b), clips.counted([20, 21]), (3, 2, 3), events.append)
    assert clips.numbers_in(read_frames(tmp_path / "c.mp4")) == [1, 2, 3, 20, 21, 33, 34, 35]
    assert [(event.stage, event.done, event.total) for event in events] == [("write", i, 8) for i in range(1, 9)]
    assert not probe(tmp_path / "c.mp4").has_sound


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(7)])
def test_sound_does_not_drift(fps: Fraction, tmp_path: Path, clips: ModuleType) -> None:
    a, b = (
        clips.write(tmp_path / f"{hertz}.mp4", clips.counted(range(11)), fps, clips.tone(hertz, float(11 / fps)))
        for hertz in (440, 880)
    )
    canvas = Canvas(48, 64, fps, "crop")
    write_film(tmp_path / "c.mkv", canvas, probe(a), probe(b), clips.counted([20] * 5), (11, 5, 11), silent)
    info = probe(tmp_path / "c.mkv")
    sound = np.concatenate(list(read_sound(info.path)))
    assert info.frames == 27 and len(sound) == round(27 / fps * 48000)
    assert clips.loudness(sound[-2400:], 880) > 0.25  # to the very end


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_if_anything_fails(error: type[BaseException], tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(3)), 12, clips.tone(440, 0.25))

    def broken() -> Iterator[Pixels]:
        yield from clips.counted([9])
        raise error

    canvas = Canvas(48, 64, Fraction(12), "crop")
    with pytest.raises(error):
        write_film(tmp_path / "c.mp4", canvas, probe(clip), probe(clip), broken(), (3, 2, 3), silent)
    assert list(tmp_path.iterdir()) == [clip]
