"""What holds for every metric of `METRICS`, with any options, on paths whose rank is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import get_args

import numpy as np
import pytest

from segue.core.choices import choose
from segue.data.datasets.worlds import Discs, Lines, World
from segue.evaluation.metrics import (
    LEADERBOARD_METRICS,
    METRICS,
    PPL,
    Case,
    Excess,
    Ghosting,
    Jerk,
    Length,
    MeanDistance,
    Metric,
    Monotonicity,
    OffManifold,
    Pace,
    ReEncoding,
    Reference,
    Sharpness,
    Smoothness,
    ToTruth,
)
from segue.evaluation.metrics.metric import Better
from segue.latent.space import encode

Cases = dict[str, Case]
Scene = Callable[..., Cases]

ALL = tuple(dict.fromkeys((*LEADERBOARD_METRICS, *(cls() for cls in METRICS), Length(by="pixel"), PPL(by="pixel"))))
ALL += (Jerk(by="perceptual"),)
RANKED = [metric for metric in ALL if metric.better != "none"]
WORST: dict[type[Metric], tuple[str, ...]] = {
    OffManifold: ("fade", "noise"),
    Excess: ("fade", "noise"),
    ToTruth: ("cut", "fade", "noise", "snap", "shuffled", "astray"),
    MeanDistance: ("fade", "noise"),
    Smoothness: ("cut", "fade", "snap", "shuffled"),
    Pace: ("cut", "snap", "shuffled"),
    Jerk: ("cut", "snap"),
    Monotonicity: ("shuffled",),
    Ghosting: ("fade",),
    Sharpness: ("fade", "noise"),
    ReEncoding: ("astray",),
}
every_metric = pytest.mark.parametrize("metric", ALL, ids=str)


@pytest.fixture(autouse=True)
def seeing(request: pytest.FixtureRequest) -> None:
    """The network's weights for the metrics that look through it."""
    if "metric" in request.fixturenames and request.getfixturevalue("metric").sees:
        request.getfixturevalue("weights")


def badness(metric: Metric, case: Case) -> float:
    value = metric.measure(case)
    return {"low": value, "high": -value, "one": abs(value - 1)}[metric.better]


def defined(metric: Metric, world: type[World]) -> bool:
    return world is Lines or not isinstance(metric, Smoothness)


@every_metric
def test_the_spelling_is_read_back(metric: Metric) -> None:
    assert choose(str(metric), METRICS, "metric") == metric
    assert metric.better in get_args(Better)
    assert isinstance(metric.unit, str)


def test_the_leaderboard_has_every_metric_and_no_key_twice() -> None:
    assert {type(metric) for metric in LEADERBOARD_METRICS} == set(METRICS)
    assert len({str(metric) for metric in LEADERBOARD_METRICS}) == len(LEADERBOARD_METRICS)
    assert len({cls.name for cls in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", RANKED, ids=str)
@pytest.mark.parametrize(("world", "channels"), [(Discs, 1), (Discs, 3), (Lines, 1)], ids=str)
def test_the_truth_ranks_above_known_bad_paths(metric: Metric, world: type[World], channels: int, scene: Scene) -> None:
    cases = scene(world, channels)
    if not defined(metric, world):
        assert math.isnan(metric.measure(cases["truth"]))
        return
    best = badness(metric, cases["truth"])
    for worst in WORST.get(type(metric), ()):
        assert best < badness(metric, cases[worst]), worst
    # A metric that is new has to tell the truth from one of them at least.
    assert any(best < badness(metric, case) for name, case in cases.items() if name != "truth")


@every_metric
def test_it_is_one_number_the_same_again_and_nothing_is_touched(metric: Metric, scene: Scene) -> None:
    case = scene(Lines)["fade"]
    assert case.codes is not None and case.truths is not None
    parts = case.frames, case.a, case.b, case.reference.images, case.truths
    before, codes = [part.copy() for part in parts], case.codes.clone()
    value = metric.measure(case)
    again = metric.measure(Case(case.frames, case.a, case.b, case.reference, case.codes, case.truths))
    assert type(value) is float
    assert value == again or (math.isnan(value) and math.isnan(again))
    assert all(np.array_equal(now, then) for now, then in zip(parts, before, strict=True))
    assert case.codes.equal(codes)


@every_metric
@pytest.mark.parametrize("steps", [2, 3])
def test_few_frames(metric: Metric, steps: int, scene: Scene) -> None:
    value = metric.measure(scene(Lines, steps=steps)["fade"])
    undefined = steps == 2 and isinstance(metric, Pace | Jerk | Ghosting | Sharpness)
    assert math.isnan(value) == undefined
    assert not math.isinf(value)


@every_metric
def test_stills_are_undefined_where_there_is_nothing_to_tell(metric: Metric, scene: Scene) -> None:
    case = scene(Lines)["truth"]
    assert case.reference.model is not None
    frames = np.repeat(case.a[None], 5, 0)
    truths = np.repeat(case.a[None, None], 5, 1)
    still = Case(frames, case.a, case.a, case.reference, encode(case.reference.model, frames), truths)
    value = metric.measure(still)
    assert math.isnan(value) == isinstance(metric, Pace | Jerk | Smoothness | Monotonicity | Ghosting)
    if isinstance(metric, Length | PPL | ToTruth):
        assert value == 0


@every_metric
def test_what_is_not_known_is_nan_and_not_0(metric: Metric, scene: Scene) -> None:
    case = scene(Discs)["truth"]
    value = metric.measure(Case(case.frames, case.a, case.b, Reference(case.reference.images)))
    assert math.isnan(value) == isinstance(metric, Excess | ToTruth | Smoothness | Monotonicity | ReEncoding)


@every_metric
@pytest.mark.parametrize("value", [0, 127, 255])
def test_flat_images_give_a_number_or_nan(metric: Metric, value: int) -> None:
    frames = np.full((4, 8, 8, 3), value, np.uint8)
    case = Case(frames, frames[0], frames[0], Reference(frames[:1]), truths=frames[None])
    assert not math.isinf(metric.measure(case))
