"""How the two models learn, and how well they reconstruct."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.record import read_history
from segue.commands.studies.ae_vs_vae.context import LATENT, Context
from segue.commands.studies.workspace import Numbers
from segue.core.images import write_image
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.render.report import Picture, Section, Table
from segue.render.strip import Row, strip


def report_learning(context: Context) -> tuple[Section, Numbers]:
    """Curves of the reconstruction and the KL divergence, and figures on held-out digits."""
    from segue.render.plots import draw_lines

    values = math.prod(context.train.image_shape)
    curves: dict[str, dict[str, list[tuple[float, float]]]] = {"Reconstruction (nats per image)": {}, "KL (nats)": {}}
    for name, run in context.runs.items():
        rows = read_history(run)
        for part, named in ("", "training"), ("test_", "held-out"):
            curves["Reconstruction (nats per image)"][f"{name}, {named}"] = [
                (row["epoch"], row.get(f"{part}reconstruction", values * row[f"{part}loss"])) for row in rows
            ]
            if f"{part}kl" in rows[0]:
                curves["KL (nats)"][f"{name}, {named}"] = [(row["epoch"], row[f"{part}kl"]) for row in rows]
    file = context.workspace.figure_path("learning.png")
    draw_lines(curves, file, along="Epoch", columns=2)
    ends = {panel: {name: line[-1][1] for name, line in of.items()} for panel, of in curves.items()}
    nats, kl = ends.values()
    numbers: Numbers = {"nats": nats, "kl": kl, "models": {name: _evaluate(context, name) for name in context.runs}}
    shown = [
        Picture(
            file,
            f"""Loss by epoch, its two parts apart. At the end the VAE pays
        {nats["VAE, held-out"]:.0f} nats for the reconstruction of a held-out digit and {kl["VAE, held-out"]:.0f} for
        its code, the AE {nats["AE, held-out"]:.0f} for the reconstruction, and its code is free.""",
        ),
        Picture(*_draw_reconstructions(context)),
    ]
    columns = ("model", "PSNR (dB)", "SSIM", "linear (%)", "k-means (%)", "in use")
    table = Table(
        "models",
        f"On {_count(context):,} held-out digits. The linear classifier and k-means see the "
        "codes alone; in use is a dimension whose variance is above 0.01.",
        columns,
        tuple((name, *row.values()) for name, row in numbers["models"].items()),
    )
    return Section(
        "How they learn",
        f"""
        Both models have the same convolutional networks, a code of {LATENT} numbers, and the same reconstruction loss,
        the Bernoulli likelihood of the pixels. All that the VAE has besides is what makes it one: its encoder gives a
        distribution, the decoder sees a draw from it, and the KL divergence of that distribution to N(0, I) is added to
        the loss. They saw the same {len(context.train):,} digits in the same
        order.""",
        (*shown, table),
    ), numbers


def _count(context: Context) -> int:
    return min(len(context.test), context.workspace.either(2000, 10_000))


def _evaluate(context: Context, name: str) -> dict[str, float | None]:
    request = EvaluateRequest(context.runs[name], images=_count(context), bounded=0, restarts=5)
    found = context.workspace.run_job(run_evaluate, request)
    first = {"psnr": found.psnr, "ssim": found.ssim, "linear": found.linear, "kmeans": found.kmeans}
    return {**{key: value[0] if value else None for key, value in first.items()}, "active": found.active_units}


def _draw_reconstructions(context: Context) -> tuple[Path, str]:
    images = np.stack([context.test.images[np.flatnonzero(context.test.labels == digit)[0]] for digit in range(10)])
    again = {name: decode(model, encode(model, images)) for name, model in context.models.items()}
    file = context.workspace.figure_path("reconstructions.png")
    write_image(file, strip([Row("held-out images", images), *(Row(name, each) for name, each in again.items())]))
    return file, "The first held-out digit of each class, and its reconstructions by the two models."
