"""Perceptual loss: images are alike where a network that has learned to see responds alike."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from segue.errors import unknown
from segue.losses.squeezenet import LAYERS, features

NEAR = ("fire2", "fire4")
"""Early layers, which see 19 and 35 px: textures and parts. `conv1` counts pixels again; later ones cost more."""

LEAST_PX = 64
SILENCE = 1.0
"""Keeps the scaling finite where nothing responds; squared responses are 1e4 and more."""


def perceptual_distance(decoded: Tensor, target: Tensor, layers: tuple[str, ...] = NEAR) -> Tensor:
    """How differently SqueezeNet responds to two images: `mean over layers and places of |u(decoded) - u(target)|^2`.

    u is the vector of all channels at a place, scaled to length one, so that layers count alike whatever their
    width and strength. A feature reconstruction loss (Johnson et al. 2016, arXiv 1603.08155; for autoencoders Pihlgren
    et al. 2020, arXiv 2001.03444) in the units of LPIPS (Zhang et al. 2018, arXiv 1801.03924), unweighted.

    `decoded`, `target`: `[n, c, h, w]` in [0, 1], c = 1 (seen as grey RGB) or 3. Sides under 64 px are enlarged to
    that, each for itself. Returns `[n]` from 0 to 2. Gradients reach the images, never the network. Repeatable on a
    CPU. The network runs in the precision of the autocast around it, since it costs more than the autoencoder:
    bfloat16 adds about 3e-5, less than noise of 0.002 does. What follows the network is in float32.

    Raises `InputError` for layers that are not in `squeezenet.LAYERS`, and where the network's weights are not found.
    """
    if not layers or not set(layers) <= set(LAYERS):
        raise unknown("layers", " ".join(layers), LAYERS)
    pairs = zip(_directions(decoded, layers), _directions(target, layers), strict=True)
    distances = [(u - v).square().sum(1).flatten(1).mean(1) for u, v in pairs]
    return torch.stack(distances).mean(0)


def perceptual(logits: Tensor, target: Tensor) -> Tensor:
    """`perceptual_distance` of the decoded image, per image.

    `logits`, `target`: `[n, c, h, w]`, the target in [0, 1]. Returns `[n]`.
    """
    return perceptual_distance(logits.float().sigmoid(), target)


def _directions(images: Tensor, layers: tuple[str, ...]) -> list[Tensor]:
    """The responses of the layers, of length one at every place but where the network is silent."""
    size = [max(side, LEAST_PX) for side in images.shape[2:]]
    if size != list(images.shape[2:]):
        images = F.interpolate(images, size, mode="bilinear")
    found: list[Tensor] = []
    for name, x in features(images):
        if name in layers:
            x = x.float()
            found.append(x * (x.square().sum(1, keepdim=True) + SILENCE).rsqrt())
        if len(found) == len(set(layers)):
            break
    return found
