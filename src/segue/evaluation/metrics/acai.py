"""The two figures of ACAI's lines: Mean Distance and Smoothness (Berthelot et al. 2018, arXiv 1807.07543)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from segue.data.datasets.worlds.lines import nearest_by_cosine
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric

LEAST_TURN = 1e-4
"""Radians. Smoothness divides by the whole turn, so less than this leaves it undefined."""

_Values = npt.NDArray[np.float64]


def mean_distance(frames: npt.NDArray[Any], reference: npt.NDArray[Any]) -> _Values:
    """Compute ACAI's Mean Distance: how far interpolations are from real images.

    The mean over a path's frames of the least cosine distance to a real image, both as vectors from -1 (black) to 1
    (white); section 3.2 of Berthelot et al. 2018, arXiv 1807.07543. Snapping to real images makes it 0, so it means
    little without `smoothness`.

    Args:
        frames: Interpolations, `[..., m, h, w, c]`: uint8, or numbers with black at 0 and white at 1.
        reference: Real images, `[r, h, w, c]`, of either kind.

    Returns:
        A distance for each interpolation, `[...]`, 0 (best) to 2. NaN where a frame has no direction, that is, where it
        is grey all over.

    >>> from segue.data.datasets.worlds.lines import Lines, reference
    >>> turning = Lines().render(np.linspace(0, 1, 16)[:, None])
    >>> float(mean_distance(turning, reference()[0]).round(5))
    0.0
    """
    _, distances = _nearest(frames, reference)
    return np.asarray(distances.mean(-1))


def smoothness(frames: npt.NDArray[Any], reference: npt.NDArray[Any], angles: npt.ArrayLike) -> _Values:
    """Compute ACAI's Smoothness: how unevenly interpolations turn.

    Each frame takes the angle of its nearest reference image. With the angles unwrapped it is
    max |step| / |first to last| - 1 / (m - 1); section 3.2 of Berthelot et al. 2018, arXiv 1807.07543.

    Args:
        frames: Interpolations, `[..., m, h, w, c]`: uint8, or numbers with black at 0 and white at 1.
        reference: Images whose angles are known, `[r, h, w, c]`, of either kind.
        angles: Their angles in radians, `[r]`.

    Returns:
        A number for each interpolation, `[...]`: 0 for even turning (best), 1 - 1 / (m - 1) for a cut, more than 1
        where a path goes to and fro. NaN where first to last is less than 1e-4 radians, where a frame has no direction,
        and for a single frame.

    >>> from segue.data.datasets.worlds.lines import Lines, reference
    >>> turning = Lines().render(np.linspace(0, 1, 16)[:, None])
    >>> float(smoothness(turning, *reference()).round(2))
    0.0
    """
    nearest, distances = _nearest(frames, reference)
    found = np.asarray(angles, np.float64)[nearest]
    return smoothness_of(np.where(np.isnan(distances), np.nan, found))


def smoothness_of(angles: npt.ArrayLike) -> _Values:
    """Compute the smoothness of turning through known angles.

    Args:
        angles: In radians, `[..., m]`; NaN where unknown.

    Returns:
        `smoothness` of each row, `[...]`; NaN also where an angle is unknown.

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
    """Average smoothness over interpolations in two ways.

    The published code leaves undefined interpolations out of the sum but not out of the count, so that they pass for
    perfect.

    Args:
        values: Numbers of any shape, NaN where undefined.

    Returns:
        The mean of the defined values, and the mean as published. NaN where there is nothing to divide by.

    >>> both_means([0.2, 0.4, np.nan, np.nan])
    (0.30000000000000004, 0.15000000000000002)
    """
    all_of_them = np.asarray(values, np.float64).reshape(-1)
    defined = all_of_them[~np.isnan(all_of_them)]
    return _share(defined.sum(), len(defined)), _share(defined.sum(), len(all_of_them))


def _share(total: float, count: int) -> float:
    return float(total) / count if count else float("nan")


def _nearest(frames: npt.NDArray[Any], reference: npt.NDArray[Any]) -> tuple[npt.NDArray[np.intp], _Values]:
    """The nearest of the reference to every frame, `[..., m]`, and its distance."""
    shape = frames.shape[:-3]
    nearest, distances = nearest_by_cosine(frames.reshape(-1, *frames.shape[-3:]), reference)
    return nearest.reshape(shape), distances.reshape(shape)


@dataclass(frozen=True)
class MeanDistance(Metric):
    """ACAI's Mean Distance (`mean_distance`) to the images of the set: 0 (best) to 2.

    Snapping to real images makes it 0.
    """

    name = "mean-distance"
    better = "low"
    unit = "cosine distance"

    def measure(self, case: Case) -> float:
        return float(case.nearest_by_cosine().distances.mean())


@dataclass(frozen=True)
class Smoothness(Metric):
    """ACAI's Smoothness (`smoothness`) of the turning: 0 is best, a cut has 1 - 1 / (m - 1).

    NaN unless an angle is the only factor of the set, and where a path turns by less than 1e-4 radians.
    """

    name = "smoothness"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        space, factors = case.reference.space, case.reference.factors
        if factors is None or len(space) != 1 or space[0].kind != "angle":
            return float("nan")
        turns = factors[case.nearest_by_cosine().indices, 0] / (space[0].high - space[0].low)
        return float(smoothness_of(2 * np.pi * turns))
