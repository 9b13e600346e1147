"""The two figures of ACAI's lines: Mean Distance and Smoothness (Berthelot et al. 2018, arXiv 1807.07543)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segue.core.types import Floats
from segue.data.datasets.worlds.lines import nearest_by_cosine
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric

LEAST_TURN = 1e-4
"""Radians. Smoothness divides by the whole turn, so less than this leaves it undefined."""


def mean_distance(frames: npt.NDArray[Any], reference: npt.NDArray[Any]) -> Floats:
    """How far interpolations `[..., m, h, w, c]` are from real images `[r, h, w, c]`, 0 to 2, 0 being best: `[...]`.

    The mean over a path's frames of the least cosine distance to a real image, both as vectors from -1 (black) to 1
    (white). Images are uint8, or numbers with black at 0 and white at 1. NaN where a frame has no direction: one
    that is grey all over. Snapping to real images makes it 0, so it means little without `smoothness`.

    >>> from segue.data.datasets.worlds.lines import Lines, reference
    >>> turning = Lines().render(np.linspace(0, 1, 16)[:, None])
    >>> float(mean_distance(turning, reference()[0]).round(5))
    0.0
    """
    _, distances = _nearest(frames, reference)
    return np.asarray(distances.mean(-1))


def smoothness(frames: npt.NDArray[Any], reference: npt.NDArray[Any], angles: npt.ArrayLike) -> Floats:
    """How unevenly interpolations `[..., m, h, w, c]` turn, 0 (evenly) to 1 - 1/(m-1) (at one blow) and more: `[...]`.

    Each frame takes the angle, in radians, of its nearest image of the `reference` `[r, h, w, c]`, whose `angles` are
    `[r]`. With the angles unwrapped, it is max |step| / |first to last| - 1 / (m - 1): more than 1 where a path goes
    to and fro. NaN where first to last is less than 1e-4, where a frame has no direction, and for a single frame.

    >>> from segue.data.datasets.worlds.lines import Lines, reference
    >>> turning = Lines().render(np.linspace(0, 1, 16)[:, None])
    >>> float(smoothness(turning, *reference()).round(2))
    0.0
    """
    nearest, distances = _nearest(frames, reference)
    found = np.asarray(angles, np.float64)[nearest]
    return smoothness_of(np.where(np.isnan(distances), np.nan, found))


def smoothness_of(angles: npt.ArrayLike) -> Floats:
    """The smoothness of the turning through angles `[..., m]` in radians: `[...]`; NaN where one is unknown, a NaN.

    >>> float(smoothness_of([6.0, 6.2, 0.2]).round(2)), float(smoothness_of([1.0, 1.0, 2.0]))
    (0.09, 0.5)
    """
    found = np.unwrap(np.asarray(angles, np.float64), axis=-1)
    if found.shape[-1] < 2:
        return np.full(found.shape[:-1], np.nan)
    total = np.abs(found[..., -1] - found[..., 0])
    known = (total >= LEAST_TURN) & ~np.isnan(found).any(-1)
    largest = np.abs(np.diff(found, axis=-1)).max(-1)
    return np.where(known, largest / np.where(known, total, 1) - 1 / (found.shape[-1] - 1), np.nan)


def both_means(values: npt.ArrayLike) -> tuple[float, float]:
    """The mean of the defined values, and the mean as published, which counts undefined ones as 0.

    The original leaves undefined interpolations out of the sum but not out of the count, so that they pass for perfect.
    NaN where there is nothing to divide by.

    >>> both_means([0.2, 0.4, np.nan, np.nan])
    (0.30000000000000004, 0.15000000000000002)
    """
    all_of_them = np.asarray(values, np.float64).reshape(-1)
    defined = all_of_them[~np.isnan(all_of_them)]
    return _share(defined.sum(), len(defined)), _share(defined.sum(), len(all_of_them))


def _share(total: float, count: int) -> float:
    return float(total) / count if count else float("nan")


def _nearest(frames: npt.NDArray[Any], reference: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], Floats]:
    """The nearest of the reference to every frame, `[..., m]`, and its distance."""
    shape = frames.shape[:-3]
    nearest, distances = nearest_by_cosine(frames.reshape(-1, *frames.shape[-3:]), reference)
    return nearest.reshape(shape), distances.reshape(shape)


@dataclass(frozen=True)
class MeanDistance(Metric):
    """ACAI's Mean Distance (`mean_distance`) to the images of the set, 0 to 2, 0 being best.

    Snapping to real images makes it 0.
    """

    name = "mean-distance"
    better = "low"
    unit = "cosine distance"

    def measure(self, case: Case) -> float:
        return float(case.nearest_by_cosine().distances.mean())


@dataclass(frozen=True)
class Smoothness(Metric):
    """ACAI's Smoothness (`smoothness`) of the turning, 0 being best; a cut has 1 - 1/(m - 1).

    NaN where the set's images do not have an angle for their one factor, and where a path turns by less than 1e-4
    radians.
    """

    name = "smoothness"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        space, factors = case.among.space, case.among.factors
        if factors is None or len(space) != 1 or space[0].kind != "angle":
            return float("nan")
        turns = factors[case.nearest_by_cosine().places, 0] / (space[0].high - space[0].low)
        return float(smoothness_of(2 * np.pi * turns))
