"""Paths that need to know nothing but their ends: the straight line and the great circle."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from segue.latent.paths.path import Path, PathChoice, PathContext, exactly


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """The straight line `(1 - t) a + t b`, exact at both ends and where `a == b`.

    `a`, `b`: codes of one shape; `t`: `[n]`. Returns `[n, *shape]`, of the codes' type and device.

    >>> lerp(torch.zeros(2), torch.ones(2), torch.tensor([0.0, 0.5, 1.0])).tolist()
    [[0.0, 0.0], [0.5, 0.5], [1.0, 1.0]]
    """
    return exactly(torch.lerp(_vector(a), _vector(b), _column(t)), a, b, t)


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Along the great circle from `a` to `b` (Shoemake 1985; for latent spaces White 2016, arXiv 1609.04468).

    The direction turns at constant speed by the angle between the codes; the norm goes straight from `|a|` to
    `|b|`, so codes of one norm keep it. Shapes as in `lerp`; a code of any shape counts as one vector.

    Degenerate cases: parallel codes, or one that is zero, give the straight line. Opposite ones have no
    shortest great circle; the one through the first coordinate axis that is least along `a` is taken.

    >>> slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0]), torch.tensor([0.5])).norm()
    tensor(1.0000)
    """
    if not a.any() or not b.any():
        return lerp(a, b, t)
    (norm_a, u), (norm_b, v) = _polar(_vector(a)), _polar(_vector(b))
    # Half the chord through atan2 keeps the angle exact near 0 and pi, where acos loses half its digits.
    angle = 2 * torch.atan2((u - v).norm(), (u + v).norm())
    opposite = torch.pi - angle < 1e-7
    if angle < 1e-7 or (opposite and u.numel() == 1):
        return lerp(a, b, t)
    towards = torch.zeros_like(u).index_fill_(0, u.abs().argmin(), 1) if opposite else v
    across = towards - (u @ towards) * u
    across = across / across.norm()
    turn = _column(t) * angle
    norm = torch.lerp(norm_a, norm_b, _column(t))
    return exactly(norm * (turn.cos() * u + turn.sin() * across), a, b, t)


def _vector(code: Tensor) -> Tensor:
    """A code as `[d]`, in double precision, which not every device has."""
    return code.flatten().to("cpu", torch.float64)


def _column(t: Tensor) -> Tensor:
    return t.to("cpu", torch.float64)[:, None]


def _polar(vector: Tensor) -> tuple[Tensor, Tensor]:
    """Norm and direction of a vector that is not zero; scaled first, so that no square overflows or vanishes."""
    largest = vector.abs().max()
    scaled = vector / largest
    return largest * scaled.norm(), scaled / scaled.norm()


@dataclass(frozen=True)
class Linear(PathChoice):
    """The straight line: see `lerp`."""

    name = "linear"

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        return Path(lambda t: lerp(a, b, t))


@dataclass(frozen=True)
class Slerp(PathChoice):
    """Spherical: see `slerp`."""

    name = "slerp"

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        return Path(lambda t: slerp(a, b, t))
