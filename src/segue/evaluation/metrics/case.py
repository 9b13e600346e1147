"""One interpolation, with all that it is measured by."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.evaluation.metrics.nearest import By, Nearest
from segue.evaluation.metrics.reference import Reference
from segue.evaluation.metrics.steps import Motion, motion

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Case:
    """One interpolation with all that metrics compare it with; what several metrics need is computed once.

    Attributes:
        frames: uint8 `[m, h, w, c]` at even times, both ends included; m of 2 or more.
        a: The first image asked for, uint8 `[h, w, c]`, not its reconstruction.
        b: The last image asked for.
        reference: The images of the set.
        codes: The frames' codes, `[m, *latent_shape]`; None for what was made in pixels.
        truths: The true interpolations, uint8 `[p, M, h, w, c]` at M even times, M best a multiple of m - 1, plus 1.
            None, or p = 0, where there is none.

    Raises:
        InputError: Where shapes or counts do not fit.

    >>> dark, light = np.zeros((2, 2, 1), np.uint8), np.full((2, 2, 1), 255, np.uint8)
    >>> Case(np.stack([dark, light]), dark, light, Reference(np.stack([dark, light]))).nearest().indices.tolist()
    [0, 1]
    """

    frames: Pixels = field(repr=False)
    a: Pixels = field(repr=False)
    b: Pixels = field(repr=False)
    reference: Reference
    codes: Tensor | None = field(default=None, repr=False)
    truths: Pixels | None = field(default=None, repr=False)
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        frames, shape = self.frames, self.reference.images.shape[1:]
        if frames.dtype != np.uint8 or frames.shape[1:] != shape or len(frames) < 2:
            allowed = f"uint8 [2 or more, {', '.join(map(str, shape))}], as the set"
            raise InputError(f"frames of {frames.dtype} {list(frames.shape)}", allowed, "the frames of one path")
        for name, end in ("a", self.a), ("b", self.b):
            if end.dtype != np.uint8 or end.shape != shape:
                got, allowed = f"{name} of {end.dtype} {list(end.shape)}", f"uint8 {list(shape)}"
                raise InputError(got, allowed, "fitting it to the set")
        if self.codes is not None and len(self.codes) != len(frames):
            raise InputError(f"{len(self.codes)} codes", f"{len(frames)}, one of each frame", "all of them, or none")
        self._check_truths(shape)

    def _check_truths(self, shape: tuple[int, ...]) -> None:
        truths = self.truths
        if truths is None or len(truths) == 0:
            return
        if truths.dtype != np.uint8 or truths.ndim != 5 or truths.shape[2:] != shape or truths.shape[1] < 2:
            allowed = f"uint8 [p, 2 or more, {', '.join(map(str, shape))}]"
            raise InputError(f"truths of {truths.dtype} {list(truths.shape)}", allowed, "rendering them as the set is")

    def cache(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The value of `make()`, which is called at the first use of this key."""
        if key not in self._cache:
            self._cache[key] = make()
        found: _T = self._cache[key]
        return found

    def nearest(self, by: By = "pixel") -> Nearest:
        """Find the real image nearest to each frame, as `Reference.nearest` does."""
        if by == "pixel":
            return self._nearest_by_values()[0]
        return self.cache("nearest", lambda: self.reference.nearest(self.frames, by))

    def nearest_by_cosine(self) -> Nearest:
        """Find the real image nearest to each frame by the cosine distance of ACAI."""
        return self._nearest_by_values()[1]

    def motion(self, by: By = "pixel") -> Motion:
        """Measure the steps from frame to frame and how they turn, as `motion` does."""
        return self.cache(("motion", by), lambda: motion(self.frames, by))

    def _nearest_by_values(self) -> tuple[Nearest, Nearest]:
        return self.cache("values", lambda: self.reference.nearest_by_values(self.frames))
