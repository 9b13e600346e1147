"""Figures on held-out images, which are not trained on."""

from __future__ import annotations

import torch
from torch import Tensor

from segue.core.images import to_float
from segue.models.autoencoder import TrainableAutoencoder, device_of
from segue.training.losses import psnr
from segue.training.methods import Batch, Critics, Method
from segue.training.networks import get_critics, make_networks

Figures = dict[str, float]


@torch.no_grad()
def score(
    model: TrainableAutoencoder,
    method: Method,
    images: Tensor,
    batch: int = 128,
    critics: Critics | None = None,
    labels: Tensor | None = None,
) -> Figures:
    """Measure a model on images that it is not trained on.

    Repeatable: the noise of methods that sample has a fixed seed.

    Args:
        model: the model, which is left in the mode that it was in.
        method: the training rule, whose loss terms are measured.
        images: uint8 `[n, h, w, c]`.
        batch: images at once.
        critics: the trained critics of an adversarial method; None: new ones, whose verdict then means little.
        labels: int64 `[n]`, which a model whose code has a class needs.

    Returns:
        The means over the images of the terms of `method.terms`, each as `test_NAME`, and `test_psnr` in dB.
    """
    critics = get_critics(make_networks(model, method, 0)) if critics is None else critics
    training = model.training
    model.eval()
    device = device_of(model)
    sums: Figures = {}
    for start in range(0, len(images), batch):
        clean = to_float(images[start : start + batch].to(device))
        its_labels = None if labels is None else labels[start : start + batch].to(device)
        terms = method.terms(model, Batch(clean, clean, torch.Generator().manual_seed(start), its_labels), critics)
        terms["psnr"] = psnr(model.decode(model.encode(clean)), clean).mean()
        for name, value in terms.items():
            sums[f"test_{name}"] = sums.get(f"test_{name}", 0.0) + value.item() * len(clean) / len(images)
    model.train(training)
    return sums
