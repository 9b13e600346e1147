"""Sums of losses as values: `mse:0.7+perceptual:0.3`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from torch import Tensor

from segue.errors import InputError, unknown
from segue.losses.perceptual import perceptual
from segue.losses.pixelwise import bce, l1, mse
from segue.losses.ssim import ssim

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Logits and target, `[n, c, h, w]`, to `[n]`; the target is in [0, 1]."""

LOSSES: dict[str, LossFunction] = {"mse": mse, "l1": l1, "bce": bce, "ssim": ssim, "perceptual": perceptual}

MOST = 1e6


@dataclass(frozen=True)
class Loss:
    """A weighted sum of losses of `LOSSES`: a `LossFunction`, spelled `name:weight+name:weight`.

    `parts` are names and weights. Raises `InputError` for a name that is unknown or comes twice, for weights that are
    not 0 to 1e6, and if all are 0. A loss of weight 0 is not computed.

    >>> loss = Loss((("mse", 0.7), ("l1", 1)))
    >>> str(loss)
    'mse:0.7+l1'
    >>> loss == choose_loss("mse:0.7 + l1")
    True
    """

    parts: tuple[tuple[str, float], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.parts]
        for name, weight in self.parts:
            if name not in LOSSES:
                raise unknown("loss", name, LOSSES)
            if names.count(name) > 1:
                raise InputError(f"loss {name} twice", "each loss once", "add up its weights")
            if not 0 <= weight <= MOST:
                raise InputError(f"weight {weight:g} of loss {name}", f"0 to {MOST:g}", "choose a value in that range")
        if not any(weight for _, weight in self.parts):
            raise InputError(f"loss {str(self)!r}", "a weight above 0", "give one of them some weight")

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        weighted = [weight * LOSSES[name](logits, target) for name, weight in self.parts if weight]
        return sum(weighted[1:], start=weighted[0])

    def __str__(self) -> str:
        return "+".join(name if weight == 1 else f"{name}:{weight}" for name, weight in self.parts)


@cache
def choose_loss(text: str) -> Loss:
    """The loss that `text` spells, see `Loss`; a name alone has weight 1. Spelled the same, it is the same object.

    Raises `InputError` as `Loss` does, and for a weight that is no number.
    """
    return Loss(tuple(_part(part) for part in text.split("+")))


def _part(text: str) -> tuple[str, float]:
    name, colon, weight = (word.strip() for word in text.partition(":"))
    try:
        return name, float(weight) if colon else 1.0
    except ValueError:
        raise InputError(f"weight {weight!r} of loss {name}", "a plain number", f"write {name}:0.5, say") from None
