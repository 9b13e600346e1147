"""What plays while a transition does: the clips' own frames, live, and what went before and comes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, repeat

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report
from segue.join.source import Source
from segue.join.timeline import Cut
from segue.motion.flow import between, carried_on
from segue.video import read_frames

BESIDE_SECONDS = 0.5
"""How far from the cut a clip's own change is measured."""

LEARNED_SECONDS, MOST_LEARNED = 10.0, 160
"""How far from the cut a model learns of a clip, and of how many frames at most."""

MODEL_PIXELS, PACE_PIXELS = 192 * 112, 480 * 270

MOST_PIXELS = 80_000_000
"""Of all small frames of a clip together: in a very long transition each is smaller."""


@dataclass(frozen=True)
class ClipWindow:
    """One clip seen from a cut, small, where a transition of n frames joins it.

    `live`: what plays from the clip's last frame by itself to the other's first, `[n + 2, h, w, 3]` in the order of
    time. `own`: the clip's own frames of the adjoining half second, nearest to the cut first; the nearest is in both.
    """

    live: Pixels
    own: Pixels


def look(source: Source, cut: Cut, *, leaving: bool, report: Report) -> ClipWindow:
    """Look at the clip that a cut leaves, or at the one it enters."""
    size = source.canvas.shrunk(min(PACE_PIXELS, MOST_PIXELS // (cut.count + 2)))
    near = source.canvas.count(BESIDE_SECONDS) + 1
    live: list[Pixels] = []
    for frame in playing(source, cut, leaving=leaving):
        live.append(resize(frame, *size))
        report(Event(f"look {source.path.name}", len(live), cut.count + 2))
    edge = source.length - cut.taken if leaving else cut.taken  # the cut, in the clip's frames
    start, stop = (max(0, edge - near), edge) if leaving else (edge, min(source.length, edge + near))
    own = np.stack([resize(frame, *size) for frame in islice(source.frames(start), stop - start)])
    return ClipWindow(np.stack(live), own[::-1] if leaving else own)


def playing(source: Source, cut: Cut, *, leaving: bool) -> Iterator[Pixels]:
    """What of a clip plays during a cut, `[h, w, 3]` each: n + 2 frames, from the last before it to the first after it.

    Where the cut overlaps the clip, its own frames; one more at the far end, where nothing of it is seen, is repeated.
    Else its movement goes on beyond the end, or begins before the start, by itself.
    """
    count = cut.count
    if cut.mode == "overlap":
        own = in_step(source, source.length - count - 1 if leaving else 0, count + 1)
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
    pair, pace = _nearest(source, leaving=leaving)
    if leaving:
        yield pair[-1]
        yield from carried_on(pair[0], pair[-1], (pace * step for step in range(1, count + 2)))
    else:
        yield from carried_on(pair[-1], pair[0], (pace * step for step in range(count + 1, 0, -1)))
        yield pair[0]


def _nearest(source: Source, *, leaving: bool) -> tuple[list[Pixels], float]:
    """A clip's two frames nearest to a cut, on the canvas, and how much of the step between them the film makes."""
    if not source.is_slow:
        return list(islice(source.frames(max(0, source.length - 2) if leaving else 0), 2)), 1.0
    first = max(0, source.own_number(source.length - 1) - 1) if leaving else source.own_number(0)
    own = islice(read_frames(source.path, start=first), 2)
    return [source.canvas.fitted(frame) for frame in own], float(source.info.fps / source.canvas.fps)


def in_step(source: Source, start: int, count: int) -> Iterator[Pixels]:
    """`count` frames from number `start` on; of a clip with fewer a second than the film, those between are made."""
    if not source.is_slow:
        yield from islice(source.frames(start), count)
        return
    canvas, place = source.canvas, source.own_number(start)
    own = read_frames(source.path, start=place)
    here, after = next(own), next(own, None)
    for index in range(source.start + start, source.start + start + count):
        at = Fraction(index) / canvas.fps * source.info.fps
        while after is not None and place + 1 <= at:
            place, here, after = place + 1, after, next(own, None)
        share = 0.0 if after is None else float(at - place)
        yield canvas.fitted(here if after is None else between(here, after, share))


def learned(source: Source, *, at_end: bool) -> Pixels:
    """A clip's frames near a cut, thinned evenly to `MOST_LEARNED`, at the size that a model sees: `[n, h, w, 3]`."""
    near = min(source.length, source.canvas.count(LEARNED_SECONDS))
    stride = -(-near // MOST_LEARNED)
    frames = islice(source.frames(source.length - near if at_end else 0), near)
    size = source.canvas.shrunk(MODEL_PIXELS, 8)
    return np.stack([resize(frame, *size) for frame in islice(frames, 0, None, stride)])
