"""New digits: codes drawn, and decoded."""

from __future__ import annotations

import numpy as np
import torch

from segue.commands.studies.ae_vs_vae.context import LATENT, StudyContext
from segue.commands.studies.transitions import briefly, mean
from segue.commands.studies.workspace import Numbers
from segue.core.images import Pixels, write_image
from segue.evaluation.metrics.nearest import PixelSearch
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.render.report import Picture, Section, Table
from segue.render.strip import Row, strip

_SHOWN, SURE = 12, 0.9  # samples in a row; the classifier's word above which a sample is read with confidence
REAL = "held-out digits"


def samples(desk: StudyContext) -> tuple[Section, Numbers]:
    """Samples of both models from N(0, I) and from a mixture, beside real digits."""
    bench = desk.bench
    count = bench.either(500, 2000, tiny=24)
    images: dict[str, Pixels] = {}
    for name, run in desk.runs.items():
        images[f"{name}, N(0, I)"] = _normal(desk, name, count)
        images[f"{name}, mixture"] = bench.sampled(f"samples-{name.lower()}-mixture", run, count=count, by="mixture")
    images[REAL] = desk.test.sample(count, bench.seed).images
    real = PixelSearch(desk.train.images)
    numbers = {name: _numbers(desk, real, each) for name, each in images.items()}
    file = bench.figure("samples.png")
    write_image(
        file, strip([Row(name, each[:_SHOWN], tuple(desk.read(each[:_SHOWN]))) for name, each in images.items()])
    )
    sure = {name: of["sure"][0] for name, of in numbers.items()}
    rows = tuple((name, *(briefly(value) for value in of.values())) for name, of in numbers.items())
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
                digits. The AE's own codes are {_norm(desk, "AE"):.0f} long in the mean and those of the draw
                {LATENT**0.5:.1f}: it has seen nothing there.""",
            ),
            Table("samples", f"{count} samples each, means, and half their 95 % intervals.", columns, rows),
        ),
    ), numbers


def _norm(desk: StudyContext, name: str) -> float:
    """The mean norm of a model's codes of held-out digits."""
    return float(encode(desk.models[name], desk.test.sample(2000, desk.bench.seed).images).norm(dim=1).mean())


def _normal(desk: StudyContext, name: str, count: int) -> Pixels:
    if name == "VAE":
        return desk.bench.sampled("samples-vae-prior", desk.runs[name], count=count, by="prior")
    return decode(desk.models[name], desk.models[name].draw(count, torch.Generator().manual_seed(desk.bench.seed)))


def _numbers(desk: StudyContext, real: PixelSearch, images: Pixels) -> Numbers:
    confidence = desk.reader.probabilities(images).max(1)
    distances = 1000 * real.nearest(images)[0].distances
    values = {"sure": 100.0 * (confidence >= SURE), "confidence": confidence, "distance": distances}
    return {name: mean(np.asarray(each, np.float64), desk.bench.seed) for name, each in values.items()}
