"""The ring, the bar and the arm: known answers, and the images that showed what was lost."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.data.datasets.worlds import Arm, Bar, Ring
from segue.data.datasets.worlds.bar import rainbow


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a.astype(float).ravel(), b.astype(float).ravel()
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_the_dot_is_on_its_ring_and_grey() -> None:
    for place in (0, np.pi / 2, 1.0, 4.0):
        image = Ring().render([[0.3, place]])[0, ..., 0].astype(float)
        down, across = np.mgrid[:32, :32] + 0.5
        grey = np.where(np.hypot(across - 16, down - 16) > 10, image, 0.0)
        assert grey.max() == pytest.approx(0.7 * 255, abs=1)
        x, y = (grey * across).sum() / grey.sum() - 16, 16 - (grey * down).sum() / grey.sum()
        assert np.hypot(x, y) == pytest.approx(13, abs=0.5)
        assert (np.arctan2(y, x) - place + np.pi) % (2 * np.pi) - np.pi == pytest.approx(0, abs=0.05)


def test_the_letter_comes_round_once_a_turn() -> None:
    turned = Ring().render([[turn, 1.0] for turn in np.linspace(0, 2 * np.pi, 9)]).astype(int)
    assert np.abs(turned[0] - turned[-1]).max() <= 1
    assert min(np.abs(turned[0] - turned[i]).mean() for i in range(1, 8)) > 5


def test_the_ring_is_that_of_the_images_that_lost_their_dot(data_dir: Path) -> None:
    """Drawn elsewhere, clockwise, with another F and four samples a pixel: the dot is the same, the letter alike."""
    images = np.load(data_dir.parent / "cases" / "ring.npz")["images"]
    factors = np.load(data_dir.parent / "cases" / "ring_factors.npy")
    ours = Ring().render(-factors[:40])
    likeness = [cosine(a, b) for a, b in zip(ours, images[:40], strict=True)]
    others = [cosine(a, b) for a, b in zip(ours[:-1], images[1:40], strict=True)]
    assert np.mean(likeness) > np.mean(others) + 0.3


def test_the_rainbow_has_the_colours_in_order() -> None:
    colours = rainbow(np.array([0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6]))
    assert colours.round(9).tolist() == [[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [1, 0, 1]]


def test_a_bar_has_its_colour_its_place_and_its_size() -> None:
    for x, y, size, hue in ((0.5, -0.8, 1.0, 1 / 12), (-1, 1, 0.6, 0.6), (0, 0, 0.5, 0.9)):
        image = Bar().render([[x, y, 0.7, size, hue]])[0].astype(float)
        light = image.max(-1)
        down, across = np.mgrid[:32, :32] + 0.5
        assert (light * across).sum() / light.sum() == pytest.approx(16 + 9 * x, abs=0.05)
        assert (light * down).sum() / light.sum() == pytest.approx(16 + 9 * y, abs=0.05)
        inside = image[int(16 + 9 * y), int(16 + 9 * x)]
        assert inside == pytest.approx(255 * rainbow(np.array(hue)), abs=1)
        area = (6 + 5 * size) * (2.5 + 2.5 * size)
        assert light.sum() / 255 == pytest.approx(area, rel=0.02)


def test_a_bar_is_the_same_after_half_a_turn_and_a_hue_after_a_whole_one() -> None:
    one, other = Bar().render([[0.2, 0.3, 0.4, 0.5, 0.25], [0.2, 0.3, 0.4 + np.pi, 0.5, 1.25]]).astype(int)
    assert np.abs(one - other).max() <= 1


def test_the_bar_is_that_of_the_images_that_lost_their_hues(data_dir: Path) -> None:
    images = np.load(data_dir.parent / "cases" / "bar.npz")["images"]
    factors = np.load(data_dir.parent / "cases" / "bar_factors.npy")
    ours = Bar().render(factors[:40] * [1, 1, -1, 1, 1])  # clockwise there
    assert np.mean([cosine(a, b) for a, b in zip(ours, images[:40], strict=True)]) > 0.8


def test_the_hand_is_where_the_angles_put_it() -> None:
    image = Arm().render([[np.pi / 2, -np.pi / 2]])[0, ..., 0]
    assert image[16 - 4, 16] == 255  # the upper arm points up
    assert image[16 - 8, 16 + 5] == pytest.approx(0.75 * 255, abs=1)  # the forearm to the right
    assert image[16 + 4, 16] == 0 and image[16 - 8, 16 - 5] == 0


def test_a_folded_arm_shows_the_upper_link() -> None:
    folded, upper = Arm().render([[0.3, np.pi], [0.3, 0.0]])[..., 0]
    assert (folded[upper == 255] > 190).mean() > 0.9
