"""`worlds:bar`: a coloured bar somewhere, turned, of some size: five factors, colour among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.core.choices import option
from segue.core.images import Pixels
from segue.data.datasets.worlds.coverage import coverage, edges
from segue.data.datasets.worlds.factors import Factor, Values, draw_uniform
from segue.data.datasets.worlds.world import World

REACH_PX = 9.0
"""How far from the middle of the image the bar's middle is at x or y = 1."""

SMALL, LARGE = np.array([6.0, 2.5]), np.array([11.0, 5.0])
"""Length and width in px at size 0 and at size 1."""


@dataclass(frozen=True)
class Bar(World):
    """A bar of one colour on black, 32x32, drawn uniformly by the seed.

    `x` and `y` are its middle, -1 to 1 from left to right and top to bottom; `angle` is in radians anticlockwise, and
    the bar looks the same after half a turn; `size` is 0 to 1; `hue` goes once round the colours, from red at 0 by
    green at 1/3 and blue at 2/3 to red at 1. Pixels are the exact areas covered.

    >>> world = Bar(count=3)
    >>> world.factors().shape, world.render(world.factors()).shape
    ((3, 5), (3, 32, 32, 3))
    """

    name: ClassVar[str] = "worlds:bar"
    space: ClassVar[tuple[Factor, ...]] = (
        Factor("x", "straight", -1, 1),
        Factor("y", "straight", -1, 1),
        Factor("angle", "angle", 0, np.pi),
        Factor("size", "straight", 0, 1),
        Factor("hue", "angle", 0, 1),
    )
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 3

    count: int = option(500, "images", low=1, high=4_000_000)
    seed: int = option(0, "of the random factors", low=0)

    def factors(self) -> Values:
        """The five factors `[n, 5]`."""
        return draw_uniform(self.space, self.count, self.seed)

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, 5]`.

        Returns:
            uint8 `[n, 32, 32, 3]`.
        """
        x, y, angle, size, hue = values.T
        sides = SMALL + size[:, None] * (LARGE - SMALL)
        along = np.stack([np.cos(angle), -np.sin(angle)], -1)
        across = np.stack([along[:, 1], -along[:, 0]], -1)
        middle = 16 + REACH_PX * np.stack([x, y], -1)
        corners = [
            middle + a * sides[:, :1] / 2 * along + b * sides[:, 1:] / 2 * across
            for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
        ]
        covered = coverage(edges(np.stack(corners, 1)), 32)
        return (255 * covered[..., None] * rainbow(hue)[:, None, None]).round().astype(np.uint8)


def rainbow(hue: Values) -> Values:
    """Colours of full saturation and value (the hexagon of HSV: Smith 1978).

    Args:
        hue: any number; whole turns make no difference.

    Returns:
        Red, green and blue, 0 to 1, `[..., 3]`.

    >>> rainbow(np.array([0, 1 / 12, 1 / 3, 1])).round(3).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    away = np.abs((np.asarray(hue)[..., None] - [0, 1 / 3, 2 / 3] + 0.5) % 1 - 0.5)
    colours: Values = np.clip(2 - 6 * away, 0, 1)
    return colours
