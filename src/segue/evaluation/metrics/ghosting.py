"""Ghosting: both ends at once in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric, middle_third

LEAST_PART = 0.5 / 255
"""In values from 0 to 1: an end that adds less than this to the other cannot be seen in a mix."""


def ghosting(frames: Pixels, a: Pixels, b: Pixels) -> float:
    """Measure how far the middle third of an interpolation is a mix of its ends.

    The mean, over the frames x from 1/3 to 2/3 of the way, of 1 - |x - mix|^2 / |x - one|^2: `mix` is the least-squares
    fit of w_a a + w_b b + w, the three weights free in each channel, and `one` the same by one end alone, whichever
    fits better. So it is the share of what one end leaves unexplained that the other explains: 1 for a cross-fade of
    any pace, 0 for a frame that is one of the ends, brighter or darker, and for one that is like neither. It is
    measured against one end and not against the frame's mean, since what both ends show, a still background, is no
    ghost; a thing that moves before it to another place has about 1/4. Motions smaller than the softness of what
    moves are mixes, and count as such.

    Args:
        frames: uint8 `[m, h, w, c]`.
        a: The first end, uint8 `[h, w, c]`.
        b: The last end.

    Returns:
        0 to 1. NaN without a frame in the middle third (m = 2), and where either end can be had from the other to half
        a grey level: there is nothing to see a mix by.

    >>> a, b = np.array([255, 0, 0, 0, 0, 0], np.uint8), np.array([0, 255, 0, 0, 0, 0], np.uint8)
    >>> fade, moved = np.array([128, 127, 0, 0, 0, 0], np.uint8), np.array([0, 0, 255, 0, 0, 0], np.uint8)
    >>> [round(ghosting(np.stack([a, x, b]).reshape(3, 6, 1, 1), *np.stack([a, b]).reshape(2, 6, 1, 1)), 2)
    ...  for x in (fade, moved, a)]
    [1.0, 0.06, 0.0]
    """
    inner, mixes = middle_third(len(frames)), Mixes(a, b)
    return float(np.mean([mixes.share(frames[place]) for place in inner])) if len(inner) else float("nan")


def live_ghosts(frames: Pixels, a: Pixels, b: Pixels, indices: npt.NDArray[np.integer]) -> Floats:
    """Measure how far the frames of a transition mix what plays at the same moment in both clips.

    While clips go on moving, a cross-fade is no mix of the frames at its ends.

    Args:
        frames: The transition, uint8 `[m, h, w, c]`.
        a: What the first clip shows at the same times, of the same shape.
        b: What the second clip shows.
        indices: Which frames to measure, `[k]`.

    Returns:
        The share of each, `[k]`, 0 to 1; NaN where nothing tells the clips apart.

    >>> a, b = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 6, 3)).astype(np.uint8)
    >>> fade = (a // 2 + b // 2).astype(np.uint8)
    >>> live_ghosts(fade, a, b, np.arange(5)).round(1).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    return np.array([Mixes(a[place], b[place]).share(frames[place]) for place in indices], np.float64)


class Mixes:
    """Measures how far frames are mixes of two ends, one by one.

    Args:
        a: The first end, uint8 `[h, w, c]`.
        b: The last end.

    >>> a, b = np.zeros((2, 2, 1), np.uint8), np.array([[[0], [0]], [[0], [9]]], np.uint8)
    >>> Mixes(a, b).share(a)
    nan
    """

    def __init__(self, a: Pixels, b: Pixels) -> None:
        # All that is needed of the pictures is in their inner products, channel by channel.
        self._a, self._b = _columns(a), _columns(b)
        self._aa, self._bb, self._ab = (_products(*pair) for pair in self._pairs())
        self._b_alone = _beyond(self._aa, self._bb, self._ab)
        parts = self._b_alone, _beyond(self._bb, self._aa, self._ab)
        least = self._a.size * (LEAST_PART * 255) ** 2
        self._can_tell = min(float(part.sum()) for part in parts) >= least

    def _pairs(self) -> tuple[tuple[Floats, Floats], ...]:
        return (self._a, self._a), (self._b, self._b), (self._a, self._b)

    def share(self, frame: Pixels) -> float:
        """The share of one frame, uint8 `[h, w, c]`, as in `ghosting`; NaN where nothing tells the ends apart."""
        if not self._can_tell:
            return float("nan")
        x = _columns(frame)
        whole, xa, xb = float(_products(x, x).sum()), _products(x, self._a), _products(x, self._b)
        left_by_a = whole - float(_over(xa**2, self._aa).sum())
        left_by_b = whole - float(_over(xb**2, self._bb).sum())
        x_alone = xb - _over(self._ab, self._aa) * xa
        left_by_both = left_by_a - float(_over(x_alone**2, self._b_alone).sum())
        left = min(left_by_a, left_by_b)
        if left <= 1e-9 * whole:  # one of the ends, to rounding
            return 0.0
        return min(1.0, max(0.0, 1 - left_by_both / left))


def _beyond(one: Floats, other: Floats, mutual: Floats) -> Floats:
    """The squares that are left of one picture where another is taken away, nothing being what rounding leaves."""
    left = other - _over(mutual**2, one)
    return np.asarray(np.where(left > 1e-12 * other, left, 0))


def _over(values: Floats, squares: Floats) -> Floats:
    """A quotient, 0 where nothing is divided by."""
    return np.asarray(values / np.where(squares > 0, squares, 1) * (squares > 0))


def _products(one: Floats, other: Floats) -> Floats:
    """The inner product of each channel: `[c]`."""
    return np.asarray(np.einsum("ij,ij->i", one, other))


def _columns(image: Pixels) -> Floats:
    """`[h, w, c]` as `[c, h w]` without each channel's mean, which is the fit's constant."""
    flat = np.ascontiguousarray(image.reshape(-1, image.shape[-1]).T, np.float64)
    return np.asarray(flat - flat.mean(1, keepdims=True))


@dataclass(frozen=True)
class Ghosting(Metric):
    """How far the middle third is a mix of the images asked for (`ghosting`): 0 is best, a cross-fade has 1."""

    name = "ghosting"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        return ghosting(case.frames, case.a, case.b)
