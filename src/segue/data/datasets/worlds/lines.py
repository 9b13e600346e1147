"""`worlds:lines`: a line from the centre of the image at some angle, the set that ACAI is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from segue.core.choices import option
from segue.core.images import Pixels
from segue.data.datasets.worlds.coverage import coverage, edges, white_on_black
from segue.data.datasets.worlds.factors import Factor, Values, draw_uniform
from segue.data.datasets.worlds.world import World

_LENGTH, _WIDTH = 15.0, 2.0
REFERENCE = 10_000
_CHUNK = 1024


@dataclass(frozen=True)
class Lines(World):
    """White lines on black, 32x32, from the centre to radius 15, 2 wide, by their angle in radians.

    The set of Berthelot et al. 2018 (arXiv 1807.07543). Angles count anticlockwise from the right. They are drawn
    uniformly by the seed, or evenly spaced from 0 as for a reference. A line's pixels are the exact areas it covers.

    >>> world = Lines(count=3, angles="even")
    >>> world.factors().round(2).tolist(), world.render(world.factors()).shape
    ([[0.0], [2.09], [4.19]], (3, 32, 32, 1))
    """

    name: ClassVar[str] = "worlds:lines"
    space: ClassVar[tuple[Factor, ...]] = (Factor("angle", "angle", 0, 2 * np.pi),)
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 1

    count: int = option(4000, "lines", low=1, high=4_000_000)
    angles: Literal["random", "even"] = option("random", "drawn uniformly, or evenly spaced")
    seed: int = option(0, "of the random angles", low=0)

    def factors(self) -> Values:
        """The angles `[n, 1]`, 0 up to, but not, 2 pi."""
        if self.angles == "even":
            return self.space[0].steps(self.count)[:, None]
        return draw_uniform(self.space, self.count, self.seed)

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, k]`.

        Returns:
            uint8 `[n, side, side, channels]`: rectangles from the centre outwards.
        """
        along = np.stack([np.cos(values[:, 0]), -np.sin(values[:, 0])], -1)[:, None]
        across = np.stack([along[..., 1], -along[..., 0]], -1)
        reach = np.array([0, _LENGTH, _LENGTH, 0])[:, None] * along
        corners = 16 + reach + np.array([-1, -1, 1, 1])[:, None] * (_WIDTH / 2) * across
        return white_on_black(coverage(edges(corners), 32))


def angle_of(images: npt.NDArray[Any]) -> Values:
    """Read the angle of images of lines: that of the nearest of 10,000 evenly spaced lines, by cosine distance, as ACAI
    does.

    Args:
        images: `[n, 32, 32, 1]`, uint8, or numbers with black at 0 and white at 1.

    Returns:
        Radians `[n]`; NaN for an image that is grey all over.

    >>> np.round(angle_of(Lines().render([[1.0], [6.0]])), 3).tolist()
    [1.0, 6.0]
    """
    lines, angles = reference()
    nearest, distances = nearest_by_cosine(images, lines)
    return np.where(np.isnan(distances), np.nan, angles[nearest])


@cache
def reference() -> tuple[Pixels, Values]:
    """The 10,000 evenly spaced lines that interpolations are measured against, and their angles; read-only."""
    world = Lines(count=REFERENCE, angles="even")
    angles = world.factors()
    images = world.render(angles)
    images.flags.writeable = angles.flags.writeable = False
    return images, angles[:, 0]


def nearest_by_cosine(
    images: npt.NDArray[Any], among: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Find which of `among` is nearest to each image by cosine distance, and how near it is.

    The distance is 1 - cos of the angle between two images as vectors from -1 (black) to 1 (white). The search is in
    float64: neighbouring lines of the reference are about 1e-7 apart, which is the rounding of float32.

    Args:
        images: The images to look up, `[n, h, w, c]`: uint8, or numbers with black at 0 and white at 1.
        among: The images to search, `[r, h, w, c]`, of either kind.

    Returns:
        The index of the nearest, `[n]`, and its distance, `[n]`, 0 to 2. The distance is NaN for an image of length 0,
        which is grey all over.

    >>> lines = Lines().render([[0.0], [1.0], [2.0]])
    >>> nearest_by_cosine(Lines().render([[1.1]]), lines)[0].tolist()
    [1]
    """
    there = _vectors(among)
    lengths, _ = _lengths(there)
    nearest, distances = np.zeros(len(images), np.intp), np.empty(len(images))
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        here = _vectors(images[part])
        nearest[part] = (here @ there.T / lengths).argmax(1)
        own, known = _lengths(here)
        # 1 - cos loses the digits of a small distance; half the square of the chord is the same, and keeps them.
        found = nearest[part]
        chord = here / own[:, None] - there[found] / lengths[found, None]
        distances[part] = np.where(known, (chord**2).sum(1) / 2, np.nan)
    return nearest, distances


def _vectors(images: npt.NDArray[Any]) -> Values:
    """Images as vectors `[n, d]`; those of uint8 have whole numbers, whose products are exact in any order."""
    values = images.reshape(len(images), -1).astype(np.float64)
    return 2 * values - 255 if images.dtype == np.uint8 else 255 * (2 * values - 1)


def _lengths(vectors: Values) -> tuple[Values, npt.NDArray[np.bool_]]:
    """The lengths `[n]` to divide by, 1 for a vector without a direction, and whether each has one."""
    length = np.sqrt((vectors**2).sum(1))
    known = length > 255e-6
    return np.where(known, length, 1), known
