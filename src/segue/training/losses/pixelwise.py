"""Losses that compare value with value."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def mse(logits: Tensor, target: Tensor) -> Tensor:
    """Mean squared error: `mean((sigmoid(logits) - target)^2)`.

    Args:
        logits: `[n, c, h, w]`, before the sigmoid.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, one for each image.
    """
    return (logits.float().sigmoid() - target).square().flatten(1).mean(1)


def l1(logits: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error: `mean(|sigmoid(logits) - target|)`.

    Args:
        logits: `[n, c, h, w]`, before the sigmoid.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, one for each image.
    """
    return (logits.float().sigmoid() - target).abs().flatten(1).mean(1)


def bce(logits: Tensor, target: Tensor) -> Tensor:
    """Mean binary cross-entropy, `-mean(x log y + (1 - x) log(1 - y))`, from logits, so that it never overflows.

    Args:
        logits: `[n, c, h, w]`, before the sigmoid.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, nats per value. The least is the entropy of the target, which is above zero for grey pixels.
    """
    return F.binary_cross_entropy_with_logits(logits.float(), target, reduction="none").flatten(1).mean(1)


def psnr(decoded: Tensor, target: Tensor) -> Tensor:
    """Peak signal-to-noise ratio: `-10 log10(mean((decoded - target)^2))`.

    Args:
        decoded: `[n, c, h, w]`, 0 to 1.
        target: `[n, c, h, w]`, 0 to 1.

    Returns:
        `[n]`, dB; infinity for equal images.

    >>> import torch
    >>> psnr(torch.full((1, 1, 2, 2), 0.6), torch.full((1, 1, 2, 2), 0.5)).round().item()
    20.0
    """
    return -10 * (decoded - target).square().flatten(1).mean(1).log10()
