"""How far frames are from real images."""

from __future__ import annotations

from dataclasses import dataclass

from segue.core.choices import option
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric
from segue.evaluation.metrics.nearest import By

_BY = "mean square error of values in [0, 1], or `perceptual_distance` to at most 2,000 of the images"


@dataclass(frozen=True)
class OffManifold(Metric):
    """The mean over the frames of the distance to the nearest image of the set; 0 is best.

    By pixel it is the "interpolationMSE" of Yadlin and Botchan ("Data Interpolation in Latent Space"). Snapping to real
    images makes it 0, so it means little without a measure of the motion.
    """

    name = "off-manifold"
    better = "low"
    unit = "squared distance"
    by: By = option("pixel", _BY)

    def measure(self, case: Case) -> float:
        return float(case.nearest(self.by).distances.mean())


@dataclass(frozen=True)
class Excess(Metric):
    """`off-manifold` less that of the model's reconstructions of real images (`Reference.floor`): the path's own part.

    0 where frames are as near to real images as reconstructions are, and below it for frames that did not go through
    the model. NaN without a model.
    """

    name = "excess"
    better = "low"
    unit = "squared distance"
    by: By = option("pixel", _BY)

    def measure(self, case: Case) -> float:
        return float(case.nearest(self.by).distances.mean()) - case.reference.floor(self.by)
