"""Whole films as `segue join` writes them, read back frame by frame and sample by sample."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from segue.clips import FILMS, probe, read_frames, read_sound, write_gif
from segue.images import Pixels
from segue.join.seam import change, pace, seam_jump

Join = Callable[..., dict[str, Any]]

B = 32  # the second clip's numbers begin here


def parts(film: Path, result: dict[str, Any]) -> tuple[list[Pixels], list[Pixels], list[Pixels]]:
    """The film's frames before, within and after the transition."""
    frames = list(read_frames(film))
    assert len(frames) == result["frames"] == probe(film).frames
    first, count = result["transition"]["first"], result["transition"]["count"]
    return frames[:first], frames[first : first + count], frames[first + count :]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    a=st.integers(1, 12),
    b=st.integers(1, 12),
    fps=st.sampled_from([Fraction(10), Fraction(25), Fraction(30000, 1001)]),
    seconds=st.floats(0.04, 0.6),
)
def test_nothing_is_lost_and_nothing_doubled(
    a: int, b: int, fps: Fraction, seconds: float, join: Join, tmp_path: Path, clips: ModuleType
) -> None:
    one = clips.write(tmp_path / "a.mp4", clips.counted(range(a)), fps)
    two = clips.write(tmp_path / "b.mp4", clips.counted(range(B, B + b)), fps)
    result = join(one, two, "-o", tmp_path / "out.mp4", "--seconds", seconds)
    assert result["transition"] == {"first": a, "count": max(1, round(seconds * fps))}
    assert result["fps"] == pytest.approx(float(fps)) and (result["width"], result["height"]) == (64, 48)
    before, within, after = parts(tmp_path / "out.mp4", result)
    assert clips.numbers_in(before) == list(range(a)) and clips.numbers_in(after) == list(range(B, B + b))
    assert len(within) == result["transition"]["count"]
    assert result["seconds"] == pytest.approx(result["frames"] / float(fps))
    assert clips.psnr(before[-1], list(read_frames(one))[-1]) > 30
    assert clips.psnr(after[0], next(read_frames(two))) > 30


