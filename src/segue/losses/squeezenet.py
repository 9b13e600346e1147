"""The features of a network that has learned to see: SqueezeNet v1.0, trained on ImageNet, frozen.

Iandola et al. 2016, arXiv 1602.07360; weights of its Deep Compression (Han et al. 2016, arXiv 1510.00149).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import platformdirs
import torch
import torch.nn.functional as F
from torch import Tensor

from segue.datasets.download import Remote, check
from segue.errors import InputError

LAYERS = ("conv1", *(f"fire{number}" for number in range(2, 10)))

FILE = Remote(
    "weights/squeezenet_v1_0_dc/squeezenet_v1_0_dc.npz",
    926093,
    "8bbc65391a002ac9291bd88b20cd0a39544d1569632206f08fabda578c87f3ef",
)
MEAN_BGR = (104.0, 117.0, 123.0)


def features(images: Tensor) -> Iterator[tuple[str, Tensor]]:
    """The layers of `LAYERS` in order, each by name with what it makes of the images: `[n, channels, h', w']`.

    `images`: `[n, 3, h, w]` RGB or `[n, 1, h, w]` grey in [0, 1], of 21 px or more. A layer is computed when it
    is asked for, and keeps no gradients for the weights. Raises `InputError` as `weights_file` does.
    """
    weights = frozen_weights(images.device)

    def layer(name: str, x: Tensor, stride: int = 1, padding: int = 0) -> Tensor:
        return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], stride, padding).relu()

    mean = torch.tensor(MEAN_BGR, device=images.device)[:, None, None]
    x = 255 * images.expand(-1, 3, -1, -1).flip(1) - mean
    # In this layout a step takes two thirds of the time.
    x = layer("conv1", x.contiguous(memory_format=torch.channels_last), stride=2)
    yield "conv1", x
    for before, name in pairwise(LAYERS):
        if before in ("conv1", "fire4", "fire8"):
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        x = layer(f"{name}.squeeze1x1", x)
        x = torch.cat((layer(f"{name}.expand1x1", x), layer(f"{name}.expand3x3", x, padding=1)), 1)
        yield name, x


@cache
def frozen_weights(device: torch.device) -> dict[str, Tensor]:
    """The weights by name, read once per process and device. Raises `InputError` as `weights_file` does."""
    # Tensors made in inference mode could never again be trained through.
    with torch.inference_mode(False), np.load(weights_file(), allow_pickle=False) as arrays:
        return {name: torch.from_numpy(arrays[name]).to(device) for name in arrays.files}


def weights_file() -> Path:
    """The file of the weights: under `SEGUE_DATA`, or in the cache folder.

    Raises `InputError` where it is in neither, saying what it is and where to put it, and where it is another file.
    """
    cached = platformdirs.user_cache_path("segue") / FILE.name
    told = Path(os.environ["SEGUE_DATA"]) / FILE.name if os.environ.get("SEGUE_DATA") else cached
    for path in (told, cached):
        if path.is_file():
            return check(path, FILE)
    raise InputError(
        f"no {FILE.name}, which the perceptual loss needs, under SEGUE_DATA or in the cache",
        f"that file, sha256 {FILE.sha256}",
        f"put it at {told}",
    )
