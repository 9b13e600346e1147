"""Likelihoods: how probable an image is, given what the decoder says.

A likelihood takes logits `[n, c, h, w]`, the log of the decoder's error (a tensor that broadcasts to the logits;
Bernoulli has none) and a target in [0, 1], and returns nats per image, `[n]`. A new one is an object here and an entry
in `LIKELIHOODS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

_LogDensity: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Standardised deviations and log-errors to log-densities per value."""

FINEST = math.log(1 / 255)
"""The least log-error: one grey level. Below it a density measures how the image was rounded, and has no bound."""

LEVELS = 256


@dataclass(frozen=True)
class Likelihood:
    """A distribution of images around a decoded one: two functions of logits, log-error and target.

    Args:
        density: the log-density, in nats per image `[n]`, for training.
        mass: the log-probability of the image's 256 grey levels, in nats per image `[n]`, for bits per dimension: the
            density integrated over each level's width of 1/255; the tails count to the first and the last level. A
            Bernoulli likelihood has the same function for both, which treats grey values as probabilities, as is usual.
    """

    density: Callable[[Tensor, Tensor | None, Tensor], Tensor]
    mass: Callable[[Tensor, Tensor | None, Tensor], Tensor]


def bernoulli(logits: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Compute the Bernoulli log-likelihood: `sum(x log y + (1 - x) log(1 - y))`, y the decoded image.

    Args:
        logits: `[n, c, h, w]`, the decoded images before the sigmoid.
        log_scale: not used; None.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per image, at most 0.

    >>> round(bernoulli(torch.zeros(1, 1, 1, 2), None, torch.ones(1, 1, 1, 2)).item() / math.log(2), 6)
    -2.0
    """
    return -F.binary_cross_entropy_with_logits(logits, target, reduction="none").flatten(1).sum(1)


def gaussian(logits: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Compute the Gaussian log-density: `sum(log N(x; y, s^2))`, y the decoded image, s the decoder's error.

    Args:
        logits: `[n, c, h, w]`, the decoded images before the sigmoid.
        log_scale: log of the decoder's error, which broadcasts to the logits; at least that of one grey level,
            log(1/255).
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per image; a density, which may be above 0.

    >>> round(gaussian(torch.zeros(1, 1, 1, 1), torch.tensor(0.0), torch.full((1, 1, 1, 1), 0.5)).item(), 4)
    -0.9189
    """
    return _density(logits, log_scale, target, lambda z, log_s: -z.square() / 2 - log_s - math.log(2 * math.pi) / 2)


def laplace(logits: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Compute the Laplace log-density: `sum(-|x - y| / s - log 2 s)`: the likelihood whose error is an absolute one.

    Args:
        logits: `[n, c, h, w]`, the decoded images before the sigmoid.
        log_scale: log of the decoder's error, which broadcasts to the logits; at least that of one grey level,
            log(1/255).
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per image; a density, which may be above 0.

    >>> round(laplace(torch.zeros(1, 1, 1, 1), torch.tensor(0.0), torch.full((1, 1, 1, 1), 0.5)).item(), 4)
    -0.6931
    """
    return _density(logits, log_scale, target, lambda z, log_s: -z.abs() - log_s - math.log(2))


def _density(logits: Tensor, log_scale: Tensor | None, target: Tensor, of: _LogDensity) -> Tensor:
    log_scale = _bounded(log_scale, logits)
    return of((target - logits.sigmoid()) / log_scale.exp(), log_scale).flatten(1).sum(1)


def gaussian_mass(logits: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Compute the log-probability of an image's grey levels under the Gaussian, see `Likelihood`.

    Args:
        logits: `[n, c, h, w]`, the decoded images before the sigmoid.
        log_scale: log of the decoder's error, which broadcasts to the logits; at least that of one grey level,
            log(1/255).
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per image, at most 0.
    """
    return _mass(logits, log_scale, target, torch.special.log_ndtr)


def laplace_mass(logits: Tensor, log_scale: Tensor | None, target: Tensor) -> Tensor:
    """Compute the log-probability of an image's grey levels under the Laplace distribution, see `Likelihood`.

    Args:
        logits: `[n, c, h, w]`, the decoded images before the sigmoid.
        log_scale: log of the decoder's error, which broadcasts to the logits; at least that of one grey level,
            log(1/255).
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per image, at most 0.
    """

    def log_cdf(z: Tensor) -> Tensor:
        return torch.where(z < 0, z - math.log(2), torch.log1p(-torch.exp(-z.abs()) / 2))

    return _mass(logits, log_scale, target, log_cdf)


def _mass(logits: Tensor, log_scale: Tensor | None, target: Tensor, log_cdf: Callable[[Tensor], Tensor]) -> Tensor:
    """`log(F(upper) - F(lower))` per level, summed; computed on the side of the mean where it loses no digits."""
    scale = _bounded(log_scale, logits).exp().double()
    away, half = (target.double() - logits.double().sigmoid()) / scale, 0.5 / (LEVELS - 1) / scale
    lower = torch.where(target <= half.new_tensor(0.5 / (LEVELS - 1)), -torch.inf, away - half)
    upper = torch.where(target >= 1 - half.new_tensor(0.5 / (LEVELS - 1)), torch.inf, away + half)
    flip = lower > 0
    low, high = torch.where(flip, -upper, lower), torch.where(flip, -lower, upper)
    least, most = log_cdf(low), log_cdf(high)
    return (most + torch.log1p(-torch.exp(least - most))).flatten(1).sum(1).float()


def _bounded(log_scale: Tensor | None, logits: Tensor) -> Tensor:
    assert log_scale is not None  # noqa: S101 - for the type checker; the method sees to it
    return log_scale.to(logits).clamp(min=FINEST)


LIKELIHOODS: dict[str, Likelihood] = {
    "bernoulli": Likelihood(bernoulli, bernoulli),
    "gaussian": Likelihood(gaussian, gaussian_mass),
    "laplace": Likelihood(laplace, laplace_mass),
}
