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

from segue.core.images import Pixels
from segue.evaluation.metrics.seam import change, pace, seam
from segue.video import FILMS, probe, read_frames, read_sound, write_gif
from segue.video.demo_clips import write_demo_clips

Join = Callable[..., dict[str, Any]]

B = 32  # the second clip's numbers begin here
each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def parts(film: Path, result: dict[str, Any]) -> tuple[list[Pixels], list[Pixels], list[Pixels]]:
    """The film's frames before, within and after the transition."""
    frames = list(read_frames(film))
    assert len(frames) == result["frames"] == probe(film).frames
    first, count = result["transition"]["first"], result["transition"]["count"]
    return frames[:first], frames[first : first + count], frames[first + count :]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    a=st.integers(1, 14),
    b=st.integers(1, 14),
    fps=st.sampled_from([Fraction(10), Fraction(25), Fraction(30000, 1001)]),
    seconds=st.floats(0.04, 0.6),
)
def test_nothing_is_lost_and_nothing_doubled(
    a: int, b: int, fps: Fraction, seconds: float, join: Join, tmp_path: Path, clips: ModuleType
) -> None:
    one = clips.write(tmp_path / "a.mp4", clips.counted(range(a)), fps)
    two = clips.write(tmp_path / "b.mp4", clips.counted(range(B, B + b)), fps)
    result = join(one, two, "-o", tmp_path / "out.mp4", "--seconds", seconds, style="cut")
    count = max(1, round(seconds * fps))
    mode = "overlap" if 2 * count <= min(a, b) else "insert"
    over = count if mode == "overlap" else 0
    assert result["mode"] == mode and result["transition"] == {"first": a - over, "count": count}
    assert result["fps"] == pytest.approx(float(fps)) and (result["width"], result["height"]) == (64, 48)
    assert result["frames"] == (a + b - count if over else a + b + count)
    assert result["seconds"] == pytest.approx(result["frames"] / float(fps))
    before, within, after = parts(tmp_path / "out.mp4", result)
    assert clips.numbers_in(before) == list(range(a - over))
    assert clips.numbers_in(after) == list(range(B + over, B + b))
    if over:  # a cut shows which frames are under it
        places = [
            i if i in shown else None for i, *shown in zip(range(count), *under(within, a, over, clips), strict=True)
        ]
        assert places == list(range(count))


def under(within: list[Pixels], a: int, over: int, clips: ModuleType) -> tuple[list[int], list[int]]:
    """Places in the cut, by the first clip's numbers and by the second's."""
    numbers = clips.numbers_in(within)
    return [number - (a - over) for number in numbers], [number - B for number in numbers]


