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
from segue.join.dream import Dream
from segue.join.scores import Scores, score
from segue.join.seam_frames import SeamFrames
from segue.join.styles import CONTROL_STYLES, Cut, Fade, Melt, Morph, Style
from segue.join.timeline import Cut as Place
from segue.join.transition import Transition, make_transition, shrink

COUNT = 10
PLACE = Place(0, 1, COUNT, "overlap")


@pytest.fixture(scope="module")
def both(clips: ModuleType) -> tuple[SeamFrames, SeamFrames]:
    """Discs that roll, eight frames beside the cut on either side."""
    look = {"height": 64, "width": 40}
    a = np.stack(clips.rolling(COUNT + 9, (9, 14), (0.5, 0.8), radius=7, **look))
    b = np.stack(clips.rolling(COUNT + 9, (30, 50), (-0.4, -0.9), radius=7, blue=150, **look))
    return SeamFrames(a[7:], a[:8][::-1]), SeamFrames(b[: COUNT + 2], b[COUNT + 1 :])


def untrained() -> Dream:
    raise AssertionError("nobody asked for a dream")


def made(both: tuple[SeamFrames, SeamFrames], styles: Sequence[Style], report: Report = silent) -> Transition:
    return make_transition(PLACE, *both, styles, untrained, report=report)


def render(found: Transition, a: Pixels, b: Pixels) -> list[Pixels]:
    return list(found.render(iter(a), iter(b)))


def test_it_gives_the_frames_between_and_is_scored_by_them(both: tuple[SeamFrames, SeamFrames]) -> None:
    before, after = both
    found = made(both, [Morph()])
    frames = render(found, before.live, after.live)
    assert len(frames) == COUNT and found.shares.shape == (COUNT + 2,)
    assert found.shares[0] == 0 and found.shares[-1] == 1 and (np.diff(found.shares) > 0).all()
    again = score(np.stack([before.live[0], *frames, after.live[-1]]), before, after)
    assert found.chosen.scores == again and found.chosen.style == Morph()
    large = [np.repeat(np.repeat(clip.live, 2, axis=1), 2, axis=2) for clip in both]
    assert [frame.shape for frame in render(found, *large)] == [(128, 80, 3)] * COUNT


def test_controls_go_by_time_and_are_scored_beside_it(both: tuple[SeamFrames, SeamFrames]) -> None:
    found = made(both, [Fade()])
    assert found.shares == pytest.approx(np.linspace(0, 1, COUNT + 2))
    assert tuple(candidate.style for candidate in found.controls) == CONTROL_STYLES
    assert found.chosen == found.controls[CONTROL_STYLES.index(Fade())]
    cut = next(candidate for candidate in found.controls if candidate.style == Cut())
    assert cut.scores.pace > 0.5 and any(miss.goal.name == "pace" for miss in cut.missed)


def test_it_can_do_without_controls(both: tuple[SeamFrames, SeamFrames]) -> None:
    found = make_transition(PLACE, *both, [Fade()], untrained, ())
    assert found.controls == () and found.chosen == made(both, [Fade()]).chosen


def judged(figures: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pace of the styles, by name, be what is said, and all else be right."""
    styles: list[str] = []
    blends = transition._try_style

    def noted(style: Style, *arguments: object) -> object:
        styles.append(str(style))
        return blends(style, *arguments)  # type: ignore[arg-type]

    def scores(frames: Pixels, before: SeamFrames, after: SeamFrames) -> Scores:
        good = score(before.live, before, before)
        seam = replace(good.a, position=1, velocity=0.5, colour=0.5, sharpness=0.5)
        return Scores(seam, seam, figures.get(styles[-1], 0.0), 0.1, 1.0, 1.0)

    monkeypatch.setattr(transition, "_try_style", noted)
    monkeypatch.setattr(transition, "score", scores)


def test_the_first_that_meets_every_goal_is_taken(
    both: tuple[SeamFrames, SeamFrames], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged({"fade": 0.9, "cut": 0.1, "melt": 0.0}, monkeypatch)
    events: list[Event] = []
    found = made(both, [Fade(), Cut(), Melt()], events.append)
    assert found.chosen.style == Cut() and [candidate.style for candidate in found.attempts] == [Fade(), Cut()]
    assert [str(miss) for miss in found.attempts[0].missed] == ["pace 0.90 (at most 0.15)"]
    assert [event.note for event in events if event.stage == "try"] == ["trying fade", "trying cut"]


def test_where_none_does_the_least_off_is_taken(
    both: tuple[SeamFrames, SeamFrames], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged({"fade": 0.9, "cut": 0.3, "flow": 0.6}, monkeypatch)
    flow = CONTROL_STYLES[0]
    found = made(both, [Fade(), Cut(), flow])
    assert found.chosen.style == Cut() and [candidate.style for candidate in found.attempts] == [Fade(), Cut(), flow]
    frames = render(found, both[0].live, both[1].live)
    assert np.array_equal(frames[0], both[0].live[1]) and np.array_equal(frames[-1], both[1].live[-2])


def test_a_schedule_is_found_in_small_frames() -> None:
    assert shrink(np.zeros((3, 270, 480, 3), np.uint8)).shape == (3, 90, 160, 3)
    assert shrink(np.zeros((2, 20, 60, 3), np.uint8)).shape == (2, 16, 20, 3)


def test_both_sides_must_play_as_long(both: tuple[SeamFrames, SeamFrames]) -> None:
    found = made(both, [Fade()])
    with pytest.raises(ValueError, match="zip"):
        render(found, both[0].live[:-1], both[1].live)


def test_a_cut_may_be_a_single_frame(clips: ModuleType) -> None:
    a, b = (np.stack(clips.rolling(6, (9, y), (1, 0), radius=7, height=64, width=40)) for y in (14, 50))
    found = make_transition(
        Place(0, 1, 1, "insert"), SeamFrames(a[:3], a[:1]), SeamFrames(b[:3], b[2:]), [Morph()], untrained
    )
    (frame,) = found.render(iter(a[:3]), iter(b[:3]))
    assert frame.shape == (64, 40, 3) and Fraction(1, 10) < found.shares[1] < Fraction(9, 10)
