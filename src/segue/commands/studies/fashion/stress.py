"""Stress tests: inputs that were rotated or jigsawed before the encoder saw them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from segue.commands.runs import open_model
from segue.commands.stress import Stressed, StressRequest, run_stress
from segue.commands.studies.fashion.context import CORRUPTED, MODEL_NAMES, SHOWN, Context
from segue.commands.studies.workspace import Numbers
from segue.core.images import Pixels, to_float, to_uint8
from segue.data.corruptions import Rotate90, corruption
from segue.evaluation.metrics.nearest import mean_square
from segue.latent.space import encode
from segue.render.report import Cell, Picture, Section, Table

CAPTIONS = {
    "rotated": "Trained on rotated items: what the encoder sees, K being its quarter turns, what is decoded after the "
    "first epoch and after the last, with the PSNR against the target, and the target.",
    "jigsawed": "The same, trained on items whose four quarters are shuffled; above each, the quarters' order.",
}
_COLUMNS = ("model", "input", "epoch", "error", "times", "nearer (%)", "read right (%)", "flawed (%)")


def report_stress(context: Context) -> tuple[Section, Numbers]:
    """What the models reconstruct from corrupted items, as sheets and in numbers."""
    pictures: list[Picture] = []
    kinds: list[tuple[Cell, ...]] = []
    for name in CORRUPTED:
        (figure, own), (_, plain) = _stress_run(context, name, name), _stress_run(context, "plain", name)
        pictures.append(Picture(figure, CAPTIONS[name]))
        kinds += [(name, kind, *(of.by[kind].psnr[0] for of in (*own, plain[-1]))) for kind in plain[-1].by]
    rows, numbers = _measure(context)
    turning = numbers["turning"] = {name: _share_by_position(context, name) for name in ("plain", "rotated")}
    ends = f"epoch {context.last}"
    return Section(
        "Stress tests: rotated and jigsawed inputs",
        f"""
        Two autoencoders were trained on corrupted inputs, with the upright, whole item as the target. The
        plain one, which never saw a corrupted item, is the first control; the second is to answer with the mean of all
        training items, whatever is seen. "Times" is the error over the one that the plain model makes, after as many
        epochs, of the same clean items. "Nearer" is the share, of items that chance did change, that come back
        nearer to the upright, whole item than to what the model was shown. "Flawed" is the share whose error is above
        that of 99 of 100 reconstructions of clean items by the plain model after {ends}.

        The source supposes that features which do not depend on the rotation are needed. When items are encoded in all
        four positions, the position accounts for {turning["plain"]:.0f} % of the codes' variance in the plain model,
        and for {turning["rotated"]:.0f} % in the one that was trained on rotated items.""",
        (
            *pictures,
            Table("stress", "Errors (mean square) and what they mean.", _COLUMNS, rows),
            Table(
                "kinds",
                "PSNR in dB by what was done to the item.",
                ("input", "what was done", "epoch 1", ends, f"plain model, {ends}"),
                tuple(kinds),
            ),
        ),
    ), numbers


def _stress_run(context: Context, run: str, name: str) -> tuple[Path, tuple[Stressed, ...]]:
    """A run under a corruption: the sheet, and how it fares after the first epoch and the last."""
    figure = context.workspace.figure_path(f"stress-{run}-{name}.png")
    request = StressRequest(
        context.runs[run],
        figure,
        corrupt=CORRUPTED[name],
        epoch=f"1+{context.last}",
        count=SHOWN,
        images=len(context.test),
    )
    return figure, context.workspace.run_job(run_stress, request).epochs


def _measure(context: Context) -> tuple[tuple[tuple[Cell, ...], ...], Numbers]:
    """Rows of a table, and the same by name."""
    clean, last = context.test.images, context.last
    whole = {epoch: context.reconstruct("plain", epoch, clean) for epoch in (1, last)}
    least = {epoch: float(mean_square(images, clean).mean()) for epoch, images in whole.items()}
    flaw = float(np.quantile(mean_square(whole[last], clean), 0.99))
    numbers: Numbers = {}
    rows: list[tuple[Cell, ...]] = []

    def add(model: str, given: str, epoch: int | None, again: Pixels, seen: Pixels) -> None:
        errors, transform = mean_square(again, clean), mean_square(seen, clean) > 0
        nearer = (errors < mean_square(again, seen))[transform]
        figures = {
            "mse": float(errors.mean()),
            "times": float(errors.mean()) / least[epoch or last],
            "nearer": 100 * float(nearer.mean()) if len(nearer) else None,
            "right": context.share_right(again),
            "flawed": 100 * float((errors > flaw).mean()),
        }
        numbers["-".join(map(str, filter(None, (model, given, epoch))))] = figures
        rows.append((MODEL_NAMES.get(model, model), given, epoch, *figures.values()))

    for epoch, images in whole.items():
        add("plain", "whole", epoch, images, clean)
    for name, how in CORRUPTED.items():
        chance = torch.Generator().manual_seed(context.workspace.seed)
        seen = to_uint8((corruption(how) or Rotate90()).apply(to_float(clean), chance))
        for run in (name, "plain"):
            for epoch in (1, last):
                add(run, name, epoch, context.reconstruct(run, epoch, seen), seen)
        mean = context.train.images.mean(0).round().astype(np.uint8)
        add("mean item", name, None, np.broadcast_to(mean, clean.shape), seen)
    return tuple(rows), numbers


def _share_by_position(context: Context, run: str) -> float:
    """The share, in percent, of the variance of the codes of items in all positions that the position accounts for."""
    model, _ = open_model(context.runs[run])
    images = to_float(context.test.sample(1000, context.workspace.seed).images)
    turned = [to_uint8(Rotate90().transform(images, torch.full((len(images),), turns))) for turns in range(4)]
    codes = torch.stack([encode(model, one) for one in turned]).double()
    return 100 * float(codes.var(0, correction=0).sum(1).mean() / codes.flatten(0, 1).var(0, correction=0).sum())
