"""An untrained model: its pictures have the mean colour, and its codes differ."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.methods import AE, METHODS, Method

Build = Callable[..., ConvAutoencoder]


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 12, 20)], ids=str)
def test_the_first_pictures_have_the_mean_colour(method: Method, shape: tuple[int, int, int], build: Build) -> None:
    model = build(method, shape)
    images = torch.rand(6, *shape, generator=torch.Generator().manual_seed(0)) ** 3
    images[:, 0] /= 2
    model.init_output_bias(images)
    with torch.no_grad():
        shown = model.decode(model.encode(images))
    assert torch.allclose(shown.mean((0, 2, 3)), images.mean((0, 2, 3)), atol=0.06)


def test_black_images_start_near_black_where_gradients_still_come_through(build: Build) -> None:
    model = build()
    model.init_output_bias(torch.zeros(3, 1, 16, 16))
    last = model.decoder[-1]
    assert isinstance(last, torch.nn.Conv2d) and last.bias is not None
    assert last.bias.sigmoid().item() == pytest.approx(1 / 255, rel=1e-4)


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 64, 64), (3, 31, 45)], ids=str)
def test_first_codes_tell_images_apart(method: Method, shape: tuple[int, int, int]) -> None:
    torch.manual_seed(0)
    model = method.build(shape, latent=8, width=16, classes=3)
    images = torch.rand(32, shape[0], 4, 4, generator=torch.Generator().manual_seed(0))
    large = torch.nn.functional.interpolate(images, shape[1:], mode="bilinear")
    with torch.no_grad():
        assert model.encode(large).std(0).mean() > 0.03


def test_training_starts_at_the_mean_colour(discs: Pixels, build: Build) -> None:
    """After one tiny step the pictures are as dark as the images."""
    for init_output_bias, near in ((True, True), (False, False)):
        model = build(AE())
        train(model, AE(), discs, Training(steps=1, batch=16, lr=1e-8), init_output_bias=init_output_bias)
        with torch.no_grad():
            mean = model.decode(model.encode(to_float(discs))).mean().item()
        assert (abs(mean - float(discs.mean()) / 255) < 0.05) == near
