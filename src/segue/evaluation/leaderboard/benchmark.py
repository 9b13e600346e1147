"""What the paths run on: pairs of images, what is around them, and what every path makes of a pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.data.datasets.worlds.factors import Values
from segue.evaluation.leaderboard.truth import Truth
from segue.evaluation.metrics import Case, Reference
from segue.latent.interpolation import cross_fade, even_steps, walk
from segue.latent.paths import Linear, PathChoice, PathContext
from segue.models.autoencoder import Autoencoder

_FINE = 8
"""True frames from one frame of a path to the next, so that a path can be aligned with the truth in order."""

LINEAR = str(Linear())

TRUTH = "truth"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two images, uint8 `[h, w, c]`, what they are called, and their factors `[k]` where known."""

    a: Pixels
    b: Pixels
    names: tuple[str, str]
    factors: tuple[Values, Values] | None = None


@dataclass(frozen=True, eq=False)
class Shown:
    """The frames `[m, h, w, c]` of a path or control, its codes (None of what was made in pixels), what it told."""

    frames: Pixels
    codes: Tensor | None = None
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Benchmark:
    """A model, pairs of images, the `paths` to try by name, and `steps` frames of each.

    `around` is what paths go by, `among` what frames are compared with. `truth` is None where none is known.
    """

    model: Autoencoder
    pairs: tuple[Pair, ...]
    paths: Mapping[str, PathChoice]
    steps: int
    around: PathContext
    among: Reference
    truth: Truth | None = None

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of the controls that there are."""
        return tuple(name for name in CONTROLS if name != TRUTH or self.truth is not None)

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the paths and then of the controls."""
        return *self.paths, *self.controls


@dataclass(frozen=True, eq=False)
class PairEvaluation:
    """One pair, and what every path makes of it; worked out when it is first asked for."""

    of: Benchmark
    pair: Pair
    _made: dict[str, Shown] = field(default_factory=dict, repr=False)

    def shown(self, name: str) -> Shown:
        """What the path or control of this name makes. Raises `InputError` where it finds no way."""
        if name not in self._made:
            self._made[name] = self._shown(name)
        return self._made[name]

    def case(self, name: str) -> Case:
        """The same, with all that it is measured by."""
        shown = self.shown(name)
        return Case(shown.frames, self.pair.a, self.pair.b, self.of.among, shown.codes, self.truths)

    @property
    def linear(self) -> Shown:
        """The straight line, whether or not it is among the paths."""
        return self.shown(LINEAR)

    @cached_property
    def truths(self) -> Pixels | None:
        """The true interpolations `[p, 8 (steps - 1) + 1, h, w, c]`."""
        if self.of.truth is None or self.pair.factors is None:
            return None
        return self.of.truth.between(*self.pair.factors, _FINE * (self.of.steps - 1) + 1)

    def _shown(self, name: str) -> Shown:
        if name in CONTROLS:
            return Shown(np.ascontiguousarray(CONTROLS[name](self)))
        choice = self.of.paths.get(name, Linear())
        found = walk(self.of.model, self.pair.a, self.pair.b, choice, self.of.steps, around=self.of.around)
        return Shown(found.frames, found.codes, found.told)


def cut(a: Pixels, b: Pixels, steps: int) -> Pixels:
    """Image `a` `[h, w, c]` for the first half, then image `b`: `[steps, h, w, c]`, b where they are equally far.

    >>> dark, light = np.zeros((1, 1, 1), np.uint8), np.ones((1, 1, 1), np.uint8)
    >>> cut(dark, light, 5).ravel().tolist()
    [0, 0, 1, 1, 1]
    """
    first = even_steps(steps).numpy()[:, None, None, None] < 0.5
    return np.where(first, a, b)


def _true(evaluation: PairEvaluation) -> Pixels:
    if evaluation.truths is None:
        raise InputError("a pair with no truth between", "factors that go from one to the other", "ask for others")
    truth: Pixels = evaluation.truths[0, :: (evaluation.truths.shape[1] - 1) // (evaluation.of.steps - 1)]
    return truth


def _snapped(evaluation: PairEvaluation) -> Pixels:
    """The straight line, each of its frames replaced by the nearest image of the set."""
    among = evaluation.of.among
    return among.images[among.nearest(evaluation.linear.frames).places]


CONTROLS: dict[str, Callable[[PairEvaluation], Pixels]] = {
    TRUTH: _true,
    "snap": _snapped,
    "cross-fade": lambda evaluation: cross_fade(evaluation.pair.a, evaluation.pair.b, evaluation.of.steps),
    "cut": lambda evaluation: cut(evaluation.pair.a, evaluation.pair.b, evaluation.of.steps),
}
"""By name, from a trial to frames; the truth is the first of the true interpolations."""
