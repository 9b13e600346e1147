"""A fresh model's codes are spread before it learns."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from segue.images import Pixels, to_float
from segue.methods import AE, METHODS, Method
from segue.model import ConvAutoencoder
from segue.training import Training, train

Build = Callable[..., ConvAutoencoder]


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
def test_codes_have_mean_0_and_deviation_1(method: Method, discs: Pixels, build: Build) -> None:
    model, images = build(method), to_float(discs)
    before = model.statistics(images)
    model.settle(images)
    after = model.statistics(images)
    codes = after.mean
    assert torch.allclose(codes.mean(0), torch.zeros(4), atol=1e-3)
    assert torch.allclose(codes.std(0, correction=0), torch.ones(4), atol=1e-3)
    if before.log_variance is not None and after.log_variance is not None:
        assert torch.equal(before.log_variance, after.log_variance)  # a posterior's width stays


def test_cells_of_a_spatial_code_settle_together(discs: Pixels, build: Build) -> None:
    model, images = build(grid=4), to_float(discs)
    model.settle(images)
    codes = model.encode(images).transpose(0, 1).flatten(1)
    assert torch.allclose(codes.mean(1), torch.zeros(4), atol=1e-3)
    assert torch.allclose(codes.std(1, correction=0), torch.ones(4), atol=1e-3)


def test_images_all_alike_or_one_alone(build: Build) -> None:
    for images in (torch.rand(1, 1, 16, 16), torch.zeros(3, 1, 16, 16)):
        model = build()
        model.settle(images)
        assert torch.allclose(model.encode(images), torch.zeros(len(images), 4), atol=1e-3)
        assert all(parameter.isfinite().all() for parameter in model.parameters())


def test_training_settles_first(discs: Pixels, build: Build) -> None:
    """After one tiny step the codes are still spread."""
    model = build(AE())
    train(model, AE(), discs, Training(steps=1, batch=16, lr=1e-8))
    with torch.no_grad():
        assert torch.allclose(model.encode(to_float(discs)).std(0, correction=0), torch.ones(4), atol=1e-2)
