"""The published calibration of the two figures, on lines drawn here."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from segue.data.datasets.worlds import Lines
from segue.data.datasets.worlds.lines import reference
from segue.evaluation.metrics.acai import both_means, mean_distance, smoothness

Values = npt.NDArray[np.float64]

WORLD = Lines()
TIMES = np.linspace(0, 1, 16)


@pytest.fixture(scope="module")
def truth() -> Values:
    """The angles of 128 true interpolations, `[128, 16]`."""
    ends = np.random.default_rng(0).uniform(0, 2 * np.pi, (128, 2))
    return np.stack([WORLD.truths([a], [b], TIMES)[0, :, 0] for a, b in ends])


def drawn(angles: Values) -> Values:
    """Lines in 0 to 1, `[..., 32, 32, 1]`."""
    return WORLD.frames(angles[..., None]) / 255


def measured(frames: npt.NDArray[np.generic]) -> tuple[float, float, float]:
    """Mean Distance x1e-3, and Smoothness as mean and as median."""
    turns = smoothness(frames, *reference())
    return 1e3 * float(mean_distance(frames, reference()[0]).mean()), float(turns.mean()), float(np.median(turns))


def cross_fade(a: Values, b: Values, share: Values) -> Values:
    weight = share[..., None, None, None]
    return (1 - weight) * a + weight * b


def test_true_rotation_is_perfect(truth: Values) -> None:
    distance, mean, median = measured(WORLD.frames(truth[..., None]))
    assert distance == pytest.approx(0, abs=0.005)  # published 0; bytes round
    assert mean < 0.004
    assert median == pytest.approx(0.001, abs=0.001)


def test_a_pixel_cross_fade_is_bad_at_both(truth: Values) -> None:
    ends = drawn(truth[:, [0, -1]])
    distance, _, median = measured(cross_fade(ends[:, :1], ends[:, 1:], TIMES[None]))
    assert distance == pytest.approx(6.50, abs=0.4)
    assert median == pytest.approx(0.904, abs=0.04)


def test_a_cut_is_real_but_not_smooth(truth: Values) -> None:
    ends = drawn(truth[:, [0, -1]])
    distance, mean, _ = measured(cross_fade(ends[:, :1], ends[:, 1:], (TIMES > 0.5)[None].astype(float)))
    assert distance == pytest.approx(0, abs=0.005)
    assert mean == pytest.approx(14 / 15, abs=1e-6)


@pytest.mark.parametrize(("noise", "distance"), [(0.02, 0.20), (0.05, 1.27)])
def test_noise_costs_distance_alone(truth: Values, noise: float, distance: float) -> None:
    frames = drawn(truth)
    frames += np.random.default_rng(1).normal(0, noise / 2, frames.shape)  # the figure is for -1 to 1
    found, mean, median = measured(frames)
    assert found == pytest.approx(distance, abs=0.01)
    assert mean < 0.005
    assert median == pytest.approx(0.001, abs=0.001)


def test_denser_nodes_come_nearer(truth: Values) -> None:
    """Cross-faded between neighbouring real lines; published: 200 nodes .74, 500 .093, 1,000 .035, .024 to .003."""
    found = []
    for nodes in (200, 500, 1000):
        rng = np.random.default_rng(nodes)
        once = np.sort(rng.uniform(0, 2 * np.pi, nodes))
        angles = np.concatenate([once - 2 * np.pi, once, once + 2 * np.pi])
        after = np.searchsorted(angles, truth)
        low, high = angles[after - 1], angles[after]
        found.append(measured(cross_fade(drawn(low), drawn(high), (truth - low) / (high - low))))
    assert 0.3 < found[0][0] < 1.1
    assert found[1][0] < 0.1
    assert found[2][0] < 0.035
    assert 0.005 < found[0][1] < 0.06
    assert found[2][1] < 0.005


def test_undefined_is_nan_and_never_perfect() -> None:
    lines, angles = reference()
    still = np.repeat(lines[:1], 16, axis=0)
    assert np.isnan(smoothness(still, lines, angles))
    assert mean_distance(still, lines) == pytest.approx(0, abs=1e-9)
    grey = drawn(np.linspace(0, 1, 16))
    grey[7] = 0.5
    assert np.isnan(mean_distance(grey, lines))
    assert np.isnan(smoothness(grey, lines, angles))
    assert np.isnan(smoothness(lines[:1], lines, angles))
    assert both_means([0.5, np.nan]) == (0.5, 0.25)
    assert np.isnan(both_means([np.nan])[0])
    assert both_means([np.nan])[1] == 0
    assert np.isnan(both_means([])).all()


def test_to_and_fro_is_worse_than_a_cut() -> None:
    frames = drawn(np.array([0.0, 1.0, 0.2]))
    assert smoothness(frames, *reference()) == pytest.approx(1 / 0.2 - 1 / 2, abs=0.05)


def test_the_way_over_the_seam_of_the_turn_is_no_jump() -> None:
    assert smoothness(drawn(np.linspace(6, 6.6, 16)), *reference()) < 0.01
