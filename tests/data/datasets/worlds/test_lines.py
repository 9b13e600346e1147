from __future__ import annotations

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.worlds import Lines
from segue.data.datasets.worlds.lines import angle_of, nearest_by_cosine, reference


def test_a_line_is_where_it_should_be() -> None:
    right, up = Lines().render([[0.0], [np.pi / 2]])[..., 0]
    expected = np.zeros((32, 32), np.uint8)
    expected[15:17, 16:31] = 255
    assert np.array_equal(right, expected)
    assert np.array_equal(up, np.rot90(expected))


def test_every_line_is_thirty_pixels_of_white() -> None:
    images = Lines().render(Lines(count=500).factors()) / 255
    assert images.sum((1, 2, 3)) == pytest.approx(30, abs=0.1)
    rows, columns = np.mgrid[:32, :32] + 0.5
    assert (images[..., 0] * (np.hypot(rows - 16, columns - 16) > np.hypot(15, 1) + 0.75)).max() == 0


def test_random_angles_follow_the_seed_and_even_ones_are_even() -> None:
    first, again, other = (Lines(count=50, seed=seed).factors() for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    many = Lines(count=4000).factors()
    assert many.min() >= 0
    assert many.max() < 2 * np.pi
    assert np.histogram(many, 8)[0] == pytest.approx(500, abs=90)
    assert np.diff(Lines(count=100, angles="even").factors()[:, 0]) == pytest.approx(2 * np.pi / 100)


def test_angles_are_read_back() -> None:
    angles = Lines(count=300).factors()
    found = angle_of(Lines().render(angles))
    assert np.abs((found - angles[:, 0] + np.pi) % (2 * np.pi) - np.pi).max() < 2e-3
    assert len(np.unique(reference()[0], axis=0)) > 9_900


def test_the_nearest_is_that_of_a_plain_search() -> None:
    rng = np.random.default_rng(0)
    images, among = rng.integers(0, 256, (5, 4, 4, 1), np.uint8), rng.integers(0, 256, (9, 4, 4, 1), np.uint8)
    a, b = (x.reshape(len(x), -1) / 127.5 - 1 for x in (images, among))
    distance = 1 - a @ b.T / np.linalg.norm(a, axis=1)[:, None] / np.linalg.norm(b, axis=1)
    nearest, least = nearest_by_cosine(images, among)
    assert np.array_equal(nearest, distance.argmin(1))
    assert least == pytest.approx(distance.min(1), abs=1e-6)
    assert nearest_by_cosine(images / 255, among)[1] == pytest.approx(least, abs=1e-6)


def test_a_grey_image_has_no_angle() -> None:
    assert np.isnan(angle_of(np.full((1, 32, 32, 1), 0.5)))[0]


def test_options() -> None:
    assert len(load("worlds:lines:count=7,seed=3").train) == 7
    with pytest.raises(InputError, match="random, even"):
        load("worlds:lines:angles=odd")
