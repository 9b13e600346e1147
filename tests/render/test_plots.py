"""Plots of numbers: what is drawn, and what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.images import read_image
from segue.render.plots import LINE_COLOURS, draw_intervals, draw_lines

ROWS = {"one": [(0.5, 0.4, 0.6), (10.0, 8.0, 12.0)], "two": [(0.0, 0.0, 0.0), (3.0, math.nan, math.nan)]}


def pixels(file: Path, colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return np.argwhere(np.abs(read_image(file, 3).astype(int) - rgb).max(axis=2) < 12)


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_same_bytes_twice(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        draw_intervals(ROWS, ("x", "y"), tmp_path / f"{name}{suffix}")
        draw_lines({"x": {"one": [(1, 2), (2, 3)]}}, tmp_path / f"{name}-lines{suffix}", along="Epoch")
    for kind in ("", "-lines"):
        assert (tmp_path / f"a{kind}{suffix}").read_bytes() == (tmp_path / f"b{kind}{suffix}").read_bytes()


def test_a_wider_interval_is_wider(tmp_path: Path) -> None:
    wide = []
    for low, high in ((0.45, 0.55), (0.1, 0.9)):
        draw_intervals({"one": [(0.5, low, high)], "two": [(1.0, 1.0, 1.0)]}, ("x",), tmp_path / "a.png")
        wide.append(np.ptp(pixels(tmp_path / "a.png", LINE_COLOURS[0])[:, 1]))
    assert wide[1] > 3 * wide[0]


def test_a_number_without_an_interval_and_zero_are_shown(tmp_path: Path) -> None:
    draw_intervals(ROWS, ("x", "y"), tmp_path / "a.png")
    places = pixels(tmp_path / "a.png", LINE_COLOURS[1])
    assert np.ptp(places[:, 1]) > 200  # a dot in each panel
    first = places[places[:, 1] < places[:, 1].min() + 40]
    assert abs(np.ptp(first[:, 0]) - np.ptp(first[:, 1])) <= 2  # whole and round, though at 0


def test_lines_have_one_colour_in_all_panels(tmp_path: Path) -> None:
    two = {"left": {"one": [(2, 1), (4, 2)], "two": [(2, 2), (4, 1)]}, "right": {"two": [(2, 5), (64, 6)]}}
    draw_lines(two, tmp_path / "a.png", along="Length", logarithmic=True)
    one, other = (pixels(tmp_path / "a.png", colour)[:, 1] for colour in LINE_COLOURS[:2])
    middle = read_image(tmp_path / "a.png").shape[1] / 2
    high = other > middle + 100
    assert high.any() and (~high).any()
    assert len(one) and np.median(one) < middle


def test_nothing_to_draw(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no lines"):
        draw_lines({"x": {}}, tmp_path / "a.png", along="Epoch")
    with pytest.raises(InputError, match="no lines"):
        draw_lines({"x": {"one": []}}, tmp_path / "a.png", along="Epoch")
    with pytest.raises(InputError, match="0 rows"):
        draw_intervals({}, ("x",), tmp_path / "a.png")
    with pytest.raises(InputError, match="2 rows for 1 columns"):
        draw_intervals(ROWS, ("x",), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
