"""Train with all combinations of options, or some of them, and find which is best."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from segue.commands.sweep.axes import Axis, parse_axes, vary
from segue.commands.sweep.measures import Measure, check_measures, list_training_figures, parse_measure
from segue.commands.sweep.plan import (
    ALL_SCORES,
    JOURNAL,
    RESULT,
    Plan,
    SearchBy,
    TrialRow,
    copy_best,
    find_best,
    write_scores,
)
from segue.commands.train import TrainRequest, check_out
from segue.core.choices import choose, needed, option
from segue.core.errors import InputError, Stopped
from segue.core.jsonable import write_json
from segue.core.progress import Event, Report, silent
from segue.data.corruptions import corruption
from segue.data.datasets import DataSet
from segue.evaluation.metrics.metric import Better
from segue.training import pick_device
from segue.training.methods import METHODS


@dataclass(frozen=True)
class SweepRequest(TrainRequest):
    """What `segue sweep` asks for: what `segue train` does, and what of it to vary.

    `axis` and `also` may be one text or several.
    """

    examples = (
        "sweep mnist -o sweeps/latent --axis latent=2,8,32 --axis method=ae,vae",
        "sweep mnist -o sweeps/lr --by random --trials 20 --axis lr=1e-4..1e-2 --metric excess@graph+pace",
    )

    out: Path = needed(help="folder for the sweep")
    axis: tuple[str, ...] = option(
        (),
        "an option of train and its values: batch=4,8, or a range: lr=1e-4..1e-2; may be given several times",
        group="Sweep",
    )
    by: SearchBy = option(
        "grid", "grid: every combination; random: random points; tpe: points near the best so far", group="Sweep"
    )
    trials: int | None = option(None, "number of points to try, for random and tpe", low=1, high=100_000, group="Sweep")
    prune: bool = option(
        False, "stop trials that are worse at an epoch than the median of the earlier trials", group="Sweep"
    )
    metric: str | None = option(
        None,
        "what decides: a figure of train or evaluate, or a metric of score: excess@graph+pace (default: test_loss)",
        group="Sweep",
    )
    also: tuple[str, ...] = option((), "a metric to add as a further column; may be given several times", group="Sweep")
    pairs: int = option(
        8, "number of image pairs over which a metric of score is averaged", low=1, high=10_000, group="Sweep"
    )
    workers: int = option(
        1, "number of processes that share the work and this machine's threads", low=1, high=1024, group="Sweep"
    )
    pictures: int = option(
        0, "number of training stages shown in pictures; 0 for none", low=0, high=10_000, group="Output"
    )
    resume: bool = option(False, "continue an interrupted sweep, which is also the default", group="Output")
    force: bool = option(False, "overwrite a sweep that is there", group="Output")

    def __post_init__(self) -> None:
        for name in ("axis", "also"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, (getattr(self, name),))
        super().__post_init__()


@dataclass(frozen=True)
class SweepResult:
    """A row for each trial, in order, and what was written to `out`; `best` is None where no trial ended well.

    `better` says of each metric, of which the first decides, which values are good.
    """

    out: Path
    files: tuple[Path, ...]
    by: SearchBy
    better: dict[str, Better]
    rows: tuple[TrialRow, ...]
    best: TrialRow | None


def run_sweep(request: SweepRequest, report: Report = silent) -> SweepResult:
    """Train and measure at every point; the folder then holds a table, a picture, and the best run.

    Any number of processes that are given the same request and see the same folder share the work; a sweep that was
    stopped goes on. Trials that cannot be carried out are rows with a reason.

    Args:
        request: What to train, what to vary, and what to measure.
        report: Called with progress.

    Returns:
        A row for each trial, and the files written.

    Raises:
        InputError: For a request that cannot be carried out at all, and for the folder of another sweep, without
        `force`.
        Stopped: At Ctrl-C.
    """
    try:
        from segue.commands.sweep.journal import Journal
        from segue.commands.sweep.work import start_workers, work
    except ImportError as error:
        if error.name != "optuna":
            raise
        raise InputError("a sweep without Optuna", "an install of it", "`pip install 'segue[sweep]'`") from None
    plan = _plan(request, report)
    with Journal(plan, request.force) as journal:
        plan = journal.plan
        left = sum(row.seconds is None for row in journal.rows())
    try:
        with start_workers(plan, min(request.workers, left) - 1 if left else 0, request.workers):
            work(plan, report)
    except KeyboardInterrupt:
        raise Stopped(f"stopped; {plan.out} keeps what was done, and the same command goes on") from None
    with Journal(plan) as journal, journal.locks.hold(0):
        return _finish(plan, journal.rows())


def format_result(result: SweepResult) -> str:
    """The result in words, as a terminal shows it."""
    counts = Counter(row.state for row in result.rows)
    lines = [f"sweep       {result.out}", *(f"            {file}" for file in result.files)]
    lines.append(f"trials      {', '.join(f'{count} {state}' for state, count in counts.items())}")
    if result.best is not None:
        name = next(iter(result.better))
        values = " ".join(f"{axis}={value}" for axis, value in result.best.values.items())
        lines.append(f"best        {name} {result.best.figures[name]:.4g} of trial {result.best.number}: {values}")
    reasons = Counter(row.reason for row in result.rows if row.state == "failed")
    return "\n".join([*lines, *(f"failed      {count}: {reason}" for reason, count in reasons.items())])


def _plan(request: SweepRequest, report: Report) -> Plan:
    """What to do. Raises `InputError` for what cannot be done."""
    axes = parse_axes(request.axis, request)
    trials = _trials(request, axes)
    base = TrainRequest(**{field.name: getattr(request, field.name) for field in dataclasses.fields(TrainRequest)})
    choose(base.method, METHODS, "method"), corruption(base.corrupt), pick_device(base.training.device)
    if not (request.out / JOURNAL).exists():
        check_out(base)
    report(Event("load", note=f"reading {base.data}"))
    first = vary(base, {axis.name: axis.values[0] for axis in axes if axis.values})
    data = first.images.load(base.data, first.training.seed, base.data_dir, report)
    measures = _measures(request, axes, data, report)
    return Plan(
        base=base,
        axes=axes,
        by=request.by,
        trials=trials,
        prune=request.prune,
        measures=measures,
        pairs=request.pairs,
        digest=data.digest(),
    )


def _trials(request: SweepRequest, axes: tuple[Axis, ...]) -> int:
    if request.by != "grid":
        if request.trials is None:
            raise InputError(f"`by={request.by}` without `trials`", "how many to try", "`trials=20`, for instance")
        return request.trials
    if request.trials is not None:
        raise InputError("`trials` of a grid", "every point once", "leaving it out, or `by=random`")
    for axis in axes:
        if axis.span is not None:
            raise InputError(f"`axis` {axis} of a grid", "values", "writing them out, or `by=random` with `trials=20`")
    return math.prod(len(axis.values) for axis in axes)


def _measures(request: SweepRequest, axes: tuple[Axis, ...], data: DataSet, report: Report) -> tuple[Measure, ...]:
    """What decides, and what else is measured."""
    methods = next((axis.values for axis in axes if axis.name == "method"), (request.method,))
    trained: dict[str, None] = {}
    failures = []
    for spelling in methods:
        try:
            method = choose(spelling, METHODS, "method").prepare(request.weights, request.data_dir, report)
            trained |= dict.fromkeys(list_training_figures(method, data))
        except InputError as error:  # of some methods: rows that fail
            failures.append(error)
    if not trained:
        raise failures[0]
    decides = request.metric or ("loss" if data.test is None else "test_loss")
    measures = {
        measure.name: measure for measure in (parse_measure(text, trained) for text in (decides, *request.also))
    }
    check_measures(tuple(measures.values()), data, report)
    return tuple(measures.values())


def _finish(plan: Plan, rows: tuple[TrialRow, ...]) -> SweepResult:
    """Write the table, the picture, the best run and the result."""
    from segue.commands.sweep.chart import draw_trials

    write_scores(plan, rows)
    files, best = [plan.out / ALL_SCORES], find_best(plan, rows)
    if best is not None:
        files += [draw_trials(plan, rows), copy_best(plan, best)]
    better = {measure.name: measure.better for measure in plan.measures}
    result = SweepResult(
        out=plan.out, files=(*files, plan.out / RESULT), by=plan.by, better=better, rows=rows, best=best
    )
    write_json(plan.out / RESULT, result)
    return result
