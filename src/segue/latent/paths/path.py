"""What a path is, the family's contract, and what a path may use."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.choices import Choice
from segue.core.errors import InputError
from segue.core.progress import Report, silent
from segue.latent.space import LatentSpace, check_codes
from segue.models.autoencoder import Autoencoder

T = TypeVar("T")

Needs: TypeAlias = Literal["nothing", "model", "images"]
"""What a path has to know; images include the model."""

Positions: TypeAlias = float | Sequence[float] | npt.NDArray[Any] | Tensor
"""Positions on a path, in [0, 1]: one number, or a list, an array or a tensor of them."""

Rows: TypeAlias = Tensor
"""Which paths of a batch, int64 `[k]`."""


@dataclass(frozen=True, eq=False)
class Path:
    """A path through a latent space: a function of positions t in [0, 1], exact at both ends.

    Args:
        at: float64 positions `[m]` on the CPU to codes `[m, *latent_shape]`.
        stops: the positions at which the path passes what it was asked to pass, 0 and 1 at least; transforms such as
            `Smooth` keep the codes there.
        info: how the path was found, in JSON values: its cost, whether it converged.

    >>> path = Path(lambda t: 2 * t[:, None])
    >>> path([0.0, 0.5]).tolist(), path(0.25).tolist()
    ([[0.0], [1.0]], [0.5])
    """

    at: Callable[[Tensor], Tensor]
    stops: tuple[float, ...] = (0.0, 1.0)
    info: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, t: Positions) -> Tensor:
        """The codes at some positions.

        Args:
            t: positions in [0, 1]: a number, or a list, an array or a tensor `[m]`.

        Returns:
            Codes `[m, *latent_shape]`; for one number, the code `[*latent_shape]`.

        Raises:
            InputError: for positions outside [0, 1], or of more than one dimension.
        """
        positions = as_positions(t)
        codes = self.at(positions.reshape(-1))
        return codes.reshape(*positions.shape, *codes.shape[1:])


@dataclass(frozen=True, eq=False)
class PathBatch:
    """The paths of n pairs of codes, evaluated together.

    Args:
        at: rows `[k]` and float64 positions `[k, m]`, those of each row its own, to codes `[k, m, *latent_shape]`.
        stops: as of a `Path`, for each.
        info: as of a `Path`, for each.

    >>> from segue.latent.paths import Linear
    >>> paths = Linear().between_pairs(torch.zeros(4, 2), torch.ones(4, 2))
    >>> len(paths), paths([0.0, 0.5, 1.0]).shape, paths[3](0.5).tolist()
    (4, torch.Size([4, 3, 2]), [0.5, 0.5])
    """

    at: Callable[[Rows, Tensor], Tensor]
    stops: tuple[tuple[float, ...], ...]
    info: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(cls, paths: Sequence[Path]) -> PathBatch:
        """Single paths, of codes of one shape, as a batch, which asks them one after the other."""

        def at(rows: Rows, t: Tensor) -> Tensor:
            return torch.stack([paths[row].at(own) for row, own in zip(rows.tolist(), t, strict=True)])

        return cls(at, tuple(path.stops for path in paths), tuple(path.info for path in paths))

    @classmethod
    def plain(cls, at: Callable[[Rows, Tensor], Tensor], count: int) -> PathBatch:
        """So many paths that have nothing to say of how they were found."""
        return cls(at, ((0.0, 1.0),) * count, ({},) * count)

    def __len__(self) -> int:
        return len(self.info)

    def __getitem__(self, row: int) -> Path:
        rows = torch.arange(len(self))[row].reshape(1)
        return Path(lambda t: self.at(rows, t[None])[0], self.stops[row], self.info[row])

    def __iter__(self) -> Iterator[Path]:
        return map(self.__getitem__, range(len(self)))

    def __call__(self, t: Positions) -> Tensor:
        """The codes of all paths at some positions.

        Args:
            t: positions in [0, 1]: a number, `[m]` for all paths alike, or `[n, m]` for each its own.

        Returns:
            Codes `[n, m, *latent_shape]`; for one number `[n, *latent_shape]`.

        Raises:
            InputError: for positions outside [0, 1], or of another shape.
        """
        positions = as_positions(t, len(self))
        each = positions.reshape(-1, positions.shape[-1] if positions.ndim else 1).expand(len(self), -1)
        codes = self.at(torch.arange(len(self)), each)
        return codes if positions.ndim else codes[:, 0]


def as_positions(t: Positions, pairs: int | None = None) -> Tensor:
    """Positions on a path as a float64 tensor on the CPU.

    Args:
        t: a number, or a list, an array or a tensor of numbers in [0, 1], `[m]`.
        pairs: the count of a batch of paths, each of which may have positions of its own: `[pairs, m]`.

    Returns:
        The positions, of the same shape.

    Raises:
        InputError: for anything else.

    >>> as_positions([0, 0.5]), as_positions(1.0)
    (tensor([0.0000, 0.5000], dtype=torch.float64), tensor(1., dtype=torch.float64))
    """
    try:
        values = t.detach() if isinstance(t, Tensor) else torch.from_numpy(np.array(t, np.float64))
        positions = values.to("cpu", torch.float64)
    except (TypeError, ValueError):
        raise InputError(f"positions {t!r}", "a number, or numbers in a list, array or tensor", "0.5, say") from None
    if positions.ndim > 1 and (positions.ndim > 2 or positions.shape[0] != pairs):
        shapes = "[m]" if pairs is None else f"[m], or [{pairs}, m]"
        raise InputError(f"positions {list(positions.shape)}", f"one number, or {shapes}", "one list of positions")
    if not ((positions >= 0) & (positions <= 1)).all():
        worst = positions[~((positions >= 0) & (positions <= 1))][0]
        raise InputError(f"position {worst:g}", "positions from 0 to 1, the ends of the path", "clipping them")
    return positions


@dataclass(frozen=True, eq=False)
class PathContext:
    """What a path may use: a model, and the codes of real images under it.

    Args:
        model: the autoencoder.
        space: the codes of images; empty for paths that need the model alone.
        frames: how many even positions a path will be shown at, between which `ConstantSpeed` makes equal steps.
        report: called with progress.

    What is expensive and the same for every path, such as a graph, is made once and kept here.
    """

    model: Autoencoder
    space: LatentSpace
    frames: int = 16
    report: Report = silent
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns, called the first time that this key is asked for."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found


class PathChoice(Choice):
    """A way of going from one code to another: a frozen dataclass whose fields are its options.

    A path of one's own is a subclass with a `name` and the method `between`:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Detour(PathChoice):
    ...     name = "detour"
    ...     def between(self, a, b, context=None):
    ...         return Path(lambda t: (1 - t[:, None]) * a + t[:, None] * b + torch.sin(torch.pi * t)[:, None])
    >>> Detour().between(torch.zeros(2), torch.ones(2))(0.5).tolist()
    [1.5, 1.5]
    """

    needs: ClassVar[Needs] = "nothing"
    """What the path has to know: `"nothing"`, the `"model"`, or the codes of `"images"`, which include the model."""

    @abstractmethod
    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        """Find the path from one code to another.

        Args:
            a: the first code, `[*latent_shape]`.
            b: the last code, of the same shape.
            context: the model and the codes of images, for paths that need them.

        Returns:
            The path, with `path(0) == a` and `path(1) == b` exactly.

        Raises:
            InputError: for codes of unequal shapes, and for a path that needs a context and has none.
        """

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        """Find the paths of many pairs of codes, as `between` does for each of them, and faster where that can be.

        Args:
            a: the first codes, `[n, *latent_shape]`.
            b: the last codes, of the same shape.
            context: as in `between`.

        Returns:
            n paths.

        Raises:
            InputError: as `between` does.
        """
        check_pairs(a, b)
        return PathBatch.of([self.between(start, end, context) for start, end in zip(a, b, strict=True)])


class PathTransform(Choice):
    """What is done to a path once it is found, and spelled after it: `graph+smooth+pace`. `needs` is as of a path."""

    needs: ClassVar[Needs] = "nothing"

    @abstractmethod
    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        """Transform a path.

        Args:
            path: the path.
            context: as in `PathChoice.between`.

        Returns:
            A path that passes the same codes at its stops.

        Raises:
            InputError: for a transform that needs a context and has none.
        """

    def apply_to_all(self, paths: PathBatch, context: PathContext | None = None) -> PathBatch:
        """Transform many paths, as `apply` does each of them, and faster where that can be."""
        return PathBatch.of([self.apply(path, context) for path in paths])


def require_context(context: PathContext | None, choice: PathChoice | PathTransform) -> PathContext:
    """The context; `InputError` where there is none, or one without images, for a choice that needs them."""
    if context is None:
        raise InputError(f"{choice.name} without a context", "a model and its latent space", "a `PathContext` of both")
    if choice.needs == "images" and len(context.space) == 0:
        raise InputError(f"{choice.name} of a model without images", "images to go by", "naming their set as `data`")
    return context


def check_pair(a: Tensor, b: Tensor) -> None:
    """Raise `InputError` unless two codes are finite floating-point tensors of one shape."""
    check_codes(a, what="a code")
    check_codes(b, a.shape, what="a code")


def check_pairs(a: Tensor, b: Tensor) -> None:
    """Raise `InputError` unless two batches of codes are finite floating-point tensors of one shape, and not empty."""
    check_pair(a, b)
    if a.ndim < 2 or len(a) == 0:
        raise InputError(
            f"codes {list(a.shape)}", "pairs of codes, [1 or more, *latent_shape]", "`between` for one pair"
        )


def exact_ends(points: Tensor, a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Computed points as codes, whose ends are exactly what was asked for, not what arithmetic makes of it.

    Args:
        points: `[k, m, d]`, of any type and device.
        a: first codes, `[k, *latent_shape]`.
        b: last codes, of the same shape.
        t: positions, `[k, m]`.

    Returns:
        Codes `[k, m, *latent_shape]`, of the type and device of `a`.
    """
    codes = points.to(a).reshape(*t.shape, *a.shape[1:])
    for end, code in (0, a), (1, b):
        there = (t == end).to(a.device).reshape(*t.shape, *(1 for _ in a.shape[1:]))
        codes = torch.where(there, code[:, None], codes)
    return codes
