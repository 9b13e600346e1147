"""Losses: one number per image, of known value."""

from __future__ import annotations

import math
from typing import get_args

import pytest
import torch
from torch import Tensor

from segue.losses import LOSSES, LossName, bce, l1, mse, psnr


def grey(*values: float) -> Tensor:
    """One 2x3 RGB image per value."""
    return torch.tensor(values).reshape(-1, 1, 1, 1).expand(-1, 3, 2, 3)


def test_every_name_has_a_loss() -> None:
    assert set(LOSSES) == set(get_args(LossName))


@pytest.mark.parametrize("name", LOSSES)
def test_one_number_per_image(name: LossName) -> None:
    logits, target = torch.randn(4, 3, 5, 6), torch.rand(4, 3, 5, 6)
    losses = LOSSES[name](logits, target)
    assert losses.shape == (4,) and (losses > 0).all()
    alone = [LOSSES[name](logits[i : i + 1], target[i : i + 1]) for i in range(4)]
    torch.testing.assert_close(losses, torch.cat(alone))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("logit", [-1e4, 1e4, -1e30, 1e30])
def test_no_logit_overflows(name: LossName, logit: float) -> None:
    logits = grey(logit).clone().requires_grad_()
    loss = LOSSES[name](logits, grey(0.25)).sum()
    loss.backward()
    assert loss.isfinite() and logits.grad is not None and logits.grad.isfinite().all()


@pytest.mark.parametrize("name", LOSSES)
def test_coarse_logits_are_weighed_finely(name: LossName) -> None:
    assert LOSSES[name](torch.randn(2, 1, 4, 4).bfloat16(), torch.rand(2, 1, 4, 4)).dtype == torch.float32


def test_known_answers() -> None:
    logits, target = grey(0.0, math.log(3)), grey(0.0, 0.25)  # decoded: 0.5, 0.75
    torch.testing.assert_close(mse(logits, target), torch.tensor([0.25, 0.25]))
    torch.testing.assert_close(l1(logits, target), torch.tensor([0.5, 0.5]))
    entropy = -0.25 * math.log(0.75) - 0.75 * math.log(0.25)
    torch.testing.assert_close(bce(logits, target), torch.tensor([math.log(2), entropy]))


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
