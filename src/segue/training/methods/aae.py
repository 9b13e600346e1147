"""The adversarial autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segue.core.choices import option
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.losses import mse
from segue.training.methods.method import ALONE, Batch, Critics, Method


@dataclass(frozen=True)
class AAE(Method):
    """Adversarial autoencoder (Makhzani et al. 2015, arXiv 1511.05644).

    A critic D distinguishes codes from draws of the prior `N(0, I)`; the encoder learns to make them pass for draws:

        loss        = |x - g(f(x))|^2 - weight log D(f(x))
        critic_loss = -log D(z) - log(1 - D(f(x))),  z ~ N(0, I)

    the square being a mean over an image's values. D has two hidden layers of `hidden` units. The terms
    `reconstruction` and `confusion` are the two parts of `loss`, the second unweighted, in nats.

    A heavier `weight` narrows the codes instead of making them more normal: on MNIST their deviation is 0.87 at 0.001,
    0.62 at 0.01, and at 0.1 every image decodes to the mean one.

    >>> str(AAE(weight=0.1))
    'aae:weight=0.1'
    """

    name = "aae"
    prior: ClassVar[bool] = True
    weight: float = option(0.001, "weight of the critic's verdict in the autoencoder's loss", low=0)
    hidden: int = option(100, "units in each hidden layer of the critic", low=1, high=65_536)

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """Make the critic.

        Args:
            model: the model, whose shapes decide the size of its input.

        Returns:
            The untrained network, as `critic`: from codes `[n, *latent_shape]` to one logit.
        """
        sizes = (math.prod(model.latent_shape), self.hidden, self.hidden)
        hidden = [layer for n, m in pairwise(sizes) for layer in (nn.Linear(n, m), nn.LeakyReLU(0.2))]
        return {"critic": nn.Sequential(nn.Flatten(), *hidden, nn.Linear(self.hidden, 1))}

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute reconstruction error and confusion of the critic.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: as of `critics`, trained so far.

        Returns:
            `loss`, `reconstruction`, `confusion` and `critic_loss`, scalars as the class defines them.
        """
        code = model.encode(batch.seen)
        reconstruction = mse(model.logits(code), batch.clean).mean()
        prior = torch.randn(code.shape, generator=batch.generator).to(code)
        # Logits l: -log D is softplus(-l), -log(1 - D) is softplus(l).
        fake, real = (critics["critic"](z).float() for z in (code, prior))
        confusion = F.softplus(-fake).mean()
        return {
            "loss": reconstruction + self.weight * confusion,
            "reconstruction": reconstruction,
            "confusion": confusion,
            "critic_loss": F.softplus(-real).mean() + F.softplus(fake).mean(),
        }