def test_the_seams_do_not_show(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    one = clips.write(tmp_path / "a.mp4", clips.rolling(12, (14, 20), (1.2, 0.6)))
    two = clips.write(tmp_path / "b.mp4", clips.rolling(12, (48, 12), (-0.8, 1.5), radius=7, blue=150))
    result = join(one, two, "-o", tmp_path / "out.mp4", steps=300, width=8)
    before, within, after = parts(tmp_path / "out.mp4", result)
    jumps = {
        "a": seam_jump(np.stack(before[::-1]), np.stack(within)),
        "b": seam_jump(np.stack(after), np.stack(within[::-1])),
    }
    for seam, jump in jumps.items():
        assert result["seam"][seam] <= 1.5 and jump <= 1.6, (seam, result["seam"], jumps)
    steps = change([before[-1], *within, after[0]])
    assert steps.min() > 0.3 * min(pace(np.stack(before)), pace(np.stack(after)))  # no frame is shown twice
    assert clips.psnr(before[-1], list(read_frames(one))[-1]) > 30
    assert clips.psnr(after[0], next(read_frames(two))) > 30


@pytest.mark.parametrize("suffix", FILMS)
def test_sound_cross_fades(suffix: str, join: Join, tmp_path: Path, clips: ModuleType) -> None:
    one = clips.write(tmp_path / "a.mkv", clips.counted(range(12)), 12, clips.tone(440, 1))
    two = clips.write(tmp_path / "b.mkv", clips.counted(range(B, B + 12)), 12, clips.tone(880, 1))
    result = join(one, two, "-o", tmp_path / f"out{suffix}", "--seconds", "0.5")
    before, within, after = parts(tmp_path / f"out{suffix}", result)
    assert (len(before), len(within), len(after)) == (12, 6, 12)
    sound = np.concatenate(list(read_sound(tmp_path / f"out{suffix}")))
    assert len(sound) == 30 / 12 * 48000
    assert abs(_decoded_samples(tmp_path / f"out{suffix}") - len(sound)) <= 2048  # but for the codec's own blocks

    def heard(start: float, end: float) -> tuple[float, float]:
        piece = sound[round(start * 48000) : round(end * 48000)]
        return clips.loudness(piece, 440), clips.loudness(piece, 880)

    low, high = heard(0.1, 0.9)
    assert low == pytest.approx(0.4, abs=0.04) and high < 0.01
    low, high = heard(1.6, 2.4)
    assert high == pytest.approx(0.4, abs=0.04) and low < 0.01
    fades = [heard(start, start + 0.1) for start in (1.0, 1.1, 1.2, 1.3, 1.4)]
    assert all(a > b for (a, _), (b, _) in pairwise(fades)) and all(a < b for (_, a), (_, b) in pairwise(fades))
    assert [np.hypot(*fade) for fade in fades] == pytest.approx([0.4] * 5, abs=0.05)


def _decoded_samples(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def test_a_silent_clip_counts_as_silence(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    silent = clips.write(tmp_path / "a.mp4", clips.counted(range(6)))
    loud = clips.write(tmp_path / "b.mp4", clips.counted(range(B, B + 6)), 12, clips.tone(880, 0.5))
    join(silent, loud, "-o", tmp_path / "out.mp4", "--seconds", "0.5")
    sound = np.concatenate(list(read_sound(tmp_path / "out.mp4")))
    assert len(sound) == 1.5 * 48000
    assert np.abs(sound[: 48000 // 2 - 1200]).max() < 0.01 and clips.loudness(sound[52800:67200], 880) > 0.35
    join(silent, silent, "-o", tmp_path / "none.mp4", "--seconds", "0.5")
    assert not probe(tmp_path / "none.mp4").has_sound


def test_another_size_and_rate_follow_the_first(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    one = clips.write(tmp_path / "a.mp4", clips.rolling(6, (30, 20), (1, 0), width=96), 12)
    two = clips.write(tmp_path / "b.mp4", clips.rolling(12, (60, 48), (1, 0), radius=28, height=96, width=128), 24)
    result = join(one, two, "-o", tmp_path / "boxed.mp4", "--seconds", "0.25")
    assert (result["width"], result["height"], result["fps"], result["frames"]) == (96, 48, 12, 6 + 3 + 6)
    assert any("128x96 letterboxed to 96x48" in note for note in result["notes"])
    assert any("24 frames a second brought to 12" in note for note in result["notes"])
    boxed = parts(tmp_path / "boxed.mp4", result)[2][0]
    assert boxed[:, :14].max() < 24 and boxed[:, -14:].max() < 24
    join(one, two, "-o", tmp_path / "cropped.mp4", "--seconds", "0.25", "--fit", "crop")
    cropped = parts(tmp_path / "cropped.mp4", result)[2][0]
    assert cropped[:, :14].min() > 24
    for frame in (boxed, cropped):
        shown = frame[..., 0] > 160
        assert abs(int(shown.any(axis=0).sum()) - int(shown.any(axis=1).sum())) <= 1
    for film in ("boxed", "cropped"):  # the second clip, at its own pace
        middles = [
            np.argwhere(frame[..., 0] > 160)[:, 1].mean() for frame in parts(tmp_path / f"{film}.mp4", result)[2]
        ]
        assert all(right > left for left, right in pairwise(middles))


def test_size_and_rate_that_are_asked_for(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(6)))
    result = join(clip, clip, "-o", tmp_path / "out.mp4", "--size", "32x48", "--fps", "24", "--seconds", "2")
    assert (result["width"], result["height"], result["fps"]) == (48, 32, 24)
    assert result["transition"] == {"first": 12, "count": 48} and result["frames"] == 72
    before, _, after = parts(tmp_path / "out.mp4", result)
    for part in (before, after):
        inner = [frame[:, 2:45] for frame in part]  # 43x32 between bars
        assert clips.numbers_in(inner) == [number // 2 for number in range(12)]


def test_stills_and_odd_sizes_can_be_joined(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    Image.fromarray(clips.disc(20, 20)).save(tmp_path / "still.png")
    write_gif(tmp_path / "odd.gif", [clips.disc(20 + i, 20, height=49, width=65) for i in range(4)], Fraction(10))
    result = join(tmp_path / "still.png", tmp_path / "odd.gif", "-o", tmp_path / "a.mp4", "--seconds", "0.2")
    before, _, after = parts(tmp_path / "a.mp4", result)
    assert (len(before), len(after)) == (1, 10) and clips.psnr(before[0], clips.disc(20, 20)) > 30
    result = join(tmp_path / "odd.gif", tmp_path / "still.png", "-o", tmp_path / "b.mp4", "--seconds", "0.2")
    assert (result["width"], result["height"]) == (64, 48)
    first = parts(tmp_path / "b.mp4", result)[0][0]
    assert first[:, [0, -1]].min() > 25 and first[[0, -1]].min() > 25  # no bars for the odd row


def test_a_clip_goes_on_into_itself(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.rolling(8, (20, 20), (2, 0)))
    result = join(clip, clip, "-o", tmp_path / "out.mp4", "--path", "slerp", "--method", "ae", "--sheet")
    assert result["sheet"] == str(tmp_path / "out.png") and (tmp_path / "out.png").exists()
    assert [len(part) for part in parts(tmp_path / "out.mp4", result)] == [8, 12, 8]
