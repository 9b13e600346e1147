"""Convolutional networks for images of any size, as functions that return modules.

One dial, `width` (channels of the first stage), sets the size of a network; the rest follows from
the image. The encoder first cuts it into small patches by a strided convolution, because
convolutions at full resolution cost most and add least; then it is halved, rounding up, until its
shorter side is at most four. A code is flat, or, with a `grid`, spatial: a vector for each cell of the last map.
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
"""How strong the first pictures of a decoder are, against its feature maps."""


def patch_size(height: int, width: int) -> int:
    """The side of a patch in pixels: 1, 2 or 4, such that at least 14 patches span the shorter side.

    >>> [patch_size(side, side) for side in (8, 28, 64, 720)]
    [1, 2, 4, 4]
    """
    return next(patch for patch in (4, 2, 1) if patch == 1 or min(height, width) / patch >= 14)


def stages(image_shape: ImageShape, width: int, bottom: int = BOTTOM) -> list[ImageShape]:
    """The shapes `(channels, height, width)` of the feature maps, from the patches to the bottom.

    Each is half the one before, rounding up, until its shorter side is at most `bottom`. Channels double from stage to
    stage up to four times `width`.

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
    """A network from images `[n, c, h, w]` to `[n, outputs]` or `[n, outputs, cells, cells]`; its last layer is linear.

    With a `grid` the halving ends where the shorter side has at most so many cells, and each gets `outputs` numbers.
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
    """A network from codes `[n, inputs]`, or `[n, inputs, cells, cells]` with a `grid`, to logits `[n, c, h, w]`.

    The encoder mirrored, but for the patches: the last stages enlarge like all others, for pixels that are laid out
    from one vector show the patches' grid wherever a path leaves the images learned. Enlarging is bilinear for the
    same reason: nearest-neighbour and strided ways leave a checkerboard (Odena, Dumoulin and Olah 2016).
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
    """The network with its weights drawn such that signals keep their strength (He et al. 2015, arXiv 1502.01852).

    Biases start at zero. By torch's own rule a signal falls to a third from layer to layer beside the biases, and all
    images begin with nearly the same code, at which a short one stays: the decoder learns the mean image, and
    nothing pulls the codes apart.
    """
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear) and layer.weight.any():  # what starts at zero stays there
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return net


class Residual(nn.Module):
    """`x + f(x)`, f two 3x3 convolutions, the second of which starts at zero: depth then costs no stability."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        # At least two values share a statistic even in a 1x1 map of one image.
        self.norm = nn.GroupNorm(max(1, math.gcd(channels, 16) // 2), channels)
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        inner: Tensor = self.second(F.silu(self.first(self.norm(x))))
        return x + inner


class Enlarge(nn.Module):
    """Bilinear enlargement of `[n, c, h, w]` to a given height and width."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.size = (height, width)

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, size=self.size, mode="bilinear", align_corners=False)


class PadTo(nn.Module):
    """`[n, c, h, w]` with its last row and column repeated until both sides are multiples of `patch`."""

    def __init__(self, patch: int) -> None:
        super().__init__()
        self.patch = patch

    def forward(self, x: Tensor) -> Tensor:
        tall, wide = -x.shape[2] % self.patch, -x.shape[3] % self.patch
        return F.pad(x, (0, wide, 0, tall), mode="replicate") if tall or wide else x
