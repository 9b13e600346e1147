"""Ghosting: both ends at once in one frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.images import Pixels
from segue.metrics.case import Case
from segue.metrics.metric import Metric, middle_third
from segue.metrics.nearest import Floats

LEAST_PART = 0.5 / 255
"""In values from 0 to 1: an end that adds less than this to the other cannot be seen in a mix."""


def ghosting(frames: Pixels, a: Pixels, b: Pixels) -> float:
    """How far the middle third of frames `[m, h, w, c]` is a mix of the ends `a` and `b` `[h, w, c]`: 0 to 1.

    The mean, over the frames x from 1/3 to 2/3 of the way, of 1 - |x - mix|^2 / |x - one|^2: `mix` is the least-squares
    fit of w_a a + w_b b + w, the three weights free in each channel, and `one` the same by one end alone, whichever
    fits better. So it is the share of what one end leaves unexplained that the other explains: 1 for a cross-fade of
    any pace, 0 for a frame that is one of the ends, brighter or darker, and for one that is like neither. It is
    measured against one end and not against the frame's mean, since what both ends show, a still background, is no
    ghost; a thing that moves before it to another place has about 1/4. Motions smaller than the softness of what
    moves are mixes, and count as such.

    NaN without a frame in the middle third (m = 2), and where either end can be had from the other to half a grey
    level: there is nothing to see a mix by.

    >>> a, b = np.array([255, 0, 0, 0, 0, 0], np.uint8), np.array([0, 255, 0, 0, 0, 0], np.uint8)
    >>> fade, moved = np.array([128, 127, 0, 0, 0, 0], np.uint8), np.array([0, 0, 255, 0, 0, 0], np.uint8)
    >>> [round(ghosting(np.stack([a, x, b]).reshape(3, 6, 1, 1), *np.stack([a, b]).reshape(2, 6, 1, 1)), 2)
    ...  for x in (fade, moved, a)]
    [1.0, 0.06, 0.0]
    """
    inner = middle_third(len(frames))
    one, other = _columns(a), _columns(b)
    least = np.sqrt(one.size) * LEAST_PART * 255
    parts = _beyond(one, other), _beyond(other, one)
    if len(inner) == 0 or min(np.linalg.norm(part) for part in parts) < least:
        return float("nan")
    shares = [_share(_columns(frames[place]), one, other, parts[0]) for place in inner]
    return float(np.mean(shares))


def _share(x: Floats, a: Floats, b: Floats, b_alone: Floats) -> float:
    """The share of one frame, of columns `[places, channels]` without their means."""
    whole = float((x**2).sum())
    left_by_a, left_by_b = (whole - float((_along(x, end) ** 2).sum()) for end in (a, b))
    left_by_both = left_by_a - float((_along(x, b_alone) ** 2).sum())
    left = min(left_by_a, left_by_b)
    if left <= 1e-9 * whole:  # one of the ends, to rounding
        return 0.0
    return min(1.0, max(0.0, 1 - left_by_both / left))


def _beyond(a: Floats, b: Floats) -> Floats:
    """What of the columns `b` the columns `a` do not explain, nothing being what rounding leaves."""
    scale = np.linalg.norm(a, axis=0)
    direction = np.where(scale > 0, a / np.where(scale > 0, scale, 1), 0)
    rest = b - direction * (direction * b).sum(0)
    return np.asarray(np.where(np.linalg.norm(rest, axis=0) > 1e-6 * np.linalg.norm(b, axis=0), rest, 0))


def _along(x: Floats, axis: Floats) -> Floats:
    """How far each column of `x` goes along the same column of `axis`: `[channels]`; nowhere along nothing."""
    length = np.linalg.norm(axis, axis=0)
    return np.asarray((x * axis).sum(0) / np.where(length > 0, length, 1))


def _columns(image: Pixels) -> Floats:
    """`[h, w, c]` as `[h w, c]` without each channel's mean, which is the fit's constant."""
    flat = image.reshape(-1, image.shape[-1]).astype(np.float64)
    return np.asarray(flat - flat.mean(0))


@dataclass(frozen=True)
class Ghosting(Metric):
    """How far the middle third is a mix of the images asked for (`ghosting`), 0 being best and a cross-fade 1."""

    name = "ghosting"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        return ghosting(case.frames, case.a, case.b)
