"""How far a model moves codes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from segue.latent.re_encoding import re_encoding_distances, re_encoding_offsets
from segue.models.autoencoder import ConvAutoencoder


@pytest.mark.parametrize("batch", [1, 3, 64])
def test_distances_are_the_lengths_of_offsets(build: Callable[..., ConvAutoencoder], batch: int) -> None:
    model = build(latent=3).eval()
    codes = torch.randn(7, *model.latent_shape, generator=torch.Generator().manual_seed(0))
    offsets = (model.encode(model.decode(codes)) - codes).flatten(1)
    assert torch.equal(re_encoding_offsets(model, codes, model.decode(codes)), offsets)
    found = re_encoding_distances(model, codes, batch)
    assert found.dtype == torch.float64 and not found.requires_grad
    assert found.tolist() == pytest.approx(offsets.double().square().sum(1).sqrt().tolist(), rel=1e-5)


def test_gradients_flow_through_offsets(build: Callable[..., ConvAutoencoder]) -> None:
    model = build(latent=3).eval()
    codes = torch.ones(2, *model.latent_shape, requires_grad=True)
    (slope,) = torch.autograd.grad(re_encoding_offsets(model, codes).square().sum(), codes)
    assert slope.abs().min() > 0
