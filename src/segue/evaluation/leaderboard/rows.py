"""From the scores of single pairs to the rows of a leaderboard: means, intervals, how often a path wins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from segue.evaluation.leaderboard.benchmark import LINEAR
from segue.evaluation.metrics import Metric
from segue.evaluation.metrics.metric import Better

RESAMPLES = 1000

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """One path on one pair.

    Attributes:
        values: The number of each metric, by the metric's name; NaN where it is undefined.
        info: Numbers that the path reports of itself, by name.
        failed: Why there is no path, in words; None where there is one.
    """

    values: Mapping[str, float]
    info: Mapping[str, float] = field(default_factory=dict)
    failed: str | None = None


@dataclass(frozen=True)
class Figure:
    """A metric of one path over all pairs.

    Attributes:
        mean: The mean over the pairs where the metric is defined.
        low: The lower end of the mean's 95 % interval; NaN for fewer than two pairs.
        high: The upper end.
        undefined: On how many pairs the metric is undefined; they are left out.
        wins: The share of pairs, 0 to 1, on which the path is better than the straight line, among those where both
            are defined. NaN for the line itself, and where no value is better than another.
    """

    mean: float
    low: float
    high: float
    undefined: int
    wins: float


@dataclass(frozen=True)
class LeaderboardRow:
    """A path or control.

    Attributes:
        path: Its name.
        control: Whether it is a control, which cannot win.
        failed: On how many pairs there is no path.
        info: The means of what the path reports of itself, by name.
        figures: Its figures, by the metrics' names.
    """

    path: str
    control: bool
    failed: int
    info: dict[str, float] = field(metadata={"json": "told"})
    figures: dict[str, Figure]


def make_rows(
    scores: Mapping[str, Sequence[Score]], controls: Sequence[str], metrics: Sequence[Metric], seed: int = 0
) -> tuple[LeaderboardRow, ...]:
    """Summarise the scores of paths and controls.

    Args:
        scores: By path, a score for each pair, in the same order; one of the paths is `linear`.
        controls: Which of them are controls.
        metrics: The metrics to show.
        seed: Seed of the intervals' resampling.

    Returns:
        A row for each path, in the order of `scores`.
    """
    rows = []
    for name, row in scores.items():
        figures = {
            str(metric): summarise(
                _column(row, metric), _column(scores[LINEAR], metric), "none" if name == LINEAR else metric.better, seed
            )
            for metric in metrics
        }
        failed = sum(score.failed is not None for score in row)
        rows.append(LeaderboardRow(name, name in controls, failed, info=_mean_info(row), figures=figures))
    return tuple(rows)


def summarise(values: _Floats, line: _Floats, better: Better, seed: int = 0) -> Figure:
    """Summarise one metric of one path.

    The interval goes from the 2.5th to the 97.5th percentile of the means of 1,000 resamples of the defined values
    (the bootstrap, Efron 1979). With few pairs it is too narrow.

    Args:
        values: The metric on each pair, `[n]`, NaN where undefined.
        line: The same of the straight line, `[n]`.
        better: Which values are good.
        seed: Seed of the resampling; all paths and metrics share the same resamples.

    Returns:
        The figure; all NaN where nothing is defined.

    >>> summarise(np.array([1.0, 1.0, np.nan]), np.array([2.0, 0.0, 1.0]), "low")
    Figure(mean=1.0, low=1.0, high=1.0, undefined=1, wins=0.5)
    """
    known = values[np.isfinite(values)]
    low, high = _bootstrap(known, seed)
    mean = float(known.mean()) if len(known) else math.nan
    return Figure(mean, low, high, undefined=len(values) - len(known), wins=win_share(values, line, better))


def win_share(values: _Floats, others: _Floats, better: Better) -> float:
    """Count on how many pairs one path is better than another.

    Args:
        values: A metric of the path on each pair, `[n]`, NaN where undefined.
        others: The same of the other path, `[n]`.
        better: Which values are good.

    Returns:
        The share, 0 to 1, of the pairs where both are defined; NaN without any, and where `better` is "none".

    >>> win_share(np.array([1.0, 0.9, np.nan]), np.array([1.2, 1.1, 1.0]), "one")
    0.5
    """
    both = np.isfinite(values) & np.isfinite(others)
    if better == "none" or not both.any():
        return math.nan
    return float((badness(values[both], better) < badness(others[both], better)).mean())


def badness(values: npt.ArrayLike, better: Better) -> _Floats:
    """Turn values into numbers of which low ones are good.

    Args:
        values: Numbers of any shape.
        better: Which of them are good.

    Returns:
        The values themselves ("low"), their negatives ("high"), how far they are from 1 ("one"), or zeros ("none"),
        to twelve digits, so that rounding does not order what is equal.

    >>> badness([0.5, 1.25], "one").tolist()
    [0.5, 0.25]
    """
    array = np.asarray(values, np.float64)
    array = {"low": array, "high": -array, "one": np.abs(array - 1), "none": np.zeros_like(array)}[better]
    return np.round(array, 12)


def _bootstrap(known: _Floats, seed: int) -> tuple[float, float]:
    if len(known) < 2:
        return math.nan, math.nan
    indices = np.random.default_rng([seed, 2]).integers(len(known), size=(RESAMPLES, len(known)))
    low, high = np.quantile(known[indices].mean(1), [0.025, 0.975])
    return float(low), float(high)


def _column(row: Sequence[Score], metric: Metric) -> _Floats:
    return np.array([score.values.get(str(metric), math.nan) for score in row], np.float64)


def _mean_info(row: Sequence[Score]) -> dict[str, float]:
    names = dict.fromkeys(name for score in row for name in score.info)
    return {name: float(np.mean([score.info[name] for score in row if name in score.info])) for name in names}
