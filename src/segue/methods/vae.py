"""The variational autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from segue.choices import option
from segue.losses import bce
from segue.methods.method import ALONE, Method, Rivals
from segue.model import ConvAutoencoder


@dataclass(frozen=True)
class VAE(Method):
    """Variational autoencoder, Bernoulli likelihood (Kingma and Welling 2014, arXiv 1312.6114).

    `q(z|x) = N(mean(x), diag(exp(log_variance(x))))`, prior `N(0, I)`; minimises the negative evidence lower
    bound `-E_q[log p(x|z)] + beta KL(q(z|x) || p(z))` with one sample of z per image. `beta` other than 1 is the
    beta-VAE (Higgins et al. 2017). Codes are the posterior's mean; sampling happens only in training. Grey
    pixels count as probabilities, as is usual, so the bound is not one on the density of grey images.

    The terms `reconstruction` and `kl` are in nats per image; `loss` is their weighted sum per value.

    >>> str(VAE(beta=0.5))
    'vae:beta=0.5'
    """

    name = "vae"
    statistics: ClassVar[int] = 2
    prior: ClassVar[bool] = True
    beta: float = option(1.0, "weight of the KL divergence to the prior", low=0)

    def terms(
        self, model: ConvAutoencoder, seen: Tensor, clean: Tensor, generator: Generator, rivals: Rivals = ALONE
    ) -> dict[str, Tensor]:
        mean, log_variance = model.statistics(seen)
        log_variance = log_variance.clamp(-20, 20)
        noise = torch.randn(mean.shape, generator=generator, device=generator.device).to(mean)
        code = mean + (log_variance / 2).exp() * noise
        values = clean[0].numel()
        reconstruction = bce(model.logits(code), clean).mean() * values
        kl = kl_to_prior(mean, log_variance).sum(1).mean()
        return {
            "loss": (reconstruction + self.beta * kl) / values,
            "reconstruction": reconstruction,
            "kl": kl,
        }


def kl_to_prior(mean: Tensor, log_variance: Tensor) -> Tensor:
    """`KL(N(mean, exp(log_variance)) || N(0, 1))` per dimension in nats: `(m^2 + v - log v - 1) / 2`.

    >>> kl_to_prior(torch.tensor([1.0]), torch.tensor([0.0]))
    tensor([0.5000])
    """
    return (mean.square() + log_variance.exp() - log_variance - 1) / 2
