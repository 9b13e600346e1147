"""Paths through a latent space: `t in [0, 1] -> z`, with `path(0) == a` and `path(1) == b` exactly.

A path is found by one of `PATHS`, each in a file of its own, and may pass through any of `STEPS`; `path_of` reads the
spelling, `graph:k=8+smooth+pace`.
"""

from __future__ import annotations

from segue.paths import chain
from segue.paths.chain import Chain
from segue.paths.geodesic import Geodesic
from segue.paths.graph import GraphPath
from segue.paths.pace import Pace
from segue.paths.path import Path, PathChoice, Step, Surroundings
from segue.paths.smooth import Smooth
from segue.paths.straight import Linear, Slerp, lerp, slerp
from segue.paths.tour import through
from segue.paths.transport import Transport

__all__ = [
    "PATHS", "STEPS", "Chain", "Geodesic", "GraphPath", "Linear", "Pace", "Path", "PathChoice", "Slerp", "Smooth",
    "Step", "Surroundings", "Transport", "lerp", "path_of", "slerp",
    "through",
]  # fmt: skip

PATHS: tuple[type[PathChoice], ...] = (Linear, Slerp, GraphPath, Geodesic, Transport)
STEPS: tuple[type[Step], ...] = (Smooth, Pace)


def path_of(value: str | PathChoice) -> PathChoice:
    """The path, and the steps after it, that `value` spells; an instance is returned as it is.

    Raises `InputError` for an unknown name or option, for a value out of bounds, and for a step without a path.

    >>> path_of("linear+smooth:width=0.1")
    Chain(first=Linear(), steps=(Smooth(width=0.1),))
    """
    return chain.read(value, PATHS, STEPS)
