"""How a machine trains: number format and memory layout, by what its processor can do.

Nothing is timed, so a request gives the same bytes however busy the machine is. What each format and layout gains was
measured beforehand, by `benchmarks/precision.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import torch
from torch import Tensor, nn

Module = TypeVar("Module", bound=nn.Module)

NumberFormat: TypeAlias = Literal["fp32", "bf16"]
"""32-bit floats throughout, or bfloat16 by autocast where torch thinks it safe, over float32 weights."""

Capability: TypeAlias = Literal["amx", "avx512_bf16", "cuda_bf16", "none"]
"""The instructions that a device has for products of bfloat16 numbers."""

WIDE = 16
"""The width from which a network gains by bfloat16; narrower ones lose more by converting than products gain."""

FASTEST: dict[Capability, NumberFormat] = {
    "amx": "bf16",
    "avx512_bf16": "bf16",
    "cuda_bf16": "bf16",
    "none": "fp32",
}
"""What trains wide networks fastest, by capability; `benchmarks/results/precision.json` has the figures."""


@dataclass(frozen=True)
class Precision:
    """The number format that networks compute in, and the memory layout of images and weights.

    Args:
        numbers: `fp32` or `bf16`.
        channels_last: whether the channels of a pixel lie side by side in memory; else those of a channel do.

    >>> str(Precision("bf16", channels_last=True))
    'bf16, channels last'
    """

    numbers: NumberFormat = "fp32"
    channels_last: bool = False

    @classmethod
    def of(cls, numbers: NumberFormat, device: torch.device) -> Precision:
        """A number format in the memory layout that is fastest with it.

        Args:
            numbers: the number format.
            device: where the networks run.

        Returns:
            Channels last on a CPU, and for bfloat16; contiguous for fp32 elsewhere.
        """
        return cls(numbers, channels_last=numbers == "bf16" or device.type == "cpu")

    def __str__(self) -> str:
        return f"{self.numbers}{', channels last' if self.channels_last else ''}"

    def place(self, module: Module) -> Module:
        """Bring the weights of a module into this layout, in place.

        Args:
            module: any module; its values stay as they are.

        Returns:
            The same module.
        """
        layout = torch.channels_last if self.channels_last else torch.contiguous_format
        return module.to(memory_format=layout)  # type: ignore[no-any-return, call-overload]

    def arrange(self, images: Tensor) -> Tensor:
        """Bring images into this layout.

        Args:
            images: `[n, c, h, w]`.

        Returns:
            The same values, copied where the layout was another.
        """
        return images.contiguous(memory_format=torch.channels_last if self.channels_last else torch.contiguous_format)

    def autocast(self, device: torch.device) -> torch.autocast:
        """The context in which the networks run; their weights stay float32.

        Args:
            device: where the networks run.

        Returns:
            A context manager, which does nothing for fp32.
        """
        return torch.autocast(device.type, torch.bfloat16, enabled=self.numbers == "bf16")


def capability(device: torch.device) -> Capability:
    """What the hardware of a device has for products of bfloat16 numbers.

    Args:
        device: a CPU, or an accelerator that is present.

    Returns:
        The best that there is; `none` where bfloat16 would be emulated, or was never measured (MPS, ARM).
    """
    if device.type == "cuda":
        return "cuda_bf16" if torch.cuda.get_device_capability(device) >= (8, 0) else "none"
    if device.type == "cpu" and torch.cpu._is_amx_tile_supported():
        return "amx"
    return "avx512_bf16" if device.type == "cpu" and torch.cpu._is_avx512_bf16_supported() else "none"


def resolve_precision(
    precision: Literal["auto", "fp32", "bf16"], device: torch.device, width: int | None = None
) -> NumberFormat:
    """The number format that a request means.

    Args:
        precision: a format, which is taken as it is, or `auto`.
        device: where the networks will run.
        width: channels of the networks' first stage, their size dial; None for networks without one.

    Returns:
        For `auto` the entry of `FASTEST` for the device, or fp32 where `width` is below `WIDE`: the same on all
        machines of a type, at any time.

    >>> resolve_precision("fp32", torch.device("cpu"))
    'fp32'
    """
    if precision != "auto":
        return precision
    return "fp32" if width is not None and width < WIDE else FASTEST[capability(device)]
