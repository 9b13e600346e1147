"""What a sweep is to do, and what came of it."""

from __future__ import annotations

import csv
import itertools
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from segue.commands.runs import CHECKPOINT
from segue.commands.sweep.axes import Axis, spell_options, vary
from segue.commands.sweep.measures import Measure
from segue.commands.train import TrainRequest
from segue.core.images import atomic_write
from segue.evaluation.leaderboard.rows import badness

SearchBy = Literal["grid", "random", "tpe"]

RUNS_FOLDER, BEST, JOURNAL, LOCKS = "runs", "best", "journal.log", "sweep.lock"
ALL_SCORES, PICTURE, RESULT = "all_scores.csv", "parallel.png", "sweep.json"

ELSEWHERE = ("data_dir", "weights")
"""Options that may differ from one worker to another, being places of files."""


@dataclass(frozen=True)
class TrialRow:
    """One trial: its number from 0, its value on each axis, its figures by metric, and why it ended early, if it did.

    `seconds` are those of the worker that ended it. A figure that is undefined is left out.
    """

    number: int
    state: Literal["waiting", "running", "complete", "pruned", "failed"]
    values: dict[str, str]
    figures: dict[str, float]
    seconds: float | None
    reason: str | None
    run: Path


@dataclass(frozen=True)
class Plan:
    """The training to vary, whose `out` is the folder of the sweep; how; and by what each trial is measured.

    The first of the `measures` decides. `digest` is that of the images.
    """

    base: TrainRequest
    axes: tuple[Axis, ...]
    by: SearchBy
    trials: int
    prune: bool
    measures: tuple[Measure, ...]
    pairs: int
    digest: str

    @property
    def out(self) -> Path:
        """The folder of the sweep."""
        return self.base.out

    @property
    def decides(self) -> Measure:
        """The measure by which the best is found."""
        return self.measures[0]

    def points(self) -> list[dict[str, str]]:
        """What each trial is to try: on a grid all combinations, the last axis the fastest; else nothing beforehand."""
        if self.by != "grid":
            return [{} for _ in range(self.trials)]
        names = [axis.name for axis in self.axes]
        combinations = itertools.product(*(axis.values for axis in self.axes))
        return [dict(zip(names, values, strict=True)) for values in combinations]

    def run(self, number: int) -> Path:
        """The run folder of a trial."""
        return self.out / RUNS_FOLDER / f"{number:04}"

    def request(self, number: int, values: Mapping[str, str]) -> TrainRequest:
        """Make the training of a trial, which goes on where it was stopped.

        Args:
            number: The number of the trial.
            values: Its value on each axis.
        """
        run = self.run(number)
        return replace(vary(self.base, values), out=run, resume=(run / CHECKPOINT).exists(), force=True)

    def pin_precision(self, before: Mapping[str, Any] | None = None) -> Plan:
        """The plan with one number format for all trials, unless an axis varies it.

        Args:
            before: the `identity` of the sweep that goes on, whose format is taken; None for a new sweep, which takes
                what `auto` means on this machine.
        """
        training = self.base.training
        if training.precision != "auto" or any(axis.name == "precision" for axis in self.axes):
            return self
        if before is None:
            pinned = training.pin_precision(self.base.width)
        else:
            pinned = replace(training, precision=before.get("precision", "auto"))
        return replace(self, base=replace(self.base, training=pinned))

    def identity(self) -> dict[str, Any]:
        """All that decides the rows, as JSON; two sweeps are the same where this is."""
        options = {name: text for name, text in spell_options(self.base).items() if name not in ELSEWHERE}
        return {
            "axis": [str(axis) for axis in self.axes],
            "by": self.by,
            "trials": self.trials,
            "prune": self.prune,
            "metric": self.measures[0].name,
            "also": [measure.name for measure in self.measures[1:]],
            "pairs": self.pairs,
            **options,
            "data": self.digest,
        }


def find_best(plan: Plan, rows: tuple[TrialRow, ...]) -> TrialRow | None:
    """Find the best of the complete trials.

    Args:
        plan: The sweep.
        rows: Its trials.

    Returns:
        The best row, the first of several; None where none is complete.
    """
    complete = [row for row in rows if row.state == "complete"]
    first = plan.decides
    return min(complete, key=lambda row: float(badness(row.figures[first.name], first.better)), default=None)


def write_scores(plan: Plan, rows: tuple[TrialRow, ...]) -> None:
    """Write the table: a line for each trial, an empty field for what is not known.

    Args:
        plan: The sweep.
        rows: Its trials.
    """
    axes, metrics = [axis.name for axis in plan.axes], [measure.name for measure in plan.measures]
    with atomic_write(plan.out / ALL_SCORES) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["number", "state", *axes, *metrics, "seconds", "reason", "run"])
        for row in rows:
            values = [row.values.get(name, "") for name in axes]
            figures = [repr(row.figures[name]) if name in row.figures else "" for name in metrics]
            seconds = "" if row.seconds is None else f"{row.seconds:.2f}"
            run = row.run.relative_to(plan.out).as_posix()
            writer.writerow([row.number, row.state, *values, *figures, seconds, row.reason or "", run])


def copy_best(plan: Plan, best: TrialRow) -> Path:
    """Copy the best run out, in place of one that was there.

    Args:
        plan: The sweep.
        best: The row of the best run.

    Returns:
        The folder of the copy.
    """
    to = plan.out / BEST
    with tempfile.TemporaryDirectory(prefix=f".{BEST}-", dir=plan.out) as beside:
        whole = shutil.copytree(best.run, Path(beside) / BEST)
        shutil.rmtree(to, ignore_errors=True)
        whole.replace(to)
    return to
