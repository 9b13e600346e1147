from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.worlds import Pole
from segue.data.datasets.worlds.pole import HORIZONTAL, TABLES, VERTICAL


def image(*row: float) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return Pole().render(np.array([row]))[0].astype(np.int64)


def test_the_default_is_the_published_grid() -> None:
    factors = Pole().factors()
    assert factors.shape == (1600, 7)
    assert np.array_equal(factors[:, :5], np.tile([0, 0, 1, 0, 0], (1600, 1)))
    assert len(np.unique(factors, axis=0)) == 1600


def test_neighbours_differ_smoothly_and_no_two_images_are_the_same() -> None:
    images = Pole().render(Pole().factors())
    assert len({one.tobytes() for one in images}) == 1600
    grid = images.reshape(40, 40, -1).astype(np.float64)
    for axis in (0, 1):
        step = np.abs(np.diff(grid, axis=axis))
        changed = (step > 8).sum(-1)
        assert changed.min() > 60  # seen by the eye
        rms = np.sqrt((step**2).mean(-1))
        assert 2 < rms.min() < rms.max() < 16  # without a jump


@given(
    st.tuples(*(st.integers(0, len(names) - 1) for names in TABLES)),
    st.floats(*HORIZONTAL),
    st.floats(*VERTICAL),
)
@settings(max_examples=25)
def test_a_little_turn_is_a_little_change(places: tuple[int, ...], horizontal: float, vertical: float) -> None:
    turned = max(HORIZONTAL[0], horizontal - 1e-3), max(VERTICAL[0], vertical - 1e-3)
    step = np.abs(image(*places, horizontal, vertical) - image(*places, *turned))
    assert np.sqrt((step**2).mean()) < 1.5


def test_small_is_smaller_and_every_name_looks_its_own_way() -> None:
    def area(size: int) -> int:
        red = image(2, 5, size, 1, 1, 0.7, 0.5)
        return int(((red[..., 0] > 90) & (red[..., 1] < 70)).sum())

    assert 0.25 < area(0) / area(1) < 0.5
    for column, names in enumerate(TABLES):
        rows = np.tile([0, 0, 1, 0, 0, 0.7, 0.4], (len(names), 1))
        rows[:, column] = np.arange(len(names))
        images = Pole().render(rows).astype(np.int64)
        for i in range(len(names)):
            for j in range(i):
                assert (np.abs(images[i] - images[j]).max(-1) > 25).sum() > 20, (names[i], names[j])


def test_size_and_height_have_values_between() -> None:
    rows = np.tile([2, 5, 1, 1, 1, 0.7, 0.5], (9, 1))
    rows[:, 2] = np.linspace(0, 1, 9)
    red = Pole().render(rows).astype(int)
    areas = ((red[..., 0] > 90) & (red[..., 1] < 70)).sum((1, 2))
    assert (np.diff(areas) > 0).all()
    rows[:, 2], rows[:, 3] = 1, np.linspace(0, 2, 9)
    views = Pole().render(rows).astype(float)
    steps = np.sqrt(np.square(np.diff(views, axis=0)).mean((1, 2, 3)))
    assert steps.max() < 0.6 * np.sqrt(np.square(views[-1] - views[0]).mean())


def test_right_is_right_and_up_is_up() -> None:
    def centre(horizontal: float, vertical: float) -> tuple[float, float]:
        red = image(2, 5, 1, 2, 1, horizontal, vertical)
        rows, columns = np.nonzero((red[..., 0] > 90) & (red[..., 1] < 90))
        return float(rows.mean()), float(columns.mean())

    assert centre(1.0, 0.3)[1] > centre(0.0, 0.3)[1] + 8 > centre(-1.0, 0.3)[1] + 16
    assert centre(1.0, 1.1)[0] < centre(1.0, 0.0)[0] - 8


def test_options_choose_the_grid() -> None:
    world = load("worlds:pole:color=red+white,shape=all,horizontal=3,vertical=1", hold_out=0.25)
    assert world.test is not None
    assert (len(world.train), len(world.test)) == (27, 9)
    assert world.train.factor_names[0] == "color"
    assert world.train.factors is not None
    assert set(world.train.factors[:, 0]) == {0, 2}
    assert set(world.train.factors[:, 6]) == {sum(VERTICAL) / 2}
    assert str(Pole(vertical=1)) == "worlds:pole:vertical=1"
    assert len(load("worlds:pole", limit=5, size=16).train) == 5


@pytest.mark.parametrize(
    ("spelling", "says"),
    [
        ("worlds:pole:color=rde", "try red"),
        ("worlds:pole:colour=red", "try color"),
        ("worlds:pole:horizontal=0", "1 to 1000"),
        ("worlds:pole:color=all,horizontal=1000,vertical=1000", "4000000 or fewer"),
    ],
)
def test_options_that_do_not_exist(spelling: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load(spelling)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        (0, 0.5, "color 0.5"),
        (1, 6, "0 to 5"),
        (4, -1, "background -1"),
        (5, 2, "-1.4 to 1.4"),
        (6, np.nan, "vertical nan"),
    ],
)
def test_factors_the_world_does_not_have(column: int, value: float, says: str) -> None:
    row = np.zeros((1, 7))
    row[0, column] = value
    with pytest.raises(InputError) as caught:
        Pole().render(row)
    assert says in str(caught.value)
