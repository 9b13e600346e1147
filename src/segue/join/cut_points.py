"""The best cut: of the end of one clip and the start of another, the two moments that are most alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report
from segue.core.types import Floats
from segue.join.clip_window import ClipWindow
from segue.join.timeline import Cut

TOP = 5
"""How many cut points are shown."""

APART_SECONDS = 0.25
"""Two cut points nearer than this in both clips are the same."""

THUMB_PIXELS, SHOWN_PIXELS = 32 * 18, 240 * 135

MOTION = 4.0
"""How much a unit of change from frame to frame counts against one of difference: steps are small."""


@dataclass(frozen=True, eq=False)
class CutPoint:
    """A pair of moments at which one clip may go over to another: the middle of the transition.

    `a` is a frame of the first clip's window and `b` one of the second's; `a_seconds`, `b_seconds` are where they are
    in the clips' own time. They are `distance` apart, 0 is alike. `pictures`: the two, small, `[2, h, w, 3]`.
    """

    a: int
    b: int
    distance: float
    a_seconds: float
    b_seconds: float
    pictures: Pixels


@dataclass(frozen=True)
class SearchRange:
    """How many frames a clip may lose: up to `head` at its start and `tail` at its end."""

    head: int
    tail: int


def search_ranges(lengths: Sequence[int], cuts: Sequence[Cut], reach: int) -> tuple[SearchRange, ...]:
    """How far cuts may be moved into the clips such that every transition still finds the frames that it plays over.

    All cuts are looked at together: what a clip loses at its start, at its end, and what both transitions play over is
    never more than the clip. At either end it loses half of what is free there at most.

    Args:
        lengths: frames of each clip's window.
        cuts: the transitions between them.
        reach: how many frames of each end are searched at most.

    Returns:
        One range for each clip.

    >>> search_ranges([40, 40, 40], [Cut(0, 1, 10, "overlap"), Cut(1, 2, 4, "overlap")], 99)
    (SearchRange(head=0, tail=9), SearchRange(head=9, tail=15), SearchRange(head=15, tail=0))
    """
    entering = {cut.b: cut.overlap for cut in cuts}
    leaving = {cut.a: cut.overlap for cut in cuts}

    def movable(length: int, overlap: int) -> int:
        return max(0, min(reach, (length - 2 * overlap - 1) // 2))

    ranges = []
    for clip, length in enumerate(lengths):
        free = max(0, length - entering.get(clip, 0) - leaving.get(clip, 0) - 1)
        tail = min(free, movable(length, leaving[clip])) if clip in leaving else 0
        head = min(free - tail, movable(length, entering[clip])) if clip in entering else 0
        ranges.append(SearchRange(head=head, tail=tail))
    return tuple(ranges)


def find_cut_points(a: ClipWindow, b: ClipWindow, cut: Cut, back: int, on: int, report: Report) -> tuple[CutPoint, ...]:
    """Find the moments at which one clip goes over to another best.

    Two moments are compared as small pictures and by how these move: `d^2 = |p_a - p_b|^2 + (MOTION |v_a - v_b|)^2`,
    root mean squares over pixels in 0 to 1.

    Args:
        a: the clip that is left.
        b: the clip that is entered.
        cut: the transition.
        back: how many frames before its usual place in `a` the middle of the transition may be.
        on: how many frames after its usual place in `b`.
        report: receives progress events.

    Returns:
        The best one first, at most `TOP`.
    """
    last, first = a.length - _frames_after(cut), _frames_before(cut)  # where they are without a search
    seen_a, shown_a = _read_small(a, last - back, back + 1, report)
    seen_b, shown_b = _read_small(b, first, on + 1, report)
    squares = [np.square(seen_a[:, None] - seen_b[None]).mean(axis=2)]
    if min(len(seen_a), len(seen_b)) > 1:
        steps = [np.gradient(seen, axis=0) for seen in (seen_a, seen_b)]
        squares.append(MOTION**2 * np.square(steps[0][:, None] - steps[1][None]).mean(axis=2))
    distances = np.sqrt(np.sum(squares, axis=0))
    return tuple(
        CutPoint(
            a=last - back + i,
            b=first + j,
            distance=float(distances[i, j]),
            a_seconds=a.seconds(last - back + i),
            b_seconds=b.seconds(first + j),
            pictures=np.stack([shown_a[i], shown_b[j]]),
        )
        for i, j in _least_apart(distances, max(1, a.canvas.count(APART_SECONDS)))
    )


def stretches_at(lengths: Sequence[int], middles: Mapping[Cut, tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The stretches of clips that put the middle of each transition where it is wanted, for all cuts at once.

    Args:
        lengths: frames of each clip's window.
        middles: of each cut, the frame of either window that is to be the middle of the transition.

    Returns:
        Of each clip, the first frame of its stretch and the one after its last.

    >>> stretches_at([40, 40], {Cut(0, 1, 10, "overlap"): (30, 12)})
    ((0, 35), (7, 40))
    """
    starts = {cut.b: b - _frames_before(cut) for cut, (_, b) in middles.items()}
    stops = {cut.a: a + _frames_after(cut) for cut, (a, _) in middles.items()}
    return tuple((starts.get(clip, 0), stops.get(clip, length)) for clip, length in enumerate(lengths))


def _frames_after(cut: Cut) -> int:
    """Frames of the first clip from the middle of a transition on."""
    return max(1, cut.overlap - cut.overlap // 2)


def _frames_before(cut: Cut) -> int:
    """Frames of the second clip before the middle."""
    return cut.overlap // 2


def _read_small(window: ClipWindow, start: int, count: int, report: Report) -> tuple[Floats, Pixels]:
    """Frames as they are compared, `[n, d]` in 0 to 1, and as they are shown, `[n, h, w, 3]`."""
    thumb, size = window.canvas.size_within(THUMB_PIXELS), window.canvas.size_within(SHOWN_PIXELS)
    compared, shown = [], []
    for done, frame in enumerate(window.frames(start, start + count)):
        shown.append(resize(frame, *size))
        compared.append(resize(shown[-1], *thumb).reshape(-1) / np.float64(255))
        report(Event(f"search {window.path.name}", done + 1, count))
    return np.stack(compared), np.stack(shown)


def _least_apart(distances: Floats, apart: int) -> list[tuple[int, int]]:
    """The indices of the least distances that are not the same cut point."""
    left = distances.copy()
    found: list[tuple[int, int]] = []
    while len(found) < TOP and np.isfinite(left).any():
        i, j = np.unravel_index(int(np.argmin(left)), left.shape)
        found.append((int(i), int(j)))
        left[max(0, i - apart) : i + apart + 1, max(0, j - apart) : j + apart + 1] = np.inf
    return found
