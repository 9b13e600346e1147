"""`worlds:ring`: a turning letter, and on a ring around it a small grey dot that is easily lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.core.choices import option
from segue.core.images import Pixels
from segue.data.datasets.worlds.coverage import circle, coverage, edges, white_on_black
from segue.data.datasets.worlds.factors import Factor, Values, draw_uniform
from segue.data.datasets.worlds.world import World

LETTER = np.array(
    [[0, 0], [7, 0], [7, 2.4], [2.6, 2.4], [2.6, 4.6], [5.8, 4.6], [5.8, 7], [2.6, 7], [2.6, 12], [0, 12]]
) - [3, 6]
"""The corners of an F about the middle of the image, in px, y down."""

RING_PX, DOT_PX, DOT_BRIGHTNESS = 13.0, 2.5, 0.7


@dataclass(frozen=True)
class Ring(World):
    """A white F that turns in the middle, and a grey dot at some angle on a ring around it, 32x32.

    Both angles are in radians, anticlockwise: `turn` of the letter from upright, `place` of the dot from the right.
    They are drawn uniformly by the seed. The dot covers 2 % of the image at 0.7 of the letter's brightness, so that a
    model may leave it out at little cost: whether it does is what this world shows. Pixels are the exact areas covered.

    >>> world = Ring(count=3)
    >>> world.factors().shape, world.render(world.factors()).shape
    ((3, 2), (3, 32, 32, 1))
    """

    name: ClassVar[str] = "worlds:ring"
    space: ClassVar[tuple[Factor, ...]] = (
        Factor("turn", "angle", 0, 2 * np.pi),
        Factor("place", "angle", 0, 2 * np.pi),
    )
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 1

    count: int = option(500, "images", low=1, high=4_000_000)
    seed: int = option(0, "of the random angles", low=0)

    def factors(self) -> Values:
        """The two angles `[n, 2]`, 0 up to, but not, 2 pi."""
        return draw_uniform(self.space, self.count, self.seed)

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, 2]`.

        Returns:
            uint8 `[n, 32, 32, 1]`.
        """
        turn, place = values.T
        cos, sin = np.cos(turn), np.sin(turn)
        letter = 16 + np.einsum("xyn,cy->ncx", np.array([[cos, sin], [-sin, cos]]), LETTER)
        middle = 16 + RING_PX * np.stack([np.cos(place), -np.sin(place)], -1)
        dot = middle[:, None] + circle(DOT_PX)
        return white_on_black(coverage(edges(letter), 32) + DOT_BRIGHTNESS * coverage(edges(dot), 32))
