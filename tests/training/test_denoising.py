"""Denoising: any method with a corruption; the target stays clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from segue.core.images import Pixels, to_float
from segue.data.corruptions import Corruption, Gaussian, Mask, corruption
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.methods import AE, METHODS, Method

Build = Callable[..., ConvAutoencoder]


def error(model: ConvAutoencoder, images: Pixels, corrupt: Corruption) -> float:
    """How far reconstructions of corrupted images are from the clean ones."""
    clean = to_float(images)
    with torch.no_grad():
        seen = corrupt.apply(clean, torch.Generator().manual_seed(5))
        return (model.decode(model.encode(seen)) - clean).square().mean().item()


def test_it_learns_to_undo(discs: Pixels, build: Build) -> None:
    corrupt, options = Gaussian(sigma=0.5), Training(epochs=150, batch=16, lr=3e-3)
    denoising, plain = build(AE()), build(AE())
    train(denoising, AE(), discs, options, corrupt=corrupt)
    train(plain, AE(), discs, options)
    assert error(denoising, discs, corrupt) < error(plain, discs, corrupt)


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
def test_every_method_can(method: Method, discs: Pixels, build: Build) -> None:
    weights = []
    for corrupt in (corruption("gaussian:sigma=0.1+mask"), Mask(), None, Mask()):
        model = build(method)
        train(model, method, discs, Training(steps=2, batch=8), corrupt=corrupt)
        weights.append(torch.nn.utils.parameters_to_vector(model.parameters()))
    assert torch.equal(weights[1], weights[3])
    assert not torch.equal(weights[0], weights[1]) and not torch.equal(weights[1], weights[2])
