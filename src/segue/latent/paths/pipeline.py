"""A path and the transforms that it passes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from torch import Tensor

from segue.latent.paths.path import Needs, Path, PathBatch, PathChoice, PathContext, PathTransform


@dataclass(frozen=True)
class PathPipeline(PathChoice):
    """A path, then transforms, each applied to the result of the one before: `graph:k=8+smooth+pace`.

    Args:
        first: the path; the transforms of a pipeline come before those given here.
        transforms: what it passes through.

    >>> from segue.latent.paths import Linear, Smooth
    >>> str(PathPipeline(Linear(), (Smooth(width=0.2),)))
    'linear+smooth:width=0.2'
    """

    name = "pipeline"
    first: PathChoice
    transforms: tuple[PathTransform, ...]

    def __post_init__(self) -> None:
        if isinstance(self.first, PathPipeline):
            object.__setattr__(self, "transforms", self.first.transforms + self.transforms)
            object.__setattr__(self, "first", self.first.first)

    @property
    def needs(self) -> Needs:  # type: ignore[override]
        """What any of its parts has to know."""
        order = get_args(Needs)
        found: Needs = max((self.first.needs, *(part.needs for part in self.transforms)), key=order.index)
        return found

    def __str__(self) -> str:
        return "+".join(map(str, (self.first, *self.transforms)))

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        path = self.first.between(a, b, context)
        for transform in self.transforms:
            path = transform.apply(path, context)
        return path

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        paths = self.first.between_pairs(a, b, context)
        for transform in self.transforms:
            paths = transform.apply_to_all(paths, context)
        return paths
