"""Transitions written alone: which frames they have, of films planned and of films read back."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.cli import main
from segue.core.errors import InputError
from segue.core.progress import Event
from segue.join.canvas import Canvas
from segue.join.clip_window import make_window
from segue.join.exports import Film, choose_films
from segue.join.plan import Plan, find_ends
from segue.join.project import ProjectClip
from segue.join.request import JoinRequest
from segue.join.resolve import check_outputs, film_paths
from segue.join.run import run_join
from segue.join.timeline import Cut, Stretch, count_frames
from segue.video import Clip, ClipInfo, probe, read_frames, read_sound
from segue.video.timing import Timing

Join = Callable[..., dict[str, Any]]

CANVAS = Canvas(48, 64, Fraction(12), "crop")
B, C = 20, 40  # where the second and the third clip's numbers begin
each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def planned(lengths: list[int], count: int, mode: Any, *, loop: bool) -> Plan:
    timing = Timing(Fraction(0), CANVAS.fps, Fraction(1), gridded=True, steady=True)
    windows = []
    for n, length in enumerate(lengths):
        info = ClipInfo(Path(f"{n}.mp4"), 64, 48, CANVAS.fps, length, length / 12, False, None, None, "h264", ())
        clip = Clip(
            info=info,
            timing=timing,
            base=Fraction(1, 12),
            keys=(),
            aspect=None,
            shifts=(Fraction(0),),
            timecode=None,
            checked={},
        )
        windows.append(make_window(CANVAS, clip))
    cuts = tuple(Cut(a, b, count, mode) for a, b in find_ends(len(lengths), loop=loop))
    return Plan(canvas=CANVAS, windows=tuple(windows), cuts=cuts)


def films_of(plan: Plan, **options: Any) -> tuple[Film, ...]:
    return choose_films(JoinRequest(Path("out.mov"), **options), plan)


@given(
    lengths=st.lists(st.integers(8, 30), min_size=1, max_size=4),
    count=st.integers(1, 4),
    mode=st.sampled_from(["overlap", "insert"]),
    loop=st.booleans(),
    handles=st.floats(0, 4),
)
def test_each_transition_stands_between_its_own_clips(
    lengths: list[int], count: int, mode: str, loop: bool, handles: float
) -> None:
    loop = loop or len(lengths) == 1
    plan = planned(lengths, count, mode, loop=loop)
    films = films_of(plan, only_transition=True, handles=handles)
    shown = {part.clip: part for part in plan.parts if isinstance(part, Stretch)}
    wanted = round(handles * 12)
    assert len(films) == len(plan.cuts)
    for film, cut in zip(films, plan.cuts, strict=True):
        before = film.parts[: film.parts.index(cut)]
        after = film.parts[film.parts.index(cut) + 1 :]
        assert film.frames == count_frames(film.parts) and film.first(cut) == count_frames(before)
        for beside, clip in ((before, cut.a), (after, cut.b)):
            assert count_frames(beside) == min(wanted, shown[clip].count if clip in shown else 0)
            assert all(isinstance(part, Stretch) and part.clip == clip and part.count for part in beside)
        assert all(part.stop == shown[cut.a].stop for part in before if isinstance(part, Stretch))
        assert all(part.start == shown[cut.b].start for part in after if isinstance(part, Stretch))


def test_without_asking_the_whole_is_written() -> None:
    plan = planned([9, 9, 9], 3, "overlap", loop=False)
    (film,) = films_of(plan)
    assert film.path == Path("out.mov") and film.parts == plan.parts
    assert film.frames == plan.frames and film.describe(CANVAS.fps) == plan.describe()
    assert [film.first(cut) for cut in plan.cuts] == [plan.first(cut) for cut in plan.cuts]


def test_a_clip_of_which_transitions_take_all_has_no_handles() -> None:
    plan = planned([9, 6, 9], 3, "overlap", loop=False)
    first, second = films_of(plan, only_transition=True, handles=1)
    assert [part.count for part in first.parts] == [6, 3] and [part.count for part in second.parts] == [3, 6]


def test_several_are_numbered_one_is_not() -> None:
    assert film_paths(Path("a/out.mov"), 1, alone=True) == (Path("a/out.mov"),)
    assert film_paths(Path("a/out.mov"), 3, alone=False) == (Path("a/out.mov"),)
    assert film_paths(Path("a/out"), 2, alone=True) == (Path("a/out-1"), Path("a/out-2"))


def test_a_whole_film_has_no_handles(tmp_path: Path) -> None:
    clips = [ProjectClip(Path("a.mp4")), ProjectClip(Path("b.mp4"))]
    request = JoinRequest(tmp_path / "out.mov", handles=0.5)
    with pytest.raises(InputError, match=r"`handles=0\.5` of a whole film; .* try `only_transition=True`"):
        check_outputs(request, clips)
    check_outputs(replace(request, only_transition=True), clips)
    check_outputs(replace(request, handles=0), clips)


@pytest.fixture
def three(tmp_path: Path, clips: ModuleType) -> list[Path]:
    """Twelve frames each, with sound."""
    return [
        clips.write(tmp_path / f"{n}.mp4", clips.counted(range(n, n + 12)), sound=clips.tone(300 + 10 * n, 1))
        for n in (0, B, C)
    ]


@each_mode
def test_a_transition_alone_is_what_the_whole_has_there(
    mode: str, three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    words = (*three[:2], "--seconds", "0.25", "--mode", mode)
    whole = join(*words, "-o", tmp_path / "whole.mov")
    alone = join(*words, "-o", tmp_path / "alone.mov", "--only-transition")
    assert alone["films"] == [alone["out"]] == [str(tmp_path / "alone.mov")] and alone["otio"] is None
    assert alone["frames"] == 3 and alone["seconds"] == 0.25 and alone["transition"] == {"first": 0, "count": 3}
    assert alone["arithmetic"] == f"0.25 s {'over both' if mode == 'overlap' else 'between'} = 0.25 s"
    assert alone["transitions"][0]["first"] == whole["transition"]["first"]
    first = whole["transition"]["first"]
    there = list(read_frames(tmp_path / "whole.mov"))[first : first + 3]
    shown = list(read_frames(tmp_path / "alone.mov"))
    assert len(shown) == 3 and all(clips.psnr(a, b) > 30 for a, b in zip(there, shown, strict=True))
    assert sum(map(len, read_sound(tmp_path / "alone.mov"))) == 12_000 and probe(tmp_path / "alone.mov").has_sound


@each_mode
def test_handles_are_the_clips_own_frames(
    mode: str, three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    words = ("--seconds", "0.25", "--mode", mode, "--only-transition", "--handles", "0.5")
    result = join(*three, "-o", tmp_path / "out.mov", *words)
    assert result["films"] == [str(tmp_path / f"out-{n}.mov") for n in (1, 2)] and result["out"] == result["films"][0]
    assert result["transition"] == {"first": 6, "count": 3} and result["frames"] == 15
    over = 3 if mode == "overlap" else 0
    for film, (one, two) in zip(result["films"], ((0, B), (B, C)), strict=True):
        numbers = clips.numbers_in(read_frames(Path(film)))
        assert numbers[:6] == list(range(one + 12 - over - 6, one + 12 - over))
        assert numbers[9:] == list(range(two + over, two + over + 6))
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out-1.mov", "out-2.mov", "out.json"]


def test_handles_are_as_long_as_the_film_shows_the_clip(three: list[Path], tmp_path: Path, join: Join) -> None:
    words = ("--seconds", "0.25", "--mode", "overlap", "--only-transition", "--handles", "9")
    result = join(*three, "-o", tmp_path / "out.mov", *words)
    counts = [len(list(read_frames(Path(film)))) for film in result["films"]]
    assert counts == [9 + 3 + 6, 6 + 3 + 9]


def test_a_loop_closes_with_handles_of_the_first_clip(
    three: list[Path], tmp_path: Path, join: Join, clips: ModuleType
) -> None:
    words = ("--seconds", "0.25", "--mode", "overlap", "--only-transition", "--handles", "0.25", "--loop")
    result = join(*three[:2], "-o", tmp_path / "out.mov", *words)
    closing = clips.numbers_in(read_frames(Path(result["films"][1])))
    assert closing[:3] == [B + 6, B + 7, B + 8] and closing[6:] == [3, 4, 5]


def test_handles_have_the_clips_sound(three: list[Path], tmp_path: Path, join: Join, clips: ModuleType) -> None:
    words = ("--seconds", "0.25", "--mode", "overlap", "--only-transition", "--handles", "0.5")
    join(*three[1:], "-o", tmp_path / "out.mkv", *words)
    sound = np.concatenate(list(read_sound(tmp_path / "out.mkv")))
    assert len(sound) == 15 * 4000
    before, after = sound[2000:20_000], sound[40_000:58_000]
    assert clips.loudness(before, 500) > 0.3 > 0.1 > clips.loudness(before, 700)
    assert clips.loudness(after, 700) > 0.3 > 0.1 > clips.loudness(after, 500)


def test_a_record_renders_the_same_films(three: list[Path], tmp_path: Path, join: Join) -> None:
    words = ("--seconds", "0.25", "--only-transition", "--handles", "0.25")
    one = join(*three, "-o", tmp_path / "one.mov", *words)
    same = join("--from", one["record"], "-o", tmp_path / "same.mov")
    assert len(same["films"]) == 2
    for film, again in zip(one["films"], same["films"], strict=True):
        assert Path(film).read_bytes() == Path(again).read_bytes()


def test_words_list_every_film(
    three: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], join: Join
) -> None:
    words = ["join", *map(str, three), "-o", str(tmp_path / "out.mov"), "--style", "fade", "--seconds", "0.25"]
    assert main([*words, "--only-transition", "--otio"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0] == f"film        {tmp_path / 'out-1.mov'}" and f"            {tmp_path / 'out-2.mov'}" in lines
    assert f"timeline    {tmp_path / 'out.otio'}" in lines
    assert err.splitlines()[0].endswith(" = 2.50 s") and "0.25 s over both = 0.25 s" in out


def test_what_cannot_be_is_said_first(
    three: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], clips: ModuleType
) -> None:
    words = ["join", *map(str, three), "-o", str(tmp_path / "out.mov"), "--style", "fade"]
    assert main([*words, "--handles", "1"]) == 2
    assert "try --only-transition" in capsys.readouterr().err
    taken = clips.write(tmp_path / "out-2.mov", clips.counted(range(12)))
    assert main([*words[:3], str(taken), *words[4:], "--only-transition"]) == 2
    assert "out-2.mov, which is one of the clips" in capsys.readouterr().err
    assert not list(tmp_path.glob("out-1*")) and not list(tmp_path.glob("*.json"))


def test_ctrl_c_leaves_whole_films_alone(three: list[Path], tmp_path: Path, usual_handler: None) -> None:
    begun: list[Event] = []

    def interrupt(event: Event) -> None:
        if event.stage == "write" and event.done == 1:
            begun.append(event)
            if len(begun) == 2:
                signal.raise_signal(signal.SIGINT)

    folder = tmp_path / "films"
    request = JoinRequest(
        folder / "out.mov", tuple(three), seconds=0.25, style="fade", only_transition=True, handles=0.25, otio=True
    )
    with pytest.raises(KeyboardInterrupt):
        run_join(request, interrupt)
    assert [path.name for path in folder.iterdir()] == ["out-1.mov"]
    assert len(list(read_frames(folder / "out-1.mov"))) == 9
