"""A clip as the film takes it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from segue.core.errors import InputError
from segue.join.canvas import Canvas, choose_canvas
from segue.join.clip_window import ClipWindow, make_window
from segue.join.sound import count_samples
from segue.video import examine, read_frames
from segue.video.codecs import SOUND_RATE


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> Path:
    """Twenty numbered frames, twelve a second, with a tone."""
    written: Path = clips.write(
        tmp_path_factory.mktemp("clip") / "a.mkv", clips.counted(range(20)), 12, clips.tone(440, 20 / 12)
    )
    return written


def see(clip: Path, start: float | None = None, stop: float | None = None) -> ClipWindow:
    examined = examine(clip)
    return make_window(choose_canvas(examined.info, None, None, "crop"), examined, start=start, stop=stop)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(bounds=st.tuples(st.integers(0, 19), st.integers(1, 20)).filter(lambda b: b[0] < b[1]), at=st.integers(0, 5))
def test_a_stretch_has_the_frames_between_its_ends(
    bounds: tuple[int, int], at: int, clip: Path, clips: ModuleType
) -> None:
    start, stop = bounds
    found = see(clip, start / 12, stop / 12)
    at = min(at, found.length)
    assert clips.numbers_in(found.frames(at)) == list(range(start + at, stop))
    assert found.seconds(at) == pytest.approx((start + at) / 12) and found.length == stop - start


def test_a_stretch_of_a_stretch_is_a_stretch(clip: Path, clips: ModuleType) -> None:
    found = see(clip, 0.25).trim(2, 9)
    assert clips.numbers_in(found.frames()) == list(range(5, 12)) == list(range(found.start, found.start + 7))


def test_its_sound_begins_with_it(clip: Path) -> None:
    whole, part = (np.concatenate(list(one.sound().open())) for one in (see(clip), see(clip, 0.5)))
    assert np.array_equal(part, whole[count_samples(6, Fraction(12)) :]) and see(clip, 0.5).sound().frames == 14
    assert count_samples(6, Fraction(12)) == SOUND_RATE // 2


@pytest.mark.parametrize("bounds", [(0.5, 0.5), (1.0, 0.5), (0.0, 9.0), (1.7, None)])
def test_a_stretch_that_is_not_there_is_refused(bounds: tuple[float, float | None], clip: Path) -> None:
    with pytest.raises(InputError, match=r"a\.mkv from .* expected a stretch of its 1\.67 s"):
        see(clip, *bounds)


def test_a_still_is_held(tmp_path: Path, clips: ModuleType) -> None:
    Image.fromarray(clips.disc(20, 20)).save(tmp_path / "still.png")
    still = examine(tmp_path / "still.png")
    canvas = Canvas(48, 64, Fraction(12), "crop")
    found = make_window(canvas, still, hold=1.5)
    frames = list(found.frames())
    assert len(frames) == found.length == 18 and all(np.array_equal(frame, clips.disc(20, 20)) for frame in frames)
    assert len(list(found.frames(10))) == 8
    assert make_window(canvas, still).length == 1


def test_of_a_slow_clip_the_number_of_its_own_frame_is_known(clip: Path) -> None:
    found = make_window(Canvas(48, 64, Fraction(30), "crop"), examine(clip), start=0.5)
    own = list(read_frames(clip))
    assert found.is_slow and not see(clip).is_slow
    for at in (0, 3, 10, found.length - 1):
        assert np.array_equal(next(iter(found.frames(at))), own[round(found.own_number(at))])
