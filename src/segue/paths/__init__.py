"""Paths through a latent space: `t in [0, 1] -> z`, with `path(0) == a` and `path(1) == b` exactly.

A path is found by one of `PATHS`, each in a file of its own, and may pass through any of `STEPS`; `path_of` reads the
spelling, `graph:k=8+smooth+pace`.
"""

from __future__ import annotations

from segue.paths import chain
from segue.paths.auto import Auto
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
    "LEADERBOARD", "PATHS", "STEPS", "Auto", "Chain", "Geodesic", "GraphPath", "Linear", "Pace", "Path", "PathChoice",
    "Slerp", "Smooth", "Step", "Surroundings", "Transport", "lerp", "path_of", "slerp", "through",
]  # fmt: skip

PATHS: tuple[type[PathChoice], ...] = (Auto, Linear, Slerp, GraphPath, Geodesic, Transport)
STEPS: tuple[type[Step], ...] = (Smooth, Pace)

LEADERBOARD = (
    "linear", "linear+pace", "slerp", "graph", "graph+smooth+pace", "graph:weight=decoded+smooth+pace", "geodesic+pace",
)  # fmt: skip
"""What is compared when nothing else is asked for."""


def path_of(value: str | PathChoice) -> PathChoice:
    """The path, and the steps after it, that `value` spells; an instance is returned as it is.

    Raises `InputError` for an unknown name or option, for a value out of bounds, and for a step without a path.

    >>> path_of("linear+smooth:width=0.2")
    Chain(first=Linear(), steps=(Smooth(width=0.2),))
    """
    return chain.read(value, PATHS, STEPS)
