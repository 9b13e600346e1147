"""What is result and kept of a transition."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from segue.core.progress import silent
from segue.join.canvas import choose_canvas
from segue.join.clip_window import make_window
from segue.join.plan import Plan
from segue.join.record import describe_attempts, relative_path, stamp, summarize, write_record
from segue.join.scores import GOALS, Goal, Miss
from segue.join.seam_frames import read_seam
from segue.join.sheets import draw_transitions
from segue.join.styles import Cut as Leap
from segue.join.styles import Fade, Melt
from segue.join.timeline import Cut
from segue.join.transition import Candidate, Transition, make_transition
from segue.video import examine

POSITION: Goal = GOALS[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> tuple[Plan, Transition]:
    folder = tmp_path_factory.mktemp("clips")
    examined = [examine(clips.write(folder / f"{n}.mp4", clips.counted(range(n, n + 20)))) for n in (0, 30)]
    canvas = choose_canvas(examined[0].info, None, None, "crop")
    windows = tuple(make_window(canvas, clip) for clip in examined)
    plan = Plan(canvas=canvas, windows=windows, cuts=(Cut(0, 1, 14, "insert"),))
    (cut,) = plan.cuts
    sides = (read_seam(plan.windows[n], cut, leaving=leaving, report=silent) for n, leaving in ((0, True), (1, False)))
    return plan, make_transition(cut, *sides, [Fade()], lambda: pytest.fail("nobody dreams"))


def judged(transition: Transition, *attempts: tuple[object, tuple[Miss, ...]]) -> Transition:
    found = tuple(Candidate(style, transition.chosen.scores, missed) for style, missed in attempts)  # type: ignore[arg-type]
    return replace(transition, attempts=found, chosen=found[-1])


def test_the_attempts_say_what_was_tried_and_why(made: tuple[Plan, Transition]) -> None:
    plan, transition = made
    miss = Miss(POSITION, 1.8)
    assert list(describe_attempts(plan, judged(transition, (Fade(), ())))) == []
    assert list(describe_attempts(plan, judged(transition, (Fade(), (miss,)), (Melt(), ())))) == [
        "fade: a.position 1.80 (at most 1.5)",
        "melt is taken, which meets every goal",
    ]
    assert list(describe_attempts(plan, judged(transition, (Fade(), (miss,)), (Leap(), (miss,)))))[1:] == [
        "cut is taken, which misses least",
        "missed: a.position 1.80 (at most 1.5)",
    ]


def test_ends_that_are_too_far_apart_are_said_to_be(made: tuple[Plan, Transition]) -> None:
    plan, transition = made
    *_, last = describe_attempts(plan, judged(transition, (Fade(), (Miss(POSITION, 4.0),))))
    assert last == "these ends are far apart: --best-cut looks for nearer ones"
    (only,) = describe_attempts(plan, judged(transition, (Fade(), (Miss(POSITION, 4.0, own=3.9),))))
    assert only == "missed: a.position 4.00 (at most 1.5; the clip itself 3.90)", "no other end is to blame"
    *_, last = describe_attempts(plan, judged(transition, (Fade(), (Miss(POSITION, 4.0, own=1.6),))))
    assert last.startswith("these ends are far apart"), "the clip leaps, but not so far"


def test_a_transition_is_summed_up(made: tuple[Plan, Transition]) -> None:
    plan, transition = made
    result = summarize(plan, transition)
    assert (result.first, result.count, result.mode, result.style) == (20, 14, "insert", "fade")
    assert result.seam == {"a": transition.chosen.scores.a.position, "b": transition.chosen.scores.b.position}
    assert list(result.scores) == ["fade", "flow", "cut"] and result.cut_points == ()


def test_each_transition_begins_a_line_of_the_sheet(made: tuple[Plan, Transition]) -> None:
    _, transition = made
    one, two = draw_transitions([transition]), draw_transitions([transition, transition])
    assert one.shape[1] == two.shape[1] and two.shape[0] == pytest.approx(2 * one.shape[0], rel=0.1)
    few = replace(
        transition, analysis=replace(transition.analysis, shown=(0, 7, 15), pictures=transition.analysis.pictures[:3])
    )
    assert draw_transitions([few, transition]).shape[1] == one.shape[1]


def test_the_record_is_whole_and_relative_path(made: tuple[Plan, Transition], tmp_path: Path) -> None:
    plan, transition = made
    folder = plan.windows[0].path.parent
    path = write_record(folder / "more" / "film.json", {"seed": 3}, plan, [transition], [summarize(plan, transition)])
    page = json.loads(path.read_text())
    assert page["project"]["seed"] == 3 and page["film"]["frames"] == plan.frames == 54
    assert [clip["path"] for clip in page["project"]["clips"]] == ["../0.mp4", "../30.mp4"]
    assert len(page["frames"]) == 14 and page["frames"][0].startswith("film 00:01.67: 0.mp4 00:01.58 ")
    assert np.isfinite(page["transitions"][0]["seam"]["a"])


def test_paths_and_times_in_words(tmp_path: Path) -> None:
    assert relative_path(tmp_path / "a" / "b.mp4", tmp_path / "c") == "../a/b.mp4"
    assert (stamp(0), stamp(59.999), stamp(3601.5)) == ("00:00.00", "01:00.00", "60:01.50")
