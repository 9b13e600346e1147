"""`segue join` as a job: the same bytes each time, nothing left behind, real clips. Films themselves: tests/join."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.cli import main
from segue.core.errors import Stopped
from segue.core.images import Pixels, read_image, resize
from segue.core.progress import Event
from segue.evaluation.metrics.seam import Seam
from segue.join.request import JoinRequest
from segue.join.run import run_join
from segue.join.scores import Scores
from segue.join.styles import STYLES
from segue.video import probe, read_frames
from segue.video.demo_clips import write_demo_clips

Segue = Callable[..., dict[str, Any]]

TINY = ("--quick", "--style", "dream", "--steps", "3", "--width", "2", "--latent", "2")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two clips of half a second, with sound; tall, so that few cells are matched."""
    return write_demo_clips(tmp_path_factory.mktemp("pair"), 0.5, 64, 48, Fraction(12))


def psnr(a: Pixels, b: Pixels) -> float:
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean() + 1e-12))


def test_the_result_tells_all(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    result = segue("join", *pair, "-o", tmp_path / "new" / "out.mp4", "--style", "dream", *TINY[5:], "--steps", "60")
    assert list(result) == [
        "out",
        "width",
        "height",
        "fps",
        "frames",
        "seconds",
        "style",
        "mode",
        "arithmetic",
        "transition",
        "seam",
        "scores",
        "rungs",
        "psnr",
        "steps",
        "took",
        "sheet",
        "notes",
        "transitions",
        "record",
        "moments",
        "films",
        "otio",
        "report",
    ]
    assert result["out"] == str(tmp_path / "new" / "out.mp4")
    assert result["frames"] == 24 and result["transition"] == {"first": 6, "count": 12}
    assert (result["style"], result["mode"], result["steps"]) == ("dream", "insert", 60) and 0 < result["psnr"] < 60
    assert list(result["scores"]) == ["dream", "flow", "fade", "cut"]
    for scores in result["scores"].values():
        assert list(scores) == [field.name for field in fields(Scores)]
        assert list(scores["a"]) == list(scores["b"]) == [field.name for field in fields(Seam)]
    assert result["seam"] == {end: result["scores"]["dream"][end]["position"] for end in "ab"}
    ((style, missed),) = ((one["style"], one["missed"]) for one in result["rungs"])
    assert style == "dream" and (f"missed: {', '.join(missed)}" in result["notes"]) == bool(missed)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["out.json", "out.mp4"]
    (one,) = result["transitions"]
    assert all(one[key] == result[key] for key in ("style", "mode", "seam", "scores", "rungs"))


def test_only_a_dream_is_trained(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    for style in STYLES:
        if style.name != "dream":
            result = segue(
                "join", *pair, "-o", tmp_path / "out.mp4", "--style", style.name, "--seconds", "0.2", "--quick"
            )
            assert (result["style"], result["steps"], result["psnr"]) == (style.name, 0, None)
            assert result["mode"] == "overlap" and result["frames"] == 10


def test_what_is_quick_tries_one_style_without_controls(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    result = segue("join", *pair, "-o", tmp_path / "out.mp4", "--quick")
    assert list(result["scores"]) == ["morph"] and [one["style"] for one in result["rungs"]] == ["morph"]


def test_words_are_those_of_the_result(
    pair: tuple[Path, Path], tmp_path: Path, segue: Segue, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["join", *map(str, pair), "-o", str(tmp_path / "out.mp4"), "--style", "morph:smooth=3", "--seconds", "0.2"]
    result = segue(*words)
    assert main([*words, "--sheet"]) == 0
    out, err = capsys.readouterr()
    assert (
        err.splitlines()[0] == result["arithmetic"] == "0.33 s of clip 1 + 0.17 s over both + 0.33 s of clip 2 = 0.83 s"
    )
    lines = out.splitlines()
    assert lines[2:4] == ["transition  frames 4 to 5, 0.17 s from 0.33 s", f"            {result['arithmetic']}"]
    assert f"{result['seam']['a']:.2f} and {result['seam']['b']:.2f}" in lines[4]
    ours = result["scores"]["morph:smooth=3.0"]
    assert lines[5].startswith("scores      morph:smooth=3.0  ghosting ") and f"pace {ours['pace']:.2f}" in lines[5]
    assert [line.split()[0] for line in lines[6:9]] == ["flow", "fade", "cut"]
    assert f"sheet       {tmp_path / 'out.png'}" in lines
    assert [line[12:] for line in lines if line.startswith("note ")] == result["notes"]
    assert read_image(tmp_path / "out.png").shape[2] == 3


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_same_request_gives_the_same_bytes(
    suffix: str, pair: tuple[Path, Path], tmp_path: Path, segue: Segue
) -> None:
    for name, seed in (("one", 0), ("same", 0), ("other", 1)):
        segue("join", *pair, "-o", tmp_path / f"{name}{suffix}", "--seed", seed, "--sheet", *TINY)
    one, same, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("one", "same", "other"))
    assert one == same != other
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "same.png").read_bytes()


@pytest.mark.parametrize("mode", ["overlap", "insert"])
def test_a_morph_has_the_same_bytes_twice(mode: str, pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    for name in ("one", "same"):
        words = ("--style", "morph", "--mode", mode, "--seconds", "0.3", "--quick")
        segue("join", *pair, "-o", tmp_path / f"{name}.mp4", *words)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "same.mp4").read_bytes()


@pytest.mark.parametrize("path", ["graph+smooth", "auto", "geodesic:iterations=2,k=3"])
def test_a_path_may_go_by_the_clips_frames(path: str, pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    result = segue("join", *pair, "-o", tmp_path / "out.mp4", "--path", path, *TINY)
    assert result["frames"] == len(list(read_frames(tmp_path / "out.mp4"))) == 24


def test_the_clock_ends_training(pair: tuple[Path, Path], tmp_path: Path, segue: Segue) -> None:
    words = ["--quick", "--style", "dream", "--minutes", "0.01", "--steps", 100_000, "--width", 2, "--latent", 2]
    result = segue("join", *pair, "-o", tmp_path / "out.mp4", *words)
    assert 1 <= result["steps"] < 100_000 and result["took"]["train"] < 20


def test_ctrl_c_while_training_leaves_no_file(
    pair: tuple[Path, Path], tmp_path: Path, python: tuple[str, ...], environment: dict[str, str]
) -> None:
    words = [*python, "join", *pair, "-o", tmp_path / "out.mp4", "--style", "dream", "--steps", 900, "--width", 8]
    with subprocess.Popen([*map(str, words)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = [next(line for line in process.stderr if line.startswith("train: "))]
        process.send_signal(signal.SIGINT)
        said += process.stderr.readlines()
    assert process.returncode == 130 and said[-1].startswith("segue: stopped after "), said
    assert not list(tmp_path.iterdir())


STAGES = {"plan": 0, "look plasma.mp4": 2, "try": 0, "match": 2, "train": 2, "write": 2}


@pytest.mark.parametrize("stage", STAGES)
def test_ctrl_c_at_any_stage_leaves_no_file(
    stage: str, pair: tuple[Path, Path], tmp_path: Path, usual_handler: None
) -> None:
    reached: list[Event] = []

    def interrupt(event: Event) -> None:
        if event.stage == stage and event.done == STAGES[stage]:
            reached.append(event)
            signal.raise_signal(signal.SIGINT)

    style = "morph" if stage == "match" else "dream"
    request = JoinRequest(tmp_path / "out.mp4", pair, style=style, steps=3, width=2, latent=2, seed=41)
    with pytest.raises(Stopped if stage == "train" else KeyboardInterrupt):
        run_join(request, interrupt)
    assert len(reached) == 1 and not list(tmp_path.iterdir())


def test_what_was_there_stays_if_joining_fails(pair: tuple[Path, Path], tmp_path: Path, usual_handler: None) -> None:
    out = tmp_path / "out.mp4"
    out.write_text("a film from before")
    request = JoinRequest(out, pair, style="fade")

    def interrupt(event: Event) -> None:
        if event.stage == "write":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_join(request, interrupt)
    assert out.read_text() == "a film from before" and list(tmp_path.iterdir()) == [out]


def test_a_turned_phone_clip_and_a_gif(data_dir: Path, tmp_path: Path, segue: Segue) -> None:
    fire, gif = data_dir / "clips" / "fire2.mp4", data_dir / "clips" / "gyrorbium.gif"
    words = ["--size", "90x160", "--seconds", "0.4", "--mode", "insert", "--style", "fade"]
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
    words = ["--size", "160x90", "--seconds", "0.5", "--fit", "crop", "--style", "morph"]
    result = segue("join", *pair, "-o", tmp_path / "out.webm", *words)
    assert result["transition"] == {"first": 12, "count": 12} and result["fps"] == 24 and result["mode"] == "overlap"
    assert result["frames"] == 24 - 12 + round(89 / 30 * 24) and probe(tmp_path / "out.webm").has_sound
    assert probe(tmp_path / "out.webm").frames == result["frames"]
