"""Metrics of the steps from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.choices import option
from segue.evaluation.metrics import steps
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric
from segue.evaluation.metrics.nearest import By

_BY = "what steps are measured by: values of pixels, or a network's features"


@dataclass(frozen=True)
class Length(Metric):
    """The length of the path: the sum of the steps. It only describes: a cut is as short as any path can be."""

    name = "length"
    better = "none"
    unit = "distance"
    by: By = option("perceptual", _BY)

    def measure(self, case: Case) -> float:
        return float(case.motion(self.by).steps.sum())


@dataclass(frozen=True)
class PPL(Metric):
    """The sum of the squared steps, by which morphs are judged (DiffMorpher, Zhang et al. 2023, arXiv 2312.07409).

    A squared perceptual step is a distance in the manner of LPIPS, as in the perceptual path length of StyleGAN
    (Karras et al. 2019, arXiv 1812.04948). Many small steps make a small sum: it falls as 1 / (m - 1), so compare paths
    of equally many frames. It only describes: a cross-fade has less than many a true path.
    """

    name = "ppl"
    better = "none"
    unit = "squared distance"
    by: By = option("perceptual", _BY)

    def measure(self, case: Case) -> float:
        return float((case.motion(self.by).steps ** 2).sum())


@dataclass(frozen=True)
class Pace(Metric):
    """How unevenly a path goes: the coefficient of variation of its steps (`steps.pace`); 0 is even, and best.

    A cross-fade is nearly even, too. NaN for two frames and for stills.
    """

    name = "pace"
    better = "low"
    unit = ""
    by: By = option("perceptual", _BY)

    def measure(self, case: Case) -> float:
        return steps.pace(case.motion(self.by).steps)


@dataclass(frozen=True)
class Jerk(Metric):
    """The largest second difference of the frames over the median step (`steps.jerk`); a jump among stills is huge.

    NaN for two frames and for stills.
    """

    name = "jerk"
    better = "low"
    unit = ""
    by: By = option("pixel", _BY)

    def measure(self, case: Case) -> float:
        return steps.jerk(case.motion(self.by), steps.LEAST_STEP[self.by])
