"""New digits: codes drawn, and decoded."""

from __future__ import annotations

import numpy as np
import torch

from segue.commands.studies.ae_vs_vae.context import LATENT, Context
from segue.commands.studies.transitions import bootstrap_mean, format_half_width
from segue.commands.studies.workspace import Numbers
from segue.core.images import Pixels, write_image
from segue.evaluation.metrics.nearest import PixelSearch
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.render.report import Picture, Section, Table
from segue.render.strip import Row, strip

_SHOWN, SURE = 12, 0.9  # samples in a row; the classifier's word above which a sample is read with confidence
REAL = "held-out digits"


def report_samples(context: Context) -> tuple[Section, Numbers]:
    """Samples of both models from N(0, I) and from a mixture, beside real digits."""
    workspace = context.workspace
    count = workspace.either(500, 2000, tiny=24)
    images: dict[str, Pixels] = {}
    for name, run in context.runs.items():
        images[f"{name}, N(0, I)"] = _sample_normal(context, name, count)
        images[f"{name}, mixture"] = workspace.sample_run(
            f"samples-{name.lower()}-mixture", run, count=count, by="mixture"
        )
    images[REAL] = context.test.sample(count, workspace.seed).images
    real = PixelSearch(context.train.images)
    numbers = {name: _measure(context, real, each) for name, each in images.items()}
    file = workspace.figure_path("samples.png")
    write_image(
        file, strip([Row(name, each[:_SHOWN], tuple(context.read(each[:_SHOWN]))) for name, each in images.items()])
    )
    sure = {name: of["sure"][0] for name, of in numbers.items()}
    rows = tuple((name, *(format_half_width(value) for value in of.values())) for name, of in numbers.items())
    columns = ("codes from", "read with confidence (%)", "confidence", "distance x1000")
    return Section(
        "New digits",
        f"""
        A model that makes new images needs codes to start from. A VAE has its prior for that, N(0, I). An AE has none:
        the same draw is shown for the comparison that the source makes, and a mixture of ten Gaussians fitted to its
        codes of training images, which is fair to it.

        A sample is read with confidence where the classifier gives {SURE:.0%} to one digit. It has to call everything a
        digit and is sometimes sure of what no person would read. Distance is that to the nearest training image, a mean
        square error; dark and blurred pictures are near to many.""",
        (
            Picture(
                file,
                f"""Samples that were not chosen, with what the classifier reads. It is confident of
                {sure["VAE, N(0, I)"]:.0f} % of the VAE's from its prior, of {sure["AE, N(0, I)"]:.0f} % of the AE's
                from the same draw and {sure["AE, mixture"]:.0f} % from the mixture, and of {sure[REAL]:.0f} % of real
                digits. The AE's own codes are {_mean_norm(context, "AE"):.0f} long in the mean and those of the draw
                {LATENT**0.5:.1f}: it has seen nothing there.""",
            ),
            Table("samples", f"{count} samples each, means, and half their 95 % intervals.", columns, rows),
        ),
    ), numbers


def _mean_norm(context: Context, name: str) -> float:
    """The mean norm of a model's codes of held-out digits."""
    return float(
        encode(context.models[name], context.test.sample(2000, context.workspace.seed).images).norm(dim=1).mean()
    )


def _sample_normal(context: Context, name: str, count: int) -> Pixels:
    if name == "VAE":
        return context.workspace.sample_run("samples-vae-prior", context.runs[name], count=count, by="prior")
    return decode(
        context.models[name], context.models[name].draw(count, torch.Generator().manual_seed(context.workspace.seed))
    )


def _measure(context: Context, real: PixelSearch, images: Pixels) -> Numbers:
    confidence = context.reader.probabilities(images).max(1)
    distances = 1000 * real.nearest(images)[0].distances
    values = {"sure": 100.0 * (confidence >= SURE), "confidence": confidence, "distance": distances}
    return {name: bootstrap_mean(np.asarray(each, np.float64), context.workspace.seed) for name, each in values.items()}
