"""A path and the steps that it passes through, and the spelling of both: `graph:k=8+smooth+pace`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

from torch import Tensor

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.latent.paths.path import Needs, Path, PathChoice, PathContext, PathTransform


@dataclass(frozen=True)
class PathPipeline(PathChoice):
    """A path, then steps, each applied to what the one before it gives.

    >>> from segue.latent.paths import Linear, Smooth
    >>> str(PathPipeline(Linear(), (Smooth(width=0.2),)))
    'linear+smooth:width=0.2'
    """

    name = "chain"
    first: PathChoice
    steps: tuple[PathTransform, ...]

    def __post_init__(self) -> None:
        if isinstance(self.first, PathPipeline):
            object.__setattr__(self, "steps", self.first.steps + self.steps)
            object.__setattr__(self, "first", self.first.first)

    @property
    def needs(self) -> Needs:  # type: ignore[override]
        """What any of its parts has to know."""
        order = get_args(Needs)
        found: Needs = max((self.first.needs, *(step.needs for step in self.steps)), key=order.index)
        return found

    def __str__(self) -> str:
        return "+".join(map(str, (self.first, *self.steps)))

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        path = self.first.between(a, b, context)
        for step in self.steps:
            path = step.apply(path, context)
        return path


def read(
    value: str | PathChoice, paths: tuple[type[PathChoice], ...], steps: tuple[type[PathTransform], ...]
) -> PathChoice:
    """What `value` spells: one of `paths`, then any of `steps`, joined by `+`; an instance is returned as it is.

    Raises `InputError` for an unknown name or option, for a value out of bounds, and for a step without a path.
    """
    if not isinstance(value, str):
        return choose(value, paths, "path")
    # A plus before a digit belongs to a number, as in 1e+1.
    first, *rest = re.split(r"\+(?=\s*[A-Za-z])", value)
    if first.partition(":")[0].strip() in [step.name for step in steps]:
        raise InputError(f"path {value}", f"a path first, as in {paths[0].name}+{first}", "say which path it is of")
    path = choose(first, paths, "path")
    return PathPipeline(path, tuple(choose(part, steps, "step") for part in rest)) if rest else path
