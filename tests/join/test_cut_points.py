"""The best cut."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.join.canvas import choose_canvas
from segue.join.clip_window import ClipWindow, make_window
from segue.join.cut_points import TOP, CutPoint, _least_apart, find_cut_points, search_ranges, stretches_at
from segue.join.plan import find_ends, trim_windows
from segue.join.timeline import Cut, Mode, count_frames, make_timeline
from segue.video import examine

each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def written(path: Path, frames: list[Pixels], clips: ModuleType) -> ClipWindow:
    clip = examine(clips.write(path, frames))
    return make_window(choose_canvas(clip.info, None, None, "crop"), clip)


@pytest.fixture
def pair(tmp_path: Path, clips: ModuleType) -> tuple[ClipWindow, ClipWindow]:
    """Discs that go right: the second begins where the first was six frames before its end, after five of its own."""
    a = clips.rolling(30, (5, 24), (1.5, 0))
    b = [*clips.rolling(5, (60, 8), (0, 1), blue=200), *clips.rolling(25, (5 + 24 * 1.5, 24), (1.5, 0))]
    return written(tmp_path / "a.mp4", a, clips), written(tmp_path / "b.mp4", b, clips)


def search(pair: tuple[ClipWindow, ClipWindow], cut: Cut, reach: int, report: Report = silent) -> tuple[CutPoint, ...]:
    """As a film of these two clips searches them."""
    first, second = search_ranges([window.length for window in pair], [cut], reach)
    return find_cut_points(*pair, cut, back=first.tail, on=second.head, report=report)


@each_mode
def test_the_cut_point_that_is_in_both_is_found(mode: Mode, pair: tuple[ClipWindow, ClipWindow]) -> None:
    found = search(pair, Cut(0, 1, 6, mode), 12)
    best = found[0]
    assert best.a - best.b == 24 - 5 and best.distance < 0.02 < found[-1].distance
    assert list(found) == sorted(found, key=lambda one: one.distance) and len(found) <= TOP
    assert best.pictures.shape[0] == 2 and np.abs(best.pictures[0].astype(int) - best.pictures[1]).mean() < 3
    assert (best.a_seconds, best.b_seconds) == pytest.approx((best.a / 12, best.b / 12))


@each_mode
def test_trimmed_clips_have_the_cut_point_in_the_middle(mode: Mode, pair: tuple[ClipWindow, ClipWindow]) -> None:
    cut = Cut(0, 1, 6, mode)
    found = search(pair, cut, 12)
    a, b = trim_windows(pair, {cut: found})
    if mode == "overlap":
        assert a.length - 3 == found[0].a and b.start + 3 == found[0].b
    else:
        assert a.length - 1 == found[0].a and b.start == found[0].b
    assert a.start == 0 and b.start + b.length == 30


@each_mode
def test_without_reach_the_cut_stays_where_it_is(mode: Mode, pair: tuple[ClipWindow, ClipWindow]) -> None:
    cut = Cut(0, 1, 6, mode)
    (only,) = search(pair, cut, 0)
    assert trim_windows(pair, {cut: [only]}) == pair


def test_motion_counts(tmp_path: Path, clips: ModuleType) -> None:
    there = clips.rolling(21, (12, 24), (2, 0))
    back = there[::-1]
    a = written(tmp_path / "a.mp4", there, clips)
    b = written(tmp_path / "b.mp4", [*back, *there, *there[-1:] * 40], clips)
    best = search((a, b), Cut(0, 1, 2, "overlap"), 60)[0]
    assert best.b > 21, "it goes the same way there, not only through the same place"


def test_short_clips_keep_half_of_each(pair: tuple[ClipWindow, ClipWindow]) -> None:
    for point in search(pair, Cut(0, 1, 4, "overlap"), 1000):
        assert point.a >= 14 and point.b <= 15


def test_searching_is_reported(pair: tuple[ClipWindow, ClipWindow]) -> None:
    events: list[Event] = []
    search(pair, Cut(0, 1, 4, "insert"), 3, events.append)
    assert [(event.stage, event.done, event.total) for event in events] == [
        (f"search {name}.mp4", done, 4) for name in "ab" for done in range(1, 5)
    ]


@st.composite
def films(draw: st.DrawFn) -> tuple[list[int], list[Cut]]:
    """Lengths of clips, and cuts between them that a film of these clips may have."""
    lengths = draw(st.lists(st.integers(1, 80), min_size=1, max_size=5))
    ends = find_ends(len(lengths), loop=len(lengths) == 1 or draw(st.booleans()))
    taken = [0] * len(lengths)
    cuts = []
    for a, b in ends:
        count, mode = draw(st.integers(1, 30)), draw(st.sampled_from(["overlap", "insert"]))
        over = {clip: taken[clip] + (2 * count if a == b else count) for clip in (a, b)}
        if any(over[clip] > lengths[clip] or count >= lengths[clip] for clip in over):
            mode = "insert"
        if mode == "overlap":
            for clip in over:
                taken[clip] = over[clip]
        cuts.append(Cut(a, b, count, mode))
    return lengths, cuts


@settings(max_examples=400)
@given(films(), st.integers(0, 100), st.data())
def test_every_stretch_stays_inside_its_clip(
    film: tuple[list[int], list[Cut]], reach: int, data: st.DataObject
) -> None:
    lengths, cuts = film
    whole = make_timeline(lengths, cuts)
    ranges = search_ranges(lengths, cuts, reach)
    middles = {}
    for cut in cuts:
        last = lengths[cut.a] - max(1, cut.overlap - cut.overlap // 2)
        back, on = data.draw(st.integers(0, ranges[cut.a].tail)), data.draw(st.integers(0, ranges[cut.b].head))
        middles[cut] = (last - back, cut.overlap // 2 + on)
    stretches = stretches_at(lengths, middles)
    assert all(0 <= start < stop <= length for (start, stop), length in zip(stretches, lengths, strict=True))
    parts = make_timeline([stop - start for start, stop in stretches], cuts)  # raises where frames are missing
    lost = sum(lengths) - sum(stop - start for start, stop in stretches)
    assert count_frames(parts) == count_frames(whole) - lost
    for cut, (a, b) in middles.items():  # the middle of the transition is the cut point, in both clips
        assert stretches[cut.a][1] - max(1, cut.overlap - cut.overlap // 2) == a
        assert stretches[cut.b][0] + cut.overlap // 2 == b
    for clip, (length, (start, stop)) in enumerate(zip(lengths, stretches, strict=True)):
        over = [cut.overlap for cut in cuts for end in (cut.a, cut.b) if end == clip and cut.overlap]
        if not over or max(over) < length:  # else there was no free frame to begin with
            assert not over or max(over) < stop - start, "one frame of the clip alone is left beside a transition"
        assert max(ranges[clip].head, ranges[clip].tail) <= min(reach, max(0, length - 1) // 2)


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
def test_cut_points_are_apart_and_the_least_comes_first(seed: int, rows: int, columns: int, apart: int) -> None:
    distances = np.random.default_rng(seed).random((rows, columns))
    found = _least_apart(distances, apart)
    assert distances[found[0]] == distances.min() and len(found) <= TOP
    assert all(max(abs(i - k), abs(j - m)) > apart for (i, j), (k, m) in combinations(found, 2))
