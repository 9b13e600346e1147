"""Sums of losses as values: `mse:0.7+perceptual:0.3`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeAlias

from torch import Tensor

from segue.core.errors import InputError, unknown
from segue.core.own_choices import load_own, split_own
from segue.core.progress import Report, silent
from segue.training.losses.features import Perceptual, perceptual, vgg16
from segue.training.losses.pixelwise import bce, l1, mse
from segue.training.losses.structural import ssim

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Logits and target, `[n, c, h, w]`, to `[n]`; the target is in [0, 1]."""

LOSSES: dict[str, LossFunction] = {
    "mse": mse,
    "l1": l1,
    "bce": bce,
    "ssim": ssim,
    "perceptual": perceptual,
    "vgg16": vgg16,
}

_MOST = 1e6


@dataclass(frozen=True)
class Loss:
    """A weighted sum of losses, spelled `name:weight+name:weight`.

    Args:
        parts: pairs of a name and a weight, 0 to 1e6. A name is one of `LOSSES`, or `package.module:name` for a loss of
            one's own; that of a perceptual loss may go on with layers of its network: `vgg16/relu2_2/relu3_3`. A loss
            of weight 0 is not computed.
        place: the file of the weights of its networks, or a folder in which to look first, see `Network.find`.

    Raises:
        InputError: a name or layer is unknown or comes twice, a weight is out of range, all weights are 0, or `place`
            is given where no network needs weights.

    >>> loss = Loss((("mse", 0.7), ("vgg16/relu2_2", 1)))
    >>> str(loss)
    'mse:0.7+vgg16/relu2_2'
    >>> loss == choose_loss("mse:0.7 + vgg16/relu2_2")
    True
    """

    parts: tuple[tuple[str, float], ...]
    place: Path | None = None

    def __post_init__(self) -> None:
        names = [name for name, _ in self.parts]
        functions = [_function(name, self.place) for name in names]
        for name, weight in self.parts:
            if names.count(name) > 1:
                raise InputError(f"loss {name} twice", "each loss once", "adding up its weights")
            if not 0 <= weight <= _MOST:
                raise InputError(f"weight {weight:g} of loss {name}", f"0 to {_MOST:g}", "a value in that range")
        if not any(weight for _, weight in self.parts):
            raise InputError(f"loss {str(self)!r}", "a weight above 0", "some weight for one of them")
        if self.place and not any(isinstance(function, Perceptual) for function in functions):
            raise InputError(
                f"weights {self.place} for loss {self}", f"a loss by a network: {_BY_NETWORK}", "dropping them"
            )

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        """Compute the weighted sum.

        Args:
            logits: `[n, c, h, w]`, before the sigmoid.
            target: `[n, c, h, w]`, 0 to 1.

        Returns:
            `[n]`, one for each image.
        """
        weighted = [weight * _function(name, self.place)(logits, target) for name, weight in self.parts if weight]
        return sum(weighted[1:], start=weighted[0])

    def __str__(self) -> str:
        return "+".join(name if weight == 1 else f"{name}:{weight}" for name, weight in self.parts)

    @property
    def networks(self) -> tuple[Perceptual, ...]:
        """The losses among its parts that compare features of a network."""
        functions = [_function(name, self.place) for name, weight in self.parts if weight]
        return tuple(function for function in functions if isinstance(function, Perceptual))

    def prepare(self, report: Report = silent) -> None:
        """Read the weights of its networks, where it has any, so that they are not found missing at the first step.

        Args:
            report: receives the progress of a download.

        Raises:
            InputError: the weights are not found and cannot be downloaded, or the file has other weights.
        """
        for network in self.networks:
            network.prepare(report)


@cache
def choose_loss(text: str, place: Path | None = None) -> Loss:
    """Read the spelling of a loss.

    Args:
        text: `name:weight` joined by `+`, see `Loss`; a name alone has weight 1.
        place: where the weights of its networks are, see `Network.find`.

    Returns:
        The loss; spelled the same, it is the same object.

    Raises:
        InputError: as of `Loss`, or a weight is no number.
    """
    return Loss(tuple(_part(part) for part in text.split("+")), place)


def _part(text: str) -> tuple[str, float]:
    name, weight = (word.strip() for word in split_own(text.strip()) or text.partition(":")[::2])
    try:
        return name, float(weight) if weight or text.endswith(":") else 1.0
    except ValueError:
        raise InputError(f"weight {weight!r} of loss {name}", "a plain number", f"{name}:0.5, for instance") from None


def _load_function(path: str) -> LossFunction:
    """A loss of one's own: a function, or a class that makes one."""
    found = load_own(path, "loss")
    function: LossFunction = found() if isinstance(found, type) else found
    if not callable(function):
        raise InputError(f"loss {path}, which is no function", "logits and target to a number per image", "a function")
    return function


_BY_NETWORK = " or ".join(name for name, function in LOSSES.items() if isinstance(function, Perceptual))


@cache
def _function(text: str, place: Path | None) -> LossFunction:
    """The loss that `name/layer/layer` spells, or one's own at `package.module:name`."""
    if split_own(text):
        return _load_function(text)
    name, *layers = text.split("/")
    if name not in LOSSES:
        raise unknown("loss", name, LOSSES)
    function = LOSSES[name]
    if isinstance(function, Perceptual):
        return replace(function, layers=tuple(layers), place=place)
    if layers:
        raise InputError(f"loss {text}", f"layers for {_BY_NETWORK} alone", name)
    return function
