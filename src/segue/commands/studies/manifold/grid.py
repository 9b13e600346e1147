"""The source's grid search: a part of it here, and the command for the whole."""

from __future__ import annotations

import dataclasses
import math

from segue.commands.runs import DataOptions
from segue.commands.studies.manifold.plan import Plan
from segue.commands.studies.manifold.surfing import SURFING
from segue.commands.studies.workspace import Workspace, command
from segue.commands.sweep.command import SweepRequest, SweepResult, run_sweep
from segue.commands.sweep.plan import TrialRow
from segue.render.figures import FIGURE_ENDINGS
from segue.render.report import Picture, Section, Table
from segue.training import Training

_OFF = f"off-manifold@{SURFING}"
_HEADS = ("MSE x1e3", "surfing x1e3")


def list_axes(plan: Plan) -> tuple[str, ...]:
    """What the source varied: losses, batch, widest layer (four times our width), noise; rate, its drops, epochs."""
    losses = ",".join(f"ae:loss={loss}" for loss in plan.losses.values())
    noises = ",".join(f"{kind}={strength}" for kind in ("gaussian:sigma", "mask:ratio") for strength in (0.1, 0.2, 0.5))
    return (
        f"method={losses}",
        "batch=4,8,16",
        "width=16,32,64",
        f"corrupt={noises}",
        "lr=0.0003,0.001",
        "step-size=1,5",
        "epochs=10,20",
    )


def make_whole_request(workspace: Workspace, plan: Plan) -> SweepRequest:
    """The whole grid, 1,296 trainings."""
    return SweepRequest(
        plan.two,
        workspace.folder / "whole-grid",
        axis=list_axes(plan),
        latent=2,
        metric="mse",
        also=(_OFF,),
        training=Training(schedule="step", seed=workspace.seed),
        data_dir=workspace.data_dir,
    )


def make_part_request(workspace: Workspace, plan: Plan) -> SweepRequest:
    """Points of the grid, drawn at random, of fewer steps."""
    few = workspace.either(4, 14, tiny=2)
    steps = workspace.either(60, 300, tiny=4)
    varied = [axis for axis in list_axes(plan) if not axis.startswith("epochs")]
    if workspace.size != "full":  # small networks, for a small study
        varied = [axis.replace("width=16,32,64", "width=8,16") for axis in varied]
    return dataclasses.replace(
        make_whole_request(workspace, plan),
        out=workspace.folder / "grid",
        axis=tuple(varied),
        by="random",
        trials=few,
        pairs=workspace.either(2, 6),
        images=DataOptions(limit=workspace.either(400, None, tiny=100)),
        training=Training(steps=steps, schedule="step", seed=workspace.seed),
    )


def report_grid(workspace: Workspace, plan: Plan) -> tuple[Section, SweepResult]:
    """The points that were tried, best first, as `all_scores.csv`; and the command for all of them."""
    request = make_part_request(workspace, plan)
    found = workspace.run_job(run_sweep, request)
    rows = sorted(found.rows, key=lambda row: row.figures.get("mse", math.inf))
    names = [axis.partition("=")[0] for axis in request.axis]
    table = Table(
        "all_scores",
        f"The {len(rows)} points that were tried, {request.training.steps} steps each, best first; "
        "also as all_scores.csv. Surfing: its interpolationMSE.",
        ("trial", *names, *_HEADS, "state"),
        tuple((row.number, *(row.values.get(name, "") for name in names), *_figures(row)) for row in rows),
    )
    pictures = tuple(
        Picture(file, "Each line is a point of the grid, from its options to its figures; low errors are good.")
        for file in found.files
        if file.suffix == FIGURE_ENDINGS[0]
    )
    text = _TEXT.format(few=len(rows), whole=command(make_whole_request(workspace, plan), workspace.folder))
    return Section("The grid search", text, (*pictures, table)), found


def _figures(row: TrialRow) -> tuple[float | str, ...]:
    values = [1e3 * row.figures.get(name, math.nan) for name in ("mse", _OFF)]
    return (*values, row.reason or row.state)


_TEXT = """
The source tried batches of 4, 8 and 16, the three weightings of the losses, a widest layer of 64, 128 and 256 channels
(our `--width` of 16, 32 and 64), noise of two kinds and several strengths, and several learning rates, numbers of
epochs and of epochs between drops of the rate, and attached a table. Here {few} points of that grid, drawn at random
and trained briefly, show how it is done. The whole of it, which takes days:

`{whole} --workers 2`
"""
