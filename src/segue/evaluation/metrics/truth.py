"""How far a path is from the true interpolations, where a world knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from segue.core.choices import option
from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric

_FASTEST = 2.0
"""How many even steps of the truth one step of the frames may go, where they are aligned in order."""


def errors(frames: Pixels, truth: Pixels) -> Floats:
    """Compute the mean square errors of all frames against all frames of the truth, exactly.

    Args:
        frames: uint8 `[m, ...]`.
        truth: uint8 `[M, ...]`.

    Returns:
        Of values in [0, 1], `[m, M]`.

    >>> errors(np.array([[0], [255]], np.uint8), np.array([[0], [51], [255]], np.uint8)).round(4).tolist()
    [[0.0, 0.04, 1.0], [1.0, 0.64, 0.0]]
    """
    here, there = (images.reshape(len(images), -1).astype(np.float64) for images in (frames, truth))
    # The sums are whole numbers below 2^53, so that nothing is rounded.
    squares = (here**2).sum(1)[:, None] + (there**2).sum(1) - 2 * here @ there.T
    return np.asarray(squares / (255**2 * here.shape[1]))


def in_time(away: Floats) -> float:
    """Average the errors of frames against the truth at the same times.

    Args:
        away: Errors `[m, M]` at m and M even times. Where M - 1 is no multiple of m - 1, the truth's frame that is
            nearest in time is taken.

    Returns:
        The mean error.

    >>> in_time(np.array([[0.0, 9.0, 9.0], [9.0, 9.0, 0.5]]))
    0.25
    """
    count, fine = away.shape
    at = np.round(np.arange(count) * (fine - 1) / (count - 1)).astype(np.intp)
    return float(away[np.arange(count), at].mean())


def in_order(away: Floats) -> float:
    """Find the least mean error over alignments of the frames with the truth that keep its order.

    Frame 0 is aligned with the truth's beginning and the last with its end; a step goes from 0 to 2 times an even
    step along the truth. Dynamic time warping with a bounded slope (Itakura 1975; Sakoe and Chiba 1978), found
    exactly in O(mM). The bound is what makes a cut pay for the middle that it leaves out: without it, a cut is aligned
    with the two ends and is perfect.

    Args:
        away: Errors `[m, M]`. M should be some times m, so that frames between two of the truth's are not far from one.

    Returns:
        The mean error of the best alignment.

    >>> in_order(np.array([[0.0, 1, 4], [1, 0, 1], [1, 0, 1], [4, 1, 0]])), in_order(np.array([[0.0, 1, 4], [4, 1, 0]]))
    (0.0, 0.0)
    """
    count, fine = away.shape
    reach = max(1, int(_FASTEST * (fine - 1) / (count - 1) + 1e-9))
    total = np.full(fine, np.inf)
    total[0] = away[0, 0]
    for row in away[1:]:
        before = np.concatenate([np.full(reach, np.inf), total])
        total = np.lib.stride_tricks.sliding_window_view(before, reach + 1).min(-1) + row
    return float(total[-1] / count)


@dataclass(frozen=True)
class ToTruth(Metric):
    """The mean square error of the frames against the true interpolation, the nearest where there are several.

    Aligned in `time`, frame i with the truth's at the same time: 0 only for the true path at its own pace, and the
    default, for no other alignment is free of a choice. Aligned in `order` (`in_order`), only the images on the way
    count and not their pace, as long as it is nowhere faster than twice an even one. NaN without a truth.
    """

    name = "to-truth"
    better = "low"
    unit = "squared distance"
    align: Literal["time", "order"] = option(
        "time", "frame with frame at the same time, or in the same order at any pace"
    )

    def measure(self, case: Case) -> float:
        aligned = in_time if self.align == "time" else in_order
        return min(map(aligned, _errors(case)), default=float("nan"))


def _errors(case: Case) -> list[Floats]:
    truths = () if case.truths is None else case.truths
    return case.cache("truth", lambda: [errors(case.frames, truth) for truth in truths])
