"""Likelihoods, against the distributions they are."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from segue.training.methods.likelihoods import FINEST, LIKELIHOODS

DISTRIBUTIONS = {"gaussian": torch.distributions.Normal, "laplace": torch.distributions.Laplace}


@pytest.fixture
def logits() -> Tensor:
    return torch.randn(3, 1, 4, 5, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("shape", [(), (3, 1, 4, 5)], ids=["set", "pixel"])
def test_densities(name: str, shape: tuple[int, ...], logits: Tensor) -> None:
    log_scale = torch.full(shape, math.log(0.2))
    target = torch.rand(3, 1, 4, 5, generator=torch.Generator().manual_seed(1))
    expected = DISTRIBUTIONS[name](logits.sigmoid(), 0.2).log_prob(target).flatten(1).sum(1)  # type: ignore[abstract]
    assert torch.allclose(LIKELIHOODS[name].density(logits, log_scale, target), expected, rtol=1e-5)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("log_scale", [-0.5, -2.0, -4.0, -9.0])
def test_the_masses_of_all_levels_sum_to_one(name: str, log_scale: float) -> None:
    levels = (torch.arange(256) / 255).reshape(256, 1, 1, 1)
    for logit in (-30.0, -2.0, 0.0, 1.0, 30.0):
        masses = LIKELIHOODS[name].mass(torch.full_like(levels, logit), torch.tensor(log_scale), levels)
        assert not masses.isnan().any()
        assert masses.double().exp().sum().item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_wide_mass_is_the_density_times_a_level(name: str, logits: Tensor) -> None:
    target = torch.full_like(logits, 128 / 255)
    log_scale = torch.tensor(math.log(0.5))
    density, mass = (f(logits, log_scale, target) for f in (LIKELIHOODS[name].density, LIKELIHOODS[name].mass))
    assert torch.allclose(mass, density - 20 * math.log(255), atol=1e-2)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_far_tails_stay_finite(name: str) -> None:
    black, white = torch.zeros(1, 1, 1, 1), torch.full((1, 1, 1, 1), 40.0)
    for target in (0.0, 0.3, 1.0):
        mass = LIKELIHOODS[name].mass(white, torch.tensor(FINEST), black + target)
        assert mass.isfinite().all()


def test_the_error_is_never_below_one_grey_level(logits: Tensor) -> None:
    target = logits.sigmoid()
    for likelihood in (LIKELIHOODS["gaussian"], LIKELIHOODS["laplace"]):
        finest, finer = (likelihood.density(logits, torch.tensor(s), target) for s in (FINEST, -50.0))
        assert torch.equal(finest, finer)


def test_bernoulli_is_the_cross_entropy(logits: Tensor) -> None:
    target = (torch.rand(3, 1, 4, 5, generator=torch.Generator().manual_seed(1)) > 0.5).float()
    expected = torch.distributions.Bernoulli(logits=logits).log_prob(target).flatten(1).sum(1)
    assert torch.allclose(LIKELIHOODS["bernoulli"].density(logits, None, target), expected, rtol=1e-5)
