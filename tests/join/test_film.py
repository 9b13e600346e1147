"""Writing the joined film."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.core.images import Pixels
from segue.core.progress import Event, silent
from segue.join.canvas import Canvas
from segue.join.clip_window import ClipWindow, make_window
from segue.join.dream import Dream
from segue.join.film import render_frames, write_film
from segue.join.schedule import Blend
from segue.join.seam_frames import read_seam
from segue.join.sound import find_edges
from segue.join.styles import Fade
from segue.join.timeline import Cut, Mode, Part, make_timeline
from segue.join.transition import Transition, make_transition
from segue.video import Clip, examine, probe, read_frames, read_sound

A, B = 1, 33  # the clips' numbers begin here
CANVAS = Canvas(48, 64, Fraction(12), "crop")
each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def untrained() -> Dream:
    raise AssertionError("a fade does not dream")


def fade(cut: Cut, examined: list[Clip], blend: Blend | None = None, canvas: Canvas = CANVAS) -> Transition:
    """A fade at a cut, or what else is shown there."""
    sides = (
        read_seam(make_window(canvas, examined[clip]), cut, leaving=leaving, report=silent)
        for clip, leaving in ((cut.a, True), (cut.b, False))
    )
    made = make_transition(cut, *sides, [Fade()], untrained)
    return replace(made, blend=blend or made.blend)


def see(examined: list[Clip], canvas: Canvas = CANVAS) -> list[ClipWindow]:
    return [make_window(canvas, clip) for clip in examined]


@pytest.fixture
def pair(tmp_path: Path, clips: ModuleType) -> list[Clip]:
    """Seven frames each."""
    return [examine(clips.write(tmp_path / f"{n}.mp4", clips.counted(range(n, n + 7)))) for n in (A, B)]


def first_half(share: float, a: Pixels, b: Pixels) -> Pixels:
    return a if share < 0.5 else b


Numbers = tuple[list[int], list[int], list[int]]


@pytest.mark.parametrize(
    ("mode", "numbers"),
    [
        ("overlap", ([A, A + 1, A + 2, A + 3], [A + 4, B + 1, B + 2], [B + 3, B + 4, B + 5, B + 6])),
        ("insert", ([*range(A, A + 7)], [A + 6, B, B], [*range(B, B + 7)])),
    ],
)
def test_parts_follow_each_other_and_are_reported(
    mode: Mode, numbers: Numbers, pair: list[Clip], tmp_path: Path, clips: ModuleType
) -> None:
    cut, film = Cut(0, 1, 3, mode), tmp_path / "c.mp4"
    parts, events = make_timeline([7, 7], [cut]), list[Event]()
    write_film(film, see(pair), parts, [fade(cut, pair, first_half)], "mix", events.append)
    found = clips.numbers_in(read_frames(film))
    before, within, after = numbers
    count = sum(map(len, numbers))
    assert found[: len(before)] == before and found[-len(after) :] == after and len(found) == count
    if mode == "overlap":  # beyond the clips their numbers drift with what moved
        assert found[len(before) : -len(after)] == within
    assert [(event.stage, event.done, event.total) for event in events] == [
        ("write", i, count) for i in range(1, count + 1)
    ]
    assert not probe(film).has_sound


@each_mode
def test_three_clips_that_come_round(mode: Mode, pair: list[Clip], clips: ModuleType) -> None:
    infos = [*pair, pair[0]]
    cuts = [Cut(0, 1, 3, mode), Cut(1, 2, 2, mode), Cut(2, 0, 3, mode)]
    parts = make_timeline([7, 7, 7], cuts)
    frames = list(render_frames(see(infos), parts, [fade(cut, infos, first_half) for cut in cuts]))
    found = clips.numbers_in(frames)
    if mode == "insert":
        own, other = [*range(A, A + 7)], [*range(B, B + 7)]
        assert (found[:7], found[10:17], found[19:26], len(found)) == (own, other, own, 29)
    else:
        assert found == [A + 3, A + 4, B + 1, B + 2, B + 3, B + 4, B + 5, A + 1, A + 2, A + 3, A + 4, A + 1, A + 2]


@each_mode
def test_stretches_are_the_clips_frames_to_the_byte(mode: Mode, pair: list[Clip]) -> None:
    cut = Cut(0, 1, 2, mode)
    frames = list(render_frames(see(pair), make_timeline([7, 7], [cut]), [fade(cut, pair)]))
    own = [list(read_frames(info)) for info in pair]
    kept = 5 if mode == "overlap" else 7
    assert all(np.array_equal(one, other) for one, other in zip(frames[:kept], own[0], strict=False))
    assert all(np.array_equal(one, other) for one, other in zip(frames[-kept:], own[1][-kept:], strict=True))


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(7), Fraction(25)])
def test_each_edge_is_rounded_once(fps: Fraction) -> None:
    parts: tuple[Part, ...] = make_timeline([11] * 40, [Cut(i, i + 1, 3, "overlap") for i in range(39)])
    found = find_edges(parts, fps)
    assert found[0] == 0 and found[-1] == round((11 * 40 - 3 * 39) / fps * 48000)
    lengths = [part.count / fps * 48000 for part in parts]
    assert np.diff(found) == pytest.approx([float(length) for length in lengths], abs=1)


@each_mode
@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(7)])
def test_sound_does_not_drift(fps: Fraction, mode: Mode, tmp_path: Path, clips: ModuleType) -> None:
    infos = [
        examine(clips.write(tmp_path / f"{n}.mp4", clips.counted(range(11)), fps, clips.tone(hertz, float(11 / fps))))
        for n, hertz in enumerate((440, 880))
    ]
    canvas, cut = Canvas(48, 64, fps, "crop"), Cut(0, 1, 5, mode)
    write_film(
        tmp_path / "c.mkv",
        see(infos, canvas),
        make_timeline([11, 11], [cut]),
        [fade(cut, infos, first_half, canvas)],
        "mix",
        silent,
    )
    info = probe(tmp_path / "c.mkv")
    sound = np.concatenate(list(read_sound(info.path)))
    assert info.frames == (17 if mode == "overlap" else 27) and len(sound) == round(info.frames / fps * 48000)
    assert clips.loudness(sound[-2400:], 880) > 0.25  # to the very end


def test_without_sound_where_none_is_asked_for(tmp_path: Path, clips: ModuleType) -> None:
    info = examine(clips.write(tmp_path / "a.mp4", clips.counted(range(6)), 12, clips.tone(440, 0.5)))
    cut = Cut(0, 1, 2, "overlap")
    for audio, heard in (("none", False), ("b", True)):
        film = tmp_path / f"{audio}.mp4"
        write_film(film, see([info, info]), make_timeline([6, 6], [cut]), [fade(cut, [info, info])], audio, silent)  # type: ignore[arg-type]
        assert probe(film).has_sound is heard


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_if_anything_fails(error: type[BaseException], tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(5)), 12, clips.tone(440, 5 / 12))
    shown: Iterator[int] = iter(range(1))

    def broken(share: float, a: Pixels, b: Pixels) -> Pixels:
        if next(shown, None) is None:
            raise error
        return a

    cut, infos = Cut(0, 1, 2, "overlap"), [examine(clip)] * 2
    with pytest.raises(error):
        write_film(
            tmp_path / "c.mp4", see(infos), make_timeline([5, 5], [cut]), [fade(cut, infos, broken)], "mix", silent
        )
    assert list(tmp_path.iterdir()) == [clip]
