"""segue: the natural way from one image to another, through an autoencoder's latent space.

The names below are loaded when they are first asked for, so that `import segue` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segue.commands.evaluate import EvaluateRequest, EvaluateResult
    from segue.commands.evaluate import run_evaluate as evaluate_run
    from segue.commands.train import TrainRequest, TrainResult
    from segue.commands.train import run_train as train_run
    from segue.core.errors import InputError, Stopped
    from segue.core.images import read_image, to_float, to_uint8, write_image
    from segue.core.progress_bar import show_progress
    from segue.data.datasets import DataSet, ImageSet, load
    from segue.evaluation.leaderboard import Leaderboard, score_paths
    from segue.evaluation.metrics import Case, Metric
    from segue.join.request import JoinRequest
    from segue.join.run import JoinResult
    from segue.join.run import run_join as join_clips
    from segue.latent.interpolation import (
        Interpolation,
        cross_fade,
        decode_path,
        interpolate_images,
        interpolate_waypoints,
    )
    from segue.latent.paths import (
        Geodesic,
        GraphPath,
        Linear,
        Path,
        PathChoice,
        PathContext,
        Slerp,
        Transport,
        choose_path,
        connect_waypoints,
        lerp,
        slerp,
    )
    from segue.latent.space import LatentSpace
    from segue.models.autoencoder import Autoencoder, ConvAutoencoder, load_model, save_model
    from segue.models.foreign import TAEF2, Diffusers, Foreign
    from segue.render.strip import Row, strip
    from segue.training import Training, train
    from segue.training.methods import AAE, ACAI, AE, VAE, Method

_HOMES = {
    "segue.commands.evaluate": ("EvaluateRequest", "EvaluateResult", "evaluate_run=run_evaluate"),
    "segue.commands.train": ("TrainRequest", "TrainResult", "train_run=run_train"),
    "segue.data.datasets": ("DataSet", "ImageSet", "load"),
    "segue.evaluation.leaderboard": ("Leaderboard", "score_paths"),
    "segue.evaluation.metrics": ("Case", "Metric"),
    "segue.core.errors": ("InputError", "Stopped"),
    "segue.models.foreign": ("TAEF2", "Diffusers", "Foreign"),
    "segue.core.progress_bar": ("show_progress",),
    "segue.core.images": ("read_image", "to_float", "to_uint8", "write_image"),
    "segue.latent.interpolation": (
        "Interpolation",
        "cross_fade",
        "decode_path",
        "interpolate_waypoints",
        "interpolate_images",
    ),
    "segue.join.run": ("JoinResult", "join_clips=run_join"),
    "segue.join.request": ("JoinRequest",),
    "segue.training.methods": ("AAE", "ACAI", "AE", "VAE", "Method"),
    "segue.models.autoencoder": ("Autoencoder", "ConvAutoencoder", "load_model", "save_model"),
    "segue.latent.space": ("LatentSpace",),
    "segue.latent.paths": (
        "Geodesic",
        "GraphPath",
        "Linear",
        "Path",
        "PathChoice",
        "Slerp",
        "PathContext",
        "Transport",
        "lerp",
        "choose_path",
        "slerp",
        "connect_waypoints",
    ),
    "segue.render.strip": ("Row", "strip"),
    "segue.training": ("Training", "train"),
}
_WHERE = {name.partition("=")[0]: (home, name.rpartition("=")[2]) for home, names in _HOMES.items() for name in names}

__all__ = [
    "AAE",
    "ACAI",
    "AE",
    "TAEF2",
    "VAE",
    "Autoencoder",
    "Case",
    "ConvAutoencoder",
    "DataSet",
    "Diffusers",
    "EvaluateRequest",
    "EvaluateResult",
    "Foreign",
    "Geodesic",
    "GraphPath",
    "ImageSet",
    "InputError",
    "Interpolation",
    "JoinRequest",
    "JoinResult",
    "LatentSpace",
    "Leaderboard",
    "Linear",
    "Method",
    "Metric",
    "Path",
    "PathChoice",
    "PathContext",
    "Row",
    "Slerp",
    "Stopped",
    "TrainRequest",
    "TrainResult",
    "Training",
    "Transport",
    "choose_path",
    "connect_waypoints",
    "cross_fade",
    "decode_path",
    "evaluate_run",
    "interpolate_images",
    "interpolate_waypoints",
    "join_clips",
    "lerp",
    "load",
    "load_model",
    "read_image",
    "save_model",
    "score_paths",
    "show_progress",
    "slerp",
    "strip",
    "to_float",
    "to_uint8",
    "train",
    "train_run",
    "write_image",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'segue' has no attribute {name!r}")
    home, inside = _WHERE[name]
    return getattr(import_module(home), inside)


def __dir__() -> list[str]:
    return sorted(__all__)
