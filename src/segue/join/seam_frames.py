"""What a transition is made of: the frames that play at a seam, the clip's own and those that carry its movement on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice, repeat

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report
from segue.join.clip_window import ClipWindow
from segue.join.timeline import Cut
from segue.motion.flow import extrapolate, warp_between

BESIDE_SECONDS = 0.5
"""How far from the cut a clip's own change is measured."""

TRAINING_SECONDS, MOST_TRAINING_FRAMES = 10.0, 160
"""How far from the cut a model is trained on a clip's frames, and on how many at most."""

MODEL_PIXELS, PACE_PIXELS = 192 * 112, 480 * 270

MOST_PIXELS = 80_000_000
"""Of all small frames of a clip together: in a very long transition each is smaller."""


@dataclass(frozen=True, eq=False)
class SeamFrames:
    """Small frames of one clip at its seam with a transition of n frames.

    `live`, uint8 `[n + 2, h, w, 3]`: what plays during the transition, from the first clip's last frame by itself to
    the second's first, in the order of time. `own`, uint8 `[k, h, w, 3]`: the clip's own frames of the adjoining half
    second, nearest to the seam first; the nearest is in both.
    """

    live: Pixels
    own: Pixels


def read_seam(window: ClipWindow, cut: Cut, *, leaving: bool, report: Report) -> SeamFrames:
    """Read the frames of a clip at a seam.

    Args:
        window: the clip.
        cut: the transition.
        leaving: whether the transition leaves this clip; else it enters it.
        report: receives progress events.

    Returns:
        The frames, at up to `PACE_PIXELS`.
    """
    size = window.canvas.size_within(min(PACE_PIXELS, MOST_PIXELS // (cut.count + 2)))
    near = window.canvas.count(BESIDE_SECONDS) + 1
    edge = window.length - cut.overlap if leaving else cut.overlap  # the seam, in the window's frames
    start, stop = (max(0, edge - near), edge) if leaving else (edge, min(window.length, edge + near))
    window.prefetch(start if leaving else 0, window.length if leaving else stop)
    live: list[Pixels] = []
    for frame in live_frames(window, cut, leaving=leaving):
        live.append(resize(frame, *size))
        report(Event(f"look {window.path.name}", len(live), cut.count + 2))
    own = np.stack([resize(frame, *size) for frame in window.frames(start, stop, keep=True)])
    return SeamFrames(live=np.stack(live), own=own[::-1] if leaving else own)


def live_frames(window: ClipWindow, cut: Cut, *, leaving: bool) -> Iterator[Pixels]:
    """What of a clip plays during a transition of n frames.

    Where the transition overlaps the clip these are its own frames; one more at the far end, where nothing of it is
    seen, is repeated. Else its movement goes on beyond its end, or begins before its start.

    Args:
        window: the clip.
        cut: the transition.
        leaving: whether the transition leaves this clip; else it enters it.

    Returns:
        n + 2 frames `[height, width, 3]`, from the last before the transition to the first after it.
    """
    count = cut.count
    if cut.mode == "overlap":
        own = interpolate_frames(window, window.length - count - 1 if leaving else 0, count + 1)
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
    pair, pace = _nearest_pair(window, leaving=leaving)
    if leaving:
        yield pair[-1]
        yield from extrapolate(pair[0], pair[-1], (pace * step for step in range(1, count + 2)))
    else:
        yield from extrapolate(pair[-1], pair[0], (pace * step for step in range(count + 1, 0, -1)))
        yield pair[0]


def _nearest_pair(window: ClipWindow, *, leaving: bool) -> tuple[list[Pixels], float]:
    """A clip's two frames nearest to a seam, on the canvas, and how much of the step between them the film makes."""
    if not window.is_slow:
        first = max(0, window.length - 2) if leaving else 0
        return list(window.frames(first, min(first + 2, window.length), keep=True)), 1.0
    first = max(0, window.own_number(window.length - 1) - 1) if leaving else window.own_number(0)
    own = islice(window.own_frames(first), 2)
    return [window.canvas.fit(frame) for frame in own], float(window.info.fps / window.canvas.fps)


def interpolate_frames(window: ClipWindow, start: int, count: int) -> Iterator[Pixels]:
    """Read frames of a window; of a slow clip, make those between its own along its optical flow.

    Args:
        window: the clip.
        start: the first frame, 0 is the window's first.
        count: how many.

    Returns:
        `count` frames `[height, width, 3]`; after the clip's last frame it stays. They will be wanted again.
    """
    if not window.is_slow:
        yield from window.frames(start, start + count, keep=True)
        return
    canvas, number = window.canvas, window.own_number(start)
    own = window.own_frames(number)
    here, after = next(own), next(own, None)
    for index in range(window.start + start, window.start + start + count):
        at = Fraction(index) / canvas.fps * window.info.fps
        while after is not None and number + 1 <= at:
            number, here, after = number + 1, after, next(own, None)
        share = 0.0 if after is None else float(at - number)
        yield canvas.fit(here if after is None else warp_between(here, after, share))


def read_training_frames(window: ClipWindow, *, at_end: bool) -> Pixels:
    """Read a clip's frames near a seam as a model is trained on them.

    Args:
        window: the clip.
        at_end: whether the seam is at its end; else at its start.

    Returns:
        uint8 `[n, h, w, 3]`, evenly thinned to `MOST_TRAINING_FRAMES`, of about `MODEL_PIXELS`; sides are multiples
        of 8.
    """
    near = min(window.length, window.canvas.count(TRAINING_SECONDS))
    stride = -(-near // MOST_TRAINING_FRAMES)
    start = window.length - near if at_end else 0
    size = window.canvas.size_within(MODEL_PIXELS, 8)
    frames = islice(window.frames(start, start + near), 0, None, stride)
    return np.stack([resize(frame, *size) for frame in frames])
