"""A plain function as a path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from segue.core.choices import needed
from segue.core.errors import InputError
from segue.latent.paths.path import Path, PathChoice, PathContext, check_pair, exact_ends
from segue.latent.space import check_codes

PathFunction: TypeAlias = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Two codes `[*latent_shape]` and one position in [0, 1], a float64 tensor without dimensions, to a code."""

_OFF = 1e-3
"""How far a function may miss an end, as a share of the size of both."""


@dataclass(frozen=True)
class FunctionPath(PathChoice):
    """A path that a plain function gives: `f(a, b, t)` is the code at t, for one position at a time.

    The function is called with a t that may stand in any formula of `torch` or `math`; it has to lead from `a`
    at 0 to `b` at 1.

    Args:
        function: the function.

    `between` raises `InputError` for a function that starts or ends elsewhere, by more than a thousandth of the size of
    `a` and `b`, and its path for codes of another shape.

    >>> def ease(a, b, t):
    ...     return a + (b - a) * t**2
    >>> FunctionPath(ease).between(torch.zeros(2), torch.ones(2))([0.0, 0.5, 1.0]).tolist()
    [[0.0, 0.0], [0.25, 0.25], [1.0, 1.0]]
    """

    name = "function"
    function: PathFunction = needed(help="f(a, b, t) -> code")

    def __str__(self) -> str:
        return str(getattr(self.function, "__name__", type(self.function).__name__))

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        check_pair(a, b)

        def code(t: Tensor) -> Tensor:
            found = self.function(a, b, t)
            check_codes(found, a.shape, f"a code of {self}")
            return found.detach().to(a)

        def at(t: Tensor) -> Tensor:
            if len(t) == 0:
                return a.new_empty(0, *a.shape)
            return exact_ends(torch.stack([code(value) for value in t])[None], a[None], b[None], t[None])[0]

        size = max(float(a.norm()), float(b.norm()))
        for t, end in (0, a), (1, b):
            away = float((code(torch.tensor(t, dtype=torch.float64)) - end).norm())
            if away > _OFF * size:
                name = "ab"[t]
                raise InputError(
                    f"path {self}, which is {away:.2g} away from {name} at t = {t}", f"{name} there", "the other order"
                )
        return Path(at)
