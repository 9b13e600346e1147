"""Corruptions: what is done to the image that the encoder sees; the target stays clean.

Any method with a corruption is a denoising autoencoder (Vincent et al. 2008). A new corruption is a class here and
an entry in `CORRUPTIONS`; `corruption` reads the spelling, in which `+` joins several.
"""

from __future__ import annotations

import math
import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from segue.core.choices import Choice, choose, option
from segue.core.errors import InputError

MOST_TILES = 16  # of a permutation that is written out


class Description(NamedTuple):
    """What chance decided for one image: all of it in short lines, and the kinds that the image is counted among.

    Both are empty where nothing was decided, or too much for words, as of noise.
    """

    lines: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Corruption(Choice):
    """A way of corrupting images."""

    @abstractmethod
    def apply(self, images: Tensor, generator: Generator) -> Tensor:
        """Corrupt images, each on its own.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1, of any size.
            generator: a CPU generator, which decides all that is random, so that one seed gives one result on every
                device.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """

    def apply_and_describe(self, images: Tensor, generator: Generator) -> tuple[Tensor, list[Description]]:
        """Corrupt images, and say what was done to each.

        Args:
            images: as of `apply`.
            generator: as of `apply`.

        Returns:
            What `apply` returns, and a description for each image.

        >>> Rotate90().apply_and_describe(torch.zeros(1, 1, 2, 2), torch.Generator().manual_seed(0))[1]
        [Description(lines=('K = 0', '0 degrees'), kinds=('K = 0 (0 degrees)',))]
        """
        return self.apply(images, generator), [Description()] * len(images)


class RandomCorruption(Corruption):
    """A corruption in two steps: what chance decides, and what follows from it."""

    @abstractmethod
    def draw(self, shape: Sequence[int], generator: Generator) -> Tensor:
        """Draw what chance decides.

        Args:
            shape: `(n, c, h, w)` of the images to corrupt.
            generator: a CPU generator.

        Returns:
            A tensor of length `n`; the class says what it holds.
        """

    @abstractmethod
    def transform(self, images: Tensor, drawn: Tensor) -> Tensor:
        """Corrupt images by what was drawn.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1.
            drawn: as of `draw`.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """

    def apply(self, images: Tensor, generator: Generator) -> Tensor:
        """Corrupt images, each on its own.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1, of any size.
            generator: a CPU generator, which decides all that is random, so that one seed gives one result on every
                device.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        return self.transform(images, self.draw(images.shape, generator))

    def describe(self, drawn: Tensor) -> list[Description]:
        """Say in words what was drawn.

        Args:
            drawn: as of `draw`.

        Returns:
            A description for each image; empty ones where it would take too many words, as of noise.
        """
        return [Description()] * len(drawn)

    def apply_and_describe(self, images: Tensor, generator: Generator) -> tuple[Tensor, list[Description]]:
        """Corrupt images, and say what was done to each.

        Args:
            images: as of `apply`.
            generator: as of `apply`.

        Returns:
            What `apply` returns, and a description for each image.
        """
        drawn = self.draw(images.shape, generator)
        return self.transform(images, drawn), self.describe(drawn)


@dataclass(frozen=True)
class Gaussian(RandomCorruption):
    """Adds white noise to every value, and clips to [0, 1]. What is drawn: the noise, of deviation 1.

    >>> Gaussian(sigma=0).apply(torch.full((1, 1, 1, 2), 0.5), torch.Generator()).tolist()
    [[[[0.5, 0.5]]]]
    """

    name = "gaussian"
    sigma: float = option(0.2, "standard deviation of the noise, where white is 1", low=0, high=100)

    def draw(self, shape: Sequence[int], generator: Generator) -> Tensor:
        """Draw what chance decides.

        Args:
            shape: `(n, c, h, w)` of the images to corrupt.
            generator: a CPU generator.

        Returns:
            Noise N(0, 1), `[n, c, h, w]`.
        """
        return torch.randn(tuple(shape), generator=generator)

    def transform(self, images: Tensor, drawn: Tensor) -> Tensor:
        """Corrupt images by what was drawn.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1.
            drawn: noise N(0, 1), `[n, c, h, w]`.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        return (images + self.sigma * drawn.to(images)).clamp_(0, 1)


