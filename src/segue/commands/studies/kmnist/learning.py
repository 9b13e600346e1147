"""How characters come to be as the model learns: drawn from nothing, and reconstructed."""

from __future__ import annotations

import numpy as np

from segue.commands.record import epoch_file
from segue.commands.studies.kmnist.context import DRAWN, SHOWN, SURE, Context
from segue.commands.studies.workspace import Found, Numbers
from segue.commands.train import PICTURES_FOLDER
from segue.core.images import Pixels, write_image
from segue.core.numerics import gradient_energy
from segue.evaluation.metrics.nearest import PixelSearch, mean_square
from segue.render.report import Cell, Picture, Section, Table, join_words
from segue.render.strip import Row, strip


def report_draws(context: Context) -> Found:
    """Draws from the prior, as the model learned."""
    workspace, real, energy = (
        context.workspace,
        PixelSearch(context.train.images),
        _mean_gradient_energy(context.test.images),
    )
    kinds = {
        f"drawn, epoch {epoch}": workspace.sample_run(f"drawn-{epoch}", epoch_file(context.run, epoch), count=DRAWN)
        for epoch in context.epochs
    }
    rows: list[tuple[Cell, ...]] = []
    numbers: Numbers = {}
    lines = [Row(what, images[:SHOWN]) for what, images in kinds.items()]
    some = context.test.images[:DRAWN]
    for what, images in (kinds | {"reconstructed": context.reconstruct(some), "held out": some}).items():
        away = float(real.nearest(images)[0].distances.mean())
        numbers[what] = figures = {
            "distance": away,
            "sure": context.share_sure(images),
            "edges": _mean_gradient_energy(images) / energy,
        }
        rows.append((what, *figures.values()))
    write_image(sheet := workspace.figure_path("drawn.png"), strip(lines))
    film = context.run / PICTURES_FOLDER / "grid"
    return Section(
        "Characters from nothing",
        f"""
        Codes drawn from the prior N(0, I), decoded. The draws stay the same throughout training, so that each picture
        shows what becomes of one of them. {DRAWN} are measured after epochs {join_words(context.epochs)}: the mean
        square error to the nearest training image, the share of which the classifier is {100 * SURE:.0f} % sure, and
        the energy of their edges (squared differences of neighbouring pixels) over that of real characters. Blurred
        pictures are near to everything, and a classifier is sure of much that it has never seen, so none of the three
        says it alone.""",
        (
            Picture(
                film.with_suffix(".gif"),
                "Sixty-four draws, decoded from before the first step to the last.",
                (film.with_suffix(".mp4"),),
            ),
            Picture(sheet, f"The first {SHOWN} of the draws that were measured, none picked out."),
            Table(
                "drawn",
                "Draws as the model learned, reconstructions of held-out characters, and these themselves.",
                ("what", "distance", "sure (%)", "edges"),
                tuple(rows),
            ),
        ),
    ), numbers


def report_learning(context: Context) -> Found:
    """Reconstructions, as the model learned."""
    shown, energy = context.test.images[:SHOWN], _mean_gradient_energy(context.test.images)
    rows: list[tuple[Cell, ...]] = []
    numbers: Numbers = {}
    lines = [Row("held out", shown)]
    for epoch in context.epochs:
        again = context.reconstruct(context.test.images, epoch_file(context.run, epoch))
        mse = mean_square(again, context.test.images)
        numbers[str(epoch)] = figures = {
            "psnr": float(-10 * np.log10(mse).mean()),
            "edges": _mean_gradient_energy(again) / energy,
        }
        rows.append((epoch, *figures.values()))
        decibels = tuple(f"{-10 * np.log10(value):.1f} dB" for value in mse[:SHOWN])
        lines.append(Row(f"epoch {epoch}", again[:SHOWN], decibels))
    write_image(sheet := context.workspace.figure_path("learning.png"), strip(lines))
    film = context.run / PICTURES_FOLDER / "reconstructions"
    return Section(
        "Learning to reconstruct",
        """
        Ten chosen characters, one of each kind, and their reconstructions as the model learns. Before the first
        step that is an even grey, which is the mean of all pixels; then come blots, then strokes.""",
        (
            Picture(
                film.with_suffix(".gif"),
                "Held-out characters and their reconstructions throughout training.",
                (film.with_suffix(".mp4"),),
            ),
            Picture(sheet, "The same of other characters, for paper, with the PSNR of each."),
            Table(
                "learning",
                "Reconstructions of all held-out characters: PSNR, and the energy of edges over that of the "
                "characters themselves; noise would bring it above 1.",
                ("epoch", "PSNR (dB)", "edges"),
                tuple(rows),
            ),
        ),
    ), numbers


def _mean_gradient_energy(images: Pixels) -> float:
    return float(np.mean([gradient_energy(image) for image in images]))
