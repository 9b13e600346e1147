"""What paths are compared with: what any editor can do, what games a metric, and the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from segue.errors import InputError
from segue.images import Pixels
from segue.interpolation import cross_fade, even_steps

if TYPE_CHECKING:
    from segue.leaderboard.field import Trial

TRUTH = "truth"


def cut(a: Pixels, b: Pixels, steps: int) -> Pixels:
    """Image `a` `[h, w, c]` for the first half, then image `b`: `[steps, h, w, c]`, b where they are equally far.

    >>> dark, light = np.zeros((1, 1, 1), np.uint8), np.ones((1, 1, 1), np.uint8)
    >>> cut(dark, light, 5).ravel().tolist()
    [0, 0, 1, 1, 1]
    """
    first = even_steps(steps).numpy()[:, None, None, None] < 0.5
    return np.where(first, a, b)


def _true(trial: Trial) -> Pixels:
    if trial.truths is None:
        raise InputError("a pair with no truth between", "factors that go from one to the other", "ask for others")
    truth: Pixels = trial.truths[0, :: (trial.truths.shape[1] - 1) // (trial.of.steps - 1)]
    return truth


def _snapped(trial: Trial) -> Pixels:
    """The straight line, each of its frames replaced by the nearest image of the set."""
    among = trial.of.among
    return among.images[among.nearest(trial.linear.frames).places]


CONTROLS: dict[str, Callable[[Trial], Pixels]] = {
    TRUTH: _true,
    "snap": _snapped,
    "cross-fade": lambda trial: cross_fade(trial.pair.a, trial.pair.b, trial.of.steps),
    "cut": lambda trial: cut(trial.pair.a, trial.pair.b, trial.of.steps),
}
"""By name, from a trial to frames; the truth is the first of the true interpolations."""
