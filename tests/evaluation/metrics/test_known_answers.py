"""Each metric by hand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.data.datasets.worlds import Discs, Glyphs, Lines
from segue.data.datasets.worlds.factors import Factor
from segue.data.datasets.worlds.lines import reference as reference_lines
from segue.evaluation.metrics import (
    PPL,
    Case,
    Excess,
    Jerk,
    Length,
    MeanDistance,
    Monotonicity,
    OffManifold,
    Pace,
    ReEncoding,
    Reference,
    Smoothness,
    ToTruth,
)
from segue.evaluation.metrics.acai import mean_distance, smoothness
from segue.evaluation.metrics.metric import middle_third
from segue.evaluation.metrics.monotonicity import monotonicity
from segue.evaluation.metrics.steps import LEAST_STEP, Motion, jerk, motion, pace
from segue.evaluation.metrics.truth import in_order, in_time

Cases = dict[str, Case]
Scene = Callable[..., Cases]

ENDS = [9, 9, 5, 0.65], [23, 23, 5, 0.65]


def dots(*levels: int) -> Pixels:
    """Images of one grey pixel."""
    return np.array(levels, np.uint8).reshape(-1, 1, 1, 1)


def path(*levels: int, reference: Pixels | None = None, truth: tuple[int, ...] = ()) -> Case:
    frames = dots(*levels)
    truths = dots(*truth)[None] if truth else None
    return Case(frames, frames[0], frames[-1], Reference(frames if reference is None else reference), truths=truths)


def test_off_manifold_is_the_mean_square_to_the_nearest() -> None:
    assert OffManifold().measure(path(0, 51, 255, reference=dots(0, 255))) == pytest.approx(0.2**2 / 3)


def test_excess_is_off_manifold_less_the_floor(scene: Scene) -> None:
    case = scene()["fade"]
    assert Excess().measure(case) == OffManifold().measure(case) - case.reference.floor()
    assert Excess().measure(scene()["snap"]) == -case.reference.floor() < 0


def test_steps_by_hand() -> None:
    case = path(0, 51, 204, 255)  # steps of .2, .6 and .2
    assert Length(by="pixel").measure(case) == pytest.approx(1)
    assert PPL(by="pixel").measure(case) == pytest.approx(0.04 + 0.36 + 0.04)
    assert Pace(by="pixel").measure(case) == pytest.approx(np.std([0.2, 0.6, 0.2]) * 3)
    assert Jerk().measure(case) == pytest.approx(0.4 / 0.2)


def test_steps_do_not_depend_on_the_size_of_the_image() -> None:
    small = np.random.default_rng(0).integers(0, 256, (6, 4, 4, 1), np.uint8)
    large = small.repeat(3, 1).repeat(3, 2).repeat(3, 3)
    for one, other in zip(motion(small), motion(large), strict=True):
        np.testing.assert_allclose(one, other)


def test_perceptual_steps_are_roots_of_the_distance(weights: None, scene: Scene) -> None:
    from segue.core.images import to_float
    from segue.latent.graph import perceptual_steps

    frames = scene()["truth"].frames
    wanted = perceptual_steps(to_float(frames)[None])[0].numpy()
    np.testing.assert_allclose(motion(frames, "perceptual").steps, wanted, rtol=1e-3)


def test_a_cut_is_no_even_pace_and_no_smooth_motion() -> None:
    """Its median step is 0: the jerk is counted in steps too small to see."""
    cut = path(0, 0, 0, 255, 255, 255)
    assert Pace(by="pixel").measure(cut) == pytest.approx(2)  # sqrt(5 - 1)
    assert Jerk().measure(cut) == pytest.approx(1 / LEAST_STEP["pixel"])
    assert np.isnan(pace(np.array([1.0])))
    assert np.isnan(jerk(Motion(np.array([1.0]), np.array([]))))


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_pace_is_0_only_where_steps_are_even(steps: list[float]) -> None:
    array = np.array(steps)
    value = pace(array)
    if not array.any():
        assert np.isnan(value)
    else:
        assert 0 <= value <= np.sqrt(len(array) - 1) + 1e-9
        assert (value > 1e-6) == (np.ptp(array / array.max()) > 1e-5) or value < 1e-4
        assert pace(array[::-1]) == pytest.approx(value)


def test_to_truth_in_time() -> None:
    truth = (0, 51, 102, 153, 204, 255, 255)
    assert ToTruth().measure(path(0, 153, 255, truth=truth)) == 0
    assert ToTruth().measure(path(0, 102, 255, truth=truth)) == pytest.approx(0.2**2 / 3)
    # 6 steps for 4: the nearest in time, 0, 1.5 -> 2, 3, 4.5 -> 4, 6.
    assert ToTruth().measure(path(0, 102, 153, 204, 255, truth=truth)) == 0


def test_to_truth_is_to_the_nearest_of_several() -> None:
    truths = np.stack([dots(0, 0, 255), dots(0, 204, 255), dots(0, 255, 255)])
    for align in ("time", "order"):
        case = Case(dots(0, 255, 255), *dots(0, 255), Reference(dots(0, 255)), truths=truths)
        assert ToTruth(align=align).measure(case) == 0
        near = Case(dots(0, 153, 255), *dots(0, 255), Reference(dots(0, 255)), truths=truths)
        assert ToTruth(align=align).measure(near) == pytest.approx(0.2**2 / 3)


def test_no_truth_between_categories_is_nan() -> None:
    world = Glyphs()
    frames = world.render([[0, 0], [1, 0]])
    truths = world.frames(world.truths([0, 0], [1, 0], [0, 0.5, 1]))
    case = Case(frames, frames[0], frames[1], Reference(frames), truths=truths)
    assert np.isnan(ToTruth().measure(case))
    assert np.isnan(ToTruth(align="order").measure(case))


def slow_in_order(away: np.ndarray) -> float:
    """All alignments, one by one."""
    count, fine = away.shape
    reach = max(1, int(2 * (fine - 1) / (count - 1) + 1e-9))
    ways = ((0, *inner, fine - 1) for inner in combinations_with_replacement(range(fine), count - 2))
    fit = [away[np.arange(count), way].mean() for way in ways if max(np.diff(way)) <= reach]
    return float(min(fit))


@given(st.integers(2, 5), st.integers(2, 9), st.integers(0, 2**32))
def test_alignment_in_order_is_the_best_of_all(count: int, fine: int, seed: int) -> None:
    away = np.random.default_rng(seed).random((count, fine))
    assert in_order(away) == pytest.approx(slow_in_order(away))
    if (fine - 1) % (count - 1) == 0:
        assert in_order(away) <= in_time(away) + 1e-12


def test_in_order_forgives_pace_but_neither_a_cut_nor_a_return(scene: Scene) -> None:
    like, t = scene()["truth"], np.linspace(0, 1, 16)
    even, eased = (Discs().frames(Discs().truths(*ENDS, times))[0] for times in (t, t * t * (3 - 2 * t)))
    straight, late = (Case(frames, like.a, like.b, like.reference, truths=like.truths) for frames in (even, eased))
    order, time = ToTruth(align="order"), ToTruth()
    assert order.measure(straight) == time.measure(straight) == 0
    assert order.measure(late) < 0.01 * time.measure(late)
    for bad in ("cut", "shuffled", "fade"):
        assert order.measure(scene()[bad]) > 0.4 * time.measure(scene()[bad])


def test_acai_as_metrics_are_acai_as_functions() -> None:
    lines, angles = reference_lines()
    reference = Reference(lines, factors=angles[:, None], space=Lines.space)
    frames = Lines().render(np.linspace(0.3, 2, 16)[:, None] ** 2)
    faded = (frames // 2 + np.roll(frames, 1, 0) // 2).astype(np.uint8)
    for path_frames in (frames, faded):
        case = Case(path_frames, path_frames[0], path_frames[-1], reference)
        assert MeanDistance().measure(case) == pytest.approx(float(mean_distance(path_frames, lines)), abs=3e-7)
        assert Smoothness().measure(case) == pytest.approx(float(smoothness(path_frames, lines, angles)), abs=2e-3)


def test_smoothness_reads_degrees_too_and_only_single_angles(scene: Scene) -> None:
    lines, angles = reference_lines()
    frames = Lines().render([[0.1], [0.3], [1.1]])
    degrees = Reference(lines, factors=np.degrees(angles)[:, None], space=(Factor("turn", "angle", 0, 360),))
    assert Smoothness().measure(Case(frames, frames[0], frames[-1], degrees)) == pytest.approx(0.8 - 0.5, abs=1e-3)
    for space in ((Factor("x", "straight", 0, 7),), (*Lines.space, *Lines.space)):
        other = Reference(lines, factors=np.repeat(angles[:, None], len(space), 1), space=space)
        assert np.isnan(Smoothness().measure(Case(frames, frames[0], frames[-1], other)))


X, TURN, KIND = Factor("x", "straight", 0, 10), Factor("turn", "angle", 0, 360), Factor("kind", "category", 0, 3)


@pytest.mark.parametrize(
    ("values", "space", "wanted"),
    [
        ([[0], [5], [10]], (X,), 1),
        ([[0], [10], [5]], (X,), 1 / 3),
        ([[0], [10], [0]], (X,), np.nan),
        ([[350], [0], [10]], (TURN,), 1),
        ([[0], [120], [240], [300]], (TURN,), 1),  # the long way is one way, too
        ([[0], [20], [10], [30]], (TURN,), 30 / 50),
        ([[10], [20], [370]], (TURN,), np.nan),
        ([[0, 0], [5, 9], [10, 3]], (X, X), (1 + 3 / 15) / 2),
        ([[0, 7], [5, 9], [10, 7]], (X, X), 1),  # only what differs counts
        ([[0], [2], [1]], (KIND,), np.nan),
        ([[0, 0], [2, 10], [1, 5]], (KIND, X), 1 / 3),
    ],
)
def test_monotonicity_by_hand(values: list[list[float]], space: tuple[Factor, ...], wanted: float) -> None:
    assert monotonicity(values, space) == pytest.approx(wanted, nan_ok=True)


def test_monotonicity_is_read_off_the_nearest_images() -> None:
    images = dots(0, 50, 100, 150, 200)
    reference = Reference(images, factors=np.arange(5.0)[:, None], space=(X,))
    there = Case(dots(3, 60, 110, 190), images[0], images[4], reference)
    back = Case(dots(3, 110, 60, 190), images[0], images[4], reference)
    short = Case(dots(3, 60), images[0], images[4], reference)
    assert Monotonicity().measure(there) == 1
    assert Monotonicity().measure(back) == pytest.approx(4 / 6)
    assert Monotonicity().measure(short) == 1
    away = Case(dots(100, 150), images[2], images[1], reference)
    assert Monotonicity().measure(away) == pytest.approx(1 / 3)  # it ends beyond what was asked for


def test_re_encoding_is_relative_to_the_spread(scene: Scene) -> None:
    case = scene()["truth"]
    assert case.codes is not None
    found = ReEncoding().measure(case)
    assert 0 < found < 0.2  # the linear model finds its codes, but for what it clips
    model = case.reference.model
    assert model is not None
    with torch.no_grad():
        away = (model.encode(model.decode(case.codes)) - case.codes).norm(dim=1).mean()
    assert found == pytest.approx(float(away) / case.reference.spread(), rel=1e-5)
    pixels = Case(case.frames, case.a, case.b, case.reference)
    assert np.isnan(ReEncoding().measure(pixels))
    same = Reference(np.repeat(case.a[None], 4, 0), model)
    assert np.isnan(ReEncoding().measure(Case(case.frames, case.a, case.b, same, case.codes)))


@pytest.mark.parametrize(("count", "wanted"), [(1, []), (2, []), (3, [1]), (4, [1, 2]), (5, [2]), (7, [2, 3, 4])])
def test_the_middle_third(count: int, wanted: list[int]) -> None:
    assert middle_third(count).tolist() == wanted
