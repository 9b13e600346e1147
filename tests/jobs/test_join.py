"""`segue join` as a job: the same bytes each time, nothing left behind, real clips. Films themselves: tests/join."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.clips import probe, read_frames
from segue.demo_clips import write_demo_clips
from segue.errors import Stopped
from segue.images import Pixels, resize
from segue.jobs.join import JoinRequest, run_join
from segue.progress import Event

Segue = Callable[..., dict[str, Any]]

TINY = ("--steps", "3", "--width", "2", "--latent", "2")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two clips of half a second, with sound."""
    return write_demo_clips(tmp_path_factory.mktemp("pair"), 0.5, 48, 64, Fraction(12))


def psnr(a: Pixels, b: Pixels) -> float:
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean() + 1e-12))


def test_the_result_tells_all(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    result = segue("join", *pair, "-o", tmp_path / "new" / "out.mp4", *TINY[2:], "--steps", "100")
    assert list(result) == [
        "out", "width", "height", "fps", "frames", "seconds", "transition", "seam", "psnr", "steps", "took", "sheet",
        "notes",
    ]  # fmt: skip
    assert result["out"] == str(tmp_path / "new" / "out.mp4") and result["steps"] == 100
    assert result["frames"] == 24 and result["transition"] == {"first": 6, "count": 12}
    assert 0 < result["psnr"] < 60 and all(0 < result["seam"][side] < 1.5 for side in "ab")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_same_request_gives_the_same_bytes(
    suffix: str, pair: tuple[Path, Path], tmp_path: Path, segue: Segue
) -> None:
    for name, seed in (("one", 0), ("same", 0), ("other", 1)):
        segue("join", *pair, "-o", tmp_path / f"{name}{suffix}", "--seed", seed, "--sheet", *TINY)
    one, same, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "same", "other"))
    assert one == same != other
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "same.png").read_bytes()


@pytest.mark.parametrize("path", ["graph+smooth", "auto", "geodesic:iterations=2,k=3"])
def test_a_path_may_go_by_the_clips_frames(path: str, pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    result = segue("join", *pair, "-o", tmp_path / "out.mp4", "--path", path, *TINY)
    assert result["frames"] == len(list(read_frames(tmp_path / "out.mp4"))) == 24


def test_the_clock_ends_training(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    words = ["--minutes", "0.01", "--steps", 100_000, "--width", 2, "--latent", 2]
    result = segue("join", *pair, "-o", tmp_path / "out.mp4", *words)
    assert 1 <= result["steps"] < 100_000 and result["took"]["train"] < 10


def test_ctrl_c_while_training_leaves_no_file(
    pair: tuple[Path, Path], tmp_path: Path, python: tuple[str, ...], environment: dict[str, str]
) -> None:
    words = [*python, "join", *pair, "-o", tmp_path / "out.mp4", "--steps", 250, "--width", 8]
    with subprocess.Popen([*map(str, words)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = [next(line for line in process.stderr if line.startswith("train: "))]
        process.send_signal(signal.SIGINT)
        said += process.stderr.readlines()
    assert process.returncode == 130 and said[-1].startswith("segue: stopped after "), said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stage", ["read plasma.mp4", "train", "write"])
def test_ctrl_c_at_any_stage_leaves_no_file(
    stage: str, pair: tuple[Path, Path], tmp_path: Path, usual_handler: None
) -> None:
    def interrupt(event: Event) -> None:
        if event.stage == stage and event.done == 2:
            signal.raise_signal(signal.SIGINT)

    request = JoinRequest(*pair, tmp_path / "out.mp4", steps=3, width=2, latent=2)
    with pytest.raises(Stopped if stage == "train" else KeyboardInterrupt):
        run_join(request, interrupt)
    assert not list(tmp_path.iterdir())


def test_what_was_there_stays_if_joining_fails(pair: tuple[Path, Path], tmp_path: Path, usual_handler: None) -> None:
    out = tmp_path / "out.mp4"
    out.write_text("a film from before")
    request = JoinRequest(*pair, out, steps=3, width=2, latent=2)

    def interrupt(event: Event) -> None:
        if event.stage == "write":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_join(request, interrupt)
    assert out.read_text() == "a film from before" and list(tmp_path.iterdir()) == [out]


def test_a_turned_phone_clip_and_a_gif(data_dir: Path, tmp_path: Path, segue: Segue) -> None:
    fire, gif = data_dir / "clips" / "fire2.mp4", data_dir / "clips" / "gyrorbium.gif"
    words = ["--size", "90x160", "--seconds", "0.4", "--steps", 5, "--width", 2, "--latent", 2]
    result = segue("join", fire, gif, "-o", tmp_path / "out.mp4", *words)
    assert any("turned upright" in note for note in result["notes"])
    assert any("letterboxed" in note for note in result["notes"])
    first, count = result["transition"]["first"], result["transition"]["count"]
    film, upright = list(read_frames(tmp_path / "out.mp4")), list(read_frames(fire))
    assert first == len(upright) == probe(fire).frames and len(film) == result["frames"]
    for shown in (0, first - 1):
        frame = resize(upright[shown], 90, 160)
        assert psnr(film[shown], frame) > 30 > psnr(film[shown], frame[::-1, ::-1])
    assert film[first + count][:, [0, -1]].max() < 24  # bars beside the GIF


def test_webm_and_mkv_of_other_sizes_rates_and_silence(data_dir: Path, tmp_path: Path, segue: Segue) -> None:
    pair = (data_dir / "clips" / name for name in ("big_buck_bunny_432_433.webm", "walk.mkv"))
    words = ["--size", "90x160", "--seconds", "0.5", "--fit", "crop", "--steps", 5, "--width", 2, "--latent", 2]
    result = segue("join", *pair, "-o", tmp_path / "out.webm", *words)
    assert result["transition"] == {"first": 24, "count": 12} and result["fps"] == 24
    assert result["frames"] == 24 + 12 + round(89 / 30 * 24) and probe(tmp_path / "out.webm").has_sound
    assert probe(tmp_path / "out.webm").frames == result["frames"]
