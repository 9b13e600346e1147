"""Perceptual losses: images are alike where a network that has learned to see responds alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.errors import InputError, unknown
from segue.core.progress import Report, silent
from segue.training.losses.network import Network
from segue.training.losses.squeezenet import SQUEEZENET
from segue.training.losses.vgg import VGG16

LEAST_PX = 64


def perceptual_distance(
    decoded: Tensor,
    target: Tensor,
    layers: tuple[str, ...] = (),
    network: Network = SQUEEZENET,
    place: Path | None = None,
) -> Tensor:
    """Compare the features of two images: `mean over layers and positions of |u(decoded) - u(target)|^2`.

    u is the vector of all channels at a position, scaled to length one, so that layers count alike whatever their width
    and strength. A feature reconstruction loss (Johnson et al. 2016, arXiv 1603.08155; for autoencoders Pihlgren et al.
    2020, arXiv 2001.03444) in the units of LPIPS (Zhang et al. 2018, arXiv 1801.03924), unweighted. Gradients reach the
    images, never the network. It runs in the precision of the autocast around it, since it costs more than the
    autoencoder: with SqueezeNet, bfloat16 adds about 3e-5, less than noise of 0.002 does. What follows the network is
    in float32.

    Args:
        decoded: `[n, c, h, w]`, 0 to 1, c = 1 (seen as grey RGB) or 3. A side under 64 px is enlarged to that.
        target: `[n, c, h, w]`, 0 to 1.
        layers: names from `network.layers`; empty: `network.near`.
        network: the frozen network whose features are compared.
        place: where its weights are, see `Network.find`.

    Returns:
        `[n]`, 0 to 2. Repeatable on a CPU.

    Raises:
        InputError: the network does not have a layer, or its weights are not found.
    """
    layers = _checked(layers, network)
    pairs = zip(*(directions(images, layers, network, place) for images in (decoded, target)), strict=True)
    distances = [(u - v).square().sum(1).flatten(1).mean(1) for u, v in pairs]
    return torch.stack(distances).mean(0)


@dataclass(frozen=True)
class Perceptual:
    """`perceptual_distance` of decoded images and targets, as a loss of logits.

    Args:
        network: the frozen network whose features are compared.
        layers: names from `network.layers`; empty: `network.near`.
        place: where its weights are, see `Network.find`.

    Raises:
        InputError: the network does not have a layer, or a layer comes twice.

    >>> vgg16.layers, Perceptual(SQUEEZENET, ("fire3",)).layers
    (('relu2_2', 'relu3_3'), ('fire3',))
    """

    network: Network
    layers: tuple[str, ...] = ()
    place: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", _checked(self.layers, self.network))

    def __call__(self, logits: Tensor, target: Tensor) -> Tensor:
        """Compute the distance of decoded images and targets.

        Args:
            logits: `[n, c, h, w]`, before the sigmoid.
            target: `[n, c, h, w]`, 0 to 1.

        Returns:
            `[n]`, as of `perceptual_distance`.
        """
        return perceptual_distance(logits.float().sigmoid(), target, self.layers, self.network, self.place)

    def prepare(self, report: Report = silent) -> None:
        """Read the network's weights, so that they are not found missing at the first step.

        Args:
            report: receives the progress of a download.

        Raises:
            InputError: the weights are not found.
        """
        self.network.weights(self.place, report=report)


def _checked(layers: tuple[str, ...], network: Network) -> tuple[str, ...]:
    for layer in layers:
        if layer not in network.layers:
            raise unknown(f"layer of {network.name}", layer, network.layers)
        if layers.count(layer) > 1:
            raise InputError(f"layer {layer} twice", "each layer once", "leaving one out")
    return layers or network.near


def directions(images: Tensor, layers: tuple[str, ...], network: Network, place: Path | None) -> list[Tensor]:
    """Compute the responses of layers, scaled to length one wherever the network responds.

    Args:
        images: `[n, c, h, w]`, 0 to 1.
        layers: names from `network.layers`.
        network: the frozen network whose features are compared.
        place: where its weights are, see `Network.find`.

    Returns:
        `[n, channels, h', w']` for each layer, in the network's order.
    """
    size = [max(side, LEAST_PX) for side in images.shape[2:]]
    if size != list(images.shape[2:]):
        images = F.interpolate(images, size, mode="bilinear")
    found: list[Tensor] = []
    for name, x in network.features(images, place):
        if name in layers:
            x = x.float()
            # Finite also where nothing responds.
            found.append(x * (x.square().sum(1, keepdim=True) + network.silence).rsqrt())
        if len(found) == len(layers):
            break
    return found


perceptual = Perceptual(SQUEEZENET)
vgg16 = Perceptual(VGG16)
