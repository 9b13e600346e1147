"""Autoencoders of the `diffusers` package, which is an extra."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from segue.core.choices import needed, option
from segue.core.errors import InputError, unreadable_file
from segue.models.foreign.adapter import Foreign, ForeignModel
from segue.models.foreign.size import sides

if TYPE_CHECKING:
    from diffusers import AutoencoderKL

_KIND = "AutoencoderKL"


@dataclass(frozen=True)
class Diffusers(ForeignModel):
    """An `AutoencoderKL` that was saved by its `save_pretrained`, safetensors only.

    An image is encoded to the mode of its posterior. Codes are shifted and scaled as the file's configuration says, to
    where a diffusion model would take them (Rombach et al. 2022, arXiv 2112.10752).
    """

    name = "diffusers"
    folder: str = needed(help="folder of an AutoencoderKL: its config.json and .safetensors")
    size: int | tuple[int, int] = option(256, "image size in pixels: 256, or HEIGHTxWIDTH", low=1)

    def open(self) -> Foreign:
        """Open the model.

        Returns:
            The model, in float32 and evaluation mode, on the CPU.

        Raises:
            InputError: the package or the model is not there, the model is of another class, or the size is one that it
                cannot halve as often as it does.
        """
        vae = _load(Path(self.folder))
        config = vae.config
        height, width = sides(self.size, 2 ** (len(config["block_out_channels"]) - 1), self.name)
        shift, scale = _normalisation(config)
        image_shape = (config["in_channels"], height, width)
        return Foreign(_Mode(vae), image_shape, value_range=(-1, 1), shift=shift, scale=scale)


class _Mode(nn.Module):
    """An `AutoencoderKL` that gives tensors: the posterior's mode, and the image alone."""

    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        self.vae = vae

    def encode(self, x: Tensor) -> Tensor:
        mode: Tensor = self.vae.encode(x).latent_dist.mode()
        return mode

    def decode(self, z: Tensor) -> Tensor:
        images: Tensor = self.vae.decode(z).sample
        return images


def _load(folder: Path) -> AutoencoderKL:
    """The model, in float32. Raises `InputError` for what is no such folder."""
    try:
        kind = json.loads((folder / "config.json").read_text()).get("_class_name")
    except (OSError, ValueError, AttributeError):
        raise InputError(f"{folder} without a config.json", f"the folder of an {_KIND}", "saving one there") from None
    if kind != _KIND:
        raise InputError(f"{folder} of class {kind}", _KIND, "another model")
    try:
        from diffusers import AutoencoderKL
    except ImportError:
        raise InputError(
            "a model of diffusers without the package", "an install of it", "`pip install segue[diffusers]`"
        ) from None
    try:
        # The loader's way to spare memory needs a further package.
        vae = AutoencoderKL.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, torch_dtype=torch.float32, low_cpu_mem_usage=False
        )
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise unreadable_file(folder, str(error), f"a whole {_KIND}") from None
    return vae.requires_grad_(False)


def _normalisation(config: Any) -> tuple[Tensor, Tensor]:
    """Shift and scale of codes: those of all channels together, times those of each where there are any."""
    scale = torch.tensor(float(config["scaling_factor"]))
    if config["latents_mean"] is not None and config["latents_std"] is not None:
        mean, deviation = (torch.tensor(config[name])[:, None, None] for name in ("latents_mean", "latents_std"))
        return mean, scale / deviation
    return torch.tensor(float(config["shift_factor"] or 0)), scale
