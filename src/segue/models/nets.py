"""Convolutional networks for images of any size, as functions that return modules.

One number, `width` (channels of the first stage), sets the size of a network; the rest follows from the image. The
encoder first cuts the image into small patches by a strided convolution, because convolutions at full resolution cost
most and add least; then the map is halved, rounding up, until its shorter side is at most four. A code is flat, or,
with a `grid`, spatial: a vector for each cell of the last map.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

ImageShape = tuple[int, int, int]

BOTTOM = 4
"""Cells along the shorter side of the last feature map under a flat code."""

_CALM = 0.1
"""Factor of the last weights of a new decoder, so that its first pictures have little contrast."""


def patch_size(height: int, width: int) -> int:
    """Choose the patches into which an encoder first cuts an image.

    Args:
        height: of the image, in px.
        width: of the image, in px.

    Returns:
        The side of a patch in px: the largest of 4, 2 and 1 such that at least 14 patches span the shorter side, else
        1.

    >>> [patch_size(side, side) for side in (8, 28, 64, 720)]
    [1, 2, 4, 4]
    """
    return next(patch for patch in (4, 2, 1) if patch == 1 or min(height, width) / patch >= 14)


def stages(image_shape: ImageShape, width: int, bottom: int = BOTTOM) -> list[ImageShape]:
    """Plan the feature maps of an encoder, from the patches to the last map.

    Each map is half the size of the one before, rounding up, until its shorter side is at most `bottom`. The channels
    double from map to map, up to four times `width`.

    Args:
        image_shape: `(c, h, w)`.
        width: channels of the first map.
        bottom: the most cells along the shorter side of the last map.

    Returns:
        The `(channels, height, width)` of each map, at least one.

    >>> stages((1, 28, 28), 32)
    [(32, 14, 14), (64, 7, 7), (128, 4, 4)]
    """
    _, tall, wide = image_shape
    patch = patch_size(tall, wide)
    shapes = [(width, math.ceil(tall / patch), math.ceil(wide / patch))]
    while min(shapes[-1][1:]) > bottom:
        channels, h, w = shapes[-1]
        shapes.append((min(channels * 2, width * 4), math.ceil(h / 2), math.ceil(w / 2)))
    return shapes


def encoder(image_shape: ImageShape, outputs: int, width: int, grid: int | None = None) -> nn.Sequential:
    """Make a network from images to codes, whose last layer is linear.

    Args:
        image_shape: `(c, h, w)`.
        outputs: numbers in a code, or with a `grid` in each of its cells.
        width: channels of the first map, from 2 up.
        grid: the most cells along the shorter side of a spatial code; None: a flat one.

    Returns:
        The network, from `[n, c, h, w]` to `[n, outputs]`, or `[n, outputs, rows, columns]`; weights by torch's global
        generator.

    >>> import torch
    >>> encoder((1, 28, 28), 3, 8)(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 3])
    """
    shapes = stages(image_shape, width, grid or BOTTOM)
    patch = patch_size(*image_shape[1:])
    layers: list[nn.Module] = [PadTo(patch), nn.Conv2d(image_shape[0], width, patch, stride=patch)]
    for (before, *_), (after, *_) in pairwise(shapes):
        layers += [Residual(before), nn.SiLU(), nn.Conv2d(before, after, 3, stride=2, padding=1)]
    if grid:
        layers += [Residual(shapes[-1][0]), nn.SiLU(), nn.Conv2d(shapes[-1][0], outputs, 1)]
    else:
        layers += [nn.SiLU(), nn.Flatten(), nn.Linear(math.prod(shapes[-1]), outputs)]
    return initialise(nn.Sequential(*layers))


def decoder(image_shape: ImageShape, inputs: int, width: int, grid: int | None = None) -> nn.Sequential:
    """Make a network from codes to image logits.

    It mirrors the encoder, but for the patches: the last stages enlarge like all others, because pixels that come from
    one vector show the grid of the patches wherever a path leaves the images learned. Enlarging is bilinear for the
    same
    reason: nearest-neighbour and strided ways leave a checkerboard (Odena, Dumoulin and Olah 2016, doi
    10.23915/distill.00003).

    Args:
        image_shape: `(c, h, w)` of the output.
        inputs: numbers in a code, or with a `grid` in each of its cells.
        width: channels of the map that the encoder has first, from 2 up.
        grid: as of `encoder`.

    Returns:
        The network, from `[n, inputs]`, or `[n, inputs, rows, columns]`, to `[n, c, h, w]`; weights by torch's global
        generator.

    >>> import torch
    >>> decoder((1, 28, 28), 3, 8)(torch.zeros(2, 3)).shape
    torch.Size([2, 1, 28, 28])
    """
    shapes = stages(image_shape, width, grid or BOTTOM)
    layers: list[nn.Module] = [nn.Linear(inputs, math.prod(shapes[-1])), nn.Unflatten(1, shapes[-1])]
    if grid:
        layers = [nn.Conv2d(inputs, shapes[-1][0], 1)]
    for (before, *_), (after, tall, wide) in pairwise(shapes[::-1]):
        layers += [Residual(before), nn.SiLU(), Enlarge(tall, wide), nn.Conv2d(before, after, 3, padding=1)]
    layers += [Residual(width), nn.SiLU()]
    channels, height, across = image_shape
    for patch in range(patch_size(height, across).bit_length() - 2, -1, -1):
        layers += [Enlarge(math.ceil(height / 2**patch), math.ceil(across / 2**patch))]
        if patch:
            layers += [nn.Conv2d(width, max(1, width // 2), 3, padding=1), nn.SiLU()]
            width = max(1, width // 2)
    last = nn.Conv2d(width, channels, 3, padding=1)
    net = initialise(nn.Sequential(*layers, last))
    last.weight.data *= _CALM
    return net


def initialise(net: nn.Sequential) -> nn.Sequential:
    """Draw the weights of a network so that signals keep their strength (He et al. 2015, arXiv 1502.01852), in place.

    Biases start at zero, and so do layers whose weights are zero already. By torch's own rule a signal falls to a third
    from layer to layer, compared with the biases, and all images begin with nearly the same code. A short code stays
    there: the decoder learns the mean image, and nothing pulls the codes apart.

    Args:
        net: any network; convolutions and linear layers are changed.

    Returns:
        The same network.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.weight.any():  # layers at zero stay there
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net


