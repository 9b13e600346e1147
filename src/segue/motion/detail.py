"""Detail: a warped picture loses some, a patchwork of two has too much; either shows as a pop where a clip begins."""

from __future__ import annotations

import numpy as np

from segue.core.images import Pixels
from segue.core.numerics import smoothstep
from segue.core.types import Floats32

_FINE = 1.0
"""Pixels: the deviation of the Gaussian that parts a picture's fine detail from the rest."""

_BESIDE = 0.1
"""The share of the way in which a clip's own detail decides how much there is, and over which that gives way."""

_LEAST, MOST_GAIN = -0.8, 1.0
"""How much of its fine detail a picture may lose and gain, as shares of what it has."""


def sharpen_to(frame: Pixels, energy: float) -> Pixels:
    """Bring the gradient energy of a frame to a value, or as near to it as it may go.

    The fine detail d, what a small Gaussian takes away, is added c times: `E(f + c d) = E(f) + 2 c <f, d> + c^2 E(d)`
    is solved for the c nearest to 0, which stays within `_LEAST` and `MOST_GAIN`.

    Args:
        frame: uint8 `[h, w, 3]`.
        energy: what its `gradient_energy` is to be.

    Returns:
        uint8 `[h, w, 3]`; a flat frame stays as it is.

    >>> from segue.core.numerics import gradient_energy
    >>> edge = np.repeat(np.array([0, 0, 60, 190, 250, 250], np.uint8), 18).reshape(6, 6, 3)
    >>> sharpen_to(edge, gradient_energy(edge)).tolist() == edge.tolist()
    True
    """
    import cv2

    whole = frame.astype(np.float32)
    detail = whole - cv2.GaussianBlur(whole, (0, 0), _FINE)
    own, mutual, fine = _products(whole, whole), _products(whole, detail), _products(detail, detail)
    gain = _gain(own - energy * 255.0**2, 2 * mutual, fine)
    if abs(gain) < 1e-3:
        return frame
    sharper: Pixels = (whole + np.float32(gain) * detail + 0.5).clip(0, 255).astype(np.uint8)
    return sharper


def target_energy(share: float, carried: float, ends: tuple[float, float]) -> float:
    """How much gradient energy a picture of a transition should have.

    Near the ends it is what is carried there, so that nothing pops; between, that of both ends interpolated, so that
    the middle is as sharp as they are.

    Args:
        share: how far the transition is, 0 to 1.
        carried: the gradient energy that the warped pictures bring along.
        ends: that of the frames of both clips.

    Returns:
        The gradient energy.

    >>> target_energy(0.0, 9.0, (4.0, 2.0)), target_energy(0.5, 9.0, (4.0, 2.0))
    (9.0, 3.0)
    """
    between = (1 - share) * ends[0] + share * ends[1]
    u = min(1.0, max(0.0, min(share, 1 - share) - _BESIDE) / _BESIDE)
    inside = smoothstep(u)
    return float(max(carried, 1e-9) ** (1 - inside) * max(between, 1e-9) ** inside)


def _products(one: Floats32, other: Floats32) -> float:
    """The sum of the products of the differences of two pictures, down and across."""
    total = 0.0
    for axis in (0, 1):
        left = np.diff(one, axis=axis).ravel()
        right = left if other is one else np.diff(other, axis=axis).ravel()
        total += float(np.dot(left, right))
    return total


def _gain(constant: float, linear: float, square: float) -> float:
    """The c nearest to 0 with `constant + linear c + square c^2 = 0`, within bounds; the least of it where none is."""
    if square <= 0:
        return 0.0
    root = linear**2 - 4 * square * constant
    middle = -linear / (2 * square)
    away = np.sqrt(root) / (2 * square) if root > 0 else 0.0
    nearest = min(middle - away, middle + away, key=abs)
    return float(np.clip(nearest, _LEAST, MOST_GAIN))
