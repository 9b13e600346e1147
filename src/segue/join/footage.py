"""What a transition needs to see of a clip: the frames near the cut, small, and the one at the cut, whole."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice

import numpy as np

from segue.clips import ClipInfo
from segue.images import Pixels, resize
from segue.join.canvas import Canvas
from segue.progress import Event, Report

NEAR_SECONDS = 10.0
"""How far from the cut frames are learned from."""

MOST_FRAMES = 160
"""How many frames of each clip are learned from; more are thinned evenly."""

BESIDE_SECONDS = 0.5
"""How far from the cut a clip's own pace is measured."""

MODEL_PIXELS = 192 * 112
PACE_PIXELS = 480 * 270


@dataclass(frozen=True)
class Footage:
    """One clip seen from the cut.

    `cut` is the frame at the cut `[h, w, 3]`, full size; `small` the frames near it `[n, h', w', 3]` at the
    model's size, nearest first; `beside` those of the adjoining half second at the size where pace is
    measured, nearest first; `count` how many frames the clip has.
    """

    cut: Pixels
    small: Pixels
    beside: Pixels
    count: int


def look(canvas: Canvas, info: ClipInfo, *, at_end: bool, report: Report) -> Footage:
    """Read a clip once, towards its end (the clip before the cut) or from its start (the one after)."""
    count = max(1, round(info.seconds * canvas.fps))
    near = min(count, canvas.count(NEAR_SECONDS))
    stride = -(-near // MOST_FRAMES)
    model_size, pace_size = canvas.shrunk(MODEL_PIXELS, 8), canvas.shrunk(PACE_PIXELS)
    small: deque[Pixels] = deque(maxlen=MOST_FRAMES)
    beside: deque[Pixels] = deque(maxlen=canvas.count(BESIDE_SECONDS) + 1)
    cut: Pixels | None = None
    frames = canvas.frames(info.path, count - near if at_end else 0)
    for index, frame in enumerate(islice(frames, near)):
        distance = near - 1 - index if at_end else index
        cut = frame if distance == 0 else cut
        if distance % stride == 0:
            small.append(resize(frame, *model_size))
        if distance < (beside.maxlen or 0):
            beside.append(resize(frame, *pace_size))
        report(Event(f"read {info.path.name}", index + 1, near))
    assert cut is not None, "count and frames agree by the clips' contract"  # noqa: S101
    order = slice(None, None, -1 if at_end else 1)
    return Footage(cut, np.stack(list(small)[order]), np.stack(list(beside)[order]), count)
