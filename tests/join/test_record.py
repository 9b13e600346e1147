"""What is told and kept of a transition."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.core.progress import silent
from segue.join.canvas import canvas_for
from segue.join.clip_window import look
from segue.join.plan import Plan
from segue.join.record import ladder, relative, sheet_of, stamp, transition_of, write_record
from segue.join.scores import GOALS, Goal, Miss
from segue.join.source import source
from segue.join.styles import Cut as Leap
from segue.join.styles import Fade, Melt
from segue.join.timeline import Cut
from segue.join.transition import Candidate, Joint, ready
from segue.video import probe

POSITION: Goal = GOALS[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> tuple[Plan, Joint]:
    folder = tmp_path_factory.mktemp("clips")
    infos = [probe(clips.write(folder / f"{n}.mp4", clips.counted(range(n, n + 20)))) for n in (0, 30)]
    canvas = canvas_for(infos[0], None, None, "crop")
    plan = Plan(canvas, tuple(source(canvas, info) for info in infos), (Cut(0, 1, 14, "insert"),))
    (cut,) = plan.cuts
    sides = (look(plan.sources[n], cut, leaving=leaving, report=silent) for n, leaving in ((0, True), (1, False)))
    return plan, ready(cut, *sides, [Fade()], lambda: pytest.fail("nobody dreams"))


def judged(joint: Joint, *rungs: tuple[object, tuple[Miss, ...]]) -> Joint:
    tried = tuple(Candidate(style, joint.rung.scores, missed) for style, missed in rungs)  # type: ignore[arg-type]
    return replace(joint, tried=tried, rung=tried[-1])


def test_the_ladder_says_what_was_tried_and_why(made: tuple[Plan, Joint]) -> None:
    plan, joint = made
    miss = Miss(POSITION, 1.8)
    assert list(ladder(plan, judged(joint, (Fade(), ())))) == []
    assert list(ladder(plan, judged(joint, (Fade(), (miss,)), (Melt(), ())))) == [
        "fade: a.position 1.80 (at most 1.5)",
        "melt is taken, which meets every goal",
    ]
    assert list(ladder(plan, judged(joint, (Fade(), (miss,)), (Leap(), (miss,)))))[1:] == [
        "cut is taken, which misses least",
        "missed: a.position 1.80 (at most 1.5)",
    ]


def test_ends_that_are_too_far_apart_are_said_to_be(made: tuple[Plan, Joint]) -> None:
    plan, joint = made
    *_, last = ladder(plan, judged(joint, (Fade(), (Miss(POSITION, 4.0),))))
    assert last == "these ends are far apart: --best-cut looks for nearer ones"
    (only,) = ladder(plan, judged(joint, (Fade(), (Miss(POSITION, 4.0, own=3.9),))))
    assert only == "missed: a.position 4.00 (at most 1.5; the clip itself 3.90)", "no other end is to blame"
    *_, last = ladder(plan, judged(joint, (Fade(), (Miss(POSITION, 4.0, own=1.6),))))
    assert last.startswith("these ends are far apart"), "the clip leaps, but not so far"


def test_a_transition_is_told(made: tuple[Plan, Joint]) -> None:
    plan, joint = made
    told = transition_of(plan, joint)
    assert (told.first, told.count, told.mode, told.style) == (20, 14, "insert", "fade")
    assert told.seam == {"a": joint.rung.scores.a.position, "b": joint.rung.scores.b.position}
    assert list(told.scores) == ["fade", "flow", "cut"] and told.moments == ()


def test_each_transition_begins_a_line_of_the_sheet(made: tuple[Plan, Joint]) -> None:
    _, joint = made
    one, two = sheet_of([joint]), sheet_of([joint, joint])
    assert one.shape[1] == two.shape[1] and two.shape[0] == pytest.approx(2 * one.shape[0], rel=0.1)
    few = replace(joint, course=replace(joint.course, shown=(0, 7, 15), pictures=joint.course.pictures[:3]))
    assert sheet_of([few, joint]).shape[1] == one.shape[1]


def test_the_record_is_whole_and_relative(made: tuple[Plan, Joint], tmp_path: Path) -> None:
    plan, joint = made
    folder = plan.sources[0].path.parent
    path = write_record(folder / "more" / "film.json", {"seed": 3}, plan, [joint], [transition_of(plan, joint)])
    page = json.loads(path.read_text())
    assert page["project"]["seed"] == 3 and page["film"]["frames"] == plan.frames == 54
    assert [clip["path"] for clip in page["project"]["clips"]] == ["../0.mp4", "../30.mp4"]
    assert len(page["frames"]) == 14 and page["frames"][0].startswith("film 00:01.67: 0.mp4 00:01.58 ")
    assert np.isfinite(page["transitions"][0]["seam"]["a"])


def test_paths_and_times_in_words(tmp_path: Path) -> None:
    assert relative(tmp_path / "a" / "b.mp4", tmp_path / "c") == "../a/b.mp4"
    assert (stamp(0), stamp(59.999), stamp(3601.5)) == ("00:00.00", "01:00.00", "60:01.50")
