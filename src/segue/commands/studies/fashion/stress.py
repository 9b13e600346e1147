"""Stress tests: inputs that were rotated or jigsawed before the encoder saw them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from segue.commands.runs import open_run
from segue.commands.stress import Stressed, StressRequest, run_stress
from segue.commands.studies.fashion.context import MODEL_NAMES, SHOWN, SPOILT, StudyContext
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


def stress(desk: StudyContext) -> tuple[Section, Numbers]:
    """What the models give back of spoilt items, as sheets and in numbers."""
    pictures: list[Picture] = []
    kinds: list[tuple[Cell, ...]] = []
    for name in SPOILT:
        (figure, own), (_, plain) = _sheet(desk, name, name), _sheet(desk, "plain", name)
        pictures.append(Picture(figure, CAPTIONS[name]))
        kinds += [(name, kind, *(of.by[kind].psnr[0] for of in (*own, plain[-1]))) for kind in plain[-1].by]
    rows, numbers = _measured(desk)
    turning = numbers["turning"] = {name: _turning(desk, name) for name in ("plain", "rotated")}
    ends = f"epoch {desk.last}"
    return Section(
        "Stress tests: rotated and jigsawed inputs",
        f"""
        Two autoencoders were trained on spoilt inputs, with the upright, whole item as what they have to give back. The
        plain one, which never saw a spoilt item, is the first control; the second is to give back the mean of all
        training items, whatever is seen. "Times" is the error over the one that the plain model makes, after as many
        epochs, of the same items unspoilt. "Nearer" is the share, of items that chance did change, that come back
        nearer to the upright, whole item than to what the model was shown. "Flawed" is the share whose error is above
        that of 99 of 100 reconstructions of unspoilt items by the plain model after {ends}.

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


def _sheet(desk: StudyContext, run: str, name: str) -> tuple[Path, tuple[Stressed, ...]]:
    """A run under a corruption: the sheet, and how it fares after the first epoch and the last."""
    figure = desk.bench.figure(f"stress-{run}-{name}.png")
    request = StressRequest(
        desk.runs[run], figure, corrupt=SPOILT[name], epoch=f"1+{desk.last}", count=SHOWN, images=len(desk.test)
    )
    return figure, desk.bench.do(run_stress, request).epochs


def _measured(desk: StudyContext) -> tuple[tuple[tuple[Cell, ...], ...], Numbers]:
    """Rows of a table, and the same by name."""
    clean, last = desk.test.images, desk.last
    whole = {epoch: desk.again("plain", epoch, clean) for epoch in (1, last)}
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
            "right": desk.right(again),
            "flawed": 100 * float((errors > flaw).mean()),
        }
        numbers["-".join(map(str, filter(None, (model, given, epoch))))] = figures
        rows.append((MODEL_NAMES.get(model, model), given, epoch, *figures.values()))

    for epoch, images in whole.items():
        add("plain", "whole", epoch, images, clean)
    for name, how in SPOILT.items():
        chance = torch.Generator().manual_seed(desk.bench.seed)
        seen = to_uint8((corruption(how) or Rotate90()).apply(to_float(clean), chance))
        for run in (name, "plain"):
            for epoch in (1, last):
                add(run, name, epoch, desk.again(run, epoch, seen), seen)
        mean = desk.train.images.mean(0).round().astype(np.uint8)
        add("mean item", name, None, np.broadcast_to(mean, clean.shape), seen)
    return tuple(rows), numbers


def _turning(desk: StudyContext, run: str) -> float:
    """The share, in percent, of the variance of the codes of items in all positions that the position accounts for."""
    model, _ = open_run(desk.runs[run])
    images = to_float(desk.test.sample(1000, desk.bench.seed).images)
    turned = [to_uint8(Rotate90().transform(images, torch.full((len(images),), turns))) for turns in range(4)]
    codes = torch.stack([encode(model, one) for one in turned]).double()
    return 100 * float(codes.var(0, correction=0).sum(1).mean() / codes.flatten(0, 1).var(0, correction=0).sum())
