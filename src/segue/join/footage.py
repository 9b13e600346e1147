"""What plays while a transition does: the clips' own frames, live, and what went before and comes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, repeat

import numpy as np

from segue.clips import ClipInfo, read_frames
from segue.images import Pixels, resize
from segue.join.canvas import Canvas
from segue.join.flow import between, carried_on
from segue.join.timeline import Cut
from segue.progress import Event, Report

BESIDE_SECONDS = 0.5
"""How far from the cut a clip's own change is measured."""

LEARNED_SECONDS, MOST_LEARNED = 10.0, 160
"""How far from the cut a model learns of a clip, and of how many frames at most."""

FEW = Fraction(95, 100)
"""A clip with fewer frames a second than this share of the film's has those between made; of more, one is repeated."""

MODEL_PIXELS, PACE_PIXELS = 192 * 112, 480 * 270


@dataclass(frozen=True)
class Footage:
    """One clip seen from a cut, small, where a transition of n frames joins it.

    `live`: what plays from the clip's last frame by itself to the other's first, `[n + 2, h, w, 3]` in the order of
    time. `own`: the clip's own frames of the adjoining half second, nearest to the cut first; the nearest is in both.
    """

    live: Pixels
    own: Pixels


def look(canvas: Canvas, info: ClipInfo, length: int, cut: Cut, *, leaving: bool, report: Report) -> Footage:
    """Look at the clip that a cut leaves, or at the one it enters; it has `length` frames on the canvas."""
    size, near = canvas.shrunk(PACE_PIXELS), canvas.count(BESIDE_SECONDS) + 1
    live: list[Pixels] = []
    for frame in playing(canvas, info, length, cut, leaving=leaving):
        live.append(resize(frame, *size))
        report(Event(f"look {info.path.name}", len(live), cut.count + 2))
    edge = length - cut.taken if leaving else cut.taken  # the cut, in the clip's frames
    start, stop = (max(0, edge - near), edge) if leaving else (edge, min(length, edge + near))
    own = np.stack([resize(frame, *size) for frame in islice(canvas.frames(info.path, start), stop - start)])
    return Footage(np.stack(live), own[::-1] if leaving else own)


def playing(canvas: Canvas, info: ClipInfo, length: int, cut: Cut, *, leaving: bool) -> Iterator[Pixels]:
    """What of a clip plays during a cut, `[h, w, 3]` each: n + 2 frames, from the last before it to the first after it.

    Where the cut overlaps the clip, its own frames; one more at the far end, where nothing of it is seen, is repeated.
    Else its movement goes on beyond the end, or begins before the start, by itself.
    """
    count = cut.count
    if cut.mode == "overlap":
        own = in_step(canvas, info, length - count - 1 if leaving else 0, count + 1)
        if leaving:
            last: Pixels | None = None
            for last in own:
                yield last
            if last is not None:
                yield last
        else:
            first = next(own)
            yield from chain(repeat(first, 2), own)
        return
    pair, pace = _nearest(canvas, info, length, leaving=leaving)
    if leaving:
        yield pair[-1]
        yield from carried_on(pair[0], pair[-1], (pace * step for step in range(1, count + 2)))
    else:
        yield from carried_on(pair[-1], pair[0], (pace * step for step in range(count + 1, 0, -1)))
        yield pair[0]


def _nearest(canvas: Canvas, info: ClipInfo, length: int, *, leaving: bool) -> tuple[list[Pixels], float]:
    """A clip's two frames nearest to a cut, on the canvas, and how much of the step between them the film makes."""
    if info.fps >= canvas.fps * FEW:
        return list(islice(canvas.frames(info.path, max(0, length - 2) if leaving else 0), 2)), 1.0
    own = islice(read_frames(info.path), max(0, info.frames - 2) if leaving else 0, None)
    return [canvas.fitted(frame) for frame in islice(own, 2)], float(info.fps / canvas.fps)


def in_step(canvas: Canvas, info: ClipInfo, start: int, count: int) -> Iterator[Pixels]:
    """`count` frames from number `start` on, on the canvas; of a clip with fewer a second, those between are made."""
    if info.fps >= canvas.fps * FEW:
        yield from islice(canvas.frames(info.path, start), count)
        return
    place = min(int(start / canvas.fps * info.fps), info.frames - 1)
    own = read_frames(info.path, start=place)
    here, after = next(own), next(own, None)
    for index in range(start, start + count):
        at = Fraction(index) / canvas.fps * info.fps
        while after is not None and place + 1 <= at:
            place, here, after = place + 1, after, next(own, None)
        share = 0.0 if after is None else float(at - place)
        yield canvas.fitted(here if after is None else between(here, after, share))


def learned(canvas: Canvas, info: ClipInfo, length: int, *, at_end: bool) -> Pixels:
    """A clip's frames near a cut, thinned evenly to `MOST_LEARNED`, at the size that a model sees: `[n, h, w, 3]`."""
    near = min(length, canvas.count(LEARNED_SECONDS))
    stride = -(-near // MOST_LEARNED)
    frames = islice(canvas.frames(info.path, length - near if at_end else 0), near)
    size = canvas.shrunk(MODEL_PIXELS, 8)
    return np.stack([resize(frame, *size) for frame in islice(frames, 0, None, stride)])
