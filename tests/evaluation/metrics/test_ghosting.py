"""Ghosting and sharpness: plain functions of frames, for transitions of any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.data.datasets.worlds import Discs
from segue.evaluation.metrics.ghosting import ghosting
from segue.evaluation.metrics.sharpness import sharpness
from segue.latent.interpolation import cross_fade

WORLD = Discs()


def random(*shape: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def soft(seed: int) -> Pixels:
    """A picture `[64, 64, 3]` with detail of every size."""
    rng = np.random.default_rng(seed)
    layers = [np.kron(rng.normal(size=(s, s, 3)), np.ones((64 // s, 64 // s, 1))) for s in (4, 8, 16, 32, 64)]
    return (127 + 25 * np.sum(layers, 0)).clip(0, 255).astype(np.uint8)


def moving(count: int = 16, background: Pixels | None = None) -> Pixels:
    """A disc that goes from a corner to the other, so far that its middle does not touch its ends."""
    t = np.linspace(0, 1, count)[:, None]
    discs = WORLD.render(np.array([9, 9, 4, 0.8]) * (1 - t) + np.array([23, 23, 4, 0.8]) * t)
    return discs if background is None else np.where(discs > 0, discs, background)


@pytest.mark.parametrize("count", [3, 4, 16])
def test_a_cross_fade_is_all_ghost(count: int) -> None:
    for a, b in ((random(9, 7, 3), random(9, 7, 3, seed=1)), (soft(0), soft(1)), (moving()[0], moving()[-1])):
        assert ghosting(cross_fade(a, b, count), a, b) == pytest.approx(1, abs=1e-3)


def test_any_mix_is_a_ghost_whatever_its_pace_and_in_each_channel() -> None:
    a, b = soft(0), soft(1)
    t = np.linspace(0, 1, 9)[:, None, None, None] ** 2 * np.array([1.0, 0.7, 0.4])
    assert ghosting(((1 - t) * a + t * b).round().astype(np.uint8), a, b) > 0.99
    darker = (0.3 * a + 0.3 * b + 40).astype(np.uint8)
    assert ghosting(np.stack([a, darker, b]), a, b) > 0.99


def test_motion_is_no_ghost() -> None:
    frames = moving()
    assert ghosting(frames, frames[0], frames[-1]) < 0.02


@pytest.mark.parametrize("seed", range(3))
def test_a_still_background_is_no_ghost(seed: int) -> None:
    """Against the frame's mean a mix would explain nearly all of it, the disc being small: 1 - 1.5 / 2 is left."""
    frames = moving(background=soft(seed)[::2, ::2, :1])
    x, mean = frames[8].astype(float), frames[[0, -1]].mean(0)
    assert 1 - ((x - mean) ** 2).sum() / ((x - x.mean()) ** 2).sum() > 0.5
    assert 0.05 < ghosting(frames, frames[0], frames[-1]) < 0.3
    assert ghosting(cross_fade(frames[0], frames[-1], 16), frames[0], frames[-1]) > 0.999


def test_a_cut_has_none_nor_has_what_is_like_neither_end() -> None:
    a, b = soft(0), soft(1)
    assert ghosting(np.stack([a, a, a, b, b, b]), a, b) == 0
    bright = (a // 2 + 60).astype(np.uint8)
    assert ghosting(np.stack([a, bright, b]), a, b) < 0.01
    assert ghosting(np.stack([a, random(64, 64, 3, seed=5), b]), a, b) < 0.01
    assert ghosting(np.stack([a, np.full_like(a, 90), b]), a, b) == 0


def test_it_grows_with_the_share_of_the_mix() -> None:
    a, b, other = soft(0), soft(1), soft(2)
    mix = a / 2.0 + b / 2.0
    found = [ghosting(np.stack([a, (s * mix + (1 - s) * other).astype(np.uint8), b]), a, b) for s in (0, 0.3, 0.6, 0.9)]
    assert found == sorted(found)
    assert found[0] < 0.05 and found[-1] > 0.9


def test_ghosting_is_undefined_where_no_mix_can_be_seen() -> None:
    a = soft(0)
    nearly, black = a.copy(), np.zeros_like(a)
    nearly[0, 0] ^= 1
    assert np.isnan(ghosting(np.stack([a, a, a]), a, a))
    assert np.isnan(ghosting(np.stack([a, a, nearly]), a, nearly))
    assert np.isnan(ghosting(cross_fade(a, black, 5), a, black))
    assert np.isnan(ghosting(np.stack([a, soft(1)]), a, soft(1)))


@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3]), st.integers(3, 7), st.integers(0, 2**32))
def test_ghosting_is_a_share_or_nan(h: int, w: int, c: int, m: int, seed: int) -> None:
    frames = random(m, h, w, c, seed=seed)
    frames[:, ::2] = frames[:1, ::2]  # some that does not change
    value = ghosting(frames, frames[0], frames[-1])
    assert np.isnan(value) or 0 <= value <= 1


def test_ghosting_is_the_least_squares_fit() -> None:
    frames = random(3, 6, 5, 3)
    left = {}
    for name, ends in (("a", [0]), ("b", [2]), ("both", [0, 2])):
        left[name] = 0.0
        for channel in range(3):
            columns = [frames[end, ..., channel].ravel() for end in ends] + [np.ones(30)]
            design, x = np.stack(columns, 1).astype(float), frames[1, ..., channel].ravel().astype(float)
            weights, *_ = np.linalg.lstsq(design, x)
            left[name] += float(((x - design @ weights) ** 2).sum())
    wanted = 1 - left["both"] / min(left["a"], left["b"])
    assert ghosting(frames, frames[0], frames[2]) == pytest.approx(wanted)


def test_sharpness_of_known_paths() -> None:
    a, b = random(40, 40, 3), random(40, 40, 3, seed=1)
    fade = cross_fade(a, b, 31)
    assert sharpness(fade, a, b) == pytest.approx(0.52, abs=0.02)
    assert sharpness(cross_fade(a, b, 3), a, b) == pytest.approx(0.5, abs=0.02)
    cut = np.stack([a] * 3 + [b] * 3)
    assert sharpness(cut, a, b) == pytest.approx(1, abs=0.02)
    frames = moving(17)
    assert sharpness(frames, frames[0], frames[-1]) == pytest.approx(1, abs=0.15)
    noisy = (fade + np.random.default_rng(2).normal(0, 90, fade.shape)).clip(0, 255).astype(np.uint8)
    assert sharpness(noisy, a, b) > 1.2


def test_sharpness_weighs_the_ends_by_time() -> None:
    sharp, flat = random(8, 8, 1), np.full((8, 8, 1), 90, np.uint8)
    path = np.stack([sharp, sharp, flat, flat])
    assert sharpness(path, sharp, flat) == pytest.approx(1)  # at 1/3 and 2/3 the ends make one sharp picture
    assert np.isnan(sharpness(np.stack([flat] * 3), flat, flat))
    assert np.isnan(sharpness(np.stack([sharp, flat]), sharp, flat))
