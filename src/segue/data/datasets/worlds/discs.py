"""`worlds:discs`: a disc somewhere, of some radius and brightness; every factor is continuous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from segue.core.choices import option
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.data.datasets.worlds.coverage import circle, coverage, edges, white_on_black
from segue.data.datasets.worlds.factors import Factor, Values, grid
from segue.data.datasets.worlds.world import MOST_IMAGES, World


@dataclass(frozen=True)
class Discs(World):
    """Grey discs on black, 32x32: grids of their middle (`x`, `y`) and `radius`, in pixels, and their brightness.

    The options are steps from the least to the greatest value; one step is the middle. No disc touches the border. Its
    pixels are the areas it covers, within a grey level.

    >>> world = Discs(x=2, y=2)
    >>> world.factors().tolist()
    [[9.0, 9.0, 5.0, 0.65], [9.0, 23.0, 5.0, 0.65], [23.0, 9.0, 5.0, 0.65], [23.0, 23.0, 5.0, 0.65]]
    """

    name: ClassVar[str] = "worlds:discs"
    space: ClassVar[tuple[Factor, ...]] = (
        Factor("x", "straight", 9, 23),
        Factor("y", "straight", 9, 23),
        Factor("radius", "straight", 2, 8),
        Factor("brightness", "straight", 0.3, 1),
    )
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 1

    x: int = option(15, "steps from left to right", low=1, high=1000)
    y: int = option(15, "steps from top to bottom", low=1, high=1000)
    radius: int = option(1, "steps of the radius", low=1, high=1000)
    brightness: int = option(1, "steps of the brightness", low=1, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        count = self.x * self.y * self.radius * self.brightness
        if count > MOST_IMAGES:
            raise InputError(f"{self} with {count} images", f"{MOST_IMAGES} or fewer", "fewer steps")

    def factors(self) -> Values:
        """The chosen grid, `[n, 4]`."""
        return grid(*(factor.steps(getattr(self, factor.name)) for factor in self.space))

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, k]`.

        Returns:
            uint8 `[n, side, side, channels]`: polygons of 128 corners with the area of the disc.
        """
        corners = values[:, None, :2] + values[:, None, 2:3] * circle(1)
        return white_on_black(coverage(edges(corners), 32), values[:, 3].reshape(-1, 1, 1, 1))
