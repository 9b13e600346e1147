"""How good an interpolation is: one number per metric, NaN where undefined.

A metric is a choice; its mathematics is a plain function beside it. To add one, write its file and name it in
`METRICS`, and in `LEADERBOARD_METRICS` to show it by default.
"""

from __future__ import annotations

from segue.evaluation.metrics.acai import MeanDistance, Smoothness
from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.ghosting import Ghosting
from segue.evaluation.metrics.manifold import Excess, OffManifold
from segue.evaluation.metrics.metric import Metric
from segue.evaluation.metrics.monotonicity import Monotonicity
from segue.evaluation.metrics.motion import PPL, Jerk, Length, Pace
from segue.evaluation.metrics.re_encoding import ReEncoding
from segue.evaluation.metrics.reference import Reference
from segue.evaluation.metrics.sharpness import Sharpness
from segue.evaluation.metrics.truth import ToTruth

__all__ = [
    "LEADERBOARD",
    "METRICS",
    "PPL",
    "Case",
    "Excess",
    "Ghosting",
    "Jerk",
    "Length",
    "MeanDistance",
    "Metric",
    "Monotonicity",
    "OffManifold",
    "Pace",
    "ReEncoding",
    "Reference",
    "Sharpness",
    "Smoothness",
    "ToTruth",
]

METRICS: tuple[type[Metric], ...] = (
    OffManifold,
    Excess,
    ToTruth,
    MeanDistance,
    Smoothness,
    Length,
    PPL,
    Pace,
    Jerk,
    Monotonicity,
    Ghosting,
    Sharpness,
    ReEncoding,
)

LEADERBOARD_METRICS: tuple[Metric, ...] = (
    OffManifold(),
    OffManifold(by="perceptual"),
    Excess(),
    Excess(by="perceptual"),
    ToTruth(),
    ToTruth(align="order"),
    MeanDistance(),
    Smoothness(),
    Monotonicity(),
    Length(),
    PPL(),
    Pace(),
    Pace(by="pixel"),
    Jerk(),
    Ghosting(),
    Sharpness(),
    ReEncoding(),
)