class Residual(nn.Module):
    """`x + f(x)`, f two 3x3 convolutions, the second of which starts at zero: depth then costs no stability.

    Residual blocks: He et al. 2016, arXiv 1512.03385. Group norm: Wu and He 2018, arXiv 1803.08494.

    Args:
        channels: of input and output.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        # At least two values share a statistic even in a 1x1 map of one image.
        self.norm = nn.GroupNorm(max(1, math.gcd(channels, 16) // 2), channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        """Add the block to its input.

        Args:
            x: `[n, channels, h, w]`.

        Returns:
            `[n, channels, h, w]`.
        """
        inner: Tensor = self.second(F.silu(self.first(self.norm(x))))
        return x + inner


class Enlarge(nn.Module):
    """Bilinear enlargement to a given size.

    Args:
        height: of the output.
        width: of the output.
    """

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.size = (height, width)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge feature maps.

        Args:
            x: `[n, c, h, w]`.

        Returns:
            `[n, c, height, width]`.
        """
        return F.interpolate(x, size=self.size, mode="bilinear", align_corners=False)


class PadTo(nn.Module):
    """Padding until both sides are multiples of a patch: the last row and column are repeated.

    Args:
        patch: in px.
    """

    def __init__(self, patch: int) -> None:
        super().__init__()
        self.patch = patch

    def forward(self, x: Tensor) -> Tensor:
        """Pad images.

        Args:
            x: `[n, c, h, w]`.

        Returns:
            `[n, c, h', w']`; `x` itself where nothing is to be padded.
        """
        tall, wide = -x.shape[2] % self.patch, -x.shape[3] % self.patch
        return F.pad(x, (0, wide, 0, tall), mode="replicate") if tall or wide else x
