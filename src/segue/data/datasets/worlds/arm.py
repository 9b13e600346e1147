"""`worlds:arm`: an arm of two links in the plane, by the angles of its shoulder and its elbow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segue.core.choices import option
from segue.core.images import Pixels
from segue.data.datasets.worlds.coverage import circle, coverage, edges, white_on_black
from segue.data.datasets.worlds.factors import Factor, Values, draw_uniform
from segue.data.datasets.worlds.world import World

UPPER_PX, FORE_PX = 8.0, 6.0
"""The lengths of the two links, from the middle of the image outwards."""

UPPER_WIDTH_PX, FORE_WIDTH_PX, FORE_BRIGHTNESS = 3.0, 2.4, 0.75


@dataclass(frozen=True)
class Arm(World):
    """An arm of two links, 32x32: white from the shoulder, in the middle, to the elbow, and light grey from there on.

    `shoulder` is the upper arm's angle from the right, `elbow` the forearm's from the upper arm; both in radians,
    anticlockwise, all the way round, drawn uniformly by the seed. Pixels are the exact areas covered; where the links
    overlap, the brighter is seen.

    >>> world = Arm(count=3)
    >>> world.factors().shape, world.render(world.factors()).shape
    ((3, 2), (3, 32, 32, 1))
    """

    name: ClassVar[str] = "worlds:arm"
    space: ClassVar[tuple[Factor, ...]] = (
        Factor("shoulder", "angle", 0, 2 * np.pi),
        Factor("elbow", "angle", 0, 2 * np.pi),
    )
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 1

    count: int = option(1000, "images", low=1, high=4_000_000)
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
        shoulder = np.full((len(values), 2), 16.0)
        elbow = shoulder + UPPER_PX * _direction(values[:, 0])
        hand = elbow + FORE_PX * _direction(values.sum(1))
        upper = np.maximum(_link(shoulder, elbow, UPPER_WIDTH_PX), _disc(elbow, UPPER_WIDTH_PX))
        fore = np.maximum(_link(elbow, hand, FORE_WIDTH_PX), _disc(hand, FORE_WIDTH_PX))
        return white_on_black(np.maximum(np.maximum(upper, _disc(shoulder, UPPER_WIDTH_PX)), FORE_BRIGHTNESS * fore))


def _direction(angle: Values) -> Values:
    return np.stack([np.cos(angle), -np.sin(angle)], -1)


def _link(start: Values, end: Values, width: float) -> Values:
    """What a straight link covers of each pixel, `[n, 32, 32]`."""
    along = end - start
    across = np.stack([along[:, 1], -along[:, 0]], -1) * (width / 2 / np.linalg.norm(along, axis=1, keepdims=True))
    return coverage(edges(np.stack([start - across, end - across, end + across, start + across], 1)), 32)


def _disc(middle: Values, width: float) -> Values:
    return coverage(edges(middle[:, None] + circle(width / 2)), 32)
