"""How a machine trains: number format and memory layout, by what its processor can do.

Nothing is timed when a network is trained, so the same request gives the same bytes however busy the machine is. What
each capability gains was measured once, by `benchmarks/precision.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)

NumberFormat: TypeAlias = Literal["fp32", "bf16"]

Capability: TypeAlias = Literal["amx", "avx512_bf16", "cuda-bf16", "other"]
"""Which arithmetic on bfloat16 numbers a device has in hardware; `other` has none."""


@dataclass(frozen=True)
class Precision:
    """A number format for the networks (`fp32`, or `bf16` by autocast) and a memory layout.

    >>> str(Precision("bf16", channels_last=True))
    'bf16, channels last'
    """

    numbers: NumberFormat = "fp32"
    channels_last: bool = False

    def __str__(self) -> str:
        return f"{self.numbers}{', channels last' if self.channels_last else ''}"

    @classmethod
    def of(cls, numbers: NumberFormat) -> Precision:
        """A number format in the layout that suits it."""
        return cls(numbers, channels_last=numbers == "bf16")

    def place(self, module: Module) -> Module:
        """Put the weights of a module into this layout, in place; returns the module."""
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return module.to(memory_format=layout)  # type: ignore[no-any-return, call-overload]

    def arrange(self, images: Tensor) -> Tensor:
        """Images `[n, c, h, w]` in this layout; a copy where they are in another."""
        return images.contiguous(memory_format=torch.channels_last if self.channels_last else torch.contiguous_format)

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context in which the networks run; master weights stay float32."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.numbers == "bf16")


CANDIDATES = tuple(
    Precision(numbers, channels_last) for numbers in ("fp32", "bf16") for channels_last in (False, True)
)


def capability(device: torch.device) -> Capability:
    """What the hardware of a device can do with bfloat16 numbers."""
    if device.type == "cuda":
        return "cuda-bf16" if torch.cuda.get_device_capability(device) >= (8, 0) else "other"
    if device.type == "cpu":
        if torch.cpu._is_amx_tile_supported():
            return "amx"
        if torch.cpu._is_avx512_bf16_supported():
            return "avx512_bf16"
    return "other"


def resolve_precision(precision: Literal["auto", "fp32", "bf16"], device: torch.device) -> NumberFormat:
    return "fp32" if precision == "auto" else precision
