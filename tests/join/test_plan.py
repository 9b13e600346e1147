"""What the film will be."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.join.canvas import Canvas
from segue.join.clip_window import ClipWindow, make_window
from segue.join.plan import Plan, find_ends, place_cuts
from segue.join.project import ProjectClip
from segue.join.timeline import count_frames
from segue.video import Clip, ClipInfo
from segue.video.timing import Timing

CANVAS = Canvas(48, 64, Fraction(12), "crop")


def lasting(length: int, name: str = "a.mp4") -> ClipWindow:
    info = ClipInfo(Path(name), 64, 48, Fraction(12), length, length / 12, False, None, None, "h264", ())
    timing = Timing(Fraction(0), Fraction(12), Fraction(length, 12), gridded=True, steady=True)
    return make_window(
        CANVAS,
        Clip(
            info=info,
            timing=timing,
            base=Fraction(1, 12),
            keys=(),
            aspect=None,
            shifts=(Fraction(0),),
            timecode=None,
            checked={},
        ),
    )


def clip(**options: object) -> ProjectClip:
    return ProjectClip(Path("a.mp4"), **options)  # type: ignore[arg-type]


@given(st.integers(1, 9), st.booleans())
def test_all_neighbours_meet_and_in_a_loop_the_ends_too(count: int, loop: bool) -> None:
    found = find_ends(count, loop=loop)
    assert len(found) == count - 1 + loop
    assert all(b == d for (_, b), (d, _) in pairwise(found))
    assert not loop or found[-1] == (count - 1, 0)


def test_each_clip_may_have_a_transition_of_its_own() -> None:
    windows = [lasting(48), lasting(48), lasting(48)]
    asked = [clip(seconds=0.5, mode="insert"), clip(), clip(seconds=3.0)]
    first, second = place_cuts(CANVAS, windows, asked, 1.0, None, loop=False)
    assert (first.count, first.mode, second.count, second.mode) == (6, "insert", 12, "overlap")
    *_, last = place_cuts(CANVAS, windows, asked, 1.0, None, loop=True)
    assert (last.a, last.b, last.count, last.mode) == (2, 0, 36, "insert")


@given(lengths=st.lists(st.integers(2, 60), min_size=2, max_size=5), seconds=st.floats(0.1, 4), loop=st.booleans())
def test_what_is_chosen_always_fits(lengths: list[int], seconds: float, loop: bool) -> None:
    windows = tuple(lasting(length) for length in lengths)
    cuts = place_cuts(CANVAS, windows, [clip()] * len(windows), seconds, None, loop=loop)
    plan = Plan(canvas=CANVAS, windows=windows, cuts=cuts)
    assert plan.frames == count_frames(plan.parts) == sum(lengths) + sum(-cut.overlap or cut.count for cut in cuts)
    assert [plan.first(cut) for cut in cuts] == sorted(plan.first(cut) for cut in cuts)
    assert plan.describe().endswith(f"= {plan.frames / 12:.2f} s")


@pytest.mark.parametrize(
    ("lengths", "said"),
    [
        ([12, 30], "a transition of 1.00 s over a.mp4, a clip of 1.00 s; expected a shorter one; try fewer `seconds`"),
        ([30, 20, 30], "transitions of 2.00 s over b.mp4, a clip of 1.67 s"),
    ],
)
def test_more_than_there_is_cannot_be_played_over(lengths: list[int], said: str, clips: ModuleType) -> None:
    windows = [lasting(length, f"{name}.mp4") for length, name in zip(lengths, "abc", strict=False)]
    with pytest.raises(InputError) as caught:
        place_cuts(CANVAS, windows, [clip()] * len(windows), 1.0, "overlap", loop=False)
    assert said in str(caught.value)
