"""The trials of a sweep as columns of a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from segue.commands.sweep.axes import Axis
from segue.commands.sweep.measures import Measure
from segue.commands.sweep.plan import Plan, TrialRow
from segue.evaluation.leaderboard.rows import badness
from segue.render.parallel import Column

_GOOD = {"low": "better above", "high": "better above", "one": "better near 1", "none": ""}


def columns_of(plan: Plan, rows: Sequence[TrialRow]) -> tuple[list[Column], list[float]]:
    """The axes, what else was measured, and at last what decides; and how good each row is, from 0 to 1.

    By rank, so that one very bad trial does not make all others look alike; NaN where a row has no figure.
    """
    first, *others = plan.measures
    measures = [measure for measure in (*others, first) if any(measure.name in row.figures for row in rows)]
    columns = [_axis(axis, rows) for axis in plan.axes] + [_measured(measure, rows) for measure in measures]
    bad = np.array([float(badness(row.figures.get(first.name, math.nan), first.better)) for row in rows])
    known = np.unique(bad[np.isfinite(bad)])
    ranks = 1 - np.searchsorted(known, bad) / max(1, len(known) - 1)
    return columns, np.where(np.isfinite(bad), ranks, np.nan).tolist()


def _axis(axis: Axis, rows: Sequence[TrialRow]) -> Column:
    if axis.span is None:
        return Column(axis.name, [row.values.get(axis.name, "") for row in rows], _ordered(axis.values))
    numbers = [float(row.values.get(axis.name, "nan")) for row in rows]
    return Column(axis.name, numbers, logarithmic=axis.logarithmic)


def _measured(measure: Measure, rows: Sequence[TrialRow]) -> Column:
    numbers = [row.figures.get(measure.name, math.nan) for row in rows]
    return Column(measure.name, numbers, high=measure.better != "low", note=_GOOD[measure.better])


def _ordered(words: tuple[str, ...]) -> tuple[str, ...]:
    """From below: numbers by size, anything else so that the first is above."""
    try:
        return tuple(sorted(words, key=float))
    except ValueError:
        return words[::-1]
