"""AAE: the losses in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import AAE, Batch

Build = Callable[..., ConvAutoencoder]


class Undecided(nn.Module):
    """A critic that gives even odds."""

    def forward(self, z: Tensor) -> Tensor:
        return torch.zeros(len(z), 1)


def test_even_odds_cost_a_bit_each(discs: Pixels, build: Build) -> None:
    images = to_float(discs)
    terms = AAE(weight=0.1).terms(build(AAE()), Batch(images, images, Generator()), {"critic": Undecided()})
    assert terms["confusion"].item() == pytest.approx(math.log(2))
    assert terms["critic_loss"].item() == pytest.approx(2 * math.log(2))
    assert terms["loss"].item() == pytest.approx(terms["reconstruction"].item() + 0.1 * math.log(2))
