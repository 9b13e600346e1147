"""Autoencoder interpolation by shaping the latent space."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from segue.core.choices import option
from segue.models import nets
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.losses import bce
from segue.training.methods.acai import draw_weights
from segue.training.methods.method import ALONE, Batch, Critics, Method

STEP = 0.1
"""The step in alpha of the difference that stands for the derivative: wide enough for half precision."""


@dataclass(frozen=True)
class AEAI(Method):
    """Autoencoder image interpolation by shaping the latent space (Oring, Yakhini and Hel-Or 2020, arXiv 2008.01487).

    With `z_alpha = (1 - alpha) f(x1) + alpha f(x2)` and `x_alpha = g(z_alpha)`, alpha uniform in [0, 1], pairs by
    reversing the batch, interpolations should look real to a critic D, come back to their codes, and change evenly:

        loss        = -log p(x | f(x)) + w (-adversarial log D(x_alpha) + cycle |z_alpha - f(x_alpha)|^2
                                            + smooth |d x_alpha / d alpha|^2)
        critic_loss = -log D(g(f(x))) - log(1 - D(x_alpha))

    all being means over the values of an image or a code, p Bernoulli. The derivative is a difference over a tenth of
    the way, wide enough for half precision. Nothing is detached: all parts reach encoder and decoder.

    Unlike the paper's, the critic, a network of the encoder's kind, moves at every step and not after each epoch. So
    that it does not win before there are pictures, it is shown reconstructions for real ones, as in `ACAI`, and w rises
    from 0 to 1 over the first `warmup` of the training. A batch of one is mixed with itself.

    Two parts have a cheap way out. `cycle` falls with the square of the codes' scale, which the decoder can make up
    for. Least `smooth` costs the plain cross-fade, at `|x1 - x2|^2`, and less the lower the contrast: that is for the
    critic to rule out. The terms `reconstruction`, `confusion` (in nats), `cycle` and `smoothness` are unweighted.

    >>> str(AEAI(smooth=0.01))
    'aeai:smooth=0.01'
    """

    name = "aeai"
    adversarial: float = option(0.01, "weight of the critic's verdict on interpolations", low=0)
    cycle: float = option(0.01, "weight of the distance of codes between from the codes of their images", low=0)
    smooth: float = option(0.1, "weight of the squared speed of interpolations", low=0)
    warmup: float = option(0.5, "share of the training over which these weights rise from 0", low=0, high=1)

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """Make the critic.

        Args:
            model: the model, whose shapes and width decide its own.

        Returns:
            The untrained network, as `critic`: from images `[n, c, h, w]` to one logit.
        """
        return {"critic": nets.encoder(model.image_shape, 1, model.width)}

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute reconstruction error and the quality of interpolations.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: as of `critics`, trained so far.

        Returns:
            `loss`, `reconstruction`, `confusion`, `cycle`, `smoothness` and `critic_loss`, scalars as the class defines
            them.
        """
        code = model.encode(batch.seen)
        logits = model.logits(code)
        reconstruction = bce(logits, batch.clean).mean()
        alpha = draw_weights(code, batch.generator)
        beside = torch.where(alpha < 0.5, alpha + STEP, alpha - STEP)
        between = torch.lerp(code, code.flip(0), alpha)
        mixed, further = model.decode(torch.cat([between, torch.lerp(code, code.flip(0), beside)])).chunk(2)
        cycle = (model.encode(mixed) - between).square().mean()
        smoothness = ((further - mixed) / STEP).square().mean()
        # Logits l: -log D is softplus(-l), -log(1 - D) is softplus(l).
        fake, real = (critics["critic"](x).float() for x in (mixed, logits.sigmoid()))
        confusion = F.softplus(-fake).mean()
        shaping = self.adversarial * confusion + self.cycle * cycle + self.smooth * smoothness
        return {
            "loss": reconstruction + (min(1.0, batch.progress / self.warmup) if self.warmup else 1.0) * shaping,
            "reconstruction": reconstruction,
            "confusion": confusion,
            "cycle": cycle,
            "smoothness": smoothness,
            "critic_loss": F.softplus(-real).mean() + F.softplus(fake).mean(),
        }
