"""Seams: how much the cut between a clip and a transition shows, against the clip's own change beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats

LEAST_CHANGE = 0.5 / 255
"""Changes below half a grey level cannot be seen, so a still clip counts as changing by this much."""

LEAST_SHARPENING = 0.01
"""Of one: changes of sharpness below it cannot be seen."""

_OWN = 0.95
"""The part of a clip's own changes that a seam should not exceed."""


@dataclass(frozen=True)
class Seam:
    """What changes at a cut; 1 is as much as in the clip itself, beside the cut, and more is worse.

    Attributes:
        position: The root mean square change of the pixels, over the clip's median one.
        velocity: How much that change itself changes, over the clip's own 95th percentile.
        colour: The change of the frame's mean colour, over the same percentile of the clip's.
        sharpness: The change of the logarithm of the gradient energy, over the same percentile of the clip's.
    """

    position: float
    velocity: float
    colour: float
    sharpness: float


def seam(clip: Pixels, transition: Pixels) -> Seam:
    """Measure the seam between a clip and a transition.

    The transition's first step counts as well as the one across the cut, for a pop may come one frame late. Frames that
    a clip merely repeats, to fill a higher rate, do not count. A still clip counts as changing by what can just be
    seen.

    Args:
        clip: Frames of the clip, uint8 `[n, h, w, c]`, nearest to the cut first.
        transition: Frames of the transition, uint8 `[m, h, w, c]`, nearest to the cut first.

    Returns:
        The seam; a part is NaN where there are too few frames for it.

    Raises:
        ValueError: Without a frame on either side.

    >>> rising = np.arange(0, 100, 10, dtype=np.uint8).reshape(-1, 1, 1, 1)
    >>> round(seam(rising[:5][::-1], rising[5:]).position, 6), round(seam(rising[:5][::-1], rising[7:]).position, 6)
    (1.0, 3.0)
    """
    if not len(clip) or not len(transition):
        raise ValueError("a seam needs frames on both sides")
    own, across = distinct(clip[::-1]), np.concatenate([clip[:1], transition[:2]])
    around = np.concatenate([distinct(clip[:3][::-1])[-2:], transition[:2]])
    return Seam(
        float(change(across).max()) / pace(clip),
        _over(bends(around), bends(own), LEAST_CHANGE),
        _over(colours(across), colours(own), LEAST_CHANGE),
        _over(sharpenings(across), sharpenings(own), LEAST_SHARPENING),
    )


def pace(clip: Pixels) -> float:
    """Measure a clip's usual change from frame to frame.

    Args:
        clip: uint8 `[n, h, w, c]`.

    Returns:
        The median of `change` over the frames that are not repeated, 0 to 1; at least what can just be seen, also for a
        single frame.
    """
    own = distinct(clip)
    return max(float(np.median(change(own))) if len(own) > 1 else 0.0, LEAST_CHANGE)


def distinct(frames: Pixels) -> Pixels:
    """Leave out frames that repeat the one before.

    Args:
        frames: `[n, h, w, c]`.

    Returns:
        The frames that are left, in order.

    >>> distinct(np.array([7, 7, 8, 7], np.uint8).reshape(-1, 1, 1, 1)).ravel().tolist()
    [7, 8, 7]
    """
    new = [index == 0 or not np.array_equal(frames[index], frames[index - 1]) for index in range(len(frames))]
    kept: Pixels = frames[np.array(new, dtype=bool)]
    return kept


def change(frames: Iterable[Pixels]) -> Floats:
    """Measure the root mean square change from each frame to the next.

    Args:
        frames: n frames, uint8 `[h, w, c]`.

    Returns:
        `[n - 1]`, 0 to 1.

    >>> change(np.stack([np.zeros((2, 2, 1)), np.full((2, 2, 1), 51)]).astype(np.uint8)).round(3).tolist()
    [0.2]
    """
    pairs = pairwise(frame.astype(np.float32) / 255 for frame in frames)
    return np.array([np.sqrt(np.mean(np.square(after - before))) for before, after in pairs], dtype=np.float64)


def bends(frames: Pixels) -> Floats:
    """The root mean square second differences of uint8 frames `[n, h, w, c]`: `[n - 2]`, 0 to 2."""
    values = frames.astype(np.float32) / 255
    rms = [np.sqrt(np.mean(np.square(c - 2 * b + a))) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    return np.array(rms, np.float64)


def colours(frames: Pixels) -> Floats:
    """How far the mean colour goes from each of uint8 frames `[n, h, w, c]` to the next: `[n - 1]`, 0 to 1."""
    means = frames.mean(axis=(1, 2), dtype=np.float64) / 255
    away: Floats = np.sqrt(np.square(np.diff(means, axis=0)).mean(axis=1))
    return away


def sharpenings(frames: Pixels) -> Floats:
    """How much the logarithm of the gradient energy changes from frame to frame of `[n, h, w, c]`: `[n - 1]`."""
    energies: list[float] = []
    for frame in frames:
        values = frame.astype(np.float32) / 255
        energies.append(float(sum((np.diff(values, axis=axis) ** 2).sum() for axis in (0, 1))))
    steps: Floats = np.abs(np.diff(np.log(np.array(energies) + 1e-6 * frames[0].size)))
    return steps


def _over(values: npt.NDArray[np.floating], own: npt.NDArray[np.floating], least: float) -> float:
    usual = float(np.quantile(own, _OWN)) if len(own) else 0.0
    return float(values.max()) / max(usual, least) if len(values) else float("nan")
