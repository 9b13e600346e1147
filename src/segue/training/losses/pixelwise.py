"""Losses that compare value with value."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def mse(logits: Tensor, target: Tensor) -> Tensor:
    """Mean squared error per image: `mean((sigmoid(logits) - target)^2)`.

    `logits`, `target`: `[n, c, h, w]`, the target in [0, 1]. Returns `[n]`.
    """
    return (logits.float().sigmoid() - target).square().flatten(1).mean(1)


def l1(logits: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error per image; shapes as in `mse`."""
    return (logits.float().sigmoid() - target).abs().flatten(1).mean(1)


def bce(logits: Tensor, target: Tensor) -> Tensor:
    """Mean binary cross-entropy per image in nats per value; shapes as in `mse`.

    `-mean(x log y + (1 - x) log(1 - y))`, computed from logits, so it never overflows. Its least value is
    the entropy of the target, which is above zero for grey pixels.
    """
    return F.binary_cross_entropy_with_logits(logits.float(), target, reduction="none").flatten(1).mean(1)


def psnr(decoded: Tensor, target: Tensor) -> Tensor:
    """Peak signal-to-noise ratio per image in dB: `-10 log10(mean((decoded - target)^2))`.

    Both `[n, c, h, w]` in [0, 1]. Returns `[n]`; equal images give infinity.

    >>> import torch
    >>> psnr(torch.full((1, 1, 2, 2), 0.6), torch.full((1, 1, 2, 2), 0.5)).round().item()
    20.0
    """
    return -10 * (decoded - target).square().flatten(1).mean(1).log10()
