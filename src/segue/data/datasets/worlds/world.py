"""What a generated world is."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from segue.core.choices import Choice
from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.data.datasets.worlds.factors import Factor, Values, checked, shortest

BATCH = 100


class World(Choice):
    """Images made from known factors; the options choose the factor values of a set.

    A world has an image for any values of its factors, so that it knows the true interpolations between two of its
    images: all shortest paths through its factors (`truths`), and their pictures (`frames`).
    """

    space: ClassVar[tuple[Factor, ...]]
    side: ClassVar[int]
    channels: ClassVar[int]

    @property
    def factor_names(self) -> tuple[str, ...]:
        """What the k factors are called."""
        return tuple(factor.name for factor in self.space)

    @abstractmethod
    def factors(self) -> Values:
        """The values `[n, k]` of the set that the options choose."""

    @abstractmethod
    def draw(self, values: Values) -> Pixels:
        """The images `[n, side, side, channels]` of checked values `[n, k]`."""

    def render(self, factors: npt.ArrayLike, report: Report = silent) -> Pixels:
        """The images `[n, side, side, channels]` of any factor values `[n, k]`: exact, and the same at every call.

        Raises `InputError` for values that the world does not have.
        """
        values = checked(factors, self.space)
        images = np.empty((len(values), self.side, self.side, self.channels), np.uint8)
        for start in range(0, len(values), BATCH):
            images[start : start + BATCH] = self.draw(values[start : start + BATCH])
            report(Event("render", min(start + BATCH, len(values)), len(values)))
        return images

    def truths(self, a: npt.ArrayLike, b: npt.ArrayLike, t: npt.ArrayLike) -> Values:
        """The true interpolations between the images of values `a` `[k]` and `b` `[k]`: values `[paths, m, k]`.

        They are all the shortest paths through the factors at times `t` `[m]`, 0 to 1. All factors move together in a
        straight line, each at a constant pace. An angle takes the shorter way round, and either way if the two are
        opposite. Where a category differs (another shape, another glyph) the world has no image between the two: there
        is no true interpolation, `[0, m, k]`, and whatever is measured against it is undefined.
        Raises `InputError` for values that the world does not have.

        >>> from segue.data.datasets.worlds import Glyphs
        >>> Glyphs().truths([0, 350], [0, 10], [0, 0.5, 1])[:, :, 1].tolist()
        [[350.0, 360.0, 370.0]]
        >>> Glyphs().truths([0, 0], [0, 180], np.linspace(0, 1, 16)).shape, len(Glyphs().truths([0, 0], [1, 0], [0, 1]))
        ((2, 16, 2), 0)
        """
        return shortest(self.space, a, b, t)

    def frames(self, values: npt.ArrayLike, report: Report = silent) -> Pixels:
        """The images `[..., side, side, channels]` of values `[..., k]`: of what `truths` gives, `[paths, m, ...]`."""
        array = np.asarray(values, np.float64)
        images = self.render(array.reshape(-1, array.shape[-1]), report)
        return images.reshape(*array.shape[:-1], *images.shape[1:])
