"""A cut made ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.join import transition
from segue.join.clip_window import ClipWindow
from segue.join.dream import Dream
from segue.join.scores import Scores, scored
from segue.join.styles import CONTROL_STYLES, Cut, Fade, Melt, Morph, Style
from segue.join.timeline import Cut as Place
from segue.join.transition import Joint, ready, shrunk

COUNT = 10
PLACE = Place(0, 1, COUNT, "overlap")


@pytest.fixture(scope="module")
def both(clips: ModuleType) -> tuple[ClipWindow, ClipWindow]:
    """Discs that roll, eight frames beside the cut on either side."""
    look = {"height": 64, "width": 40}
    a = np.stack(clips.rolling(COUNT + 9, (9, 14), (0.5, 0.8), radius=7, **look))
    b = np.stack(clips.rolling(COUNT + 9, (30, 50), (-0.4, -0.9), radius=7, blue=150, **look))
    return ClipWindow(a[7:], a[:8][::-1]), ClipWindow(b[: COUNT + 2], b[COUNT + 1 :])


def untrained() -> Dream:
    raise AssertionError("nobody asked for a dream")


def made(both: tuple[ClipWindow, ClipWindow], styles: Sequence[Style], report: Report = silent) -> Joint:
    return ready(PLACE, *both, styles, untrained, report=report)


def shown(found: Joint, a: Pixels, b: Pixels) -> list[Pixels]:
    return list(found.frames(iter(a), iter(b)))


def test_it_gives_the_frames_between_and_is_scored_by_them(both: tuple[ClipWindow, ClipWindow]) -> None:
    before, after = both
    found = made(both, [Morph()])
    frames = shown(found, before.live, after.live)
    assert len(frames) == COUNT and found.shares.shape == (COUNT + 2,)
    assert found.shares[0] == 0 and found.shares[-1] == 1 and (np.diff(found.shares) > 0).all()
    again = scored(np.stack([before.live[0], *frames, after.live[-1]]), before, after)
    assert found.rung.scores == again and found.rung.style == Morph()
    large = [np.repeat(np.repeat(clip.live, 2, axis=1), 2, axis=2) for clip in both]
    assert [frame.shape for frame in shown(found, *large)] == [(128, 80, 3)] * COUNT


def test_controls_go_by_time_and_are_scored_beside_it(both: tuple[ClipWindow, ClipWindow]) -> None:
    found = made(both, [Fade()])
    assert found.shares == pytest.approx(np.linspace(0, 1, COUNT + 2))
    assert tuple(rung.style for rung in found.controls) == CONTROL_STYLES
    assert found.rung == found.controls[CONTROL_STYLES.index(Fade())]
    cut = next(rung for rung in found.controls if rung.style == Cut())
    assert cut.scores.pace > 0.5 and any(miss.goal.name == "pace" for miss in cut.missed)


def test_it_can_do_without_controls(both: tuple[ClipWindow, ClipWindow]) -> None:
    found = ready(PLACE, *both, [Fade()], untrained, ())
    assert found.controls == () and found.rung == made(both, [Fade()]).rung


def judged(figures: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pace of the styles, by name, be what is said, and all else be right."""
    styles: list[str] = []
    blends = transition._shown

    def noted(style: Style, *arguments: object) -> object:
        styles.append(str(style))
        return blends(style, *arguments)  # type: ignore[arg-type]

    def scores(frames: Pixels, before: ClipWindow, after: ClipWindow) -> Scores:
        good = scored(before.live, before, before)
        seam = replace(good.a, position=1, velocity=0.5, colour=0.5, sharpness=0.5)
        return Scores(seam, seam, figures.get(styles[-1], 0.0), 0.1, 1.0, 1.0)

    monkeypatch.setattr(transition, "_shown", noted)
    monkeypatch.setattr(transition, "scored", scores)


def test_the_first_that_meets_every_goal_is_taken(
    both: tuple[ClipWindow, ClipWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged({"fade": 0.9, "cut": 0.1, "melt": 0.0}, monkeypatch)
    events: list[Event] = []
    found = made(both, [Fade(), Cut(), Melt()], events.append)
    assert found.rung.style == Cut() and [rung.style for rung in found.tried] == [Fade(), Cut()]
    assert [str(miss) for miss in found.tried[0].missed] == ["pace 0.90 (at most 0.15)"]
    assert [event.note for event in events if event.stage == "try"] == ["trying fade", "trying cut"]


def test_where_none_does_the_least_off_is_taken(
    both: tuple[ClipWindow, ClipWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged({"fade": 0.9, "cut": 0.3, "flow": 0.6}, monkeypatch)
    flow = CONTROL_STYLES[0]
    found = made(both, [Fade(), Cut(), flow])
    assert found.rung.style == Cut() and [rung.style for rung in found.tried] == [Fade(), Cut(), flow]
    frames = shown(found, both[0].live, both[1].live)
    assert np.array_equal(frames[0], both[0].live[1]) and np.array_equal(frames[-1], both[1].live[-2])


def test_a_schedule_is_found_in_small_frames() -> None:
    assert shrunk(np.zeros((3, 270, 480, 3), np.uint8)).shape == (3, 90, 160, 3)
    assert shrunk(np.zeros((2, 20, 60, 3), np.uint8)).shape == (2, 16, 20, 3)


def test_both_sides_must_play_as_long(both: tuple[ClipWindow, ClipWindow]) -> None:
    found = made(both, [Fade()])
    with pytest.raises(ValueError, match="zip"):
        shown(found, both[0].live[:-1], both[1].live)


def test_a_cut_may_be_a_single_frame(clips: ModuleType) -> None:
    a, b = (np.stack(clips.rolling(6, (9, y), (1, 0), radius=7, height=64, width=40)) for y in (14, 50))
    found = ready(Place(0, 1, 1, "insert"), ClipWindow(a[:3], a[:1]), ClipWindow(b[:3], b[2:]), [Morph()], untrained)
    (frame,) = found.frames(iter(a[:3]), iter(b[:3]))
    assert frame.shape == (64, 40, 3) and Fraction(1, 10) < found.shares[1] < Fraction(9, 10)
