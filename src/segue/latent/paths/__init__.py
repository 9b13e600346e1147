"""Paths through a latent space: `t in [0, 1] -> z`, with `path(0) == a` and `path(1) == b` exactly.

A path is found by one of `PATHS`, each in a file of its own, and may pass through any of `TRANSFORMS`; `choose_path`
reads the spelling, `graph:k=8+smooth+pace`.
"""

from __future__ import annotations

from segue.latent.paths import pipeline
from segue.latent.paths.auto import Auto
from segue.latent.paths.geodesic import Geodesic
from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathChoice, PathContext, PathTransform
from segue.latent.paths.pipeline import PathPipeline
from segue.latent.paths.smooth import Smooth
from segue.latent.paths.speed import ConstantSpeed
from segue.latent.paths.straight import Linear, Slerp, lerp, slerp
from segue.latent.paths.transport import Transport
from segue.latent.paths.waypoints import connect_waypoints

__all__ = [
    "LEADERBOARD_PATHS",
    "PATHS",
    "TRANSFORMS",
    "Auto",
    "ConstantSpeed",
    "Geodesic",
    "GraphPath",
    "Linear",
    "Path",
    "PathChoice",
    "PathContext",
    "PathPipeline",
    "PathTransform",
    "Slerp",
    "Smooth",
    "Transport",
    "choose_path",
    "connect_waypoints",
    "lerp",
    "slerp",
]

PATHS: tuple[type[PathChoice], ...] = (Auto, Linear, Slerp, GraphPath, Geodesic, Transport)
TRANSFORMS: tuple[type[PathTransform], ...] = (Smooth, ConstantSpeed)

LEADERBOARD_PATHS = (
    "linear",
    "linear+pace",
    "slerp",
    "graph",
    "graph+smooth+pace",
    "graph:weight=decoded+smooth+pace",
    "geodesic+pace",
)
"""What is compared when nothing else is asked for."""


def choose_path(value: str | PathChoice) -> PathChoice:
    """The path, and the steps after it, that `value` spells; an instance is returned as it is.

    Raises `InputError` for an unknown name or option, for a value out of bounds, and for a step without a path.

    >>> choose_path("linear+smooth:width=0.2")
    PathPipeline(first=Linear(), steps=(Smooth(width=0.2),))
    """
    return pipeline.read(value, PATHS, TRANSFORMS)
