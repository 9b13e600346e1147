"""One size and one rate for the film, never stretched."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Fit
from segue.join.canvas import Canvas, choose_canvas
from segue.join.clip_window import make_window
from segue.video import ClipInfo, examine, probe, read_frames, write_gif

INFO = ClipInfo(Path("a.mp4"), 351, 225, Fraction(10), 20, 2.0, False, None, None, "gif", ())


def test_the_first_clip_decides_unless_told_otherwise() -> None:
    assert choose_canvas(INFO, None, None, "crop") == Canvas(224, 350, Fraction(10), "crop")
    assert choose_canvas(INFO, (91, 160), Fraction(25), "letterbox") == Canvas(90, 160, Fraction(25), "letterbox")


def test_there_is_always_a_frame() -> None:
    canvas = choose_canvas(INFO, None, Fraction(30000, 1001), "crop")
    assert [canvas.count(seconds) for seconds in (0.001, 0.1, 1.0, 10.0)] == [1, 3, 30, 300]


def test_changes_are_said() -> None:
    canvas = choose_canvas(INFO, None, None, "letterbox")
    assert canvas.describe_changes(INFO) == ()
    b = replace(INFO, path=Path("b.mp4"), width=640, height=480, fps=Fraction(30), notes=("variable frame rate",))
    assert canvas.describe_changes(b) == (
        "b.mp4: 640x480 letterboxed to 350x224",
        "b.mp4: 30 frames a second brought to 10",
        "b.mp4: variable frame rate",
    )
    assert "cropped" in replace(canvas, how="crop").describe_changes(b)[0]
    assert "resized" in canvas.describe_changes(replace(INFO, width=700, height=448))[0]


@given(st.integers(16, 3000), st.integers(16, 3000), st.sampled_from([1, 8]))
def test_a_size_within_is_small_and_of_the_same_aspect(height: int, width: int, multiple: int) -> None:
    canvas = Canvas(height, width, Fraction(25), "crop")
    small = canvas.size_within(192 * 112, multiple)
    scale = min(1.0, (192 * 112 / (height * width)) ** 0.5)
    for side, whole in zip(small, (height, width), strict=True):
        assert side % multiple == 0 and side >= multiple
        assert abs(side - whole * scale) <= multiple / 2 or side == multiple


@pytest.mark.parametrize("how", ["letterbox", "crop"])
def test_a_circle_stays_round(how: Fit, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "b.mp4", [clips.disc(64, 48, radius=30, height=96, width=128)] * 2)
    frame = Canvas(48, 96, Fraction(12), how).fit(next(read_frames(clip)))
    assert frame.shape == (48, 96, 3)
    disc = frame[..., 0] > 160
    wide, high = disc.any(axis=0).sum(), disc.any(axis=1).sum()
    assert (wide, high) == ((30, 30) if how == "letterbox" else (45, 45)) or abs(wide - high) <= 1
    bars = np.concatenate([frame[:, :15], frame[:, -15:]])
    assert (bars < 8).all() if how == "letterbox" else (bars > 20).all()


def test_an_odd_row_is_cut_and_nothing_resampled(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 2, (33, 47, 1), np.uint8) * 255
    write_gif(tmp_path / "odd.gif", [image] * 3, Fraction(10))
    clip = tmp_path / "odd.gif"
    frame = choose_canvas(probe(clip), None, None, "letterbox").fit(next(read_frames(clip)))
    assert np.array_equal(frame, next(read_frames(clip))[:32, :46])


def test_another_rate_repeats_and_leaves_out(tmp_path: Path, clips: ModuleType) -> None:
    clip = examine(clips.write(tmp_path / "a.mp4", clips.counted(range(8)), 8))
    slow, fast = (make_window(Canvas(48, 64, Fraction(fps), "crop"), clip) for fps in (4, 16))
    assert clips.numbers_in(slow.frames()) == [0, 2, 4, 6] and clips.numbers_in(slow.frames(1)) == [2, 4, 6]
    assert clips.numbers_in(fast.frames()) == [n // 2 for n in range(16)]
