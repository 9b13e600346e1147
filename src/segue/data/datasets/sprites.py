"""True interpolations between images of dSprites, as far as they were recorded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.neighbours import Search, make_search
from segue.core.progress import silent
from segue.data.datasets.image_set import ImageSet
from segue.data.datasets.recorded import SPRITES
from segue.data.datasets.worlds.factors import Factor, Values, check_values, shortest_paths

TURNS = (np.pi / 2, np.pi, 2 * np.pi)
"""Radians after which a square, an ellipse and a heart look the same again."""

_STEPS = np.array([(axis.factor.high - axis.factor.low) / (axis.count - 1) for axis in SPRITES])
_APART = 1e3  # between shapes, in steps: farther than anything of one shape


@dataclass(frozen=True, eq=False)
class Sprites:
    """The truth about a part of dSprites, as `World` has it: `truths`, and `frames` by looking images up.

    Raises `InputError` for a set whose factors are others.
    """

    part: ImageSet

    def __post_init__(self) -> None:
        if self.part.factor_names != tuple(axis.factor.name for axis in SPRITES):
            raise InputError(
                f"factors {', '.join(self.part.factor_names) or 'none'}", "those of dsprites", "loading dsprites"
            )

    def truths(self, a: npt.ArrayLike, b: npt.ArrayLike, t: npt.ArrayLike) -> Values:
        """All shortest paths between two settings of the factors.

        A square looks the same after a quarter of a turn, an ellipse after half of one; there is no path between two
        shapes.

        Args:
            a: factor values `[5]`.
            b: factor values `[5]`.
            t: times `[m]`, 0 to 1.

        Returns:
            Values `[paths, m, 5]`, as of `World.truths`.

        Raises:
            InputError: for values that the set does not have.
        """
        shape = int(check_values([np.asarray(a, np.float64)], _space(2 * np.pi))[0, 0])
        return shortest_paths(_space(TURNS[shape]), a, b, t)

    def frames(self, values: npt.ArrayLike) -> Pixels:
        """The recorded images nearest to some values, by steps of the whole set.

        Args:
            values: `[..., 5]`.

        Returns:
            uint8 `[..., h, w, 1]`.
        """
        array = np.asarray(values, np.float64)
        nearest = self._search(_places(array.reshape(-1, len(SPRITES))), 1, silent).indices[:, 0]
        images: Pixels = self.part.images[nearest]
        return images.reshape(*array.shape[:-1], *images.shape[1:])

    @cached_property
    def _search(self) -> Search:
        assert self.part.factors is not None  # noqa: S101 - for the type checker: there are names
        return make_search(_places(self.part.factors))


def _space(turn: float) -> tuple[Factor, ...]:
    factors = (axis.factor for axis in SPRITES)
    return tuple(Factor(f.name, f.kind, 0, turn) if f.kind == "angle" else f for f in factors)


def _places(values: Values) -> Values:
    """Values `[n, 5]` in steps, the orientation on a circle that is once round for each time a shape looks the same."""
    shape, scale, orientation, x, y = (values / _STEPS).T
    turn = np.array(TURNS)[values[:, 0].astype(int)]
    radius = turn / _STEPS[2] / (2 * np.pi)
    angle = orientation / radius
    return np.stack([shape * _APART, scale, radius * np.cos(angle), radius * np.sin(angle), x, y], -1)
