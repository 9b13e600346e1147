"""Whether the true factors go one way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segue.core.types import Floats
from segue.data.datasets.worlds.factors import Factor
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric


def monotonicity(values: npt.ArrayLike, space: tuple[Factor, ...]) -> float:
    """Measure how far factors go one way: |last - first| / sum of |steps|.

    The mean over the continuous factors that differ between the first and the last. Angles are unwrapped, so either way
    round is one way.

    Args:
        values: Of each factor at each frame, `[m, k]`.
        space: The k factors.

    Returns:
        0 to 1: 1 for one way, lower to and fro. NaN where no continuous factor differs.

    >>> x = Factor("x", "straight", 0, 10)
    >>> monotonicity([[0], [3], [1], [4]], (x,)), monotonicity([[2], [3], [2]], (x,))
    (0.5, nan)
    """
    columns = np.asarray(values, np.float64).T
    shares = [_share(factor, column) for factor, column in zip(space, columns, strict=True)]
    known = [share for share in shares if share is not None]
    return float(np.mean(known)) if known else float("nan")


def _share(factor: Factor, values: Floats) -> float | None:
    if factor.kind == "category":
        return None
    turn = factor.high - factor.low
    apart = abs(factor.ends(values[0], values[-1])[0] - values[0])
    if apart <= 1e-9 * turn:
        return None
    way = np.unwrap(values, period=turn) if factor.kind == "angle" else values
    return float(abs(way[-1] - way[0]) / np.abs(np.diff(way)).sum())


@dataclass(frozen=True)
class Monotonicity(Metric):
    """Whether the true factors go one way (`monotonicity`): 1 is best. A cut goes one way, too.

    Each frame takes the factors of the nearest image of the set, by pixels; the images asked for come first and last,
    so that a path which does not arrive is no straighter for it. Where images lie far apart in their factors, or look
    alike at different values, factors are read with errors. NaN where they are unknown, or no continuous one differs.
    """

    name = "monotonicity"
    better = "high"
    unit = ""

    def measure(self, case: Case) -> float:
        factors = case.reference.factors
        if factors is None:
            return float("nan")
        ends = case.reference.nearest(np.stack([case.a, case.b])).indices
        indices = np.concatenate([ends[:1], case.nearest().indices, ends[1:]])
        return monotonicity(factors[indices], case.reference.space)
