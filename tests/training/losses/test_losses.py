"""Losses: one number per image, of known value."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from segue.core.errors import InputError
from segue.training.losses import (
    LOSSES,
    Loss,
    LossFunction,
    Perceptual,
    bce,
    choose_loss,
    l1,
    mse,
    perceptual_distance,
    psnr,
    ssim,
    structural_similarity,
)

SHAPES = ((1, 1, 1), (3, 1, 1), (1, 5, 6), (3, 2, 40), (1, 28, 28), (3, 31, 45), (1, 97, 64))
NETWORKS = {"perceptual": "squeezenet", "vgg16": "vgg16"}


@pytest.fixture(params=LOSSES)
def loss(request: pytest.FixtureRequest) -> LossFunction:
    if request.param in NETWORKS:
        request.getfixturevalue(f"{NETWORKS[request.param]}_weights")
    return LOSSES[request.param]


def grey(*values: float) -> Tensor:
    """One 2x3 RGB image per value."""
    return torch.tensor(values).reshape(-1, 1, 1, 1).expand(-1, 3, 2, 3)


def some(*shape: int) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_one_number_per_image(loss: LossFunction, shape: tuple[int, int, int]) -> None:
    logits, target = 3 * some(3, *shape) - 1, some(3, *shape).flip(0)
    before = logits.clone(), target.clone()
    losses = loss(logits, target)
    assert losses.shape == (3,) and losses.isfinite().all() and losses[0] > 0
    alone = [loss(logits[i : i + 1], target[i : i + 1]) for i in range(3)]
    torch.testing.assert_close(losses, torch.cat(alone), rtol=1e-4, atol=1e-6)
    assert torch.equal(logits, before[0]) and torch.equal(target, before[1])
    assert torch.equal(loss(logits, target), losses)


def test_equal_images_are_nearest_and_gradients_lead_to_them(loss: LossFunction) -> None:
    target = 0.2 + 0.6 * some(2, 3, 20, 24)
    exact = target.logit()
    assert (loss(exact, target) < loss(exact + 0.5 * some(2, 3, 20, 24), target)).all()
    off = torch.zeros(2, 3, 20, 24, requires_grad=True)
    first = loss(off, target).sum()
    first.backward()  # type: ignore[no-untyped-call]
    assert off.grad is not None and all(off.grad[i].any() for i in range(2))
    assert loss((off - 1e-2 * off.grad / off.grad.norm()).detach(), target).sum() < first


@pytest.mark.parametrize("logit", [-1e4, 1e4, -1e30, 1e30])
def test_no_logit_overflows(loss: LossFunction, logit: float) -> None:
    for target in grey(0.25), grey(0.0), grey(1.0):
        logits = grey(logit).clone().requires_grad_()
        value = loss(logits, target).sum()
        value.backward()  # type: ignore[no-untyped-call]
        assert value.isfinite() and logits.grad is not None and logits.grad.isfinite().all()


def test_coarse_logits_are_weighed_finely(loss: LossFunction) -> None:
    logits, target = torch.randn(2, 1, 14, 14).bfloat16(), torch.rand(2, 1, 14, 14)
    fine = loss(logits, target)
    assert fine.dtype == torch.float32
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(
            loss(logits, target), fine, rtol=0.02 if isinstance(loss, Perceptual) else 1e-6, atol=0
        )


def test_known_answers() -> None:
    logits, target = grey(0.0, math.log(3)), grey(0.0, 0.25)  # decoded: 0.5, 0.75
    torch.testing.assert_close(mse(logits, target), torch.tensor([0.25, 0.25]))
    torch.testing.assert_close(l1(logits, target), torch.tensor([0.5, 0.5]))
    entropy = -0.25 * math.log(0.75) - 0.75 * math.log(0.25)
    torch.testing.assert_close(bce(logits, target), torch.tensor([math.log(2), entropy]))
    flat = [(2 * x * y + 1e-4) / (x * x + y * y + 1e-4) for x, y in ((0.5, 0.0), (0.75, 0.25))]
    torch.testing.assert_close(ssim(logits, target), 1 - torch.tensor(flat), atol=1e-3, rtol=0)


def test_cross_entropy_is_least_where_the_decoded_is_the_target() -> None:
    target = torch.full((201, 1, 1, 1), 0.3)
    losses = bce(torch.linspace(-4, 4, 201).reshape(-1, 1, 1, 1), target)
    best = math.log(0.3 / 0.7)
    assert abs(-4 + 0.04 * int(losses.argmin()) - best) <= 0.04
    least = -0.3 * math.log(0.3) - 0.7 * math.log(0.7)
    torch.testing.assert_close(bce(grey(best), grey(0.3)), torch.tensor([least]))


def test_psnr() -> None:
    decibels = psnr(grey(0.5, 0.5, 0.0, 0.3), grey(0.6, 0.51, 1.0, 0.3))
    torch.testing.assert_close(decibels, torch.tensor([20.0, 40.0, 0.0, math.inf]), rtol=1e-4, atol=1e-4)


def ssim_by_hand(x: np.ndarray, y: np.ndarray) -> float:
    """SSIM of two float64 images `[h, w]`, window by window as the paper writes it."""
    sizes = [min(11, n if n % 2 else n - 1) for n in x.shape]
    bells = [np.exp(-((np.arange(n) - n // 2) ** 2) / (2 * 1.5**2)) for n in sizes]
    weight = np.outer(*bells) / np.outer(*bells).sum()
    found = []
    for i in range(x.shape[0] - sizes[0] + 1):
        for j in range(x.shape[1] - sizes[1] + 1):
            u, v = (image[i : i + sizes[0], j : j + sizes[1]] for image in (x, y))
            m_u, m_v = (weight * u).sum(), (weight * v).sum()
            s_u, s_v = (weight * (u - m_u) ** 2).sum(), (weight * (v - m_v) ** 2).sum()
            s_uv = (weight * (u - m_u) * (v - m_v)).sum()
            top = (2 * m_u * m_v + 0.01**2) * (2 * s_uv + 0.03**2)
            found.append(top / ((m_u**2 + m_v**2 + 0.01**2) * (s_u + s_v + 0.03**2)))
    return float(np.mean(found))


@pytest.mark.parametrize("shape", [*SHAPES, (1, 11, 11), (1, 12, 10)], ids=str)
@pytest.mark.parametrize("noise", [0.0, 0.01, 0.3, 1.0])
def test_ssim_is_that_of_the_paper(shape: tuple[int, int, int], noise: float) -> None:
    x, other = some(2, *shape)
    y = (1 - noise) * x + noise * other
    by_hand = np.mean([ssim_by_hand(u, v) for u, v in zip(x.double().numpy(), y.double().numpy(), strict=True)])
    assert structural_similarity(x[None], y[None]).item() == pytest.approx(by_hand, abs=2e-5)


def test_a_negative_is_as_unlike_as_can_be() -> None:
    image = torch.arange(16.0).fmod(2).expand(1, 1, 16, 16)
    torch.testing.assert_close(structural_similarity(1 - image, image), torch.tensor([-1.0]), atol=0.02, rtol=0)


def stripes(period: int, shift: int, size: int) -> Tensor:
    """Upright stripes of black and white, moved to the right."""
    return ((torch.arange(size) - shift) % period < period // 2).float().expand(1, 3, size, size)


@pytest.mark.usefixtures("squeezenet_weights")
@pytest.mark.parametrize("size", [28, 64, 96])
def test_moved_stripes_are_nearer_than_grey(size: int) -> None:
    """As in the first figure of Pihlgren et al. 2020: by squared error the two are equal."""
    target, moved, flat = stripes(8, 0, size), stripes(8, 1, size), torch.full((1, 3, size, size), 0.5)
    assert psnr(moved, target).item() == pytest.approx(psnr(flat, target).item(), abs=0.2)
    assert perceptual_distance(moved, target) < 0.3 * perceptual_distance(flat, target)
    further = perceptual_distance(stripes(8, 2, size), target)
    assert perceptual_distance(moved, target) < further < perceptual_distance(flat, target)


@pytest.mark.usefixtures("squeezenet_weights")
def test_perceptual_distance_is_symmetric_and_sees_grey_as_grey() -> None:
    a, b = some(2, 1, 30, 40), some(2, 1, 30, 40).flip(3)
    near = perceptual_distance(a, b)
    assert (near > 0).all() and (near < 2).all()
    torch.testing.assert_close(perceptual_distance(b, a), near)
    torch.testing.assert_close(perceptual_distance(a.expand(-1, 3, -1, -1), b.expand(-1, 3, -1, -1)), near)
    with pytest.raises(InputError, match=r"got layer of SqueezeNet 'fire1'; .* try fire"):
        perceptual_distance(a, b, layers=("fire2", "fire1"))


def test_weighted_sums() -> None:
    logits, target = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    loss = choose_loss(" mse:0.7 + l1 ")
    assert str(loss) == "mse:0.7+l1" and loss == Loss((("mse", 0.7), ("l1", 1.0)))
    torch.testing.assert_close(loss(logits, target), 0.7 * mse(logits, target) + l1(logits, target))
    assert torch.equal(choose_loss("bce")(logits, target), bce(logits, target))
    assert choose_loss("mse") is choose_loss("mse")


NAMES = [*LOSSES, "vgg16/relu1_2", "vgg16/relu4_3/relu1_1", "perceptual/conv1", "perceptual/fire9/fire2"]
weight_of = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 1e6), min_size=1)


@given(weight_of.filter(lambda weights: any(weights.values())))
def test_what_is_spelled_is_read_back(weights: dict[str, float]) -> None:
    loss = Loss(tuple(weights.items()))
    assert choose_loss(str(loss)) == loss


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("perceptul", "got loss 'perceptul'; expected mse, l1, bce, ssim, perceptual, vgg16; try perceptual"),
        ("", "got loss ''; expected mse,"),
        ("vgg16/relu2", "got layer of VGG-16 'relu2'; expected relu1_1, "),
        ("vgg16/relu2_3", "try relu"),
        ("vgg16/", "got layer of VGG-16 ''"),
        ("vgg16/relu2_2/relu2_2:0.3", "got layer relu2_2 twice"),
        ("perceptual/relu2_2", "got layer of SqueezeNet 'relu2_2'; expected conv1, "),
        ("l1/fire2", "got loss l1/fire2; expected layers for perceptual or vgg16 alone; try l1"),
        ("mse+", "got loss ''"),
        ("mse:0.7+ mze:1", "try mse"),
        ("mse+l1+mse", "got loss mse twice"),
        ("mse:-1", "got weight -1 of loss mse; expected 0 to 1e+06"),
        ("mse:inf", "expected 0 to"),
        ("mse:nan", "expected 0 to"),
        ("mse:", "a plain number"),
        ("mse:much", "got weight 'much' of loss mse; expected a plain number; try mse:0.5, for instance"),
        ("mse:1:2", "a plain number"),
        ("mse:0+l1:0", "got loss 'mse:0.0+l1:0.0'; expected a weight above 0"),
    ],
)
def test_bad_sums_are_refused(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        choose_loss(text)
    assert says in str(caught.value) and "\n" not in str(caught.value)
