"""From frame to frame: how long a path is, how evenly it goes, how it jerks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.nearest import By, compute_features, split_batches

LEAST_STEP: dict[By, float] = {"pixel": 0.5 / 255, "perceptual": 0.01}
"""What noise of half a grey level, which cannot be seen, makes in either distance, about."""


class Motion(NamedTuple):
    """How an interpolation moves.

    Attributes:
        steps: Distances from frame to frame, `[m - 1]`.
        bends: Lengths of the second differences, `[m - 2]`.
    """

    steps: Floats
    bends: Floats


def motion(frames: Pixels, by: By = "pixel") -> Motion:
    """Measure the steps |x[i+1] - x[i]| and the bends |x[i+1] - 2 x[i] + x[i-1]| of frames.

    Args:
        frames: uint8 `[m, h, w, c]`.
        by: "pixel" for the root of the mean square of values in [0, 1]; "perceptual" for the Euclidean length of the
            features whose squared distance is `perceptual_distance`.

    Returns:
        The motion.

    Raises:
        InputError: By "perceptual", where the weights of the network are not found.

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
    """Measure how unevenly steps follow each other: their standard deviation over their mean.

    Args:
        steps: `[n]`, 0 or more each.

    Returns:
        0 for even steps; sqrt(n - 1) where one step of n makes the whole change. NaN for fewer than two steps, and
        where nothing changes.

    >>> pace(np.array([1.0, 1.0, 4.0])), pace(np.zeros(3))
    (0.7071067811865476, nan)
    """
    if len(steps) < 2 or not steps.any():
        return float("nan")
    shares = steps / steps.max()  # the squares of tiny steps would vanish
    return float(shares.std() / shares.mean())


def jerk(motion: Motion, least: float = LEAST_STEP["pixel"]) -> float:
    """Divide the largest bend by the median step.

    Args:
        motion: The steps and bends of an interpolation.
        least: What the median counts as at least: a change too small to see. So one jump among stills, whose median is
            0, is as bad as it looks: hundreds, but finite.

    Returns:
        0 for a cross-fade, at most 2 where steps are equal, large at a jump. NaN for fewer than three frames, and where
        nothing changes.

    >>> jerk(Motion(np.array([0.1, 0.1, 0.3]), np.array([0.0, 0.2]))), jerk(Motion(np.zeros(3), np.zeros(2)))
    (2.0, nan)
    """
    if len(motion.bends) == 0 or not motion.steps.any():
        return float("nan")
    return float(motion.bends.max() / max(float(np.median(motion.steps)), least))


def _points(frames: Pixels, by: By) -> Iterator[npt.NDArray[np.floating]]:
    if by == "perceptual":
        for part in split_batches(frames):
            yield from compute_features(part).numpy()
    else:
        scale = 255 * frames[0].size ** 0.5
        yield from (frame.astype(np.float64) / scale for frame in frames)


def _length(vector: npt.NDArray[np.floating]) -> float:
    return float(np.sqrt(np.square(vector).sum(dtype=np.float64)))
