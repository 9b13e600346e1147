"""PathContext for paths: a decoder that is a plane in the space of images, and codes context the origin."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from segue.latent.paths import PathContext
from segue.latent.space import LatentSpace

Around = Callable[..., PathContext]


class Plane(nn.Module):
    """Images that are a rotation of the code, at a quarter of its size about grey: all distances are kept in kind."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        size = math.prod(shape)
        self.image_shape, self.latent_shape = (1, 1, size + 3), shape
        generator = torch.Generator().manual_seed(0)
        self.basis = nn.Parameter(torch.linalg.qr(torch.randn(size + 3, size, generator=generator))[0].mT)

    def decode(self, z: Tensor) -> Tensor:
        return (0.5 + z.flatten(1) @ self.basis.to(z) / 4).reshape(-1, *self.image_shape)

    def encode(self, x: Tensor) -> Tensor:
        return (4 * (x.flatten(1) - 0.5) @ self.basis.mT.to(x)).reshape(-1, *self.latent_shape)


@pytest.fixture(scope="session")
def context() -> Around:
    """Makes a context for codes of a shape: 80 of a normal distribution, or those given."""

    def made(shape: tuple[int, ...], codes: Tensor | None = None, frames: int = 9) -> PathContext:
        if codes is None:
            codes = torch.randn(80, *shape, generator=torch.Generator().manual_seed(2))
        return PathContext(Plane(shape), LatentSpace(codes, tuple(map(str, range(len(codes))))), frames)

    return made
