"""Codes that end in the class."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Generator

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.data.datasets import ImageSet
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.methods import AE, VAE, Batch, Method

Build = Callable[..., ConvAutoencoder]

METHODS = (AE(conditional=True), VAE(conditional=True))


@pytest.fixture
def halves(discs: Pixels) -> ImageSet:
    """Sixteen discs, half of them turned to their negative, which is their class."""
    images = discs.copy()
    images[::2] = 255 - images[::2]
    return ImageSet(images, tuple(map(str, range(16))), np.arange(16) % 2, ("white", "black"))


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_the_class_is_learned_and_decoded(method: Method, halves: ImageSet) -> None:
    torch.manual_seed(0)
    model = method.build((1, 16, 16), latent=4, width=8, classes=2)
    train(model, method, halves, Training(epochs=300, batch=16, lr=3e-3))
    assert halves.labels is not None
    with torch.no_grad():
        codes = model.encode(to_float(halves.images))
        assert codes.shape == (16, 6) and torch.allclose(codes[:, 4:].sum(1), torch.ones(16))
        assert codes[:, 4:].argmax(1).tolist() == halves.labels.tolist()
        own = model.decode(codes)[:, 0, 0, 0]
        other = model.decode(torch.cat([codes[:, :4], codes[:, 4:].flip(1)], 1))[:, 0, 0, 0]
    # The corner of a negative is white. A plain autoencoder may keep the colour in the rest of the code as well; the
    # prior of a VAE makes that costly.
    white = torch.arange(16) % 2 == 0
    assert own[white].min() > own[~white].max()
    if method.prior:
        assert (other[white] < own[white]).all() and (other[~white] > own[~white]).all()


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_labels_are_needed(method: Method, discs: Pixels, build: Build) -> None:
    with pytest.raises(InputError, match="on images without labels"):
        method.build((1, 16, 16), latent=4, width=8)
    with pytest.raises(InputError, match="images without labels; expected labels, which are part of the code"):
        train(build(method), method, discs, Training(steps=1))


def test_the_decoder_sees_the_label_and_not_the_guess(discs: Pixels, build: Build) -> None:
    model, images = build(AE(conditional=True)), to_float(discs)
    one, other = (
        AE(conditional=True).terms(model, Batch(images, images, Generator(), torch.full((16,), label)))
        for label in (0, 1)
    )
    assert one["reconstruction"] != other["reconstruction"]


def test_a_grid_has_no_class() -> None:
    with pytest.raises(InputError, match="a grid of 4 with 3 classes"):
        AE(conditional=True).build((1, 16, 16), latent=4, width=8, grid=4, classes=3)


def test_other_methods_ignore_classes() -> None:
    assert AE().build((1, 16, 16), latent=4, width=8, classes=3).latent_shape == (4,)


def test_draws_have_one_class_each(build: Build) -> None:
    drawn = build(VAE(conditional=True)).draw(50, Generator().manual_seed(0))
    assert drawn.shape == (50, 7)
    assert (drawn[:, 4:].sum(1) == 1).all() and (drawn[:, 4:].sum(0) > 0).all()
