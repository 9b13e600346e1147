"""SqueezeNet v1.0, trained on ImageNet: small, and quick beside VGG-16.

Iandola et al. 2016, arXiv 1602.07360; weights of its Deep Compression (Han et al. 2016, arXiv 1510.00149).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.download import Remote
from segue.training.losses.network import Network, Weights, normalise

MEAN_BGR = (104.0, 117.0, 123.0)


def _shapes() -> dict[str, tuple[int, ...]]:
    """The shape of every weight of the layers."""
    convolutions = {"conv1": (96, 3, 7, 7)}
    before = 96
    for number in range(2, 10):
        squeezed = 16 * (number // 2)
        convolutions[f"fire{number}.squeeze1x1"] = (squeezed, before, 1, 1)
        for side in (1, 3):
            convolutions[f"fire{number}.expand{side}x{side}"] = (4 * squeezed, squeezed, side, side)
        before = 8 * squeezed
    return {
        f"{name}.{kind}": shape if kind == "weight" else shape[:1]
        for name, shape in convolutions.items()
        for kind in ("weight", "bias")
    }


class SqueezeNet(Network):
    """SqueezeNet v1.0 up to `fire9`; its near layers, which see 19 and 35 px, respond to textures and parts.

    `conv1` is close to comparing pixels; later layers cost more.
    """

    name = "SqueezeNet"
    layers = ("conv1", *(f"fire{number}" for number in range(2, 10)))
    near = ("fire2", "fire4")
    silence = 1.0  # squared responses are 1e4 and more
    shapes = _shapes()
    file = Remote(
        "weights/squeezenet_v1_0_dc/squeezenet_v1_0_dc.npz",
        926093,
        "8bbc65391a002ac9291bd88b20cd0a39544d1569632206f08fabda578c87f3ef",
    )

    def open(self, path: Path) -> Weights:
        """Read all tensors in a file.

        Args:
            path: a `.npz`.

        Returns:
            Tensors by name.
        """
        with np.load(path, allow_pickle=False) as arrays:
            return {name: torch.from_numpy(arrays[name]) for name in arrays.files}

    def respond(self, images: Tensor, weights: Weights) -> Iterator[tuple[str, Tensor]]:
        """Compute the layers' responses.

        Args:
            images: RGB `[n, 3, h, w]`, 0 to 1.
            weights: as of `weights`.

        Returns:
            Each layer in order, its name and its response.
        """

        def layer(name: str, x: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
            return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride, padding).relu()

        x = layer("conv1", normalise(255 * images.flip(1), MEAN_BGR, (1.0,) * 3), stride=2)
        yield "conv1", x
        for before, name in pairwise(self.layers):
            if before in ("conv1", "fire4", "fire8"):
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
            x = layer(f"{name}.squeeze1x1", x)
            x = torch.cat((layer(f"{name}.expand1x1", x), layer(f"{name}.expand3x3", x, padding=1)), 1)
            yield name, x


SQUEEZENET = SqueezeNet()
