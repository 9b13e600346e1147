"""`segue slow`, end to end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from segue.cli import main
from segue.commands.slow import SlowRequest, run_slow
from segue.core.images import Pixels
from segue.core.progress import Event
from segue.video import FilmWriter, probe, read_frames, read_sound

Segue = Callable[..., dict[str, Any]]

FPS, COUNT, HERTZ = 12, 9, 440
TINY = ("--style", "latent", "--steps", "3", "--width", "2", "--latent", "2")


def frames(count: int = COUNT, height: int = 48, width: int = 64) -> list[Pixels]:
    """A bright square that moves 3 px a frame over a slope of grey."""
    made = []
    for i in range(count):
        frame = np.empty((height, width, 3), np.uint8)
        frame[:] = np.linspace(40, 120, width, dtype=np.uint8)[:, None]
        frame[16:30, 8 + 3 * i : 22 + 3 * i] = (250, 220, 60)
        made.append(frame)
    return made


def tone(seconds: float) -> npt.NDArray[np.float32]:
    wave = 0.4 * np.sin(2 * np.pi * HERTZ * np.arange(round(seconds * 48_000)) / 48_000)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def write(path: Path, shown: list[Pixels], *, sound: bool) -> Path:
    height, width, _ = shown[0].shape
    with FilmWriter(path, width, height, Fraction(FPS), sound_rate=48_000 if sound else None, crf=8) as film:
        for frame in shown:
            film.write(frame)
        if sound:
            film.write_sound(tone(len(shown) / FPS))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("slow") / "clip.mp4", frames(), sound=True)


def psnr(a: Pixels, b: Pixels) -> float:
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean() + 1e-12))


def place(frame: Pixels) -> float:
    """Where the middle of the square is, across."""
    light = np.clip(frame[..., 0].astype(float) - 150, 0, None)
    return float((light * np.arange(frame.shape[1])).sum() / light.sum())


def test_the_result_tells_all(clip: Path, tmp_path: Path, segue: Segue) -> None:
    result = segue("slow", clip, "-o", tmp_path / "new" / "out.mp4")
    assert list(result) == [
        "out",
        "width",
        "height",
        "fps",
        "frames",
        "seconds",
        "factor",
        "style",
        "cuts",
        "took",
        "notes",
    ]
    assert (result["width"], result["height"], result["fps"], result["factor"]) == (64, 48, FPS, 4)
    assert result["frames"] == 4 * (COUNT - 1) + 1 == len(list(read_frames(tmp_path / "new" / "out.mp4")))
    assert result["seconds"] == pytest.approx(33 / 12) and result["style"] == "flow" and result["cuts"] == []
    assert list(result["took"]) == ["train", "write", "all"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.mp4"]


@pytest.mark.parametrize(("factor", "fps", "count"), [("2.5", None, 21), ("4", 24, 65), ("1.01", None, 9), ("2", 6, 9)])
def test_the_film_is_the_clip_slower(
    factor: str, fps: int | None, count: int, clip: Path, tmp_path: Path, segue: Segue
) -> None:
    words = () if fps is None else ("--fps", fps)
    result = segue("slow", clip, "-o", tmp_path / "out.mkv", "--factor", factor, *words)
    own, shown = list(read_frames(clip)), list(read_frames(tmp_path / "out.mkv"))
    assert len(shown) == result["frames"] == count and result["fps"] == (fps or FPS)
    step = Fraction(FPS, fps or FPS) / Fraction(factor)
    for index, frame in enumerate(shown):
        at = index * step
        assert place(frame) == pytest.approx(14.5 + 3 * float(at), abs=0.5)
        if at.denominator == 1:
            assert psnr(frame, own[int(at)]) > 33


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_sound_is_as_long_as_the_picture_at_its_own_pitch(
    suffix: str, clip: Path, tmp_path: Path, segue: Segue
) -> None:
    out = tmp_path / f"out{suffix}"
    result = segue("slow", clip, "-o", out, "--factor", 3)
    sound = np.concatenate(list(read_sound(out)))
    assert len(sound) == round(result["seconds"] * 48_000)
    middle = sound[4800:-9600, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * 48_000 / len(middle) == pytest.approx(HERTZ, abs=5)
    assert np.abs(middle).max() == pytest.approx(0.4, abs=0.1)


def test_a_film_has_no_sound_without_one_or_where_none_is_asked_for(clip: Path, tmp_path: Path, segue: Segue) -> None:
    segue("slow", clip, "-o", tmp_path / "mute.mp4", "--factor", "1.5", "--audio", "none")
    silent = write(tmp_path / "silent.mp4", frames(3), sound=False)
    segue("slow", silent, "-o", tmp_path / "still.mp4")
    assert not probe(tmp_path / "mute.mp4").has_sound and not probe(tmp_path / "still.mp4").has_sound


def test_a_cut_is_held_and_told(tmp_path: Path, segue: Segue, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [*frames(6), *(255 - frame[::-1] for frame in frames(6))]
    cut = write(tmp_path / "cut.mp4", shown, sound=False)
    result = segue("slow", cut, "-o", tmp_path / "out.mp4", "--factor", 3)
    own, made = list(read_frames(cut)), list(read_frames(tmp_path / "out.mp4"))
    assert result["cuts"] == [18 / FPS]
    assert result["notes"] == ["the clip is cut at 1.50 s of the film: the frame before is held until then"]
    assert all(psnr(frame, own[5]) > 33 for frame in made[15:18]) and psnr(made[18], own[6]) > 33
    assert main(["slow", str(cut), "-o", str(tmp_path / "again.mp4"), "--factor", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        f"film        {tmp_path / 'again.mp4'}",
        "            64x48, 12 frames a second, 2.83 s",
        "slowed      3 times, by flow",
    ]
    assert lines[4:] == [f"note        {result['notes'][0]}"]


def test_odd_sides_are_cropped_and_told(tmp_path: Path, segue: Segue, data_dir: Path) -> None:
    result = segue("slow", data_dir / "clips" / "gyrorbium.gif", "-o", tmp_path / "out.mp4", "--factor", "1.2")
    assert (result["width"], result["height"]) == (350, 224)
    assert "cropped from 350x225" in result["notes"] and not result["cuts"]


@pytest.mark.parametrize("words", [(), TINY])
def test_the_same_request_gives_the_same_bytes(
    words: tuple[str, ...], clip: Path, tmp_path: Path, segue: Segue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "same"):
        monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / name))  # each trains anew
        segue("slow", clip, "-o", tmp_path / f"{name}.mp4", "--factor", "2.5", *words)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "same.mp4").read_bytes()


def test_a_latent_film_keeps_the_clips_own_frames(
    clip: Path, tmp_path: Path, segue: Segue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    result = segue("slow", clip, "-o", tmp_path / "out.mp4", "--factor", 2, *TINY, "--method", "ae")
    own, shown = list(read_frames(clip)), list(read_frames(tmp_path / "out.mp4"))
    assert result["style"] == "latent" and result["took"]["train"] > 0
    assert all(psnr(shown[2 * i], frame) > 33 for i, frame in enumerate(own))


def test_progress_is_told_frame_by_frame(clip: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    run_slow(SlowRequest(clip, tmp_path / "out.mp4", factor=2.0), events.append)
    reported = [(event.done, event.total) for event in events if event.stage == "slow"]
    assert reported == [(i + 1, 17) for i in range(17)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--factor", "1"), "got --factor=1; expected 1.01 to 32"),
        (("--factor", "33"), "got --factor=33; expected 1.01 to 32"),
        (("--style", "dream"), "got --style 'dream'; expected flow, latent"),
        (("--audio", "mix"), "got --audio 'mix'; expected stretch, none"),
        (("--method", "gan"), "got method 'gan'; expected"),
        (("-o", "out.txt"), "got output out.txt; expected .mp4"),
    ],
)
def test_what_cannot_be_is_refused(
    words: tuple[str, ...], said: str, clip: Path, tmp_path: Path, refused: Callable[..., str]
) -> None:
    out = () if "-o" in words else ("-o", tmp_path / "out.mp4")
    assert refused("slow", clip, *out, *words).startswith(f"segue: {said}")
    assert not list(tmp_path.iterdir())


def test_the_clip_itself_is_not_written_over(clip: Path, refused: Callable[..., str]) -> None:
    before = clip.read_bytes()
    assert "which is the clip" in refused("slow", clip, "-o", clip)
    assert clip.read_bytes() == before


@pytest.mark.usefixtures("usual_handler")
def test_ctrl_c_leaves_no_file(tmp_path: Path, python: tuple[str, ...], environment: dict[str, str]) -> None:
    clip = write(tmp_path / "clip.mp4", frames(60, 96, 256), sound=False)
    words = [*python, "slow", clip, "-o", tmp_path / "out.mp4", "--factor", 32]
    with subprocess.Popen([*map(str, words)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if line.startswith("slow: "))
        process.send_signal(signal.SIGINT)
        said = process.stderr.readlines()
    assert process.returncode == 130 and said[-1].startswith("segue: interrupted"), said
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
