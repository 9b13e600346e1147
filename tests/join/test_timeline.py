"""Which frames make the film: nothing lost, nothing doubled."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.join.timeline import Cut, Stretch, choose_mode, count_frames, describe_durations, make_timeline

MODES = st.sampled_from(["overlap", "insert"])


@st.composite
def films(draw: st.DrawFn) -> tuple[list[int], list[Cut]]:
    """Lengths of clips with room for the transitions between them, which may come back to the first clip."""
    clips, loop = draw(st.integers(1, 5)), draw(st.booleans())
    ends = [*pairwise(range(clips)), *([(clips - 1, 0)] if loop else [])]
    cuts = [Cut(a, b, draw(st.integers(1, 20)), draw(MODES)) for a, b in ends]
    over = [sum(cut.overlap * ((cut.a == clip) + (cut.b == clip)) for cut in cuts) for clip in range(clips)]
    return [taken + draw(st.integers(0 if taken else 1, 20)) for taken in over], cuts


@given(films())
def test_every_frame_is_shown_once(film: tuple[list[int], list[Cut]]) -> None:
    lengths, cuts = film
    parts = make_timeline(lengths, cuts)
    shown: Counter[tuple[int, int]] = Counter()
    for part in parts:
        if isinstance(part, Stretch):
            shown.update((part.clip, frame) for frame in range(part.start, part.stop))
        elif part.overlap:
            shown.update((part.a, lengths[part.a] - part.count + i) for i in range(part.count))
            shown.update((part.b, i) for i in range(part.count))
    assert shown == Counter((clip, frame) for clip, length in enumerate(lengths) for frame in range(length))


@given(films())
def test_the_order_is_that_of_the_clips(film: tuple[list[int], list[Cut]]) -> None:
    parts = make_timeline(*film)
    assert [part for part in parts if isinstance(part, Cut)] == film[1]
    places = [part.clip if isinstance(part, Stretch) else part.a + 0.5 for part in parts]
    assert places == sorted(places) and len(set(places)) == len(places)
    assert all(part.count > 0 for part in parts)


@given(films(), st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(12)]))
def test_durations_add_up(film: tuple[list[int], list[Cut]], fps: Fraction) -> None:
    lengths, cuts = film
    parts = make_timeline(lengths, cuts)
    assert count_frames(parts) == sum(lengths) + sum(-cut.count if cut.overlap else cut.count for cut in cuts)
    *terms, whole = map(float, re.findall(r"(\d+\.\d\d) s", describe_durations(parts, fps)))
    assert len(terms) == len(parts) and whole == pytest.approx(float(count_frames(parts) / fps), abs=0.00501)
    assert sum(terms) == pytest.approx(whole, abs=0.005 * (len(terms) + 1.01))


@given(films(), st.data())
def test_frames_that_are_not_there_cannot_be_played_over(
    film: tuple[list[int], list[Cut]], data: st.DataObject
) -> None:
    lengths, cuts = film
    under = [sum(cut.overlap * ((cut.a == clip) + (cut.b == clip)) for cut in cuts) for clip in range(len(lengths))]
    short = [clip for clip, taken in enumerate(under) if taken]
    if short:
        clip = data.draw(st.sampled_from(short))
        lengths[clip] = data.draw(st.integers(0, under[clip] - 1))
        with pytest.raises(ValueError, match=f"clip {clip} has {lengths[clip]} frames, its .* over {under[clip]}$"):
            make_timeline(lengths, cuts)


def test_a_film_in_words() -> None:
    parts = make_timeline([50, 30], [Cut(0, 1, 5, "insert"), Cut(1, 0, 10, "overlap")])
    assert parts == (Stretch(0, 10, 50), Cut(0, 1, 5, "insert"), Stretch(1, 0, 20), Cut(1, 0, 10, "overlap"))
    assert describe_durations(parts, Fraction(10)) == (
        "4.00 s of clip 1 + 0.50 s between + 2.00 s of clip 2 + 1.00 s over both = 7.50 s"
    )


@given(st.integers(1, 100), st.integers(1, 300), st.integers(1, 300))
def test_a_transition_overlaps_where_it_leaves_half_of_each_clip(count: int, a: int, b: int) -> None:
    assert (choose_mode(None, count, a, b) == "overlap") == (count <= a / 2 and count <= b / 2)
    assert (choose_mode("overlap", count, a, b), choose_mode("insert", count, a, b)) == ("overlap", "insert")
