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
        Interpolations,
        cross_fade,
        decode,
        decode_path,
        interpolate,
        interpolate_images,
        interpolate_pairs,
        interpolate_waypoints,
    )
    from segue.latent.paths import (
        Auto,
        ConstantSpeed,
        FunctionPath,
        Geodesic,
        GraphPath,
        Linear,
        Path,
        PathBatch,
        PathChoice,
        PathContext,
        PathPipeline,
        PathTransform,
        Slerp,
        Smooth,
        Transport,
        choose_path,
        connect_waypoints,
        lerp,
        slerp,
    )
    from segue.latent.space import (
        LatentSpace,
        encode,
    )
    from segue.models.autoencoder import Autoencoder, ConvAutoencoder, load_model, save_model
    from segue.models.foreign import (
        TAEF2,
        Diffusers,
        Foreign,
        as_autoencoder,
    )
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
    "segue.models.foreign": (
        "TAEF2",
        "Diffusers",
        "Foreign",
        "as_autoencoder",
    ),
    "segue.core.progress_bar": ("show_progress",),
    "segue.core.images": ("read_image", "to_float", "to_uint8", "write_image"),
    "segue.latent.interpolation": (
        "Interpolation",
        "Interpolations",
        "cross_fade",
        "decode",
        "decode_path",
        "interpolate",
        "interpolate_images",
        "interpolate_pairs",
        "interpolate_waypoints",
    ),
    "segue.join.run": ("JoinResult", "join_clips=run_join"),
    "segue.join.request": ("JoinRequest",),
    "segue.training.methods": ("AAE", "ACAI", "AE", "VAE", "Method"),
    "segue.models.autoencoder": ("Autoencoder", "ConvAutoencoder", "load_model", "save_model"),
    "segue.latent.space": (
        "LatentSpace",
        "encode",
    ),
    "segue.latent.paths": (
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
        "PathPipeline",
        "PathTransform",
        "Slerp",
        "Smooth",
        "Transport",
        "choose_path",
        "connect_waypoints",
        "lerp",
        "slerp",
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
    "Auto",
    "Autoencoder",
    "Case",
    "ConstantSpeed",
    "ConvAutoencoder",
    "DataSet",
    "Diffusers",
    "EvaluateRequest",
    "EvaluateResult",
    "Foreign",
    "FunctionPath",
    "Geodesic",
    "GraphPath",
    "ImageSet",
    "InputError",
    "Interpolation",
    "Interpolations",
    "JoinRequest",
    "JoinResult",
    "LatentSpace",
    "Leaderboard",
    "Linear",
    "Method",
    "Metric",
    "Path",
    "PathBatch",
    "PathChoice",
    "PathContext",
    "PathPipeline",
    "PathTransform",
    "Row",
    "Slerp",
    "Smooth",
    "Stopped",
    "TrainRequest",
    "TrainResult",
    "Training",
    "Transport",
    "as_autoencoder",
    "choose_path",
    "connect_waypoints",
    "cross_fade",
    "decode",
    "decode_path",
    "encode",
    "evaluate_run",
    "interpolate",
    "interpolate_images",
    "interpolate_pairs",
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