@each_mode
def test_the_arithmetic_is_said_before_and_after(
    mode: str, join: Join, tmp_path: Path, clips: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = (clips.write(tmp_path / f"{n}.mp4", clips.counted(range(n, n + 12))) for n in (0, B))
    result = join(one, two, "-o", tmp_path / "out.mp4", "--seconds", "0.5", "--mode", mode)
    assert (
        result["arithmetic"]
        == {
            "overlap": "0.50 s of clip 1 + 0.50 s over both + 0.50 s of clip 2 = 1.50 s",
            "insert": "1.00 s of clip 1 + 0.50 s between + 1.00 s of clip 2 = 2.50 s",
        }[mode]
    )
    assert result["mode"] == mode and result["frames"] == {"overlap": 18, "insert": 30}[mode]


def seams(film: Path, result: dict[str, Any]) -> dict[str, float]:
    """How the seams show in the film as it was written."""
    before, within, after = map(np.stack, parts(film, result))
    near = round(result["fps"] / 2) + 1
    return {
        "a": seam(before[::-1][:near], within).position,
        "b": seam(after[:near], within[::-1]).position,
    }


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> dict[str, tuple[Path, Path]]:
    """Clips of two seconds and a bit in which all moves: the demo's, and discs that roll."""
    folder = tmp_path_factory.mktemp("lively")
    look = {"height": 96, "width": 64}
    rolls = (
        clips.rolling(52, (10, 16), (0.9, 1.3), radius=12, **look),
        clips.rolling(52, (56, 84), (-0.9, -1.3), radius=10, blue=90, **look),
    )
    discs = (clips.write(folder / f"{i}.mp4", frames, 25) for i, frames in enumerate(rolls))
    a, b = discs
    return {"discs": (a, b), "demo": write_demo_clips(folder, 2.1, 96, 64)}


@each_mode
@pytest.mark.parametrize("kind", ["demo", "discs"])
def test_the_seams_of_a_morph_do_not_show(
    kind: str, mode: str, join: Join, lively: dict[str, tuple[Path, Path]], tmp_path: Path, clips: ModuleType
) -> None:
    one, two = lively[kind]
    result = join(one, two, "-o", tmp_path / "out.mp4", "--mode", mode, style="morph")
    assert max(result["seam"].values()) <= 1.5, result["seam"]
    assert result["seam"] == {end: result["scores"]["morph"][end]["position"] for end in "ab"}
    assert max(seams(tmp_path / "out.mp4", result).values()) <= 1.65  # the encoder adds its own
    before, within, after = parts(tmp_path / "out.mp4", result)
    steps = change([before[-1], *within, after[0]])
    assert steps.min() > 0.2 * min(pace(np.stack(before)), pace(np.stack(after)))  # no frame is shown twice
    over = result["transition"]["count"] if mode == "overlap" else 0
    own = list(read_frames(one))[: len(before)], list(read_frames(two))[over:]
    assert clips.psnr(before[-1], own[0][-1]) > 25 and clips.psnr(after[0], own[1][0]) > 25


def test_a_style_is_chosen_where_none_is_asked_for(
    join: Join, lively: dict[str, tuple[Path, Path]], tmp_path: Path
) -> None:
    result = join(*lively["demo"], "-o", tmp_path / "out.mp4", "--seconds", "0.5", style="auto")
    attempts = {one["style"]: one["missed"] for one in result["rungs"]}
    assert result["style"] in attempts and next(iter(attempts)) == "morph" and result["steps"] == 0
    assert list(result["scores"]) == [result["style"], "flow", "fade", "cut"]
    if attempts[result["style"]]:
        assert len(attempts) == 5 and any("misses least" in note for note in result["notes"])
    else:
        assert list(attempts)[-1] == result["style"]


@each_mode
@pytest.mark.parametrize("leaving", [True, False])
def test_a_slow_clip_moves_smoothly_through_the_seam(
    leaving: bool, mode: str, join: Join, tmp_path: Path, clips: ModuleType
) -> None:
    look = {"height": 96, "width": 64}
    fast = clips.write(tmp_path / "a.mp4", clips.counted(range(40), 96, 64), 25)
    slow = clips.write(tmp_path / "b.mp4", clips.rolling(20, (12, 20), (2, 2.5), **look), 10)
    words = ("-o", tmp_path / "out.mp4", "--seconds", "0.6", "--fps", 25, "--mode", mode)
    result = join(*((slow, fast) if leaving else (fast, slow)), *words, style="cut")
    assert any("10 frames a second brought to 25" in note for note in result["notes"])
    before, within, after = parts(tmp_path / "out.mp4", result)
    held = change(before if leaving else after)
    assert len(held) == 49 - (15 if mode == "overlap" else 0)
    assert (held < 0.1 * held.max()).sum() > 0.5 * len(held)  # outside it the clip is as it was: frames shown again
    made = within[:7] if leaving else within[8:]  # the cut is in the middle
    steps = np.diff([clips.centre(frame)[1] for frame in made])
    if mode == "overlap":
        assert steps == pytest.approx(np.full(6, 1), abs=0.6)
    else:  # it comes to rest, or sets out
        assert (steps[:2] if leaving else steps[-2:]) == pytest.approx([0.9, 0.9], abs=0.5)
        assert (steps > -0.2).all()


@pytest.mark.parametrize("suffix", FILMS)
def test_sound_cross_fades(suffix: str, join: Join, tmp_path: Path, clips: ModuleType) -> None:
    one = clips.write(tmp_path / "a.mkv", clips.counted(range(12)), 12, clips.tone(440, 1))
    two = clips.write(tmp_path / "b.mkv", clips.counted(range(B, B + 12)), 12, clips.tone(880, 1))
    film = tmp_path / f"out{suffix}"
    mode = "insert" if suffix == ".mp4" else "overlap"
    result = join(one, two, "-o", film, "--seconds", "0.5", "--mode", mode)
    frames, start = (30, 1.0) if mode == "insert" else (18, 0.5)
    assert result["frames"] == len(list(read_frames(film))) == frames
    sound = np.concatenate(list(read_sound(film)))
    assert len(sound) == frames / 12 * 48000
    assert abs(_decoded_samples(film) - len(sound)) <= 2048  # but for the codec's own blocks

    def heard(start: float, end: float) -> tuple[float, float]:
        part = sound[round(start * 48000) : round(end * 48000)]
        return clips.loudness(part, 440), clips.loudness(part, 880)

    low, high = heard(0.1, start - 0.1)
    assert low == pytest.approx(0.4, abs=0.04) and high < 0.01
    low, high = heard(start + 0.6, frames / 12 - 0.1)
    assert high == pytest.approx(0.4, abs=0.04) and low < 0.01
    fades = [heard(start + i / 10, start + (i + 1) / 10) for i in range(5)]
    assert all(a > b for (a, _), (b, _) in pairwise(fades)) and all(a < b for (_, a), (_, b) in pairwise(fades))
    assert [np.hypot(*fade) for fade in fades] == pytest.approx([0.4] * 5, abs=0.05)


def _decoded_samples(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


@pytest.mark.parametrize(("audio", "early", "late"), [("cut", 440, 880), ("a", 440, 440), ("b", 880, 880)])
def test_sound_goes_over_as_asked(
    audio: str, early: int, late: int, join: Join, tmp_path: Path, clips: ModuleType
) -> None:
    one = clips.write(tmp_path / "a.mkv", clips.counted(range(12)), 12, clips.tone(440, 1))
    two = clips.write(tmp_path / "b.mkv", clips.counted(range(B, B + 12)), 12, clips.tone(880, 1))
    join(one, two, "-o", tmp_path / "out.mkv", "--seconds", "0.5", "--audio", audio)
    sound = np.concatenate(list(read_sound(tmp_path / "out.mkv")))
    for hertz, start, end in ((440, 0, 0.49), (early, 0.51, 0.73), (late, 0.77, 0.98), (880, 1.01, 1.5)):
        part = sound[round(start * 48000) : round(end * 48000)]
        assert clips.loudness(part, hertz) == pytest.approx(0.4, abs=0.04)
        assert clips.loudness(part, 1320 - hertz) < 0.02


def test_sound_present_and_absent(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    silent = clips.write(tmp_path / "a.mp4", clips.counted(range(6)))
    loud = clips.write(tmp_path / "b.mp4", clips.counted(range(B, B + 6)), 12, clips.tone(880, 0.5))
    words = ("--seconds", "0.5", "--mode", "insert")
    join(silent, loud, "-o", tmp_path / "out.mp4", *words)
    sound = np.concatenate(list(read_sound(tmp_path / "out.mp4")))
    assert len(sound) == 1.5 * 48000
    assert np.abs(sound[: 48000 // 2 - 1200]).max() < 0.01 and clips.loudness(sound[52800:67200], 880) > 0.35
    join(silent, silent, "-o", tmp_path / "none.mp4", *words)
    assert not probe(tmp_path / "none.mp4").has_sound
    join(loud, loud, "-o", tmp_path / "off.mp4", "--audio", "none", *words)
    assert not probe(tmp_path / "off.mp4").has_sound


def test_surround_sound_is_heard_in_stereo(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    hertz = (300, 500, 700, 100, 900, 1100)  # left, right, centre, bass, the sides
    wide = clips.surround(tmp_path / "a.mkv", clips.counted(range(12)), hertz)
    two = clips.write(tmp_path / "b.mp4", clips.counted(range(B, B + 12)), 12, clips.tone(1600, 1))
    result = join(wide, two, "-o", tmp_path / "out.mp4", "--seconds", "0.5")
    assert any("5.1 sound mixed to stereo" in note for note in result["notes"])
    sound = np.concatenate(list(read_sound(tmp_path / "out.mp4")))
    assert sound.shape == (18 * 4000, 2)
    left, right = sound[2400:21600, [0, 0]], sound[2400:21600, [1, 1]]
    assert clips.loudness(left, 300) > 0.1 > 0.02 > clips.loudness(left, 500)
    assert clips.loudness(right, 500) > 0.1 > 0.02 > clips.loudness(right, 300)
    assert min(clips.loudness(side, 700) for side in (left, right)) > 0.05
    assert clips.loudness(sound[-20000:-2400], 1600) > 0.35


@each_mode
def test_another_size_and_rate_follow_the_first(mode: str, join: Join, tmp_path: Path, clips: ModuleType) -> None:
    one = clips.write(tmp_path / "a.mp4", clips.rolling(8, (30, 20), (1, 0), width=96), 12)
    two = clips.write(tmp_path / "b.mp4", clips.rolling(16, (56, 48), (1, 0), radius=28, height=96, width=128), 24)
    words = ("--seconds", "0.25", "--mode", mode)
    result = join(one, two, "-o", tmp_path / "boxed.mp4", *words)
    frames = 8 + 8 + (3 if mode == "insert" else -3)
    assert (result["width"], result["height"], result["fps"], result["frames"]) == (96, 48, 12, frames)
    assert any("128x96 letterboxed to 96x48" in note for note in result["notes"])
    assert any("24 frames a second brought to 12" in note for note in result["notes"])
    boxed = parts(tmp_path / "boxed.mp4", result)[2][0]
    assert boxed[:, :14].max() < 24 and boxed[:, -14:].max() < 24
    join(one, two, "-o", tmp_path / "cropped.mp4", *words, "--fit", "crop")
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
    assert (result["width"], result["height"], result["fps"], result["mode"]) == (48, 32, 24, "insert")
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
    assert result["mode"] == "insert"
    assert (len(before), len(after), result["fps"]) == (1, 4, 10)  # a still has no rate of its own
    assert clips.psnr(before[0], clips.disc(20, 20)) > 30
    result = join(tmp_path / "odd.gif", tmp_path / "still.png", "-o", tmp_path / "b.mp4", "--seconds", "0.2")
    assert (result["width"], result["height"]) == (64, 48)
    first = parts(tmp_path / "b.mp4", result)[0][0]
    assert first[:, [0, -1]].min() > 25 and first[[0, -1]].min() > 25  # no bars for the odd row


def test_a_clip_goes_on_into_itself(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.rolling(8, (20, 20), (2, 0)))
    result = join(clip, clip, "-o", tmp_path / "out.mp4", "--sheet")
    assert result["sheet"] == str(tmp_path / "out.png") and (tmp_path / "out.png").exists()
    assert [len(part) for part in parts(tmp_path / "out.mp4", result)] == [8, 12, 8]
