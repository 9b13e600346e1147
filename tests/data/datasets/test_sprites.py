from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.sprites import Sprites
from segue.data.datasets.worlds.factors import Values

STEP = 2 * np.pi / 39


@pytest.fixture(scope="module")
def sprites(data_dir: Path) -> Sprites:
    return Sprites(load("dsprites:part=grid,scale=5", data_dir=data_dir).train)


def test_recorded_images_are_found_again(sprites: Sprites) -> None:
    factors = sprites.part.factors
    assert factors is not None
    assert np.array_equal(sprites.frames(factors[::37]), sprites.part.images[::37])


def turns(paths: Values) -> Values:
    return (paths[:, -1, 2] - paths[:, 0, 2]) / STEP


def test_the_way_round_knows_what_looks_the_same(sprites: Sprites) -> None:
    a, b = [0, 1, 0, 0, 0], [0, 1, 12 * STEP, 0, 0]
    assert turns(sprites.truths(a, b, [0, 1])) == pytest.approx([12 - 39 / 4])
    a[0] = b[0] = 1
    assert turns(sprites.truths(a, b, [0, 1])) == pytest.approx([12 - 39 / 2])
    a[0] = b[0] = 2
    assert turns(sprites.truths(a, b, [0, 1])) == pytest.approx([12])
    b[2] = np.pi
    assert len(sprites.truths(a, b, [0, 1])) == 2
    assert len(sprites.truths([0, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 1])) == 0


def test_frames_move_step_by_step(sprites: Sprites) -> None:
    path = sprites.truths([2, 1, 0, 0, 0.5], [2, 1, 0, 30 / 31, 0.5], np.linspace(0, 1, 16))
    frames = sprites.frames(path)[0, ..., 0] / 255
    columns = (frames * np.arange(64)).sum((1, 2)) / frames.sum((1, 2))
    assert np.diff(columns).min() > 1
    assert np.ptp(frames.sum((1, 2))) < 0.05 * frames[0].sum()


def test_a_turned_square_is_the_square(sprites: Sprites) -> None:
    quarter = sprites.frames([0, 1, np.pi / 2, 0.5, 0.5])
    assert np.array_equal(quarter, sprites.frames([0, 1, 0, 0.5, 0.5]))


def test_other_sets_are_refused() -> None:
    with pytest.raises(InputError, match="those of dsprites"):
        Sprites(load("digits", limit=5).train)
