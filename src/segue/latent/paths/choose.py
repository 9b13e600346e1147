"""The family of paths and their transforms, and the spelling of both: `graph:k=8+smooth+pace`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from torch import Tensor

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.latent.paths.auto import Auto
from segue.latent.paths.function import FunctionPath, PathFunction
from segue.latent.paths.geodesic import Geodesic
from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import PathChoice, PathTransform
from segue.latent.paths.pipeline import PathPipeline
from segue.latent.paths.smooth import Smooth
from segue.latent.paths.speed import ConstantSpeed
from segue.latent.paths.straight import Linear, Slerp
from segue.latent.paths.transport import Transport

PATHS: tuple[type[PathChoice], ...] = (Auto, Linear, Slerp, GraphPath, Geodesic, Transport)
TRANSFORMS: tuple[type[PathTransform], ...] = (Smooth, ConstantSpeed)


def choose_path(path: str | PathChoice | Callable[..., Tensor]) -> PathChoice:
    """The path that is meant by a name, an instance or a function.

    Args:
        path: a spelling, such as `"slerp"` or `"graph:k=8+smooth+pace"`: one of `PATHS`, then any of `TRANSFORMS`,
            joined by `+`; or an instance, which is returned as it is; or a plain function `f(a, b, t) -> code`, as
            `FunctionPath` takes.

    Returns:
        The path, with its transforms.

    Raises:
        InputError: for an unknown name or option, for a value out of bounds, and for a transform without a path.

    >>> choose_path("linear+smooth:width=0.2")
    PathPipeline(first=Linear(), transforms=(Smooth(width=0.2),))
    >>> str(choose_path(lambda a, b, t: a + (b - a) * t**2))
    '<lambda>'
    """
    if isinstance(path, type) and issubclass(path, PathChoice):
        return path()
    if not isinstance(path, str | PathChoice) and callable(path):
        return FunctionPath(cast(PathFunction, path))
    if not isinstance(path, str):
        return choose(path, PATHS, "path")
    # A plus before a digit belongs to a number, as in 1e+1.
    first, *rest = re.split(r"\+(?=\s*[A-Za-z])", path)
    if first.partition(":")[0].strip() in [transform.name for transform in TRANSFORMS]:
        raise InputError(f"path {path}", f"a path first, as in {PATHS[0].name}+{first}", "saying which path it is of")
    choice = choose(first, PATHS, "path")
    return PathPipeline(choice, tuple(choose(part, TRANSFORMS, "step") for part in rest)) if rest else choice
