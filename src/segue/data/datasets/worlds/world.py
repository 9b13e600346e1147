"""What a generated world is."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from segue.core.choices import Choice
from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.data.datasets.worlds.factors import Factor, Values, check_values, shortest_paths

_BATCH = 100

MOST_IMAGES = 4_000_000
"""Images of a generated set at the most."""


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
        """Draw images of checked values.

        Args:
            values: `[n, k]`.

        Returns:
            uint8 `[n, side, side, channels]`.
        """

    def render(self, factors: npt.ArrayLike, report: Report = silent) -> Pixels:
        """Render images of any factor values: exact, and the same at every call.

        Args:
            factors: values `[n, k]`.
            report: hears how far it is.

        Returns:
            uint8 `[n, side, side, channels]`.

        Raises:
            InputError: for values that the world does not have.
        """
        values = check_values(factors, self.space)
        images = np.empty((len(values), self.side, self.side, self.channels), np.uint8)
        for start in range(0, len(values), _BATCH):
            images[start : start + _BATCH] = self.draw(values[start : start + _BATCH])
            report(Event("render", min(start + _BATCH, len(values)), len(values)))
        return images

    def truths(self, a: npt.ArrayLike, b: npt.ArrayLike, t: npt.ArrayLike) -> Values:
        """The true interpolations between two images: all the shortest paths through the factors.

        All factors move together in a straight line, each at constant speed. An angle takes the shorter way round, and
        either way where the two are opposite. Where a category differs (another shape, another glyph) the world has no
        image between the two: there is no true interpolation, and whatever is measured against it is undefined.

        Args:
            a: values `[k]`.
            b: values `[k]`.
            t: times `[m]`, 0 to 1.

        Returns:
            Values `[paths, m, k]`.

        Raises:
            InputError: for values that the world does not have.

        >>> from segue.data.datasets.worlds import Glyphs
        >>> Glyphs().truths([0, 350], [0, 10], [0, 0.5, 1])[:, :, 1].tolist()
        [[350.0, 360.0, 370.0]]
        >>> Glyphs().truths([0, 0], [0, 180], np.linspace(0, 1, 16)).shape, len(Glyphs().truths([0, 0], [1, 0], [0, 1]))
        ((2, 16, 2), 0)
        """
        return shortest_paths(self.space, a, b, t)

    def frames(self, values: npt.ArrayLike, report: Report = silent) -> Pixels:
        """Render values of any leading shape, as those of `truths`.

        Args:
            values: `[..., k]`.
            report: hears how far it is.

        Returns:
            uint8 `[..., side, side, channels]`.

        Raises:
            InputError: for values that the world does not have.
        """
        array = np.asarray(values, np.float64)
        images = self.render(array.reshape(-1, array.shape[-1]), report)
        return images.reshape(*array.shape[:-1], *images.shape[1:])
