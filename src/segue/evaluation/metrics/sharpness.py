"""Sharpness of the middle against the ends."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.images import Pixels
from segue.core.numerics import gradient_energy
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric, middle_third


def sharpness(frames: Pixels, a: Pixels, b: Pixels) -> float:
    """Compare the gradient energy of an interpolation's middle third with that of its ends.

    The sum over the frames from 1/3 to 2/3 of the way, over the sum of the ends' energies interpolated at their times.

    Args:
        frames: uint8 `[m, h, w, c]`.
        a: The first end, uint8 `[h, w, c]`.
        b: The last end.

    Returns:
        1 where the middle is as sharp as the ends. A cross-fade of pictures that have no edge in common has 0.52 over
        many frames and 0.5 over three; noise, which is all edges, much more than 1. NaN without a frame in the middle
        third (m = 2), and where the ends are flat.

    >>> import numpy as np
    >>> edge = np.array([[0, 0, 255, 255]], np.uint8)[..., None]
    >>> sharpness(np.stack([edge, edge // 2, edge]), edge, edge).__round__(2)
    0.25
    """
    inner = middle_third(len(frames))
    times = inner / (len(frames) - 1)
    ends = float(((1 - times) * gradient_energy(a) + times * gradient_energy(b)).sum())
    return sum(gradient_energy(frames[place]) for place in inner) / ends if ends > 0 else float("nan")


@dataclass(frozen=True)
class Sharpness(Metric):
    """The middle third's gradient energy over that of the images asked for (`sharpness`); 1 is best."""

    name = "sharpness"
    better = "one"
    unit = ""

    def measure(self, case: Case) -> float:
        return sharpness(case.frames, case.a, case.b)
