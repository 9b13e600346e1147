"""From numbers of single pairs to a leaderboard: means, intervals, how often a path wins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segue.core.types import Floats
from segue.evaluation.leaderboard.benchmark import LINEAR
from segue.evaluation.metrics import Metric
from segue.evaluation.metrics.metric import Better

RESAMPLES = 1000


@dataclass(frozen=True)
class Score:
    """One path on one pair: by metric the number, NaN where undefined; what the path told; why there is none."""

    values: Mapping[str, float]
    told: Mapping[str, float]
    failed: str | None = None


@dataclass(frozen=True)
class Figure:
    """The mean over the pairs where it is defined, its 95 % interval, and how many pairs are left out as undefined.

    `wins` is the share of pairs, of those where both are defined, on which the path is better than the straight line;
    NaN of the line itself, and where no value is better than another.
    """

    mean: float
    low: float
    high: float
    undefined: int
    wins: float


@dataclass(frozen=True)
class LeaderboardRow:
    """A path or control: on how many pairs it found no way, the means of what it told, and its figures by metric."""

    path: str
    control: bool
    failed: int
    told: dict[str, float]
    figures: dict[str, Figure]


def figure(values: Floats, line: Floats, better: Better, seed: int = 0) -> Figure:
    """The figure of one path's `values` `[n]`, NaN where undefined, beside those of the straight line `[n]`.

    The interval is from the 2.5th to the 97.5th percentile of the means of 1,000 resamples of the defined values
    (the bootstrap of Efron 1979); of few pairs it is too narrow. NaN where fewer than two are defined.

    >>> figure(np.array([1.0, 1.0, np.nan]), np.array([2.0, 0.0, 1.0]), "low")
    Figure(mean=1.0, low=1.0, high=1.0, undefined=1, wins=0.5)
    """
    known = values[np.isfinite(values)]
    low, high = _interval(known, seed)
    mean = float(known.mean()) if len(known) else math.nan
    return Figure(mean, low, high, len(values) - len(known), wins(values, line, better))


def wins(values: Floats, others: Floats, better: Better) -> float:
    """The share of places where `values` are better than `others`, of those where both are defined; NaN of none.

    >>> wins(np.array([1.0, 0.9, np.nan]), np.array([1.2, 1.1, 1.0]), "one")
    0.5
    """
    both = np.isfinite(values) & np.isfinite(others)
    if better == "none" or not both.any():
        return math.nan
    return float((badness(values[both], better) < badness(others[both], better)).mean())


def badness(values: npt.ArrayLike, better: Better) -> Floats:
    """Numbers of which low ones are good: the values themselves, their negatives, or how far they are from 1.

    To twelve digits, so that rounding makes no difference of what is the same.
    """
    array = np.asarray(values, np.float64)
    array = {"low": array, "high": -array, "one": np.abs(array - 1), "none": np.zeros_like(array)}[better]
    return np.round(array, 12)


def _interval(known: Floats, seed: int) -> tuple[float, float]:
    if len(known) < 2:
        return math.nan, math.nan
    # The same draws for every path and metric.
    drawn = np.random.default_rng([seed, 2]).integers(len(known), size=(RESAMPLES, len(known)))
    low, high = np.quantile(known[drawn].mean(1), [0.025, 0.975])
    return float(low), float(high)


def standings(
    scores: Mapping[str, Sequence[Score]], controls: Sequence[str], metrics: Sequence[Metric], seed: int = 0
) -> tuple[LeaderboardRow, ...]:
    """The leaderboard of what paths and controls scored, pair by pair; one of them is the straight line."""
    found = []
    for name, row in scores.items():
        figures = {
            str(metric): figure(
                _column(row, metric), _column(scores[LINEAR], metric), "none" if name == LINEAR else metric.better, seed
            )
            for metric in metrics
        }
        failed = sum(score.failed is not None for score in row)
        found.append(LeaderboardRow(name, name in controls, failed, _told(row), figures))
    return tuple(found)


def _column(row: Sequence[Score], metric: Metric) -> Floats:
    return np.array([score.values.get(str(metric), math.nan) for score in row], np.float64)


def _told(row: Sequence[Score]) -> dict[str, float]:
    names = dict.fromkeys(name for score in row for name in score.told)
    return {name: float(np.mean([score.told[name] for score in row if name in score.told])) for name in names}
