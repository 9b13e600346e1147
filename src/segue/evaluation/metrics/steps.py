"""From frame to frame: how long a path is, how evenly it goes, how it jerks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.nearest import By, batches, features

LEAST_STEP: dict[By, float] = {"pixel": 0.5 / 255, "perceptual": 0.01}
"""What noise of half a grey level, which cannot be seen, makes in either distance, about."""


class Motion(NamedTuple):
    """Distances from frame to frame, `[m - 1]`, and lengths of the second differences, `[m - 2]`."""

    steps: Floats
    bends: Floats


def motion(frames: Pixels, by: By = "pixel") -> Motion:
    """The steps |x[i+1] - x[i]| and the bends |x[i+1] - 2 x[i] + x[i-1]| of frames `[m, h, w, c]`.

    By `pixel` a length is the root of the mean square, with values in [0, 1]; by `perceptual` the Euclidean one of the
    features whose squared distance is `perceptual_distance`. Raises `InputError` where these have no weights.

    >>> motion(np.array([0, 51, 204, 204], np.uint8).reshape(4, 1, 1, 1)).steps.round(6).tolist()
    [0.2, 0.6, 0.0]
    """
    steps, bends = [], []
    last: npt.NDArray[np.floating] | None = None
    step: npt.NDArray[np.floating] | None = None
    for point in _points(frames, by):
        if last is not None:
            before, step = step, point - last
            steps.append(_length(step))
            if before is not None:
                bends.append(_length(step - before))
        last = point
    return Motion(np.array(steps, np.float64), np.array(bends, np.float64))


def pace(steps: Floats) -> float:
    """How unevenly steps `[n]` follow each other: their standard deviation over their mean, 0 being even.

    One step that does all among n comes to sqrt(n - 1). NaN for fewer than two steps, and where nothing changes.

    >>> pace(np.array([1.0, 1.0, 4.0])), pace(np.zeros(3))
    (0.7071067811865476, nan)
    """
    if len(steps) < 2 or not steps.any():
        return float("nan")
    shares = steps / steps.max()  # the squares of tiny steps would vanish
    return float(shares.std() / shares.mean())


def jerk(moved: Motion, least: float = LEAST_STEP["pixel"]) -> float:
    """The largest bend over the median step: 0 for a cross-fade, at most 2 where steps are equal, large at a jump.

    The median counts as `least` at least, a change too small to see, so that one jump among stills, whose median is 0,
    is as bad as it looks: hundreds, but finite. NaN for fewer than three frames, and where nothing changes.

    >>> jerk(Motion(np.array([0.1, 0.1, 0.3]), np.array([0.0, 0.2]))), jerk(Motion(np.zeros(3), np.zeros(2)))
    (2.0, nan)
    """
    if len(moved.bends) == 0 or not moved.steps.any():
        return float("nan")
    return float(moved.bends.max() / max(float(np.median(moved.steps)), least))


def _points(frames: Pixels, by: By) -> Iterator[npt.NDArray[np.floating]]:
    if by == "perceptual":
        for part in batches(frames):
            yield from features(part).numpy()
    else:
        scale = 255 * frames[0].size ** 0.5
        yield from (frame.astype(np.float64) / scale for frame in frames)


def _length(vector: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.square(vector).sum(dtype=np.float64)))
