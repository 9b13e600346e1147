"""VAE/GAN: the parts of its loss in numbers, and whom each moves."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import VAE, VAEGAN, Batch
from segue.training.networks import Networks, make_networks

Build = Callable[..., ConvAutoencoder]


class Undecided(nn.Module):
    """A last layer that gives even odds, and remembers the features it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, features: Tensor) -> Tensor:
        self.seen.append(features)
        return 0 * features[:, :1]


def judged(
    model: ConvAutoencoder, images: Tensor, method: VAEGAN, gain: float = 1.0
) -> tuple[dict[str, Tensor], Undecided]:
    """The terms before a critic whose features are the image's values, times a gain."""
    verdict = Undecided()
    pixels = nn.Linear(images[0].numel(), images[0].numel(), bias=False)
    nn.init.eye_(pixels.weight).data.mul_(gain)
    critic = nn.Sequential(nn.Flatten(), pixels, verdict)
    return method.terms(model, Batch(images, images, Generator().manual_seed(3)), {"critic": critic}), verdict


def test_the_loss_is_the_weighted_sum(discs: Pixels, build: Build) -> None:
    terms, _ = judged(build(VAEGAN()), to_float(discs), VAEGAN(weight=0.3, pixel=0.4))
    evidence = (terms["kl"].item() + terms["features"].item()) / 256 + 0.4 * terms["reconstruction"].item()
    assert terms["loss"].item() == pytest.approx(evidence + 0.3 * math.log(2))
    assert terms["confusion"].item() == pytest.approx(math.log(2))
    assert terms["critic_loss"].item() == pytest.approx(2 * math.log(2))


def test_blind_to_features_it_is_the_vae(discs: Pixels, build: Build) -> None:
    model, images = build(VAEGAN()), to_float(discs)
    own, _ = judged(model, images, VAEGAN(weight=0, pixel=1), gain=0)
    vae = VAE().terms(model, Batch(images, images, Generator().manual_seed(3)))
    assert own["loss"].item() == pytest.approx(vae["loss"].item())
    assert 256 * own["reconstruction"].item() == pytest.approx(vae["reconstruction"].item())


def test_features_have_a_unit_gaussian(discs: Pixels, build: Build) -> None:
    model, images = build(VAEGAN()), to_float(discs)
    terms, verdict = judged(model, images, VAEGAN(), gain=2)
    decoded, real = verdict.seen[0][:16], verdict.seen[1]
    torch.testing.assert_close(real, 2 * images.flatten(1))
    assert terms["features"].item() == pytest.approx((decoded - real).square().sum(1).mean().item() / 2)


def test_the_critic_sees_images_reconstructions_and_samples(discs: Pixels, build: Build) -> None:
    model, images = build(VAEGAN()), to_float(discs)
    _, verdict = judged(model, images, VAEGAN())
    generator = Generator().manual_seed(3)
    mean, log_variance, _ = model.statistics(images)
    assert log_variance is not None
    noise, prior = (torch.randn(16, 4, generator=generator) for _ in range(2))
    codes = torch.cat([mean + (log_variance / 2).exp() * noise, prior])
    torch.testing.assert_close(verdict.seen[0], model.decode(codes).flatten(1))
    torch.testing.assert_close(verdict.seen[1], images.flatten(1))


@pytest.mark.parametrize(("part", "moved"), [("confusion", False), ("features", True), ("reconstruction", True)])
def test_the_verdict_stops_at_the_code(part: str, moved: bool, discs: Pixels, build: Build) -> None:
    networks = Networks(make_networks(build(VAEGAN()), VAEGAN(), 0), 1e-3)
    images = to_float(discs)
    terms = VAEGAN().terms(networks.model, Batch(images, images, Generator().manual_seed(3)), networks.critics)
    terms[part].backward()  # type: ignore[no-untyped-call]
    encoder, decoder = (
        any(p.grad is not None and p.grad.abs().sum() > 0 for p in half.parameters())
        for half in (networks.model.encoder, networks.model.decoder)
    )
    assert decoder and encoder == moved
