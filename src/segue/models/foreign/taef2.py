"""TAEF2: a tiny autoencoder of photos, distilled from that of FLUX.2 (Ollin Boer Bohan, madebyollin/taesd)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from segue.core.choices import option
from segue.core.download import Remote
from segue.core.weights import weights_file
from segue.models.foreign.adapter import ForeignModel
from segue.models.foreign.size import sides

CELL = 8  # pixels under one entry of a code, either way
_LATENT, _WIDTH, POOLED = 32, 64, 256  # channels of a code, of the networks, of a branch

ENCODER = Remote(
    "weights/taef2/taef2_encoder.safetensors",
    2683512,
    "ed439d4f19057d2a3b8fb43e3caa9aff37f5b9fdbf707cddff57f5a8ae8d5068",
)
DECODER = Remote(
    "weights/taef2/taef2_decoder.safetensors",
    2683470,
    "79b69df8dd742e179d3b929905310a39901a805840f9b2b8968d1bbf5f65d642",
)


@dataclass(frozen=True)
class TAEF2(ForeignModel):
    """TAEF2 for RGB images of one size: see `TinyAutoencoder`. Its weights are two files of half-precision numbers."""

    name = "taef2"
    size: int | tuple[int, int] = option(256, "image size in pixels: 256, or HEIGHTxWIDTH, multiples of 8", low=8)
    weights: str | None = option(None, "folder of its two weight files; else SEGUE_DATA/weights/taef2, or the cache")

    def open(self) -> TinyAutoencoder:
        """Open the model.

        Returns:
            The model, in float32 and evaluation mode, on the CPU.

        Raises:
            InputError: the size is no multiple of 8, or the weights are not found.
        """
        model = TinyAutoencoder(*sides(self.size, CELL, self.name))
        folder = None if self.weights is None else Path(self.weights)
        for network, remote in (model.encoder, ENCODER), (model.decoder, DECODER):
            network.load_state_dict(load_file(weights_file(remote, "taef2", folder)))
        # In this layout it takes four fifths of the time.
        model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return model.eval().requires_grad_(False)


class TinyAutoencoder(nn.Module):
    """RGB images to spatial codes `[32, height / 8, width / 8]` and back.

    The networks suit images of any such size. Codes of photos have a standard deviation near 0.85; only their part
    within about 3 of zero is decoded.

    Args:
        height: of the images, in px, a multiple of 8.
        width: of the images, in px, a multiple of 8.

    >>> model = TinyAutoencoder(16, 24)
    >>> model.latent_shape, model.decode(model.encode(torch.zeros(5, 3, 16, 24))).shape
    ((32, 2, 3), torch.Size([5, 3, 16, 24]))
    """

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.image_shape = (3, height, width)
        self.latent_shape: tuple[int, ...] = (_LATENT, height // CELL, width // CELL)
        self.encoder = _encoder()
        self.decoder = _decoder()

    def encode(self, x: Tensor) -> Tensor:
        """Encode images; deterministic.

        Args:
            x: `[n, *image_shape]`, 0 to 1.

        Returns:
            Codes `[n, *latent_shape]`.
        """
        codes: Tensor = self.encoder(x)
        return codes

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes.

        Args:
            z: `[n, *latent_shape]`.

        Returns:
            Images `[n, *image_shape]`, 0 to 1.
        """
        images: Tensor = self.decoder(z)
        return images.clamp(0, 1)


def _encoder() -> nn.Sequential:
    """Images `[n, 3, h, w]` in [0, 1] to codes `[n, 32, h / 8, w / 8]`."""
    layers: list[nn.Module] = [_conv(3, _WIDTH), Block()]
    for halving in range(3):
        layers += [_conv(_WIDTH, _WIDTH, stride=2, bias=False), *(Block(pooled=halving == 2) for _ in range(3))]
    return nn.Sequential(*layers, _conv(_WIDTH, _LATENT))


def _decoder() -> nn.Sequential:
    """Codes `[n, 32, h, w]` to images `[n, 3, 8 h, 8 w]`, about in [0, 1]."""
    layers: list[nn.Module] = [SoftClip(), _conv(_LATENT, _WIDTH), nn.ReLU()]
    for doubling in range(3):
        layers += [*(Block(pooled=doubling == 0) for _ in range(3)), nn.Upsample(scale_factor=2)]
        layers += [_conv(_WIDTH, _WIDTH, bias=False)]
    return nn.Sequential(*layers, Block(), _conv(_WIDTH, 3))


def _conv(before: int, after: int, stride: int = 1, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(before, after, 3, stride, padding=1, bias=bias)


class Block(nn.Module):
    """`relu(x + f(x))`, f three convolutions.

    Args:
        pooled: whether to add to each cell, beforehand, what a branch says of the whole image.
    """

    def __init__(self, pooled: bool = False) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            _conv(_WIDTH, _WIDTH), nn.ReLU(), _conv(_WIDTH, _WIDTH), nn.ReLU(), _conv(_WIDTH, _WIDTH)
        )
        # The group norm takes its statistics over all cells, and so sees the whole image.
        self.pool = (
            nn.Sequential(
                nn.Conv2d(_WIDTH, POOLED, 1, bias=False),
                nn.GroupNorm(4, POOLED),
                nn.ReLU(),
                nn.Conv2d(POOLED, _WIDTH, 1, bias=False),
            )
            if pooled
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """Apply the block.

        Args:
            x: `[n, 64, h, w]`.

        Returns:
            `[n, 64, h, w]`, 0 or more.
        """
        if self.pool is not None:
            x = x + self.pool(x)
        out: Tensor = (x + self.conv(x)).relu()
        return out


class SoftClip(nn.Module):
    """`3 tanh(x / 3)`: values near 0 stay as they are, none leaves -3 to 3."""

    def forward(self, x: Tensor) -> Tensor:
        """Clip values softly.

        Args:
            x: any shape.

        Returns:
            The same shape, -3 to 3.
        """
        return 3 * torch.tanh(x / 3)
