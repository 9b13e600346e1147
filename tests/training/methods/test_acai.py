"""ACAI: the critic's two tasks, in numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import ACAI, Batch
from segue.training.networks import get_critics, make_networks

Build = Callable[..., ConvAutoencoder]


class Says(nn.Module):
    """A critic that says the same of every image, and remembers what it saw."""

    def __init__(self, guess: float) -> None:
        super().__init__()
        self.guess = guess
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x)
        return torch.full((len(x), 1), self.guess)


def test_the_losses_are_the_papers(discs: Pixels, build: Build) -> None:
    model, images, method = build(ACAI()), to_float(discs), ACAI(lam=0.5, gamma=0.2)
    terms = method.terms(model, Batch(images, images, Generator().manual_seed(3)), {"critic": Says(0.25)})
    alpha = torch.rand((16, 1), generator=Generator().manual_seed(3)) / 2
    assert terms["loss"].item() == pytest.approx(terms["reconstruction"].item() + 0.5 * 0.25**2)
    expected = (0.25 - alpha).square().mean().item() + 0.25**2
    assert terms["critic_loss"].item() == pytest.approx(expected)


def test_the_critic_sees_interpolations_and_blends(discs: Pixels, build: Build) -> None:
    model, images, critic = build(ACAI()), to_float(discs), Says(0.0)
    ACAI().terms(model, Batch(images, images, Generator().manual_seed(3)), {"critic": critic})
    code = model.encode(images)
    alpha = torch.rand((16, 1), generator=Generator().manual_seed(3)) / 2
    assert torch.allclose(critic.seen[0], model.decode(code + alpha * (code.flip(0) - code)), atol=1e-5)
    assert torch.allclose(critic.seen[1], 0.2 * images + 0.8 * model.decode(code), atol=1e-5)


def test_the_critic_learns_its_task(discs: Pixels, build: Build) -> None:
    """With the autoencoder held still, guesses of the mixing come near."""
    model, images, method = build(ACAI(), latent=8), to_float(discs), ACAI()
    critics = get_critics(make_networks(model, method, 0))
    optimizer = torch.optim.Adam(critics["critic"].parameters(), lr=1e-3)
    losses = []
    for step in range(40):
        loss = method.terms(model, Batch(images, images, Generator().manual_seed(step)), critics)["critic_loss"]
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert sum(losses[-5:]) < sum(losses[:5])
