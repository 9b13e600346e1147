"""The best cut: of the end of one clip and the start of another, the two moments that are most alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report
from segue.core.types import Floats
from segue.join.source import Source
from segue.join.timeline import Cut

TOP = 5
"""How many moments are shown."""

APART_SECONDS = 0.25
"""Two pairs of moments nearer than this in both clips are the same."""

THUMB_PIXELS, SHOWN_PIXELS = 32 * 18, 240 * 135

MOTION = 4.0
"""How much a unit of change from frame to frame counts against one of difference: steps are small."""


@dataclass(frozen=True, eq=False)
class Moment:
    """Frame `a` of one clip and frame `b` of the other, the middle of a transition, `distance` apart: 0 is alike.

    `pictures`: the two, small, `[2, h, w, 3]`. `a_seconds`, `b_seconds`: where they are in the clips' own time.
    """

    a: int
    b: int
    distance: float
    a_seconds: float
    b_seconds: float
    pictures: Pixels


def best_moments(a: Source, b: Source, cut: Cut, reach: int, report: Report) -> tuple[Moment, ...]:
    """The pairs of moments at which clip `a` goes over to `b` best, the best one first, at most `TOP`.

    The middle of the transition may be up to `reach` frames before where it would be in `a`, and as many after in `b`,
    half of a clip at most. Two moments are compared as small pictures and by how these move:
    `d^2 = |p_a - p_b|^2 + (MOTION |v_a - v_b|)^2`, root mean squares over pixels in 0 to 1.
    """
    last, first = a.length - _after(cut), _before(cut)  # where they are without a search
    back = max(0, min(reach, (a.length - 2 * cut.taken - 1) // 2))
    on = max(0, min(reach, (b.length - 2 * cut.taken - 1) // 2))
    seen_a, shown_a = _seen(a, last - back, back + 1, report)
    seen_b, shown_b = _seen(b, first, on + 1, report)
    squares = [np.square(seen_a[:, None] - seen_b[None]).mean(axis=2)]
    if min(len(seen_a), len(seen_b)) > 1:
        moves = [np.gradient(seen, axis=0) for seen in (seen_a, seen_b)]
        squares.append(MOTION**2 * np.square(moves[0][:, None] - moves[1][None]).mean(axis=2))
    distances = np.sqrt(np.sum(squares, axis=0))
    chosen = _apart(distances, max(1, a.canvas.count(APART_SECONDS)))
    return tuple(
        Moment(
            last - back + i,
            first + j,
            float(distances[i, j]),
            a.seconds(last - back + i),
            b.seconds(first + j),
            np.stack([shown_a[i], shown_b[j]]),
        )
        for i, j in chosen
    )


def trimmed(a: Source, b: Source, cut: Cut, moment: Moment) -> tuple[Source, Source]:
    """The clips, ended and begun such that the middle of the transition is at that moment."""
    return a.trimmed(0, moment.a + _after(cut)), b.trimmed(moment.b - _before(cut), b.length)


def _after(cut: Cut) -> int:
    """Frames of the first clip from the middle of a transition on."""
    return max(1, cut.taken - cut.taken // 2)


def _before(cut: Cut) -> int:
    """Frames of the second clip before the middle."""
    return cut.taken // 2


def _seen(source: Source, start: int, count: int, report: Report) -> tuple[Floats, Pixels]:
    """Frames as they are compared, `[n, d]` in 0 to 1, and as they are shown, `[n, h, w, 3]`."""
    thumb, size = source.canvas.shrunk(THUMB_PIXELS), source.canvas.shrunk(SHOWN_PIXELS)
    compared, shown = [], []
    for done, frame in enumerate(source.frames(start)):
        if done == count:
            break
        shown.append(resize(frame, *size))
        compared.append(resize(shown[-1], *thumb).reshape(-1) / np.float64(255))
        report(Event(f"search {source.path.name}", done + 1, count))
    return np.stack(compared), np.stack(shown)


def _apart(distances: Floats, apart: int) -> list[tuple[int, int]]:
    """The places of the least distances that are not the same moment."""
    left = distances.copy()
    found: list[tuple[int, int]] = []
    while len(found) < TOP and np.isfinite(left).any():
        i, j = np.unravel_index(int(np.argmin(left)), left.shape)
        found.append((int(i), int(j)))
        left[max(0, i - apart) : i + apart + 1, max(0, j - apart) : j + apart + 1] = np.inf
    return found
