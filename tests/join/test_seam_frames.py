"""What plays while a transition does, and what is seen of a clip from the cut."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.core.images import Pixels, resize
from segue.core.progress import Event, silent
from segue.join import seam_frames
from segue.join.canvas import Canvas, choose_canvas
from segue.join.clip_window import make_window
from segue.join.seam_frames import SeamFrames, interpolate_frames, live_frames, read_seam, read_training_frames
from segue.join.timeline import Cut, Mode
from segue.video import examine, read_frames

each_side = pytest.mark.parametrize("leaving", [True, False])
each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def play(clip: Path, count: int, mode: Mode, *, leaving: bool, canvas: Canvas | None = None) -> list[Pixels]:
    examined = examine(clip)
    canvas = canvas or choose_canvas(examined.info, None, None, "crop")
    return list(live_frames(make_window(canvas, examined), Cut(0, 1, count, mode), leaving=leaving))


def view(clip: Path, count: int, mode: Mode, *, leaving: bool) -> SeamFrames:
    examined = examine(clip)
    canvas = choose_canvas(examined.info, None, None, "crop")
    return read_seam(make_window(canvas, examined), Cut(0, 1, count, mode), leaving=leaving, report=silent)


def test_over_the_clips_their_own_frames_play(tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(20)))
    assert clips.numbers_in(play(clip, 5, "overlap", leaving=True)) == [14, 15, 16, 17, 18, 19, 19]
    assert clips.numbers_in(play(clip, 5, "overlap", leaving=False)) == [0, 0, 1, 2, 3, 4, 5]
    assert clips.numbers_in(play(clip, 19, "overlap", leaving=True)) == [*range(20), 19]
    own = list(read_frames(clip))
    assert np.array_equal(play(clip, 5, "overlap", leaving=True)[0], own[14])
    assert np.array_equal(play(clip, 5, "overlap", leaving=False)[-1], own[5])


def test_between_the_clips_their_movement_goes_on(tmp_path: Path, clips: ModuleType) -> None:
    frames = clips.rolling(12, (20, 32), (2, 0), height=64, width=96)
    clip = clips.write(tmp_path / "a.mp4", frames)
    own = list(read_frames(clip))
    after, before = (play(clip, 8, "insert", leaving=leaving) for leaving in (True, False))
    assert len(after) == len(before) == 10
    assert np.array_equal(after[0], own[-1]) and np.array_equal(before[-1], own[0])
    for live in ([own[-2], *after], [*before, own[1]]):
        places = [clips.centre(frame)[0] for frame in live]
        steps = np.diff(places)
        assert (steps > -0.2).all() and steps.sum() > 6  # onwards, and never back
    assert np.diff([clips.centre(frame)[0] for frame in after])[0] == pytest.approx(2, abs=0.6)
    assert np.diff([clips.centre(frame)[0] for frame in before])[-1] == pytest.approx(2, abs=0.6)


@each_side
def test_a_single_frame_stays_still(leaving: bool, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted([5]))
    live = play(clip, 4, "insert", leaving=leaving)
    assert len(live) == 6 and all(np.array_equal(frame, live[0]) for frame in live)
    found = view(clip, 4, "insert", leaving=leaving)
    assert len(found.own) == 1 and np.array_equal(found.own[0], live[0])


@each_side
@each_mode
def test_the_frame_at_the_cut_is_seen_in_both(mode: Mode, leaving: bool, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(20)))
    found = view(clip, 5, mode, leaving=leaving)
    order = list(range(20))[:: -1 if leaving else 1][5 if mode == "overlap" else 0 :]
    assert len(found.live) == 7 and clips.numbers_in(found.own) == order[:7]  # half a second, and one more
    assert np.array_equal(found.own[0], found.live[0 if leaving else -1])


def test_a_short_clip_is_seen_whole(tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(4)))
    assert clips.numbers_in(view(clip, 2, "overlap", leaving=True).own) == [1, 0]
    assert clips.numbers_in(view(clip, 2, "insert", leaving=True).own) == [3, 2, 1, 0]
    assert clips.numbers_in(view(clip, 2, "overlap", leaving=False).own) == [2, 3]


def test_a_large_clip_is_seen_small(tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(3), 360, 640))
    found = view(clip, 1, "insert", leaving=True)
    assert found.live.shape == (3, 270, 480, 3) and found.own.shape == (3, 270, 480, 3)
    assert np.array_equal(found.own[0], resize(list(read_frames(clip))[-1], 270, 480))


def test_of_a_slow_clip_the_frames_between_are_made(tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.rolling(11, (16, 32), (5, 0), height=64, width=96), 10)
    examined = examine(clip)
    canvas = choose_canvas(examined.info, None, Fraction(25), "crop")
    made = list(interpolate_frames(make_window(canvas, examined), 0, 26))
    steps = np.diff([clips.centre(frame)[0] for frame in made[:25]])
    assert steps == pytest.approx(np.full(24, 2), abs=0.7)
    whole = list(read_frames(clip))
    assert all(np.array_equal(made[5 * i], whole[2 * i]) for i in range(6))  # where one of its own falls due
    later = list(interpolate_frames(make_window(canvas, examined), 13, 9))
    assert all(np.array_equal(one, other) for one, other in zip(made[13:22], later, strict=True))
    repeated = list(make_window(canvas, examined).frames())
    assert len(repeated) == canvas.length(examined.info) == 28  # in the film itself, a frame is shown again
    assert len(list(interpolate_frames(make_window(canvas, examined), 20, 12))) == 12  # and after the last one it stays


@each_side
def test_a_slow_clip_goes_on_beyond_its_end(leaving: bool, tmp_path: Path, clips: ModuleType) -> None:
    examined = examine(clips.write(tmp_path / "a.mp4", clips.rolling(8, (30, 32), (4, 0), height=64, width=96), 10))
    canvas = choose_canvas(examined.info, None, Fraction(20), "crop")
    live = play(examined.info.path, 6, "insert", leaving=leaving, canvas=canvas)
    own = list(read_frames(examined.info.path))
    assert len(live) == 8 and np.array_equal(live[0 if leaving else -1], own[-1 if leaving else 0])
    steps = np.diff([clips.centre(frame)[0] for frame in live])
    assert steps[0 if leaving else -1] == pytest.approx(2, abs=0.7) and (steps > -0.2).all()  # half of its own step


@pytest.mark.parametrize("fps", [12, 10, Fraction(12500, 1001)])
def test_a_clip_of_enough_frames_plays_as_in_the_film(fps: Fraction | int, tmp_path: Path, clips: ModuleType) -> None:
    examined = examine(clips.write(tmp_path / "a.mp4", clips.counted(range(15))))
    canvas = choose_canvas(examined.info, None, Fraction(fps), "crop")
    film = list(islice(read_frames(examined, fps=canvas.fps), 3, 9))
    assert all(
        np.array_equal(one, other)
        for one, other in zip(interpolate_frames(make_window(canvas, examined), 3, 6), film, strict=True)
    )


@each_side
@each_mode
def test_what_plays_has_the_films_size(mode: Mode, leaving: bool, tmp_path: Path, clips: ModuleType) -> None:
    clip = clips.write(tmp_path / "a.mp4", clips.counted(range(8), 60, 90), 6)
    live = play(clip, 4, mode, leaving=leaving, canvas=Canvas(48, 64, Fraction(12), "letterbox"))
    assert [frame.shape for frame in live] == [(48, 64, 3)] * 6


@pytest.mark.parametrize("at_end", [True, False])
def test_a_model_learns_evenly_of_what_is_near(
    at_end: bool, tmp_path: Path, clips: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seam_frames, "TRAINING_SECONDS", 2.0)
    monkeypatch.setattr(seam_frames, "MOST_TRAINING_FRAMES", 10)
    examined = examine(clips.write(tmp_path / "a.mp4", clips.counted(range(40))))
    found = read_training_frames(make_window(choose_canvas(examined.info, None, None, "crop"), examined), at_end=at_end)
    assert clips.numbers_in(found) == list(range(16, 40, 3) if at_end else range(0, 24, 3))
    assert found.shape[1:3] == (48, 64)


def test_looking_is_reported(tmp_path: Path, clips: ModuleType) -> None:
    events: list[Event] = []
    examined = examine(clips.write(tmp_path / "a.mp4", clips.counted(range(9))))
    cut = Cut(0, 1, 3, "overlap")
    read_seam(
        make_window(choose_canvas(examined.info, None, None, "crop"), examined), cut, leaving=True, report=events.append
    )
    assert [(event.stage, event.done, event.total) for event in events] == [("look a.mp4", i, 5) for i in range(1, 6)]
    assert all(later.done > sooner.done for sooner, later in pairwise(events))
