"""Paths through a latent space: `t in [0, 1] -> z`, with `path(0) == a` and `path(1) == b` exactly.

A path is found by one of `PATHS`, each in a file of its own, and may pass through any of `TRANSFORMS`; `choose_path`
reads the spelling, `graph:k=8+smooth+pace`.
"""

from __future__ import annotations

from segue.latent.paths.auto import Auto
from segue.latent.paths.choose import PATHS, TRANSFORMS, choose_path
from segue.latent.paths.function import FunctionPath, PathFunction
from segue.latent.paths.geodesic import Geodesic
from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathBatch, PathChoice, PathContext, PathTransform, Positions
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
    "FunctionPath",
    "Geodesic",
    "GraphPath",
    "Linear",
    "Path",
    "PathBatch",
    "PathChoice",
    "PathContext",
    "PathFunction",
    "PathPipeline",
    "PathTransform",
    "Positions",
    "Slerp",
    "Smooth",
    "Transport",
    "choose_path",
    "connect_waypoints",
    "lerp",
    "slerp",
]

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
