"""The variational autoencoder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from segue.core.choices import option
from segue.core.errors import InputError
from segue.models.autoencoder import Scale, TrainableAutoencoder
from segue.training.methods.likelihoods import LIKELIHOODS
from segue.training.methods.method import ALONE, Batch, Critics, Method


@dataclass(frozen=True)
class VAE(Method):
    """Variational autoencoder (Kingma and Welling 2014, arXiv 1312.6114).

    `q(z|x) = N(mean(x), diag(exp(log_variance(x))))`, prior `N(0, I)`; minimises the negative evidence lower
    bound `-E_q[log p(x|z)] + beta KL(q(z|x) || p(z))` with one sample of z per image. Codes are the posterior's mean;
    sampling happens only in training.

    - `beta` other than 1 is the beta-VAE (Higgins et al. 2017); over the first `warmup` of the training it rises from
      0 (Sonderby et al. 2016, arXiv 1602.02282). `free_bits`: nats per code entry below which the divergence, a mean
      over the batch, is not minimised (Kingma et al. 2016, arXiv 1606.04934).
    - `likelihood`: Bernoulli takes grey values for probabilities, as is usual, so that its bound is not one on the
      density of grey images; Gaussian and Laplace have an error `sigma`: a number (images being 0 to 1), learned for
      the whole `set`, or by the decoder for each `pixel` (Rybkin et al. 2021, arXiv 2006.13202). It is never below one
      grey level.
    - `conditional`: the class is part of the code, and the decoder sees it (Kingma et al. 2014, arXiv 1406.5298).

    The terms `reconstruction` (`-log p(x|z)`, of a density for Gaussian and Laplace, hence perhaps below 0), `kl` and
    `classification` are in nats per image; `loss` is their weighted sum per value.

    >>> str(VAE(beta=0.5))
    'vae:beta=0.5'
    >>> VAE(likelihood="gaussian", sigma="0.1").scale, VAE(likelihood="gaussian").scale
    (None, 'set')
    """

    name = "vae"
    statistics: ClassVar[int] = 2
    prior: ClassVar[bool] = True
    beta: float = option(1.0, "weight of the KL divergence to the prior", low=0)
    warmup: float = option(0.0, "share of the training over which beta rises from 0", low=0, high=1)
    free_bits: float = option(0.0, "nats per code entry that the divergence has free", low=0, high=1e3)
    likelihood: Literal["bernoulli", "gaussian", "laplace"] = option("bernoulli", "distribution of a pixel's value")
    sigma: str = option("set", "error of gaussian and laplace: learned per set or per pixel, or a number")
    conditional: bool = option(False, "make the label part of the code")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._log_sigma()

    def _log_sigma(self) -> float | None:
        """The log of a sigma that is a number; None where it is learned."""
        if self.sigma in ("set", "pixel"):
            return None
        try:
            number = float(self.sigma)
        except ValueError:
            number = -1.0
        if not 1 / 255 <= number <= 1:
            raise InputError(f"vae:sigma={self.sigma}", "set, pixel, or 1/255 to 1", "sigma=set, or sigma=0.1")
        return math.log(number)

    @property
    def needs_labels(self) -> bool:
        """Whether the class is part of the code: where `conditional` is set."""
        return self.conditional

    @property
    def scale(self) -> Scale:
        """The error that the decoder is to learn: `set`, `pixel`, or None where it has none or a fixed one."""
        if self.likelihood == "bernoulli" or self._log_sigma() is not None:
            return None
        return "pixel" if self.sigma == "pixel" else "set"

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute the negative evidence lower bound, with one draw from the posterior of each image.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: not used: this method has none.

        Returns:
            `loss`, `reconstruction`, `kl` and, for a conditional model, `classification`, scalars as the class defines
            them.
        """
        mean, log_variance, classes = model.statistics(batch.seen)
        assert log_variance is not None  # noqa: S101 - for the type checker; `statistics` ensures it
        code = model.code(draw(mean, log_variance, batch.generator), batch.labels)
        reconstruction = -self.log_likelihood(model, code, batch.clean).mean()
        kl = kl_to_prior(mean, log_variance).flatten(1).mean(0)
        beta = self.beta * min(1.0, batch.progress / self.warmup) if self.warmup else self.beta
        loss = reconstruction + beta * kl.clamp(min=self.free_bits).sum()
        terms = {"reconstruction": reconstruction, "kl": kl.sum()}
        if classes is not None and batch.labels is not None:
            terms["classification"] = F.cross_entropy(classes, batch.labels)
            loss = loss + terms["classification"]
        return {"loss": loss / batch.clean[0].numel(), **terms}

    def log_likelihood(self, model: TrainableAutoencoder, code: Tensor, x: Tensor, mass: bool = False) -> Tensor:
        """Compute `log p(x|z)`.

        Args:
            model: the model, whose decoder gives the distribution.
            code: `[n, *latent_shape]`.
            x: images `[n, c, h, w]`, 0 to 1.
            mass: whether to give the probability of the grey levels of `x`, not the density, see `Likelihood`.

        Returns:
            `[n]`, nats per image.
        """
        logits, log_scale = model.emit(code)
        fixed = self._log_sigma()
        if log_scale is None and fixed is not None:
            log_scale = logits.new_tensor(fixed)
        likelihood = LIKELIHOODS[self.likelihood]
        return (likelihood.mass if mass else likelihood.density)(logits, log_scale, x)


def draw(mean: Tensor, log_variance: Tensor, generator: Generator) -> Tensor:
    """Draw one code from each posterior, so that gradients flow through: `mean + deviation * noise`.

    Args:
        mean: `[n, *latent_shape]`.
        log_variance: `[n, *latent_shape]`.
        generator: decides the noise.

    Returns:
        `[n, *latent_shape]`.
    """
    noise = torch.randn(mean.shape, generator=generator, device=generator.device).to(mean)
    return mean + (log_variance / 2).exp() * noise


def kl_to_prior(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Compute `KL(N(m, v) || N(0, 1)) = (m^2 + v - log v - 1) / 2` for each entry of a code.

    Args:
        mean: m, of any shape.
        log_variance: log v, of the same shape.

    Returns:
        Nats, of the same shape; 0 where the posterior is the prior.

    >>> kl_to_prior(torch.tensor([1.0]), torch.tensor([0.0]))
    tensor([0.5000])
    """
    return (mean.square() + log_variance.exp() - log_variance - 1) / 2
