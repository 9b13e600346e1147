"""Paths that need to know nothing but their ends: the straight line and the great circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from segue.latent.paths.path import (
    Path,
    PathBatch,
    PathChoice,
    PathContext,
    Positions,
    as_positions,
    check_pair,
    check_pairs,
    exact_ends,
)

_Formula: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Ends `[k, d]` and positions `[k, m]`, float64, to points `[k, m, d]`."""

_PARALLEL = 1e-7
"""The angle, in radians, below which two directions are one."""


def lerp(a: Tensor, b: Tensor, t: Positions, *, batched: bool | None = None) -> Tensor:
    """Interpolate along the straight line `(1 - t) a + t b`, exact at both ends and where `a == b`.

    Args:
        a: a code `[d]` or `[c, h, w]`, or a batch of n codes `[n, d]` or `[n, c, h, w]`.
        b: the other end, of the same shape.
        t: positions in [0, 1]: a number, or a list, an array or a tensor `[m]`; for a batch also `[n, m]`, positions of
            its own for each pair.
        batched: whether `a` and `b` are batches; by default they are with two dimensions or four.

    Returns:
        Codes of the type and device of `a`: `[m, *shape]`, or of a batch `[n, m, *shape]`; for one number t, without
        the dimension of m.

    Raises:
        InputError: for codes that are no finite floating-point tensors of one shape, and for positions outside [0, 1].

    >>> lerp(torch.zeros(2), torch.ones(2), [0.0, 0.5, 1.0]).tolist()
    [[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]
    >>> lerp(torch.zeros(10_000, 2), torch.ones(10_000, 2), [0.0, 0.5, 1.0]).shape
    torch.Size([10000, 3, 2])
    """
    return _interpolate(_lerp, a, b, t, batched)


def slerp(a: Tensor, b: Tensor, t: Positions, *, batched: bool | None = None) -> Tensor:
    """Interpolate along the great circle from `a` to `b` (Shoemake 1985; of codes White 2016, arXiv 1609.04468).

    With the angle w between the codes, the direction is `(sin((1 - t) w) a / |a| + sin(t w) b / |b|) / sin w`, which
    turns at a constant speed; the norm goes straight from `|a|` to `|b|`, so codes of one norm keep it. A code of any
    shape counts as one vector.

    Degenerate cases: parallel codes, or one that is zero, give the straight line. Opposite ones have no shortest great
    circle; the one through the first coordinate axis that is least along `a` is taken.

    Args:
        a: a code `[d]` or `[c, h, w]`, or a batch of n codes `[n, d]` or `[n, c, h, w]`.
        b: the other end, of the same shape.
        t: positions in [0, 1], as in `lerp`.
        batched: as in `lerp`.

    Returns:
        Codes, shaped as in `lerp`.

    Raises:
        InputError: as `lerp` does.

    >>> slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), 0.5).norm()
    tensor(1.0000)
    >>> slerp(torch.randn(10_000, 8), torch.randn(10_000, 8), torch.linspace(0, 1, 10)).shape
    torch.Size([10000, 10, 8])
    """
    return _interpolate(_slerp, a, b, t, batched)


def _interpolate(formula: _Formula, a: Tensor, b: Tensor, t: Positions, batched: bool | None) -> Tensor:
    """Codes by a formula of rows, for one pair or for many."""
    check_pair(a, b)
    many = a.ndim in (2, 4) if batched is None else batched
    if many:
        check_pairs(a, b)
    else:
        a, b = a[None], b[None]
    positions = as_positions(t, len(a) if many else None)
    each = positions.reshape(-1, positions.shape[-1] if positions.ndim else 1).expand(len(a), -1)
    codes = _at(formula, a, b, each)
    codes = codes if positions.ndim else codes[:, 0]
    return codes if many else codes[0]


def _at(formula: _Formula, a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Codes `[k, m, *shape]` at `t` `[k, m]` between `a` and `b`, `[k, *shape]` each."""
    return exact_ends(formula(_vectors(a), _vectors(b), t), a, b, t)


def _vectors(codes: Tensor) -> Tensor:
    """Codes as `[k, d]`, in double precision, which not every device has."""
    return codes.flatten(1).to("cpu", torch.float64)


def _lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    return torch.lerp(a[:, None], b[:, None], t[..., None])


def _slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    (norm_a, u), (norm_b, v) = _polar(a), _polar(b)
    # Half the chord through atan2 keeps the angle exact near 0 and pi, where acos loses half its digits.
    angle = 2 * torch.atan2((u - v).norm(dim=1, keepdim=True), (u + v).norm(dim=1, keepdim=True))
    opposite = torch.pi - angle < _PARALLEL
    straight = (angle < _PARALLEL) | (norm_a == 0) | (norm_b == 0)
    if a.shape[1] == 1:
        straight = straight | opposite
    axis = torch.zeros_like(u).scatter_(1, u.abs().argmin(1, keepdim=True), 1)
    towards = torch.where(opposite, axis, v)
    across = towards - (u * towards).sum(1, keepdim=True) * u
    across = across / across.norm(dim=1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    turn, norm = (t * angle)[..., None], torch.lerp(norm_a, norm_b, t)[..., None]
    points = norm * (turn.cos() * u[:, None] + turn.sin() * across[:, None])
    return torch.where(straight[..., None], _lerp(a, b, t), points) if straight.any() else points


def _polar(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Norms `[k, 1]` and directions; scaled first, so that no square overflows or vanishes. Of zero, zero."""
    largest = vectors.abs().amax(1, keepdim=True)
    scaled = vectors / torch.where(largest > 0, largest, 1)
    size = scaled.norm(dim=1, keepdim=True)
    return largest * size, scaled / torch.where(size > 0, size, 1)


@dataclass(frozen=True)
class Linear(PathChoice):
    """The straight line: see `lerp`.

    >>> Linear().between(torch.zeros(2), torch.ones(2))(0.25).tolist()
    [0.25, 0.25]
    """

    name = "linear"

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        check_pair(a, b)
        return self.between_pairs(a[None], b[None])[0]

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        check_pairs(a, b)
        return PathBatch.plain(lambda rows, t: _at(_lerp, a[rows], b[rows], t), len(a))


@dataclass(frozen=True)
class Slerp(PathChoice):
    """Spherical interpolation, for codes that were trained towards N(0, I): see `slerp`.

    >>> Slerp().between(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]))(0.5)
    tensor([0.7071, 0.7071])
    """

    name = "slerp"

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        check_pair(a, b)
        return self.between_pairs(a[None], b[None])[0]

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        check_pairs(a, b)
        return PathBatch.plain(lambda rows, t: _at(_slerp, a[rows], b[rows], t), len(a))
