"""The best cut."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.core.progress import Event, silent
from segue.join.canvas import canvas_for
from segue.join.cut_points import TOP, _apart, best_moments, trimmed
from segue.join.source import Source, source
from segue.join.timeline import Cut, Mode
from segue.video import probe

each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])


def written(path: Path, frames: list[Pixels], clips: ModuleType) -> Source:
    info = probe(clips.write(path, frames))
    return source(canvas_for(info, None, None, "crop"), info)


@pytest.fixture
def pair(tmp_path: Path, clips: ModuleType) -> tuple[Source, Source]:
    """Discs that go right: the second begins where the first was six frames before its end, after five of its own."""
    a = clips.rolling(30, (5, 24), (1.5, 0))
    b = [*clips.rolling(5, (60, 8), (0, 1), blue=200), *clips.rolling(25, (5 + 24 * 1.5, 24), (1.5, 0))]
    return written(tmp_path / "a.mp4", a, clips), written(tmp_path / "b.mp4", b, clips)


@each_mode
def test_the_moment_that_is_in_both_is_found(mode: Mode, pair: tuple[Source, Source]) -> None:
    cut = Cut(0, 1, 6, mode)
    found = best_moments(*pair, cut, 12, silent)
    best = found[0]
    assert best.a - best.b == 24 - 5 and best.distance < 0.02 < found[-1].distance
    assert list(found) == sorted(found, key=lambda one: one.distance) and len(found) <= TOP
    assert best.pictures.shape[0] == 2 and np.abs(best.pictures[0].astype(int) - best.pictures[1]).mean() < 3
    assert (best.a_seconds, best.b_seconds) == pytest.approx((best.a / 12, best.b / 12))


@each_mode
def test_trimmed_clips_have_the_moment_in_the_middle(mode: Mode, pair: tuple[Source, Source]) -> None:
    cut = Cut(0, 1, 6, mode)
    best = best_moments(*pair, cut, 12, silent)[0]
    a, b = trimmed(*pair, cut, best)
    if mode == "overlap":
        assert a.length - 3 == best.a and b.start + 3 == best.b
    else:
        assert a.length - 1 == best.a and b.start == best.b
    assert a.start == 0 and b.start + b.length == 30


@each_mode
def test_without_reach_the_cut_stays_where_it_is(mode: Mode, pair: tuple[Source, Source]) -> None:
    cut = Cut(0, 1, 6, mode)
    (only,) = best_moments(*pair, cut, 0, silent)
    assert trimmed(*pair, cut, only) == pair


def test_motion_counts(tmp_path: Path, clips: ModuleType) -> None:
    there = clips.rolling(21, (12, 24), (2, 0))
    back = there[::-1]
    a = written(tmp_path / "a.mp4", there, clips)
    b = written(tmp_path / "b.mp4", [*back, *there, *there[-1:] * 40], clips)
    best = best_moments(a, b, Cut(0, 1, 2, "overlap"), 60, silent)[0]
    assert best.b > 21, "it goes the same way there, not only through the same place"


def test_short_clips_keep_half_of_each(pair: tuple[Source, Source]) -> None:
    for moment in best_moments(*pair, Cut(0, 1, 4, "overlap"), 1000, silent):
        assert moment.a >= 14 and moment.b <= 15


def test_searching_is_reported(pair: tuple[Source, Source]) -> None:
    events: list[Event] = []
    best_moments(*pair, Cut(0, 1, 4, "insert"), 3, events.append)
    assert [(event.stage, event.done, event.total) for event in events] == [
        (f"search {name}.mp4", done, 4) for name in "ab" for done in range(1, 5)
    ]


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
def test_moments_are_apart_and_the_least_comes_first(seed: int, rows: int, columns: int, apart: int) -> None:
    distances = np.random.default_rng(seed).random((rows, columns))
    found = _apart(distances, apart)
    assert distances[found[0]] == distances.min() and len(found) <= TOP
    assert all(max(abs(i - k), abs(j - m)) > apart for (i, j), (k, m) in combinations(found, 2))
