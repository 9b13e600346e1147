"""What a sweep leaves in its folder: a table, a picture, and the best run."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path

from segue.commands.sweep.plan import ALL_SCORES, BEST, PICTURE, Plan, TrialRow
from segue.core.images import atomic_write


def write_scores(plan: Plan, rows: tuple[TrialRow, ...]) -> None:
    """Write the table: a line for each trial, an empty field for what is not known."""
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


def draw(plan: Plan, rows: tuple[TrialRow, ...]) -> Path:
    """Draw the trials that have figures or a reason, as lines through the axes and what was measured."""
    from segue.commands.sweep.drawn import columns_of
    from segue.render.parallel import parallel

    columns, ranks = columns_of(plan, rows)
    parallel(columns, ranks, plan.out / PICTURE)
    return plan.out / PICTURE


def copy_best(plan: Plan, best: TrialRow) -> Path:
    """Copy the best run out, in place of one that was there."""
    to = plan.out / BEST
    with tempfile.TemporaryDirectory(prefix=f".{BEST}-", dir=plan.out) as beside:
        whole = shutil.copytree(best.run, Path(beside) / BEST)
        shutil.rmtree(to, ignore_errors=True)
        whole.replace(to)
    return to
