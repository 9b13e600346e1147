"""The picture of a sweep: its trials as lines through the axes and what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from segue.commands.sweep.axes import Axis
from segue.commands.sweep.measures import Measure
from segue.commands.sweep.plan import PICTURE, Plan, TrialRow
from segue.evaluation.leaderboard.rows import badness
from segue.render.parallel import Column, draw_parallel

_GOOD = {"low": "better above", "high": "better above", "one": "better near 1", "none": ""}


def draw_trials(plan: Plan, rows: Sequence[TrialRow]) -> Path:
    """Draw the trials that have figures or a reason, as lines through the axes and what was measured.

    Args:
        plan: The sweep.
        rows: Its trials.

    Returns:
        The picture.
    """
    columns, ranks = make_columns(plan, rows)
    draw_parallel(columns, ranks, plan.out / PICTURE)
    return plan.out / PICTURE


def make_columns(plan: Plan, rows: Sequence[TrialRow]) -> tuple[list[Column], list[float]]:
    """Turn trials into the columns of a picture.

    Args:
        plan: The sweep.
        rows: Its trials.

    Returns:
        The columns: the axes, what else was measured, and at last what decides. And how good each row is, from 0 to 1,
        by rank, so that one very bad trial does not make all others look alike; NaN where a row has no figure.
    """
    first, *others = plan.measures
    measures = [measure for measure in (*others, first) if any(measure.name in row.figures for row in rows)]
    columns = [_make_axis(axis, rows) for axis in plan.axes] + [_make_measure(measure, rows) for measure in measures]
    bad = np.array([float(badness(row.figures.get(first.name, math.nan), first.better)) for row in rows])
    known = np.unique(bad[np.isfinite(bad)])
    ranks = 1 - np.searchsorted(known, bad) / max(1, len(known) - 1)
    return columns, np.where(np.isfinite(bad), ranks, np.nan).tolist()


def _make_axis(axis: Axis, rows: Sequence[TrialRow]) -> Column:
    if axis.span is None:
        return Column(axis.name, [row.values.get(axis.name, "") for row in rows], _order(axis.values))
    numbers = [float(row.values.get(axis.name, "nan")) for row in rows]
    return Column(axis.name, numbers, logarithmic=axis.logarithmic)


def _make_measure(measure: Measure, rows: Sequence[TrialRow]) -> Column:
    numbers = [row.figures.get(measure.name, math.nan) for row in rows]
    return Column(measure.name, numbers, high=measure.better != "low", note=_GOOD[measure.better])


def _order(words: tuple[str, ...]) -> tuple[str, ...]:
    """From below: numbers by size, anything else so that the first is above."""
    try:
        return tuple(sorted(words, key=float))
    except ValueError:
        return words[::-1]
