"""The base class of metrics, and what several of them share."""

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

    An own metric is a frozen dataclass of this class, whose fields are its options; an instance of it stands wherever a
    metric is taken. `str(metric)` is its name in tables and JSON, options included.

    Attributes:
        name: What it is called.
        better: Which values are good.
        unit: Of its numbers; empty for a plain ratio.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Brightness(Metric):
    ...     name, better, unit = "brightness", "none", "grey levels"
    ...     def measure(self, case):
    ...         return float(case.frames.mean())
    >>> str(Brightness())
    'brightness'
    """

    better: ClassVar[Better]
    unit: ClassVar[str]

    @abstractmethod
    def measure(self, case: Case) -> float:
        """Measure an interpolation.

        Args:
            case: The interpolation, and what it is compared with.

        Returns:
            The number; NaN where it is undefined.

        Raises:
            InputError: Where the metric looks through a network whose weights are not found.
        """

    @property
    def sees(self) -> bool:
        """Whether it looks through the network of the perceptual loss, whose weights it then needs."""
        return getattr(self, "by", None) == "perceptual"


def middle_third(count: int) -> npt.NDArray[np.intp]:
    """Find which of `count` frames, at even times from 0 to 1, lie from 1/3 to 2/3.

    Args:
        count: How many frames there are, 1 or more.

    Returns:
        Their indices; none for two frames.

    >>> middle_third(4).tolist(), middle_third(16).tolist(), middle_third(2).tolist()
    ([1, 2], [5, 6, 7, 8, 9, 10], [])
    """
    indices = np.arange(1, count - 1)
    return indices[(3 * indices >= count - 1) & (3 * indices <= 2 * (count - 1))]
