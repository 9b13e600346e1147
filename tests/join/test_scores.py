"""How good a transition is, and what it should be."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.evaluation.metrics.seam import Seam
from segue.join.scores import GOALS, Goal, Miss, Scores, find_misses, score, score_clips
from segue.join.seam_frames import SeamFrames
from segue.motion.flow import blend

GOOD = Seam(1.0, 0.5, 0.5, 0.5)
BEST = Scores(GOOD, GOOD, 0.1, 0.2, 1.0, 1.0)
COUNT = 24


@pytest.fixture(scope="module")
def both(clips: ModuleType) -> tuple[SeamFrames, SeamFrames]:
    """Discs that roll: 13 frames beside the cut on either side, and `COUNT` + 2 between."""
    a = np.stack(clips.rolling(COUNT + 14, (5, 12), (0.6, 0.3)))
    b = np.stack(clips.rolling(COUNT + 14, (58, 40), (-0.6, -0.4), radius=7, blue=150))
    return SeamFrames(a[12:], a[:13][::-1]), SeamFrames(b[: COUNT + 2], b[COUNT + 1 :])


def faded(before: SeamFrames, after: SeamFrames) -> Pixels:
    shares = np.linspace(0, 1, len(before.live))
    return np.stack([blend(a, b, float(share)) for share, a, b in zip(shares, before.live, after.live, strict=True)])


def test_a_fade_is_a_ghost_and_a_blur(both: tuple[SeamFrames, SeamFrames]) -> None:
    stills = tuple(
        SeamFrames(np.repeat(clip.live[9:10], 12, axis=0), np.repeat(clip.own[:1], 4, axis=0)) for clip in both
    )
    found = score(faded(*stills), *stills)
    assert found.ghosting > 0.97 and found.sharpness < 0.75
    live = score(faded(*both), *both)
    assert live.sharpness < 0.75 and live.a.position < 2 and live.b.position < 2


def test_a_cut_is_a_leap_where_it_is(both: tuple[SeamFrames, SeamFrames]) -> None:
    before, after = both
    half = score(np.concatenate([before.live[: COUNT // 2], after.live[COUNT // 2 :]]), *both)
    assert half.pace > 4 * score(faded(*both), *both).pace and half.sharpness == pytest.approx(1, abs=0.1)
    assert half.a.position == pytest.approx(1, abs=0.3) and half.b.position == pytest.approx(1, abs=0.3)
    first = score(np.concatenate([before.live[:1], after.live[1:]]), *both)
    last = score(np.concatenate([before.live[:-1], after.live[-1:]]), *both)
    assert first.a.position > 5 > first.b.position and last.b.position > 5 > last.a.position


def test_what_a_clip_does_by_itself_is_nothing_special(both: tuple[SeamFrames, SeamFrames]) -> None:
    before, _ = both
    found = score(before.live, before, SeamFrames(before.live, before.live[::-1][:8]))
    assert found.a.position == pytest.approx(1, abs=0.25) and found.flicker == pytest.approx(1, abs=0.25)
    assert found.pace < 0.2


def test_what_is_not_there_cannot_be_measured() -> None:
    flat = SeamFrames(np.full((6, 8, 8, 3), 90, np.uint8), np.full((4, 8, 8, 3), 90, np.uint8))
    found = score(flat.live, flat, flat)
    assert found.a.position == found.b.position == found.pace == 0
    assert all(math.isnan(getattr(found, name)) for name in ("ghosting", "sharpness", "flicker"))
    assert find_misses(found) == ()


def test_a_clip_that_brightens_evenly_has_no_flicker_to_compare_with() -> None:
    ramp = np.repeat(np.arange(40, 120, 10, dtype=np.uint8), 8 * 8 * 3).reshape(-1, 8, 8, 3)
    clip = SeamFrames(ramp, ramp[:4][::-1])
    assert math.isnan(score(ramp, clip, clip).flicker)


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
def test_each_goal_is_missed_beyond_its_bounds_and_not_at_them(goal: Goal) -> None:
    def with_value(value: float) -> Scores:
        end, _, part = goal.name.partition(".")
        seam = replace(GOOD, **{part: value}) if part else None
        return replace(BEST, **{end: seam if seam else value})

    assert find_misses(BEST) == find_misses(with_value(goal.high)) == find_misses(with_value(goal.low)) == ()
    assert find_misses(with_value(float("nan"))) == ()
    (over,) = find_misses(with_value(1.5 * goal.high))
    assert over.goal == goal and over.by == pytest.approx(0.5)
    assert str(over) == f"{goal.name} {1.5 * goal.high:.2f} (" + (
        f"{goal.low:g} to {goal.high:g})" if goal.low else f"at most {goal.high:g})"
    )
    if goal.low:
        (under,) = find_misses(with_value(0.75 * goal.low))
        assert under.by == pytest.approx(0.25)


def test_every_figure_has_a_goal() -> None:
    ends = [f"{end}.{part.name}" for end in "ab" for part in fields(Seam)]
    assert {goal.name for goal in GOALS} == {*ends, *(field.name for field in fields(Scores))} - {"a", "b"}


@given(st.floats(0, 100), st.floats(0.1, 5), st.floats(0, 4))
def test_how_far_off_is_a_share(value: float, high: float, low: float) -> None:
    goal = Goal("pace", min(low, high / 2), high)
    if not goal.low <= value <= goal.high:
        assert Miss(goal, value).by >= 0


def test_a_clip_that_leaps_by_itself_is_named(both: tuple[SeamFrames, SeamFrames]) -> None:
    before, after = both
    leaping = SeamFrames(np.concatenate([before.live[:1], before.live[6:], before.live[-5:]]), before.own)
    own = score_clips(leaping, after)
    assert own.a.position > 1.5 > own.b.position and own.pace > 0.15
    scores = score(leaping.live, leaping, after)
    missed = {miss.goal.name: str(miss) for miss in find_misses(scores, own)}
    assert missed["a.position"].endswith(f"(at most 1.5; the clip itself {own.a.position:.2f})")
    assert "itself" not in str(find_misses(scores)[0])
