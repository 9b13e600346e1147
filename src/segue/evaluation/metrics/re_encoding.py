"""Whether the model encodes what it decodes as the same code again."""

from __future__ import annotations

from dataclasses import dataclass

from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric
from segue.latent.re_encoding import re_encoding_distances


@dataclass(frozen=True)
class ReEncoding(Metric):
    """The mean of `re_encoding_distances` of the path's codes, over the codes' spread (`Reference.spread`); 0 is best.

    1 is as far as a code is from the mean of codes, so that models of any scale can be compared. NaN without codes, as
    for controls in pixels, without a model, and where all real images have the same code.
    """

    name = "re-encoding"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        model, spread = case.reference.model, case.reference.spread()
        if case.codes is None or model is None or spread == 0:
            return float("nan")
        return float(re_encoding_distances(model, case.codes).mean()) / spread
