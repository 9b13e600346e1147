"""Films of many clips, stills, loops, projects and other files, as `segue join` writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segue.cli import main
from segue.video import probe, read_frames

Join = Callable[..., dict[str, Any]]


@pytest.fixture
def three(tmp_path: Path, clips: ModuleType) -> list[Path]:
    """Clips of twelve frames each, numbered 1 to 12, 21 to 32, 41 to 52; the first has sound."""
    tone = {1: clips.tone(440, 1)}
    return [clips.write(tmp_path / f"{n}.mkv", clips.counted(range(n, n + 12)), 12, tone.get(n)) for n in (1, 21, 41)]


def numbers(film: Path, clips: ModuleType) -> list[int]:
    found: list[int] = clips.numbers_in(read_frames(film))
    return found


def test_any_number_of_clips_in_one_film(join: Join, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    result = join(*three, "-o", tmp_path / "all.mp4", "--seconds", "0.25", style="cut")
    found = numbers(tmp_path / "all.mp4", clips)
    assert len(found) == result["frames"] == 36 - 2 * 3
    assert found[:9] == list(range(1, 10)) and found[12:18] == list(range(24, 30)) and found[-9:] == list(range(44, 53))
    first, second = result["transitions"]
    assert (first["first"], second["first"], first["count"]) == (9, 18, 3)
    assert [Path(one).name for one in (first["a"], first["b"], second["b"])] == ["1.mkv", "21.mkv", "41.mkv"]
    assert result["transition"] == {"first": 9, "count": 3} and result["scores"] == first["scores"]


def test_a_length_may_be_in_frames(join: Join, three: list[Path], tmp_path: Path) -> None:
    result = join(*three[:2], "-o", tmp_path / "a.mp4", "--frames", "5", "--fps", "24", style="cut")
    assert result["transition"] == {"first": 19, "count": 5} and result["frames"] == 24 + 24 - 5


def test_a_loop_comes_back(join: Join, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    result = join(*three[:2], "--loop", "-o", tmp_path / "loop.mp4", "--seconds", "0.25", style="cut")
    found = numbers(tmp_path / "loop.mp4", clips)
    assert found[:6] == list(range(4, 10)) and found[9:15] == list(range(24, 30)) and len(found) == 18
    assert [one["first"] for one in result["transitions"]] == [6, 15]
    alone = join(three[0], "--loop", "-o", tmp_path / "one.mp4", "--seconds", "0.25", style="cut")
    assert numbers(tmp_path / "one.mp4", clips)[:6] == list(range(4, 10)) and alone["frames"] == 9


def test_stills_are_held(join: Join, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    Image.fromarray(clips.disc(20, 20)).save(tmp_path / "still.png")
    words = (tmp_path / "still.png", three[0], "-o", tmp_path / "a.mp4", "--hold", "1.5", "--seconds", "0.5")
    result = join(*words)
    assert result["fps"] == 12 and result["transition"] == {"first": 12, "count": 6} and result["frames"] == 18 + 12 - 6
    frames = list(read_frames(tmp_path / "a.mp4"))
    assert all(clips.psnr(frame, clips.disc(20, 20)) > 30 for frame in frames[:12])
    assert clips.numbers_in(frames[18:]) == list(range(7, 13))


def test_a_project_says_it_all(join: Join, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    (tmp_path / "film.toml").write_text(
        'seconds = 0.25\nmode = "insert"\n[[clips]]\npath = "1.mkv"\nstart = 0.5\n'
        '[[clips]]\npath = "21.mkv"\nstop = 0.5\nseconds = 0.5\nstyle = "fade"\n[[clips]]\npath = "41.mkv"\n'
    )
    result = join("--from", tmp_path / "film.toml", "-o", tmp_path / "all.mp4", style="cut")
    found = numbers(tmp_path / "all.mp4", clips)
    assert found[:6] == list(range(7, 13)) and found[9:15] == list(range(21, 27)) and found[-12:] == list(range(41, 53))
    assert [one["style"] for one in result["transitions"]] == ["cut", "fade"]
    assert [one["count"] for one in result["transitions"]] == [3, 6]
    longer = join("--from", tmp_path / "film.toml", "-o", tmp_path / "b.mp4", "--seconds", "0.9", style="cut")
    counts = [one["count"] for one in longer["transitions"]]
    assert counts == [11, 6], "what is given beside a project comes before its own, but not before a clip's"


@pytest.mark.parametrize("options", [(), ("--best-cut", "0.4"), ("--loop", "--best-cut", "0.3"), ("--preview",)])
def test_the_record_renders_the_film_again_to_the_byte(
    options: tuple[str, ...], join: Join, three: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "made").mkdir()
    style = "morph:smooth=3.0" if not options else "fade"
    result = join(*three, "-o", tmp_path / "made" / "a.mp4", "--seconds", "0.2", *options, style=style)
    again = tmp_path / "b.mp4"
    assert main(["join", "--from", result["record"], "-o", str(again)]) == 0
    assert again.read_bytes() == (tmp_path / "made" / "a.mp4").read_bytes()


def test_the_record_of_a_dream_renders_it_again(join: Join, three: list[Path], tmp_path: Path) -> None:
    small = ("--steps", "4", "--width", "2", "--latent", "2", "--seconds", "0.3", "--quick")
    result = join(*three[:2], "-o", tmp_path / "a.mp4", *small, style="dream")
    assert main(["join", "--from", result["record"], "-o", str(tmp_path / "b.mp4")]) == 0
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_the_record_says_where_each_frame_is_from(join: Join, three: list[Path], tmp_path: Path) -> None:
    result = join(*three[:2], "-o", tmp_path / "a.mp4", "--seconds", "0.25", "--quick")
    page = json.loads(Path(result["record"]).read_text())
    assert page["frames"] == [
        "film 00:00.75: 1.mkv 00:00.75 75 %, 21.mkv 00:00.00 25 %",
        "film 00:00.83: 1.mkv 00:00.83 50 %, 21.mkv 00:00.08 50 %",
        "film 00:00.92: 1.mkv 00:00.92 25 %, 21.mkv 00:00.17 75 %",
    ]
    assert page["transitions"][0]["scores"].keys() == {"fade"} and page["film"]["frames"] == 21


def test_the_best_cut_is_shown_and_taken(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    there = clips.rolling(30, (5, 24), (1.5, 0))
    a = clips.write(tmp_path / "a.mp4", there)
    b = clips.write(tmp_path / "b.mp4", [*clips.rolling(5, (60, 8), (0, 1), blue=200), *there[18:], *there[:14]])
    result = join(a, b, "-o", tmp_path / "c.mp4", "--best-cut", "1", "--seconds", "0.5", style="cut")
    (found,) = (one["moments"] for one in result["transitions"])
    assert len(found) <= 5 and found == sorted(found, key=lambda one: one["distance"])
    assert found[0]["a"] * 12 - 18 == pytest.approx(found[0]["b"] * 12 - 5, abs=0.01)
    assert result["moments"] == str(tmp_path / "c-cuts.png") and Path(result["moments"]).exists()
    places = [clips.centre(frame)[0] for frame in read_frames(tmp_path / "c.mp4")]
    cut = result["transition"]["first"] + 3
    assert np.diff(places)[cut - 5 : cut + 5] == pytest.approx(np.full(10, 1.5), abs=0.7)  # on and on, as before


@pytest.mark.parametrize(
    ("name", "codec", "seen"),
    [("a.mov", "prores", "prores"), ("a.webm", None, "vp9"), ("a.gif", None, "gif"), ("a.mkv", "ffv1", "ffv1")],
)
def test_films_of_other_codecs(
    name: str, codec: str | None, seen: str, join: Join, three: list[Path], tmp_path: Path, clips: ModuleType
) -> None:
    words = ("--codec", codec) if codec else ()
    result = join(*three[:2], "-o", tmp_path / name, "--seconds", "0.25", *words, style="cut")
    info = probe(tmp_path / name)
    assert info.codec == seen and info.has_sound == (seen != "gif")
    assert ("no sound: the file has no room for it" in result["notes"]) == (seen == "gif")
    assert numbers(tmp_path / name, clips)[:9] == list(range(1, 10))


def test_a_folder_of_pictures(join: Join, three: list[Path], tmp_path: Path, clips: ModuleType) -> None:
    result = join(*three[:2], "-o", tmp_path / "frames", "--seconds", "0.25", style="cut")
    pictures = sorted((tmp_path / "frames").glob("*.png"))
    assert len(pictures) == result["frames"] == 21 and (tmp_path / "frames" / "sound.wav").exists()
    assert clips.numbers_in([np.asarray(Image.open(picture)) for picture in pictures[:9]]) == list(range(1, 10))
    assert result["record"] == str(tmp_path / "frames.json")


def test_a_preview_is_small_and_short(join: Join, tmp_path: Path, clips: ModuleType) -> None:
    pair = [clips.write(tmp_path / f"{n}.mp4", clips.counted(range(n, n + 24), 360, 640)) for n in (0, 30)]
    result = join(*pair, "-o", tmp_path / "small.mp4", "--preview", "--seconds", "0.5")
    assert (result["width"], result["height"], result["frames"]) == (480, 270, 12 + 6 + 12)
    assert list(result["scores"]) == ["fade"]
    assert numbers(tmp_path / "small.mp4", clips)[:12] == list(range(6, 18))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("1.mkv", "-o", "a.mp4"), "got 1 clip; expected two or more, or one with --loop"),
        (("-o", "a.mp4"), "got 0 clips"),
        (("1.mkv", "21.mkv", "--from", "film.toml", "-o", "a.mp4"), "got CLIPS beside --from"),
        (("1.mkv", "21.mkv", "-o", "21.mkv"), "which is one of the clips"),
        (("1.mkv", "21.mkv", "-o", "a.webm", "--codec", "prores"), "got prores in a.webm; expected .mov or .mkv"),
        (("1.mkv", "21.mkv", "-o", "a.mov", "--codec", "prores", "--crf", "3"), "got --crf=3 for prores"),
        (("1.mkv", "21.mkv", "-o", "a.gif", "--fps", "60"), "60 frames a second in gif"),
        (("1.mkv", "21.mkv", "-o", "a.txt"), "expected .mp4"),
        (("1.mkv", "21.mkv", "-o", "a.mp4", "--seconds", "1", "--mode", "overlap"), "try fewer --seconds"),
        (("1.mkv", "21.mkv", "-o", "a.mp4", "--best-cut", "soon"), "--best-cut=soon"),
    ],
)
def test_what_cannot_be_joined_is_said_in_one_line(
    words: tuple[str, ...],
    said: str,
    three: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["join", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and line.startswith("segue: got ")
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_is_told_before_any_work(
    three: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10))
    assert main(["join", *map(str, three), "-o", str(tmp_path / "a.mp4")]) == 2
    assert "expected the 0 MB that are free" in capsys.readouterr().err
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("order", [("chaplin", "bigbuckbunny", "flower"), ("bigbuckbunny", "flower", "chaplin")])
def test_best_cuts_of_three_clips_stay_inside_each(
    order: tuple[str, ...], data_dir: Path, join: Join, tmp_path: Path
) -> None:
    three = [data_dir / "clips" / f"{name}.mp4" for name in order]
    words = ("--best-cut", "2", "--quick", "--seconds", "0.6", "--size", "90x160")
    result = join(*three, "-o", tmp_path / "a.mp4", *words)
    page = json.loads(Path(result["record"]).read_text())
    for listed, path in zip(page["project"]["clips"], three, strict=True):
        assert 0 <= listed["start"] < listed["stop"] <= probe(path).seconds
    # The middle of each transition is the cut point that was found, on both sides.
    half = result["transition"]["count"] / result["fps"] / 2
    ends = zip(page["project"]["clips"], page["project"]["clips"][1:], result["transitions"], strict=False)
    for before, after, transition in ends:
        best = transition["moments"][0]
        assert best["a"] == pytest.approx(before["stop"] - half, abs=1 / result["fps"])
        assert best["b"] == pytest.approx(after["start"] + half, abs=1 / result["fps"])
    again = join("--from", result["record"], "-o", tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert again["frames"] == result["frames"] == probe(tmp_path / "a.mp4").frames


@pytest.mark.parametrize("words", [("--frames", "1"), ("--frames", "1", "--fps", "120"), ("--mode", "insert")])
def test_a_record_of_single_frames_is_rendered_again(
    words: tuple[str, ...], join: Join, tmp_path: Path, clips: ModuleType
) -> None:
    """A frame of a transition, and a still that is not held, are shorter than what a person may ask for."""
    clip = clips.write(tmp_path / "a.mkv", clips.counted(range(20)), 30)
    Image.fromarray(clips.disc(20, 20)).save(tmp_path / "still.png")
    result = join(clip, tmp_path / "still.png", clip, "-o", tmp_path / "one.mp4", "--quick", *words)
    join("--from", result["record"], "-o", tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
