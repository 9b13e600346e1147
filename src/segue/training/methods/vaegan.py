"""The variational autoencoder with a learned similarity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segue.core.choices import option
from segue.models import nets
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.losses import bce
from segue.training.methods.method import ALONE, Batch, Critics, Method
from segue.training.methods.vae import draw, kl_to_prior


@dataclass(frozen=True)
class VAEGAN(Method):
    """VAE whose likelihood is one of a critic's features (Larsen et al. 2016, arXiv 1512.09300).

    A critic D distinguishes images from reconstructions and from decoded draws of the prior; its last features before
    the verdict, `D_l`, are what reconstructions should keep. With `z ~ q(z|x)` and `z' ~ N(0, I)`, in nats:

        loss        = (KL(q(z|x) || N(0, I)) + |D_l(x) - D_l(g(z))|^2 / 2 - pixel log p(x|z)) / values
                      - weight (log D(g(z)) + log D(g(z'))) / 2
        critic_loss = -log D(x) - (log(1 - D(g(z))) + log(1 - D(g(z')))) / 2

    where the part with `weight` moves the decoder alone. The Bernoulli likelihood of the pixels, as in `VAE`, is not in
    the paper: `pixel=0` leaves it out. The paper weighs the features by gamma, for the decoder alone, which to Adam is
    `weight = 1 / gamma`, and has log(1 - D) for -log D, whose gradient does not fade. The terms: `reconstruction` is
    `-log p(x|z)` per value, `kl` and `features` in nats per image, `confusion` the part with `weight`, without it.

    >>> str(VAEGAN(pixel=0))
    'vaegan:pixel=0.0'
    """

    name = "vaegan"
    statistics: ClassVar[int] = 2
    prior: ClassVar[bool] = True
    weight: float = option(0.01, "weight of the critic's verdict in the decoder's loss", low=0)
    pixel: float = option(1.0, "weight of the pixels' likelihood beside the features'", low=0)

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """Make the critic.

        Args:
            model: the model, whose shapes and width decide its own.

        Returns:
            The untrained network, as `critic`: from images `[n, c, h, w]` to one logit.
        """
        return {"critic": nets.encoder(model.image_shape, 1, model.width)}

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute the evidence lower bound by features, and the confusion of the critic.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: as of `critics`, trained so far.

        Returns:
            `loss`, `reconstruction`, `kl`, `features`, `confusion` and `critic_loss`, scalars as the class defines
            them.
        """
        mean, log_variance, _ = model.statistics(batch.seen)
        assert log_variance is not None  # noqa: S101 - for the type checker; `statistics` ensures it
        code = draw(mean, log_variance, batch.generator)
        logits = model.logits(code)
        prior = torch.randn(code.shape, generator=batch.generator).to(code)
        # Decoded anew: the critic's verdict on these must not reach the encoder.
        made = model.decode(torch.cat([code.detach(), prior]))
        critic = critics["critic"]
        assert isinstance(critic, nn.Sequential)  # noqa: S101 - for the type checker; `critics` made it
        seen, decoded = (critic[:-1](x).float() for x in (batch.clean, logits.sigmoid()))
        features = (seen - decoded).square().sum(1).mean() / 2
        reconstruction = bce(logits, batch.clean).mean()
        kl = kl_to_prior(mean, log_variance).flatten(1).sum(1).mean()
        # Logits l: -log D is softplus(-l), -log(1 - D) is softplus(l).
        fake, real = critic(made).float(), critic[-1:](seen).float()
        confusion = F.softplus(-fake).mean()
        evidence = (kl + features) / batch.clean[0].numel() + self.pixel * reconstruction
        return {
            "loss": evidence + self.weight * confusion,
            "reconstruction": reconstruction,
            "kl": kl,
            "features": features,
            "confusion": confusion,
            "critic_loss": F.softplus(-real).mean() + F.softplus(fake).mean(),
        }
