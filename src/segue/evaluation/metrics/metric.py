"""What a metric is, and what several of them share."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.choices import Choice
from segue.evaluation.metrics.case import Case

Better: TypeAlias = Literal["low", "high", "one", "none"]
"""Which values are good: low ones, high ones, those near 1; or `none`, where the number only describes."""


class Metric(Choice):
    """One number per interpolation, NaN where it is undefined.

    `str(metric)` is its key in tables and JSON, options included. `unit` is empty for a plain ratio. Distances are
    those of `segue.evaluation.metrics.nearest`, by pixels or in a network's features.
    """

    better: ClassVar[Better]
    unit: ClassVar[str]

    @abstractmethod
    def measure(self, case: Case) -> float:
        """The number. Raises `InputError` where a network is to see the frames and its weights are not found."""

    @property
    def sees(self) -> bool:
        """Whether it looks through the network of the perceptual loss, whose weights it then needs."""
        return getattr(self, "by", None) == "perceptual"


def middle_third(count: int) -> npt.NDArray[np.intp]:
    """The places of those of `count` frames, even from 0 to 1, that lie from 1/3 to 2/3; none of two frames.

    >>> middle_third(4).tolist(), middle_third(16).tolist(), middle_third(2).tolist()
    ([1, 2], [5, 6, 7, 8, 9, 10], [])
    """
    places = np.arange(1, count - 1)
    return places[(3 * places >= count - 1) & (3 * places <= 2 * (count - 1))]
