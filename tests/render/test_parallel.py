"""Parallel coordinates: lines that can be followed, the best above all."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import ImageColor

from segue.core.errors import InputError
from segue.core.images import Pixels, read_image
from segue.render.parallel import BEST_COLOUR, Column, draw_parallel

LOSS = Column("test_loss", [0.3, 0.1, math.nan, 0.2], high=False, note="better above")
COLUMNS = [
    Column("method", ["ae", "vae", "ae", "vae"], ("ae", "vae")),
    Column("lr", [1e-4, 3e-3, 1e-2, 2e-4], logarithmic=True),
    LOSS,
]
RANKS = [0.0, 1.0, math.nan, 0.5]


def red(picture: Pixels) -> npt.NDArray[np.bool_]:
    """Where the best line is, `[h, w]`."""
    wanted = np.array(ImageColor.getrgb(BEST_COLOUR))
    return np.asarray(np.abs(picture.astype(int) - wanted).max(-1) < 8)


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_same_bytes_twice(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        draw_parallel(COLUMNS, RANKS, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_the_best_goes_through_its_values_and_nothing_is_cut(tmp_path: Path) -> None:
    draw_parallel(COLUMNS, RANKS, tmp_path / "a.png")
    picture = read_image(tmp_path / "a.png")
    edge = np.concatenate([picture[:4].reshape(-1, 3), picture[-4:].reshape(-1, 3)])
    assert (edge == 255).all() and (picture[:, :3] == 255).all() and (picture[:, -3:] == 255).all()
    across = np.flatnonzero(red(picture).any(0))
    ends = [np.flatnonzero(red(picture)[:, at]).mean() for at in (across[2], across[-3])]
    assert ends[1] < ends[0]  # the least loss is at the top, above where its method is written


def test_without_a_best_there_is_no_red(tmp_path: Path) -> None:
    draw_parallel(COLUMNS[:2], [math.nan] * 4, tmp_path / "a.png")
    assert not red(read_image(tmp_path / "a.png")).any()


@pytest.mark.parametrize("values", [[5.0], [0.0], [1e-9], [-3e7]])
def test_a_line_alone(values: list[float], tmp_path: Path) -> None:
    draw_parallel([Column("batch", ["4"], ("4",)), Column("loss", values)], [1.0], tmp_path / "a.png")
    assert red(read_image(tmp_path / "a.png")).any()


def test_what_cannot_be_drawn(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two or more"):
        draw_parallel([LOSS], RANKS, tmp_path / "a.png")
    with pytest.raises(InputError, match="a value for each line"):
        draw_parallel(COLUMNS, RANKS[:3], tmp_path / "a.png")
    with pytest.raises(InputError, match=r"\.png, \.pdf"):
        draw_parallel(COLUMNS, RANKS, tmp_path / "a.gif")
