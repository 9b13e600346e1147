"""Figures on images that are not trained on."""

from __future__ import annotations

import torch
from torch import Tensor

from segue.core.images import to_float
from segue.models.autoencoder import TrainableAutoencoder, device_of
from segue.training.losses import psnr
from segue.training.methods import Batch, Critics, Method
from segue.training.networks import critics_of, make_networks

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
    """The means of a method's loss terms (`test_...`) and of the PSNR in dB over uint8 images `[n, h, w, c]`.

    Repeatable: the noise of methods that sample is seeded. Without its trained `critics` an adversarial method
    is scored against new ones. `labels` `[n]` are needed where the code has a class.
    """
    critics = critics_of(make_networks(model, method, 0)) if critics is None else critics
    training = model.training
    model.eval()
    device = device_of(model)
    sums: Figures = {}
    for start in range(0, len(images), batch):
        clean = to_float(images[start : start + batch].to(device))
        of_these = None if labels is None else labels[start : start + batch].to(device)
        terms = method.terms(model, Batch(clean, clean, torch.Generator().manual_seed(start), of_these), critics)
        terms["psnr"] = psnr(model.decode(model.encode(clean)), clean).mean()
        for name, value in terms.items():
            sums[f"test_{name}"] = sums.get(f"test_{name}", 0.0) + value.item() * len(clean) / len(images)
    model.train(training)
    return sums
