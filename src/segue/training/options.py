"""How to train: the options, the learning rate that follows from them, and the device."""

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
    """How to train: length, batch size, optimizer, seed and device.

    >>> Training(steps=500, lr=3e-4).schedule
    'cosine'
    """

    epochs: int | None = option(
        None,
        "passes over the training images (default: 10, or for small sets as many as 2000 steps take)",
        low=1,
        high=1_000_000,
        group="Training",
    )
    steps: int | None = option(
        None, "number of training steps; overrides epochs", low=1, high=1_000_000_000, group="Training"
    )
    minutes: float | None = option(None, "maximum training time in minutes", low=0.001, high=1e6, group="Training")
    batch: int = option(128, "images per training step", low=1, high=65_536, group="Training")
    lr: float = option(1e-3, "peak learning rate, reached after a linear warm-up", low=1e-8, high=1, group="Training")
    schedule: Literal["cosine", "step", "constant"] = option(
        "cosine",
        "learning rate after the warm-up: cosine to zero, step (falls by a factor every few epochs) or constant",
        group="Training",
    )
    step_size: int = option(
        10, "epochs between two drops of the step schedule", low=1, high=1_000_000, group="Advanced"
    )
    gamma: float = option(
        0.1, "factor of the learning rate at each drop of the step schedule", low=0, high=1, group="Advanced"
    )
    clip: float = option(1.0, "maximum norm of the gradients; larger ones are clipped", low=1e-6, group="Advanced")
    ema: float = option(
        0.0,
        "decay of an exponential moving average of the weights, such as 0.999; 0 for none",
        low=0,
        high=0.999999,
        group="Advanced",
    )
    patience: int | None = option(
        None,
        "stop after this many epochs without a lower test loss, and keep the best weights",
        low=1,
        high=1_000_000,
        group="Advanced",
    )
    precision: Literal["auto", "bf16", "fp32"] = option(
        "auto", "number format; auto: bf16 for wide networks where the processor has it, else fp32", group="Training"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = option("auto", "device to compute on", group="Training")
    seed: int = option(0, "random seed of weights, order and noise", low=0, high=2**31 - 1, group="Training")

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
        """Compute the learning rate of a step.

        It rises linearly to `lr` over the first tenth of the steps, at most 200. Then, with p the progress, it is
        `lr (1 + cos(pi p)) / 2` for `cosine`, and for `step` `lr` times `gamma` for every `step_size` epochs.

        Args:
            step: which step, from 0.
            total: how many steps the training has.
            per_epoch: how many steps an epoch has.
            progress: share of the training that is done, by steps or by the clock; more than 1 counts as 1.

        Returns:
            The learning rate, 0 to `lr`.

        >>> [round(Training(lr=0.1).lr_at(step, 100, 10, step / 100), 3) for step in (0, 10, 50)]
        [0.01, 0.098, 0.05]
        """
        warm_up = min(1.0, (step + 1) / max(1, min(200, total // 10)))
        if self.schedule == "cosine":
            return self.lr * warm_up * 0.5 * (1 + math.cos(math.pi * min(progress, 1)))
        drops = step // (self.step_size * per_epoch) if self.schedule == "step" else 0
        rate: float = self.lr * warm_up * self.gamma**drops
        return rate


def pick_device(name: str) -> torch.device:
    """Pick the device to compute on.

    Args:
        name: `cpu`, `cuda` or `mps`; `auto`: the first of CUDA, MPS and the CPU that is present.

    Returns:
        The device.

    Raises:
        InputError: this machine has no such device.

    >>> pick_device("cpu")
    device(type='cpu')
    """
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return torch.device(next(device for device, here in present.items() if here))
    if not present[name]:
        raise InputError(
            f"`device={name}`",
            ", ".join(d for d, here in present.items() if here),
            "one of these, as this machine has no other",
        )
    return torch.device(name)
