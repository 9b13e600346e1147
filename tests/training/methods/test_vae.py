"""The VAE against known answers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor
from torch.distributions import Normal, kl_divergence

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import VAE, Batch
from segue.training.methods.vae import kl_to_prior

Build = Callable[..., ConvAutoencoder]


def fixed(model: ConvAutoencoder, mean: float, log_variance: float, logit: float) -> ConvAutoencoder:
    """The model with an encoder and a decoder that say the same of every image."""
    for net, values in (model.encoder, (mean, log_variance)), (model.decoder, (logit,)):
        last = [layer for layer in net.modules() if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d)][-1]
        assert last.bias is not None
        last.weight.data.zero_()
        last.bias.data = torch.tensor(values).repeat_interleave(len(last.bias) // len(values))
    return model


def terms(method: VAE, model: ConvAutoencoder, images: Tensor, seed: int = 0) -> dict[str, float]:
    found = method.terms(model, Batch(images, images, Generator().manual_seed(seed)))
    return {name: value.item() for name, value in found.items()}


@pytest.mark.parametrize(("mean", "log_variance"), [(0.0, 0.0), (1.5, -1.0), (-0.5, 1.0), (2.0, -4.0)])
def test_the_divergence_is_what_sampling_says(mean: float, log_variance: float) -> None:
    deviation = math.exp(log_variance / 2)
    z = mean + deviation * torch.randn(200_000, generator=Generator().manual_seed(0))
    sampled = Normal(mean, deviation).log_prob(z) - Normal(0, 1).log_prob(z)
    exact = kl_to_prior(torch.tensor(mean), torch.tensor(log_variance))
    assert abs(exact - sampled.mean()) <= 4 * sampled.std() / math.sqrt(len(z)) + 1e-6


@given(st.floats(-100, 100), st.floats(-20, 20))
def test_the_divergence_is_the_closed_form_and_never_negative(mean: float, log_variance: float) -> None:
    m, v = torch.tensor([mean, log_variance], dtype=torch.float64)
    kl = kl_to_prior(m, v)
    torch.testing.assert_close(kl, kl_divergence(Normal(m, (v / 2).exp()), Normal(0.0, 1.0)))
    assert kl >= -1e-12


def test_terms_are_in_nats_per_image(build: Build) -> None:
    method, images = VAE(), torch.full((3, 1, 16, 16), 0.25)
    found = terms(method, fixed(build(method), 1.0, -1.0, math.log(3)), images)
    nats = -256 * (0.25 * math.log(0.75) + 0.75 * math.log(0.25))
    kl = 4 * (1 + math.exp(-1) + 1 - 1) / 2
    assert found["reconstruction"] == pytest.approx(nats, rel=1e-5)
    assert found["kl"] == pytest.approx(kl, rel=1e-5)
    assert found["loss"] == pytest.approx((nats + kl) / 256, rel=1e-5)


@pytest.mark.parametrize("beta", [0.0, 0.5, 4.0])
def test_beta_weighs_the_divergence(beta: float, build: Build, discs: Pixels) -> None:
    method = VAE(beta=beta)
    found = terms(method, build(method), to_float(discs))
    assert found["loss"] * 256 == pytest.approx(found["reconstruction"] + beta * found["kl"], rel=1e-5)


def test_beta_is_not_negative() -> None:
    with pytest.raises(InputError, match="0 or more"):
        VAE(beta=-1)


def test_training_samples_around_the_mean(build: Build, discs: Pixels) -> None:
    method, images = VAE(), to_float(discs)
    model = build(method)
    first, again, other = (terms(method, model, images, seed)["reconstruction"] for seed in (0, 0, 1))
    assert first == again != other
    sure = fixed(build(method), 0.3, -50.0, 0.0)
    assert terms(method, sure, images)["reconstruction"] == pytest.approx(256 * math.log(2), rel=1e-5)


def test_the_code_is_the_mean(build: Build, discs: Pixels) -> None:
    assert torch.equal(fixed(build(VAE()), 0.3, 5.0, 0.0).encode(to_float(discs)), torch.full((16, 4), 0.3))


@pytest.mark.parametrize("log_variance", [-1e6, 1e6])
def test_absurd_variances_stay_finite(log_variance: float, build: Build, discs: Pixels) -> None:
    model = fixed(build(VAE()), 0.0, log_variance, 0.0)
    assert all(map(math.isfinite, terms(VAE(), model, to_float(discs)).values()))


def test_beta_rises_over_the_warm_up(build: Build, discs: Pixels) -> None:
    method, images = VAE(beta=2, warmup=0.5), to_float(discs)
    model = build(method)
    for progress, beta in ((0.0, 0.0), (0.25, 1.0), (0.5, 2.0), (1.0, 2.0)):
        found = method.terms(model, Batch(images, images, Generator().manual_seed(0), progress=progress))
        expected = (found["reconstruction"] + beta * found["kl"]) / 256
        assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_free_bits_are_not_pressed(build: Build, discs: Pixels) -> None:
    images = to_float(discs)
    model = fixed(build(VAE()), 0.1, 0.0, 0.0)  # 0.005 nats in each of four entries
    free, pressed = (terms(VAE(free_bits=bits), model, images) for bits in (0.01, 0.001))
    assert free["kl"] == pressed["kl"] == pytest.approx(0.02, rel=1e-4)
    assert free["loss"] * 256 - free["reconstruction"] == pytest.approx(0.04, rel=1e-2)
    assert pressed["loss"] * 256 - pressed["reconstruction"] == pytest.approx(0.02, rel=1e-2)
    loss = VAE(free_bits=0.01).terms(model, Batch(images, images, Generator().manual_seed(0)))["loss"]
    loss.backward()  # type: ignore[no-untyped-call]
    last = model.encoder[-1]
    assert isinstance(last, torch.nn.Linear) and last.bias.grad is not None
    assert torch.allclose(last.bias.grad, torch.zeros(8), atol=1e-6)


def test_a_learned_error_comes_to_the_root_mean_square(discs: Pixels, build: Build) -> None:
    """Its maximum likelihood value, with the decoder held still."""
    method, images = VAE(likelihood="gaussian"), to_float(discs)
    model = fixed(build(method), 0.0, 0.0, 0.0)
    assert isinstance(model.scale, torch.nn.Parameter)
    optimizer = torch.optim.Adam([model.scale], lr=1e-2)
    for step in range(200):
        optimizer.zero_grad()
        method.terms(model, Batch(images, images, Generator().manual_seed(step)))["loss"].backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    _, log_scale = model.emit(model.encode(images))
    assert log_scale is not None
    assert log_scale.exp().item() == pytest.approx((images - 0.5).square().mean().sqrt().item(), rel=0.02)


@pytest.mark.parametrize("sigma", ["0", "2", "-1", "wide", "nan", ""])
def test_errors_that_are_none(sigma: str) -> None:
    with pytest.raises(InputError, match=r"vae:sigma=.*expected set, pixel, or 1/255 to 1"):
        VAE(likelihood="gaussian", sigma=sigma)


def test_a_pixels_error_is_the_decoders(build: Build, discs: Pixels) -> None:
    model = build(VAE(likelihood="laplace", sigma="pixel"))
    logits, log_scale = model.emit(model.encode(to_float(discs)))
    assert log_scale is not None and log_scale.shape == logits.shape == (16, 1, 16, 16)
    assert torch.equal(model.decode(model.encode(to_float(discs))), logits.sigmoid())
