"""What a path is, the family's contract, and what lies about a path."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

import torch
from torch import Tensor

from segue.core.choices import Choice
from segue.core.errors import InputError
from segue.core.progress import Report, silent
from segue.latent.space import LatentSpace
from segue.models.autoencoder import Autoencoder

_T = TypeVar("_T")

Needs: TypeAlias = Literal["nothing", "model", "images"]
"""What a path has to know; images include the model."""


@dataclass(frozen=True, eq=False)
class Path:
    """A path through a latent space: positions `t` `[n]` in [0, 1] to codes `[n, *latent_shape]`, the ends exact.

    `stops` are the positions at which it passes what was asked for, 0 and 1 at least: later steps keep the codes there.
    `info` says how it was found, in JSON values: what it cost, whether it converged.

    >>> Path(lambda t: 2 * t[:, None])(torch.tensor([0.0, 0.5])).tolist()
    [[0.0], [1.0]]
    """

    at: Callable[[Tensor], Tensor]
    stops: tuple[float, ...] = (0.0, 1.0)
    info: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, t: Tensor) -> Tensor:
        return self.at(t)


@dataclass(frozen=True, eq=False)
class PathContext:
    """What lies about a path: a model, and the codes of real images under it.

    The space may be empty, for what needs the model alone. `frames` is how many even positions a path will be shown at,
    which `ConstantSpeed` makes equal steps. What is dear and the same for every path, as a graph, is made once and kept
    here.
    """

    model: Autoencoder
    space: LatentSpace
    frames: int = 16
    report: Report = silent
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` gives, made at the first call with this key."""
        if key not in self._made:
            self._made[key] = make()
        found: _T = self._made[key]
        return found


class PathChoice(Choice):
    """A way of going from one code to another; `needs` says what it has to know of its surroundings."""

    needs: ClassVar[Needs] = "nothing"

    @abstractmethod
    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        """The path from code `a` to code `b`, each of the latent shape.

        Raises `InputError` where the path needs surroundings and there are none.
        """


class PathTransform(Choice):
    """What a path can pass through on its way to be shown: spelled after it, as in `graph+smooth+pace`.

    `needs` is as of a path.
    """

    needs: ClassVar[Needs] = "nothing"

    @abstractmethod
    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        """A path that passes the same codes at its stops. Raises `InputError` as `PathChoice.between` does."""


def require_context(context: PathContext | None, choice: PathChoice | PathTransform) -> PathContext:
    """The surroundings; `InputError` where there are none, or without images, for a choice that needs them."""
    if context is None:
        raise InputError(f"{choice.name} without a context", "a model and its latent space", "give a PathContext")
    if choice.needs == "images" and len(context.space) == 0:
        raise InputError(f"{choice.name} of a model without images", "images to go by", "say which with --data")
    return context


def exactly(points: Tensor, a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """`points` `[n, d]` as codes like `a` and `b`; the ends are what was asked for, not what arithmetic makes of it."""
    codes = points.to(a).reshape(-1, *a.shape)
    for end, code in (0, a), (1, b):
        there = (t == end).to(a.device).reshape(-1, *(1 for _ in a.shape))
        codes = torch.where(there, code[None], codes)
    return codes
