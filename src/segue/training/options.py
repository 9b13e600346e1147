"""How to train: the options, the learning rate that they mean, and the device."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch

from segue.core.choices import Checked, option
from segue.core.errors import InputError
from segue.models.precision import resolve_precision


@dataclass(frozen=True)
class Training(Checked):
    """How to train: length, batch, optimizer, seed and place."""

    epochs: int | None = option(
        None, "passes over the training images; else 10, or for few images what 2000 steps take", low=1, high=1_000_000
    )
    steps: int | None = option(None, "number of steps; overrides epochs", low=1, high=1_000_000_000)
    minutes: float | None = option(None, "stop after so many minutes at the latest", low=0.001, high=1e6)
    batch: int = option(128, "images per step", low=1, high=65_536)
    lr: float = option(1e-3, "learning rate at its peak, after a linear warm-up", low=1e-8, high=1)
    schedule: Literal["cosine", "step", "constant"] = option(
        "cosine", "then: cosine to zero, step (times gamma every step-size epochs), or constant"
    )
    step_size: int = option(10, "epochs between the drops of --schedule step", low=1, high=1_000_000)
    gamma: float = option(0.1, "what the learning rate is multiplied by at each drop", low=0, high=1)
    clip: float = option(1.0, "gradients are clipped to this norm", low=1e-6)
    ema: float = option(
        0.0, "keep the weights' exponential moving average of this decay, 0.999 say", low=0, high=0.999999
    )
    patience: int | None = option(
        None, "stop after so many epochs without a lower test loss, and keep the best weights", low=1, high=1_000_000
    )
    precision: Literal["auto", "bf16", "fp32"] = option(
        "auto", "number format; auto: bf16 for wide networks where the processor has it, else fp32"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = option("auto", "where to compute")
    seed: int = option(0, "seed of weights, order and noise", low=0, high=2**31 - 1)

    def pin_precision(self, width: int | None = None) -> Training:
        """Replace `auto` by the number format that it means here, so that whatever is trained next has the same.

        Args:
            width: channels of the networks' first stage; None for networks without such a dial.

        Returns:
            These options, with a precision of `fp32` or `bf16`.

        Raises:
            InputError: the device is not there.
        """
        return replace(self, precision=resolve_precision(self.precision, pick_device(self.device), width))

    def lr_at(self, step: int, total: int, per_epoch: int, progress: float) -> float:
        """The learning rate of a step, counted from 0; `progress` is the share done, by steps or by the clock."""
        warm_up = min(1.0, (step + 1) / max(1, min(200, total // 10)))
        if self.schedule == "cosine":
            return self.lr * warm_up * 0.5 * (1 + math.cos(math.pi * min(progress, 1)))
        drops = step // (self.step_size * per_epoch) if self.schedule == "step" else 0
        rate: float = self.lr * warm_up * self.gamma**drops
        return rate


def pick_device(name: str) -> torch.device:
    """The device of that name; `auto` is CUDA or MPS where present, else the CPU. Raises `InputError` if absent."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, here in present.items() if here))
    if not present[name]:
        raise InputError(
            f"--device {name}", ", ".join(d for d, here in present.items() if here), "this machine has no other"
        )
    return torch.device(name)
