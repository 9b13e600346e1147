"""What a generated world is."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from segue.choices import Choice
from segue.images import Pixels
from segue.progress import Report, silent


class World(Choice):
    """Images made from known factors; the options choose a grid of factor values."""

    factor_names: ClassVar[tuple[str, ...]]

    @abstractmethod
    def factors(self) -> npt.NDArray[np.float64]:
        """The chosen grid, `[n, k]`: every combination, the last factor changing fastest."""

    @abstractmethod
    def render(self, factors: npt.NDArray[np.float64], report: Report = silent) -> Pixels:
        """The images `[n, 64, 64, 3]` of any factor values `[n, k]`: exact, and the same at every call.

        Raises `InputError` for values that the world does not have.
        """