@dataclass(frozen=True)
class Mask(RandomCorruption):
    """Blackens pixels, all channels of one alike, each by a chance of its own.

    What is drawn: a level in [0, 1) per pixel, `[n, 1, h, w]`; those below `ratio` go.

    >>> Mask(ratio=1).apply(torch.ones(1, 3, 1, 1), torch.Generator()).flatten().tolist()
    [0.0, 0.0, 0.0]
    """

    name = "mask"
    ratio: float = option(0.2, "share of the pixels that is blackened", low=0, high=1)

    def draw(self, shape: Sequence[int], generator: Generator) -> Tensor:
        """Draw what chance decides.

        Args:
            shape: `(n, c, h, w)` of the images to corrupt.
            generator: a CPU generator.

        Returns:
            A level in [0, 1) for each pixel, `[n, 1, h, w]`.
        """
        n, _, h, w = shape
        return torch.rand(n, 1, h, w, generator=generator)

    def transform(self, images: Tensor, drawn: Tensor) -> Tensor:
        """Corrupt images by what was drawn.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1.
            drawn: levels `[n, 1, h, w]`; pixels below `ratio` become black.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        return images.masked_fill((drawn < self.ratio).to(images.device), 0)


@dataclass(frozen=True)
class Rotate90(RandomCorruption):
    """Turns each image by 0, 90, 180 or 270 degrees (Gidaris et al. 2018, arXiv 1803.07728).

    What is drawn: the number of quarter turns anticlockwise, `[n]`. Images that are not square are turned by 0 or
    180 degrees, as they keep their shape; `transform` raises `InputError` for others.

    >>> Rotate90().transform(torch.tensor([[[[0.1, 0.2], [0.3, 0.4]]]]), torch.tensor([1]))
    tensor([[[[0.2000, 0.4000],
              [0.1000, 0.3000]]]])
    """

    name = "rotate90"

    def draw(self, shape: Sequence[int], generator: Generator) -> Tensor:
        """Draw what chance decides.

        Args:
            shape: `(n, c, h, w)` of the images to corrupt.
            generator: a CPU generator.

        Returns:
            Quarter turns anticlockwise, 0 to 3, `[n]`; only 0 and 2 of images that are not square.
        """
        n, _, h, w = shape
        turns = torch.randint(4, (n,), generator=generator)
        return turns if h == w else turns // 2 * 2

    def transform(self, images: Tensor, drawn: Tensor) -> Tensor:
        """Corrupt images by what was drawn.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1.
            drawn: quarter turns anticlockwise, `[n]`.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.

        Raises:
            InputError: for a quarter turn of images that are not square.
        """
        h, w = images.shape[2:]
        if h != w and (drawn % 2).any():
            raise InputError(f"a quarter turn of {h} x {w} images", "half turns", "square images")
        places = torch.arange(h * w, device=images.device).view(h, w)
        turned = torch.stack([places.rot90(turns).flatten() for turns in range(4)])
        return _gather_pixels(images, turned[drawn.to(images.device) % 4])

    def describe(self, drawn: Tensor) -> list[Description]:
        """Say in words what was drawn.

        Args:
            drawn: quarter turns, `[n]`.

        Returns:
            The number of quarter turns and of degrees.
        """
        lines = [(f"K = {turns}", f"{90 * turns} degrees") for turns in (drawn % 4).tolist()]
        return [Description((k, degrees), (f"{k} ({degrees})",)) for k, degrees in lines]


@dataclass(frozen=True)
class Jigsaw(RandomCorruption):
    """Cuts each image into `grid` x `grid` tiles and shuffles them (Noroozi and Favaro 2016, arXiv 1603.09246).

    What is drawn: a permutation `[n, tiles]`; row by row, tile `i` of the result is tile `drawn[:, i]` of the image.
    Where a side does not divide evenly the tiles are as large as fits, and what remains at the bottom and on the
    right stays in place. A side of fewer pixels than `grid` is cut into single pixels.

    >>> Jigsaw().transform(torch.tensor([[[[0.1, 0.2], [0.3, 0.4]]]]), torch.tensor([[3, 0, 1, 2]]))
    tensor([[[[0.4000, 0.1000],
              [0.2000, 0.3000]]]])
    """

    name = "jigsaw"
    grid: int = option(2, "tiles along each side", low=1)

    def draw(self, shape: Sequence[int], generator: Generator) -> Tensor:
        """Draw what chance decides.

        Args:
            shape: `(n, c, h, w)` of the images to corrupt.
            generator: a CPU generator.

        Returns:
            A permutation of the tiles for each image, `[n, tiles]`.
        """
        n, _, h, w = shape
        tiles = min(self.grid, h) * min(self.grid, w)
        return torch.rand(n, tiles, generator=generator).argsort(1)

    def transform(self, images: Tensor, drawn: Tensor) -> Tensor:
        """Corrupt images by what was drawn.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1.
            drawn: permutations `[n, tiles]`: row by row, tile `i` becomes tile `drawn[:, i]` of the image.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        n, _, h, w = images.shape
        rows, columns = min(self.grid, h), min(self.grid, w)
        high, wide = h // rows, w // columns
        places = torch.arange(h * w, device=images.device).view(h, w)
        cut = places[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
        tiles = cut.transpose(1, 2).reshape(rows * columns, high * wide)
        sources = places.flatten().repeat(n, 1)
        sources[:, tiles.flatten()] = tiles[drawn.to(images.device)].flatten(1)
        return _gather_pixels(images, sources)

    def describe(self, drawn: Tensor) -> list[Description]:
        """Say in words what was drawn.

        Args:
            drawn: permutations, `[n, tiles]`.

        Returns:
            The permutation, counted from 1, row by row; of more than 16 tiles, only how many moved.

        >>> Jigsaw().describe(torch.tensor([[1, 0, 2, 3]]))
        [Description(lines=('2 1 3 4',), kinds=('2 of 4 tiles moved',))]
        """
        tiles = drawn.shape[1]
        moved = (drawn != torch.arange(tiles)).sum(1).tolist()
        kinds = [(f"{count} of {tiles} tiles moved",) for count in moved]
        if tiles > MOST_TILES:
            return [Description(kind, kind) for kind in kinds]
        across = self.grid if tiles > 4 else 4  # a line for each row of tiles, save for two short ones
        orders = [[str(tile + 1) for tile in order] for order in drawn.tolist()]
        lines = [tuple(" ".join(order[i : i + across]) for i in range(0, tiles, across)) for order in orders]
        return [Description(*both) for both in zip(lines, kinds, strict=True)]


@dataclass(frozen=True)
class Blur(Corruption):
    """Blurs by a Gaussian, cut off at four deviations; beyond its edges an image goes on mirrored.

    Each image keeps its mean. There is no chance in it.

    >>> round(Blur(sigma=2).apply(torch.full((1, 1, 3, 5), 0.5), torch.Generator()).mean().item(), 6)
    0.5
    """

    name = "blur"
    sigma: float = option(1.0, "standard deviation of the Gaussian in pixels", low=0, high=100)

    def apply(self, images: Tensor, generator: Generator) -> Tensor:
        """Corrupt images, each on its own.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1, of any size.
            generator: a CPU generator, which decides all that is random, so that one seed gives one result on every
                device.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        down, across = (_blur_matrix(size, self.sigma).to(images) for size in images.shape[2:])
        with torch.autocast(images.device.type, enabled=False):  # products would take half precision
            return (down @ images @ across).clamp_(0, 1)


CORRUPTIONS: tuple[type[Corruption], ...] = (Gaussian, Mask, Rotate90, Jigsaw, Blur)


@dataclass(frozen=True)
class CorruptionPipeline(Corruption):
    """Several corruptions, one after the other, left to right; a chain among them counts as its parts.

    Raises `InputError` for fewer than two.

    >>> str(CorruptionPipeline((Gaussian(sigma=0.1), Mask())))
    'gaussian:sigma=0.1+mask'
    """

    name = "chain"
    parts: tuple[Corruption, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        chosen = [choose(part, CORRUPTIONS, "corruption") for part in self.parts]
        flat = tuple(
            link for part in chosen for link in (part.parts if isinstance(part, CorruptionPipeline) else (part,))
        )
        if len(flat) < 2:
            raise InputError(f"a chain of {len(flat)}", "2 or more corruptions", "more of them, or the one by itself")
        object.__setattr__(self, "parts", flat)

    def __str__(self) -> str:
        return "+".join(map(str, self.parts))

    def apply(self, images: Tensor, generator: Generator) -> Tensor:
        """Corrupt images, each on its own.

        Args:
            images: float32 `[n, c, h, w]`, 0 to 1, of any size.
            generator: a CPU generator, which decides all that is random, so that one seed gives one result on every
                device.

        Returns:
            A new tensor of the same shape, type and device, 0 to 1.
        """
        for part in self.parts:
            images = part.apply(images, generator)
        return images

    def apply_and_describe(self, images: Tensor, generator: Generator) -> tuple[Tensor, list[Description]]:
        """Corrupt images, and say what each corruption did to each image.

        Args:
            images: as of `apply`.
            generator: as of `apply`.

        Returns:
            What `apply` returns, and a description for each image: the lines and kinds of all corruptions in order.
        """
        descriptions = [Description()] * len(images)
        for part in self.parts:
            images, more = part.apply_and_describe(images, generator)
            descriptions = [
                Description(a.lines + b.lines, a.kinds + b.kinds) for a, b in zip(descriptions, more, strict=True)
            ]
        return images, descriptions


def corruption(value: str | Corruption | None) -> Corruption | None:
    """Read the spelling of a corruption.

    Args:
        value: `gaussian:sigma=0.1`, several joined by `+`, an instance, or None or `none` for no corruption.

    Returns:
        The corruption; an instance is returned as it is.

    Raises:
        InputError: for an unknown name or option, and for a value out of bounds.

    >>> corruption("gaussian:sigma=0.1+mask")
    CorruptionPipeline(parts=(Gaussian(sigma=0.1), Mask(ratio=0.2)))
    """
    if value is None or (isinstance(value, str) and value.strip() == "none"):
        return None
    # A plus before a digit belongs to a number, as in 1e+1.
    links = re.split(r"\+(?=\s*[A-Za-z])", value) if isinstance(value, str) else [value]
    parts = [choose(link, CORRUPTIONS, "corruption") for link in links]
    return CorruptionPipeline(tuple(parts)) if len(parts) > 1 else parts[0]


def _gather_pixels(images: Tensor, sources: Tensor) -> Tensor:
    """The images with their pixels moved: place `i`, row by row, takes the pixel at `sources[:, i]`."""
    n, c, h, w = images.shape
    return images.flatten(2).gather(2, sources[:, None].expand(-1, c, -1)).view(n, c, h, w)


def _blur_matrix(size: int, sigma: float) -> Tensor:
    """The matrix `[size, size]` that blurs a line of pixels. Mirrored at the edge itself it is symmetric."""
    reach = math.ceil(4 * sigma)
    offsets = torch.arange(-reach, reach + 1)
    weights = (-(offsets / max(sigma, 1e-9)).double().square() / 2).exp()
    places = (torch.arange(size)[:, None] + offsets) % (2 * size)
    mirrored = torch.minimum(places, 2 * size - 1 - places)
    matrix = torch.zeros(size, size, dtype=torch.float64)
    return matrix.scatter_add_(1, mirrored, (weights / weights.sum()).expand(size, -1))
