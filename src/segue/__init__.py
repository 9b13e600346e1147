"""segue: the natural way from one image to another, through an autoencoder's latent space.

The names below are loaded when they are first asked for, so that `import segue` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segue.datasets import DataSet, ImageSet, load
    from segue.errors import InputError, Stopped
    from segue.foreign import TAEF2, Diffusers, Foreign
    from segue.images import read_image, to_float, to_uint8, write_image
    from segue.interpolation import Interpolation, cross_fade, interpolate, tour, walk
    from segue.jobs.join import JoinResult
    from segue.jobs.join import run_join as join_clips
    from segue.jobs.join_request import JoinRequest
    from segue.latent import LatentSpace
    from segue.methods import AAE, ACAI, AE, VAE, Method
    from segue.model import Autoencoder, ConvAutoencoder, load_model, save_model
    from segue.paths import (
        Geodesic,
        GraphPath,
        Linear,
        Path,
        PathChoice,
        Slerp,
        Surroundings,
        Transport,
        lerp,
        path_of,
        slerp,
        through,
    )
    from segue.render.strip import Row, strip
    from segue.training import Training, train

_HOMES = {
    "segue.datasets": ("DataSet", "ImageSet", "load"),
    "segue.errors": ("InputError", "Stopped"),
    "segue.foreign": ("TAEF2", "Diffusers", "Foreign"),
    "segue.images": ("read_image", "to_float", "to_uint8", "write_image"),
    "segue.interpolation": ("Interpolation", "cross_fade", "interpolate", "tour", "walk"),
    "segue.jobs.join": ("JoinResult", "join_clips=run_join"),
    "segue.jobs.join_request": ("JoinRequest",),
    "segue.methods": ("AAE", "ACAI", "AE", "VAE", "Method"),
    "segue.model": ("Autoencoder", "ConvAutoencoder", "load_model", "save_model"),
    "segue.latent": ("LatentSpace",),
    "segue.paths": (
        "Geodesic",
        "GraphPath",
        "Linear",
        "Path",
        "PathChoice",
        "Slerp",
        "Surroundings",
        "Transport",
        "lerp",
        "path_of",
        "slerp",
        "through",
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
    "ConvAutoencoder",
    "DataSet",
    "Diffusers",
    "Foreign",
    "Geodesic",
    "GraphPath",
    "ImageSet",
    "InputError",
    "Interpolation",
    "JoinRequest",
    "JoinResult",
    "LatentSpace",
    "Linear",
    "Method",
    "Path",
    "PathChoice",
    "Row",
    "Slerp",
    "Stopped",
    "Surroundings",
    "Training",
    "Transport",
    "cross_fade",
    "interpolate",
    "join_clips",
    "lerp",
    "load",
    "load_model",
    "path_of",
    "read_image",
    "save_model",
    "slerp",
    "strip",
    "through",
    "to_float",
    "to_uint8",
    "tour",
    "train",
    "walk",
    "write_image",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'segue' has no attribute {name!r}")
    home, inside = _WHERE[name]
    return getattr(import_module(home), inside)


def __dir__() -> list[str]:
    return sorted(__all__)
