"""VGG-16, trained on ImageNet, in torchvision's weights: the network of most papers on perceptual losses.

Simonyan and Zisserman 2015, arXiv 1409.1556.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import safe_open
from torch import Tensor

from segue.core.download import Remote
from segue.training.losses.network import Network, Weights, normalise

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))
"""Channels of the convolutions, 3x3, that are used; a halving comes between two blocks."""

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _plan() -> tuple[dict[str, str], dict[str, tuple[int, ...]]]:
    """The convolution before each layer, by their names; the shape of every weight."""
    convolutions: dict[str, str] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    place, before = 0, 3
    for block, widths in enumerate(BLOCKS, 1):
        for number, width in enumerate(widths, 1):
            convolutions[f"relu{block}_{number}"] = f"features.{place}"
            shapes |= {f"features.{place}.weight": (width, before, 3, 3), f"features.{place}.bias": (width,)}
            place, before = place + 2, width
        place += 1
    return convolutions, shapes


CONVOLUTIONS, _SHAPES = _plan()


class VGG(Network):
    """VGG-16 up to `relu4_3`, which sees 92 px; its near layers see 14 and 40 px, much as SqueezeNet's do.

    `open` takes a `.pth` or `.safetensors` of torchvision's names, whole or with `features.*` alone.
    """

    name = "VGG-16"
    layers = tuple(CONVOLUTIONS)
    near = ("relu2_2", "relu3_3")
    silence = 0.01
    shapes = _SHAPES
    file = Remote(
        "weights/vgg16/vgg16-397923af.pth",
        553433881,
        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    )
    home = "https://download.pytorch.org/models/vgg16-397923af.pth"

    def others(self) -> tuple[Path, ...]:
        """List where torchvision keeps the same file.

        Returns:
            Paths, which need not exist.
        """
        return (Path(torch.hub.get_dir()) / "checkpoints" / Path(self.file.name).name,)

    def open(self, path: Path) -> Weights:
        """Read all tensors in a file.

        Args:
            path: a `.pth` or `.safetensors` of torchvision's names.

        Returns:
            Tensors by name.
        """
        if path.suffix == ".safetensors":
            with safe_open(path, "pt") as tensors:
                return {name: tensors.get_tensor(name) for name in tensors.keys() & self.shapes.keys()}
        # Tensors alone: no code in the file is run.
        tensors = torch.load(path, map_location="cpu", weights_only=True)
        return {name: tensors[name] for name in tensors.keys() & self.shapes.keys()}

    def respond(self, images: Tensor, weights: Weights) -> Iterator[tuple[str, Tensor]]:
        """Compute the layers' responses.

        Args:
            images: RGB `[n, 3, h, w]`, 0 to 1.
            weights: as of `weights`.

        Returns:
            Each layer in order, its name and its response.
        """
        x = normalise(images, MEAN, DEVIATION)
        for name, convolution in CONVOLUTIONS.items():
            if name.endswith("_1") and name != self.layers[0]:
                x = F.max_pool2d(x, 2)
            x = F.conv2d(x, weights[f"{convolution}.weight"], weights[f"{convolution}.bias"], padding=1).relu()
            yield name, x


VGG16 = VGG()
