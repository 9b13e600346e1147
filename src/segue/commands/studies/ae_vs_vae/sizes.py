"""How the length of the code trades against reconstruction."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from segue.commands.map import mean_kl
from segue.commands.runs import has_posterior
from segue.commands.studies.ae_vs_vae.context import MODEL_METHODS, SET, Context, open_own, train_options
from segue.commands.studies.workspace import Numbers
from segue.core.images import to_float
from segue.data.datasets import ImageSet
from segue.latent.space import LatentSpace
from segue.models.autoencoder import ConvAutoencoder
from segue.render.report import Picture, Section, Table
from segue.training.methods.vae import draw

JUDGED = 2000  # training images, and held-out ones
_WIDTH = 8
PANELS = {
    "training": "Reconstruction of training digits (nats)",
    "kl": "KL divergence (nats)",
    "active": "Dimensions in use",
}


def report_sizes(context: Context) -> tuple[Section, Numbers]:
    """Both models with codes of 2 to 64 numbers, and the error of each on digits that it was trained on."""
    from segue.render.plots import draw_lines

    workspace = context.workspace
    lengths = workspace.either((2, 8, 32), (2, 4, 8, 16, 32, 64))
    steps = workspace.either(250, 700)
    common = train_options(workspace) | {"width": _WIDTH}
    numbers: Numbers = {name: {} for name in MODEL_METHODS}
    for name, method in MODEL_METHODS.items():
        for latent in lengths:
            run = workspace.train(
                f"size-{name.lower()}-{latent}", SET, method=method, latent=latent, steps=steps, **common
            )
            numbers[name][str(latent)] = _judge(context, open_own(run))
    panels = {
        title: {
            name: [(float(latent), of[key]) for latent, of in row.items()]
            for name, row in numbers.items()
            if all(key in of for of in row.values())
        }
        for key, title in PANELS.items()
    }
    file = workspace.figure_path("sizes.png")
    draw_lines(panels, file, along="Length of the code", logarithmic=True)
    vae = {int(latent): of for latent, of in numbers["VAE"].items()}
    first, last = lengths[0], lengths[-1]
    rows = tuple(
        (name, int(latent), of["training"], of["held-out"], of.get("kl"), of["active"])
        for name, row in numbers.items()
        for latent, of in row.items()
    )
    columns = ("model", "code", "training (nats)", "held-out (nats)", "KL (nats)", "in use")
    return Section(
        "The length of the code",
        f"""
        The source expects a larger latent space to raise the error of reconstruction. Here both models are trained anew
        with codes of {lengths[0]} to {lengths[-1]} numbers, networks of width {_WIDTH} and {steps} steps each, which
        is not to the end, but equally far. The VAE's error is of codes drawn from the posterior, as in its loss.""",
        (
            Picture(
                file,
                f"""Longer codes from left to right. The VAE's error on training digits goes from
                {vae[first]["training"]:.0f} nats with {first} numbers to {vae[last]["training"]:.0f} with {last}, while
                it uses {vae[first]["active"]} and {vae[last]["active"]} of them.""",
            ),
            Table(
                "sizes",
                "The same in numbers: reconstruction of training and of held-out digits, the divergence, "
                "and dimensions in use.",
                columns,
                rows,
            ),
        ),
    ), numbers


def _judge(context: Context, model: ConvAutoencoder) -> dict[str, float]:
    seed = context.workspace.seed
    train, test = context.train.sample(JUDGED, seed), context.test.sample(JUDGED, seed)
    found = {"training": measure_nats(model, train, seed), "held-out": measure_nats(model, test, seed)}
    if has_posterior(model):
        found["kl"] = float(mean_kl(model, train.images).sum())
    return found | {"active": LatentSpace.of(model, test).active_units()}


@torch.no_grad()
def measure_nats(model: ConvAutoencoder, images: ImageSet, seed: int) -> float:
    """Measure the mean cross-entropy of images and their reconstructions; a VAE's codes are drawn from the posterior.

    Args:
        model: The autoencoder.
        images: The images.
        seed: Seed of the draws.

    Returns:
        Nats per image.
    """
    generator = torch.Generator().manual_seed(seed)
    total = 0.0
    for start in range(0, len(images), 256):
        x = to_float(images.images[start : start + 256])
        mean, log_variance, _ = model.statistics(x)
        codes = mean if log_variance is None else draw(mean, log_variance, generator)
        total += float(F.binary_cross_entropy_with_logits(model.logits(codes), x, reduction="sum"))
    return total / len(images)
