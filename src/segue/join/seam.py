"""How much a seam shows: the jump at the cut, against the clip's own change from frame to frame."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from segue.images import Pixels

LEAST_CHANGE = 0.5 / 255
"""Changes below half a grey level cannot be seen, so a still clip counts as changing by this much."""


def change(frames: Iterable[Pixels]) -> npt.NDArray[np.float64]:
    """The root mean square change from each frame `[h, w, c]` to the next, in 0 to 1; `[n - 1]`.

    >>> change(np.stack([np.zeros((2, 2, 1)), np.full((2, 2, 1), 51)]).astype(np.uint8)).round(3).tolist()
    [0.2]
    """
    pairs = pairwise(frame.astype(np.float32) / 255 for frame in frames)
    return np.array([np.sqrt(np.mean(np.square(after - before))) for before, after in pairs], dtype=np.float64)


def pace(beside: Pixels) -> float:
    """A clip's usual change from frame to frame: the median over frames `[n, h, w, c]`; 0 for a single frame."""
    return float(np.median(change(beside))) if len(beside) > 1 else 0.0


def seam_jump(clip: Pixels, transition: Pixels) -> float:
    """The largest change at a cut over the clip's own pace beside it; 1 is a seam like any other frame.

    `clip` and `transition`: frames `[n, h, w, c]` on either side of the cut, each nearest first.
    The jump is the change across the cut; the transition's first step counts too, for a pop may come one
    frame late.
    """
    steps = change(np.concatenate([clip[:1], transition[:2]]))
    return float(steps.max() / max(pace(clip), LEAST_CHANGE))
