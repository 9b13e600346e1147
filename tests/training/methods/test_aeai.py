"""AEAI: the four parts of its loss, in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Generator, Tensor, nn

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.methods import AE, AEAI, Batch
from segue.training.networks import Networks, make_networks

Build = Callable[..., ConvAutoencoder]


class Undecided(nn.Module):
    """A critic that gives even odds, and remembers what it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        self.seen.append(x)
        return 0 * x.flatten(1)[:, :1]


def judged(model: ConvAutoencoder, images: Tensor, **options: float) -> tuple[dict[str, Tensor], Undecided]:
    critic = Undecided()
    return AEAI(**options).terms(model, Batch(images, images, Generator().manual_seed(3)), {"critic": critic}), critic


def ends(model: ConvAutoencoder, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Both ends' codes and the alphas that the generator gives."""
    code = model.encode(images)
    weigh = [1] * (code.dim() - 1)
    return code, code.flip(0), torch.rand((len(code), *weigh), generator=Generator().manual_seed(3))


def test_the_loss_is_the_weighted_sum(discs: Pixels, build: Build) -> None:
    terms, _ = judged(build(AEAI()), to_float(discs), adversarial=0.2, cycle=0.3, smooth=0.4)
    weights = {"reconstruction": 1.0, "confusion": 0.2, "cycle": 0.3, "smoothness": 0.4}
    assert terms["loss"].item() == pytest.approx(sum(weight * terms[name].item() for name, weight in weights.items()))
    assert terms["confusion"].item() == pytest.approx(math.log(2))
    assert terms["critic_loss"].item() == pytest.approx(2 * math.log(2))


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.0), (0.1, 0.4), (0.25, 1.0), (0.7, 1.0)])
def test_the_weights_rise_over_the_warmup(progress: float, share: float, discs: Pixels, build: Build) -> None:
    images = to_float(discs)
    batch = Batch(images, images, Generator().manual_seed(3), progress=progress)
    terms = AEAI(adversarial=1, cycle=0, smooth=0, warmup=0.25).terms(build(AEAI()), batch, {"critic": Undecided()})
    assert terms["loss"].item() == pytest.approx(terms["reconstruction"].item() + share * math.log(2))


@pytest.mark.parametrize("grid", [None, 4])
def test_the_parts_are_those_of_the_interpolations(grid: int | None, discs: Pixels, build: Build) -> None:
    model, images = build(AEAI(), grid=grid), to_float(discs)
    terms, critic = judged(model, images)
    a, b, alpha = ends(model, images)
    mixed = model.decode((1 - alpha) * a + alpha * b)
    torch.testing.assert_close(critic.seen[0], mixed)
    torch.testing.assert_close(critic.seen[1], model.decode(a))
    back = model.encode(mixed) - (1 - alpha) * a - alpha * b
    assert terms["cycle"].item() == pytest.approx(back.square().mean().item(), rel=1e-4)


def test_the_speed_is_that_of_a_tenth_of_the_way(discs: Pixels, build: Build) -> None:
    model, images = build(AEAI()), to_float(discs)
    terms, _ = judged(model, images)
    a, b, alpha = ends(model, images)
    beside = alpha + 0.1 * (1 - 2 * (alpha > 0.5).float())
    assert beside.min() >= 0 and beside.max() <= 1
    here, there = (model.decode(a + t * (b - a)) for t in (alpha, beside))
    assert terms["smoothness"].item() == pytest.approx(100 * (there - here).square().mean().item(), rel=1e-3)
    assert terms["smoothness"] > 0


def test_one_image_has_no_speed(discs: Pixels, build: Build) -> None:
    assert judged(build(AEAI()), to_float(discs[:1]))[0]["smoothness"].item() == 0


@pytest.mark.parametrize("part", ["confusion", "cycle", "smoothness"])
def test_every_part_moves_encoder_and_decoder(part: str, discs: Pixels, build: Build) -> None:
    networks = Networks(make_networks(build(AEAI()), AEAI(), 0), 1e-3)
    images = to_float(discs)
    terms = AEAI().terms(networks.model, Batch(images, images, Generator().manual_seed(3)), networks.critics)
    terms[part].backward()  # type: ignore[no-untyped-call]
    for half in (networks.model.encoder, networks.model.decoder):
        assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in half.parameters())


def test_half_precision_sees_the_same_speed(discs: Pixels, build: Build) -> None:
    model, images = build(AEAI()), to_float(discs)
    train(model, AE(loss="bce"), discs, Training(epochs=60, batch=16, lr=3e-3, precision="fp32"))
    exact, _ = judged(model, images)
    assert exact["smoothness"] > 0.01
    with torch.autocast("cpu", torch.bfloat16):
        rough, _ = judged(model, images)
    assert rough["smoothness"].item() == pytest.approx(exact["smoothness"].item(), rel=0.1)
