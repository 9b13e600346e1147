"""segue: the natural way from one image to another, through an autoencoder's latent space.

All public names are listed here, once; whatever they are made of is one level below, in the wings: `segue.core`,
`segue.video`, `segue.data`, `segue.models`, `segue.training`, `segue.latent`, `segue.evaluation`, `segue.render`,
`segue.motion`, `segue.join`. Each is loaded when it is first asked for, so that `import segue` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segue.commands.evaluate import EvaluateRequest, EvaluateResult
    from segue.commands.evaluate import run_evaluate as evaluate_run
    from segue.commands.runs import Run, open_run
    from segue.commands.train import TrainRequest, TrainResult
    from segue.commands.train import run_train as train_run
    from segue.core.choices import choose, option
    from segue.core.errors import InputError, Stopped
    from segue.core.images import check_images, read_image, to_float, to_uint8, write_image
    from segue.core.progress import Event, Report
    from segue.core.progress_bar import show_progress
    from segue.data.corruptions import Corruption, corruption
    from segue.data.datasets import DataSet, ImageSet, Pick, World, load
    from segue.evaluation.leaderboard import Leaderboard, score_paths
    from segue.evaluation.metrics import Case, Metric
    from segue.join.request import JoinRequest
    from segue.join.run import JoinResult
    from segue.join.run import run_join as join_clips
    from segue.join.styles import Style
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
    from segue.latent.space import LatentSpace, encode
    from segue.models.autoencoder import Autoencoder, ConvAutoencoder, TrainableAutoencoder
    from segue.models.files import load_model, save_model
    from segue.models.foreign import TAEF2, Diffusers, Foreign, as_autoencoder
    from segue.models.own import OwnAutoencoder
    from segue.render.animation import write_animation
    from segue.render.strip import Row, strip
    from segue.training import Trained, Training, train
    from segue.training.methods import AAE, ACAI, AE, AEAI, VAE, VAEGAN, Method
    from segue.video import ClipInfo, FilmWriter, probe, read_frames, read_sound, write_gif

_HOMES = {
    "segue.commands.evaluate": (
        "evaluate_run=run_evaluate",
        "EvaluateRequest",
        "EvaluateResult",
    ),
    "segue.commands.runs": (
        "open_run",
        "Run",
    ),
    "segue.commands.train": (
        "train_run=run_train",
        "TrainRequest",
        "TrainResult",
    ),
    "segue.core.choices": (
        "choose",
        "option",
    ),
    "segue.core.errors": (
        "InputError",
        "Stopped",
    ),
    "segue.core.images": (
        "check_images",
        "read_image",
        "to_float",
        "to_uint8",
        "write_image",
    ),
    "segue.core.progress": (
        "Event",
        "Report",
    ),
    "segue.core.progress_bar": ("show_progress",),
    "segue.data.corruptions": (
        "Corruption",
        "corruption",
    ),
    "segue.data.datasets": (
        "DataSet",
        "ImageSet",
        "load",
        "Pick",
        "World",
    ),
    "segue.evaluation.leaderboard": (
        "Leaderboard",
        "score_paths",
    ),
    "segue.evaluation.metrics": (
        "Case",
        "Metric",
    ),
    "segue.join.request": ("JoinRequest",),
    "segue.join.run": (
        "join_clips=run_join",
        "JoinResult",
    ),
    "segue.join.styles": ("Style",),
    "segue.latent.interpolation": (
        "cross_fade",
        "decode",
        "decode_path",
        "interpolate",
        "interpolate_images",
        "interpolate_pairs",
        "interpolate_waypoints",
        "Interpolation",
        "Interpolations",
    ),
    "segue.latent.paths": (
        "Auto",
        "choose_path",
        "connect_waypoints",
        "ConstantSpeed",
        "FunctionPath",
        "Geodesic",
        "GraphPath",
        "lerp",
        "Linear",
        "Path",
        "PathBatch",
        "PathChoice",
        "PathContext",
        "PathPipeline",
        "PathTransform",
        "Slerp",
        "slerp",
        "Smooth",
        "Transport",
    ),
    "segue.latent.space": (
        "encode",
        "LatentSpace",
    ),
    "segue.models.autoencoder": (
        "Autoencoder",
        "ConvAutoencoder",
        "TrainableAutoencoder",
    ),
    "segue.models.files": (
        "load_model",
        "save_model",
    ),
    "segue.models.foreign": (
        "as_autoencoder",
        "Diffusers",
        "Foreign",
        "TAEF2",
    ),
    "segue.models.own": ("OwnAutoencoder",),
    "segue.render.animation": ("write_animation",),
    "segue.render.strip": (
        "Row",
        "strip",
    ),
    "segue.training": (
        "train",
        "Trained",
        "Training",
    ),
    "segue.training.methods": (
        "AAE",
        "ACAI",
        "AE",
        "AEAI",
        "Method",
        "VAE",
        "VAEGAN",
    ),
    "segue.video": (
        "ClipInfo",
        "FilmWriter",
        "probe",
        "read_frames",
        "read_sound",
        "write_gif",
    ),
}
_WHERE = {name.partition("=")[0]: (home, name.rpartition("=")[2]) for home, names in _HOMES.items() for name in names}

_WINGS = (
    "core",
    "video",
    "data",
    "models",
    "training",
    "latent",
    "evaluation",
    "render",
    "motion",
    "join",
)

__all__ = [
    "AAE",
    "ACAI",
    "AE",
    "AEAI",
    "TAEF2",
    "VAE",
    "VAEGAN",
    "Auto",
    "Autoencoder",
    "Case",
    "ClipInfo",
    "ConstantSpeed",
    "ConvAutoencoder",
    "Corruption",
    "DataSet",
    "Diffusers",
    "EvaluateRequest",
    "EvaluateResult",
    "Event",
    "FilmWriter",
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
    "OwnAutoencoder",
    "Path",
    "PathBatch",
    "PathChoice",
    "PathContext",
    "PathPipeline",
    "PathTransform",
    "Pick",
    "Report",
    "Row",
    "Run",
    "Slerp",
    "Smooth",
    "Stopped",
    "Style",
    "TrainRequest",
    "TrainResult",
    "TrainableAutoencoder",
    "Trained",
    "Training",
    "Transport",
    "World",
    "as_autoencoder",
    "check_images",
    "choose",
    "choose_path",
    "connect_waypoints",
    "corruption",
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
    "open_run",
    "option",
    "probe",
    "read_frames",
    "read_image",
    "read_sound",
    "save_model",
    "score_paths",
    "show_progress",
    "slerp",
    "strip",
    "to_float",
    "to_uint8",
    "train",
    "train_run",
    "write_animation",
    "write_gif",
    "write_image",
]


def __getattr__(name: str) -> Any:
    if name in _WINGS:
        return import_module(f"segue.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module 'segue' has no attribute {name!r}")
    home, inside = _WHERE[name]
    return getattr(import_module(home), inside)


def __dir__() -> list[str]:
    return sorted([*__all__, *_WINGS])
