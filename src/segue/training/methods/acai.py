"""The adversarially constrained autoencoder interpolation."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor, nn

from segue.core.choices import option
from segue.models import nets
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.losses import mse
from segue.training.methods.method import ALONE, Batch, Critics, Method


@dataclass(frozen=True)
class ACAI(Method):
    """Adversarially constrained autoencoder interpolation (Berthelot et al. 2018, arXiv 1807.07543).

    A critic d guesses from a decoded interpolation how it was mixed; the autoencoder learns to make it guess 0, that
    is, to decode interpolations that look like reconstructions. With `x_alpha = g((1 - alpha) f(x1) + alpha f(x2))`,
    alpha uniform in [0, 0.5], pairs by reversing the batch, and `y = gamma x + (1 - gamma) g(f(x))`:

        loss        = |x - g(f(x))|^2 + lam d(x_alpha)^2
        critic_loss = (d(x_alpha) - alpha)^2 + d(y)^2

    squares being means over an image's values. The critic is a network of the encoder's kind with one output. The
    term `reconstruction` is the first of `loss`. A batch of one is mixed with itself.

    >>> str(ACAI(lam=0.1))
    'acai:lam=0.1'
    """

    name = "acai"
    lam: float = option(0.5, "weight of the critic's guess in the autoencoder's loss", low=0)
    gamma: float = option(0.2, "share of the image in the critic's sight of a reconstruction", low=0, high=1)

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """Make the critic.

        Args:
            model: the model, whose shapes and width decide its own.

        Returns:
            The untrained network, as `critic`: from images `[n, c, h, w]` to one number, its guess of alpha.
        """
        return {"critic": nets.encoder(model.image_shape, 1, model.width)}

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute reconstruction error and the guesses of the critic.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: as of `critics`, trained so far.

        Returns:
            `loss`, `reconstruction` and `critic_loss`, scalars as the class defines them.
        """
        code = model.encode(batch.seen)
        logits = model.logits(code)
        reconstruction = mse(logits, batch.clean).mean()
        alpha = draw_weights(code, batch.generator) / 2
        mixed = model.decode(torch.lerp(code, code.flip(0), alpha))
        shown = torch.lerp(logits.sigmoid(), batch.clean, self.gamma)
        guess, honest = (critics["critic"](x).float() for x in (mixed, shown))
        return {
            "loss": reconstruction + self.lam * guess.square().mean(),
            "reconstruction": reconstruction,
            "critic_loss": (guess - alpha.flatten(1)).square().mean() + honest.square().mean(),
        }


def draw_weights(code: Tensor, generator: Generator) -> Tensor:
    """Draw a weight for each code, uniform in [0, 1], by which to interpolate.

    Args:
        code: `[n, *latent_shape]`.
        generator: decides the weights.

    Returns:
        `[n, 1]` for flat codes, `[n, 1, 1, 1]` for spatial ones, so that they broadcast to the codes.
    """
    return torch.rand((len(code), *[1] * (code.dim() - 1)), generator=generator).to(code)
