"""Search for the nearest image of a set: exact in pixels, among at most 2,000 in a network's features."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.images import Pixels, to_float
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats
from segue.training.losses.features import LEAST_PX, directions
from segue.training.losses.squeezenet import SQUEEZENET

By: TypeAlias = Literal["pixel", "perceptual"]
"""What tells images apart: their values, or what `perceptual_distance` sees of them."""

_BLOCK = 1 << 23
"""Numbers of the set in float32 at a time: 32 MiB."""

FRAMES = 256
"""Frames that are compared with a block at a time."""

SEEN, FEATURES = 2000, 1 << 28
"""Images that perceptual distances are to, at most, and their features in float16, at most: half a GB."""

BATCH_PX = 1 << 18
"""Pixels that go through the network at a time."""


class Nearest(NamedTuple):
    """The nearest image of each frame: its index in the set, `[m]`, the lower of equals, and its distance, `[m]`."""

    indices: npt.NDArray[np.int64]
    distances: Floats


class PixelSearch:
    """Search for the nearest images by mean square error and by cosine, by matrix products of blocks.

    Both searches are exact: sums of products of whole numbers, which no order of summing changes. 16 frames among
    60,000 images of 28x28 take 0.1 s on one thread.

    Args:
        images: uint8 `[n, h, w, c]`.
        report: Called with progress.

    >>> images = np.array([0, 90, 255], np.uint8).reshape(3, 1, 1, 1)
    >>> PixelSearch(images).nearest(images[:1] + 80)[0].indices.tolist()
    [1]
    """

    def __init__(self, images: Pixels, report: Report = silent) -> None:
        self.images, self.report = images.reshape(len(images), -1), report
        self.squares, self.sums = np.empty((2, len(images)))
        for part, block in self._blocks():
            self.squares[part] = sum(np.einsum("nd,nd->n", some, some) for some in _exact(block))
            self.sums[part] = block.sum(1, dtype=np.float64)

    def nearest(self, frames: Pixels) -> tuple[Nearest, Nearest]:
        """Find the nearest image of each frame in two ways.

        Args:
            frames: uint8 `[m, h, w, c]`.

        Returns:
            By the mean square error of values in [0, 1], and by the cosine distance, 0 to 2, of vectors from -1 (black)
            to 1 (white).
        """
        flat = frames.reshape(len(frames), -1)
        near, alike = np.empty((2, len(flat)), np.int64)
        for start in range(0, len(flat), FRAMES):
            part = slice(start, start + FRAMES)
            near[part], alike[part] = self._search(flat[part])
            if len(flat) > FRAMES:
                self.report(Event("nearest images", min(start + FRAMES, len(flat)), len(flat)))
        return Nearest(near, mean_square(flat, self.images[near])), Nearest(alike, cosine(flat, self.images[alike]))

    def _search(self, frames: Pixels) -> npt.NDArray[np.int64]:
        """The two nearest of each of frames `[m, d]`: `[2, m]`."""
        here = _whole(frames)
        sums = here.sum(1, dtype=np.float64)[:, None]
        quarter = frames.shape[1] / 4
        best = np.full((2, len(frames)), np.inf)
        indices = np.zeros((2, len(frames)), np.int64)
        for part, block in self._blocks():
            products = np.zeros((len(here), len(block)))
            for x, y in zip(_exact(here), _exact(block), strict=True):
                products += x @ y.T
            # The least of |y|^2 - 2 x y, and of -x y / |y|, where the cosine has its origin at 127.5 and not at 128.
            apart = self.squares[part] - 2 * products
            products += (sums + self.sums[part]) / 2 + quarter
            alike = -products / np.sqrt(self.squares[part] + self.sums[part] + quarter)
            for kind, scores in enumerate((apart, alike)):
                first = scores.argmin(1)
                least = scores[np.arange(len(frames)), first]
                indices[kind] = np.where(least < best[kind], part.start + first, indices[kind])
                best[kind] = np.minimum(least, best[kind])
        return indices

    def _blocks(self) -> Iterator[tuple[slice, npt.NDArray[np.float32]]]:
        rows = max(1, _BLOCK // max(self.images.shape[1], FRAMES))
        for start in range(0, len(self.images), rows):
            part = slice(start, start + rows)
            yield part, _whole(self.images[part])


class FeatureSearch:
    """Search for the nearest images by `perceptual_distance`, among 2,000 of the set drawn by the seed.

    Where the features of so many would take more than half a GB it is fewer: 780 of 128x128, 180 of 256x256. Features
    are held in float16, which moves a distance by less than 1e-6.

    Args:
        images: uint8 `[n, h, w, c]`.
        seed: Seed of the draw.
        report: Called with progress.

    Raises:
        InputError: Where the weights of the network are not found.
    """

    def __init__(self, images: Pixels, seed: int = 0, report: Report = silent) -> None:
        size = compute_features(images[:1]).shape[1]
        self.report = report
        self.indices = draw_indices(len(images), min(SEEN, max(1, FEATURES // size)), seed)
        self.features = torch.empty(len(self.indices), size, dtype=torch.float16)
        done = 0
        for part in split_batches(images[self.indices]):
            self.features[done : done + len(part)] = compute_features(part)
            done += len(part)
            report(Event("features of the set", done, len(self.indices)))
        self.squares = torch.cat([block.double().square().sum(1) for block in self._blocks()])

    def nearest(self, frames: Pixels) -> Nearest:
        """Find the nearest image of each frame.

        Args:
            frames: uint8 `[m, h, w, c]`.

        Returns:
            By `perceptual_distance`, 0 to 2; indices are those of the whole set.
        """
        indices, distances = np.empty(len(frames), np.int64), np.empty(len(frames))
        done = 0
        for images in split_batches(frames):
            part = slice(done, done + len(images))
            indices[part], distances[part] = self._search(compute_features(images))
            done += len(images)
            if len(images) < len(frames):
                self.report(Event("nearest images by features", done, len(frames)))
        return Nearest(self.indices[indices], distances)

    def _search(self, here: Tensor) -> tuple[npt.NDArray[np.int64], Floats]:
        # In float64: the rounding of float32 would choose among images whose distances differ by 1e-6.
        products = torch.cat([here.double() @ block.double().T for block in self._blocks()], 1)
        indices = (self.squares - 2 * products).argmin(1)
        apart = here - self.features[indices].float()
        return indices.numpy(), apart.square().sum(1, dtype=torch.float64).numpy()

    def _blocks(self) -> tuple[Tensor, ...]:
        return self.features.split(max(1, _BLOCK // self.features.shape[1]))  # type: ignore[no-untyped-call, no-any-return]


def mean_square(a: Pixels, b: Pixels) -> Floats:
    """Compute the mean square error between images, exactly.

    Args:
        a: uint8 `[m, ...]`.
        b: uint8 of the same shape.

    Returns:
        Of values in [0, 1], `[m]`.

    >>> mean_square(np.array([[0, 255]], np.uint8), np.array([[0, 0]], np.uint8)).tolist()
    [0.5]
    """
    apart = a.reshape(len(a), -1).astype(np.int32) - b.reshape(len(b), -1)
    return np.asarray(np.square(apart).mean(1) / 255**2)


def cosine(a: Pixels, b: Pixels) -> Floats:
    """Compute the cosine distance between images as vectors from -1 (black) to 1 (white).

    Args:
        a: uint8 `[m, d]`.
        b: uint8 `[m, d]`.

    Returns:
        1 - cos of the angle between the two, `[m]`, 0 to 2.

    >>> cosine(np.array([[0, 255]], np.uint8), np.array([[255, 255]], np.uint8)).round(6).tolist()
    [1.0]
    """
    here, there = (2 * images.astype(np.float64) - 255 for images in (a, b))
    # 1 - cos loses the digits of a small distance; half the square of the chord is the same, and keeps them.
    chord = here / np.linalg.norm(here, axis=1, keepdims=True) - there / np.linalg.norm(there, axis=1, keepdims=True)
    return np.asarray(np.square(chord).sum(1) / 2)


@torch.no_grad()
def compute_features(images: Pixels) -> Tensor:
    """Turn images into points whose squared distances are their `perceptual_distance`.

    Args:
        images: uint8 `[n, h, w, c]`.

    Returns:
        float32 `[n, d]`.

    Raises:
        InputError: Where the weights of the network are not found.
    """
    layers = directions(to_float(images), SQUEEZENET.near, SQUEEZENET, None)
    return torch.cat([layer.flatten(1) / (len(layers) * layer[0, 0].numel()) ** 0.5 for layer in layers], 1)


def split_batches(images: Pixels) -> Iterator[Pixels]:
    """Split images into the parts that go through the network at a time.

    Args:
        images: uint8 `[n, h, w, c]`.

    Returns:
        The parts, in order.
    """
    count = max(1, BATCH_PX // (max(images.shape[1], LEAST_PX) * max(images.shape[2], LEAST_PX)))
    for start in range(0, len(images), count):
        yield images[start : start + count]


def draw_indices(count: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw some of the indices below `count`.

    Args:
        count: How many indices there are.
        most: How many to draw at most.
        seed: Seed of the draw.

    Returns:
        int64, in order; all of them if there are no more than `most`.

    >>> draw_indices(5, 9, 0).tolist(), len(draw_indices(100, 3, 0))
    ([0, 1, 2, 3, 4], 3)
    """
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def _whole(images: Pixels) -> npt.NDArray[np.float32]:
    """Values from -128 to 127."""
    return images.astype(np.float32) - np.float32(128)


def _exact(values: npt.NDArray[np.float32]) -> Iterator[npt.NDArray[np.float32]]:
    """The columns in parts whose inner products are exact in float32: 1,024 products of at most 2^14 reach 2^24."""
    for start in range(0, values.shape[1], 1024):
        yield values[:, start : start + 1024]
