"""The truth between two images: rendered by a world, gathered from a recorded set."""

from __future__ import annotations

import numpy as np
import pytest

from segue.data.datasets import ImageSet, LoadOptions
from segue.data.datasets.recorded import SPRITES, Mpi3dComplex
from segue.data.datasets.worlds import Discs
from segue.data.datasets.worlds.factors import Values, grid
from segue.evaluation.leaderboard import find_truth


def sprites(xs: list[int], ys: list[int], orientations: tuple[int, ...] = (0,)) -> ImageSet:
    """Images of one pixel, each its place in the set, of hearts at these steps of the whole dSprites."""
    steps = grid([2], [5], orientations, xs, ys).astype(int)
    factors = np.stack([axis.values(column) for axis, column in zip(SPRITES, steps.T, strict=True)], -1)
    images = np.arange(len(steps), dtype=np.uint8).reshape(-1, 1, 1, 1)
    return ImageSet(images, tuple(map(str, range(len(steps)))), steps[:, 0], SPRITES[0].names, factors)


def factors_of(images: ImageSet, place: int) -> Values:
    assert images.factors is not None
    values: Values = images.factors[place]
    return values


def test_a_world_renders_its_truth_as_the_set_is() -> None:
    truth = find_truth("worlds:discs:x=3,y=3", (), LoadOptions((16, 20), channels=3))
    assert truth is not None and truth.space == Discs.space
    a, b = np.array([9, 9, 5, 0.65]), np.array([23, 9, 5, 0.65])
    frames = truth.between(a, b, 5)
    assert frames is not None and frames.shape == (1, 5, 16, 20, 3)
    middle = LoadOptions((16, 20), channels=3).convert_stack(Discs().render([[16, 9, 5, 0.65]]))
    np.testing.assert_array_equal(frames[0, 2], middle[0])


def test_where_a_category_differs_there_is_none() -> None:
    truth = find_truth("worlds:glyphs", (), LoadOptions())
    assert truth is not None
    assert truth.between(np.array([0.0, 10.0]), np.array([1.0, 10.0]), 5) is None


@pytest.mark.parametrize("data", ["mnist", "photos/", "set.npz"])
def test_of_other_sets_none_is_known(data: str) -> None:
    assert find_truth(data, (), LoadOptions()) is None


def test_a_recorded_truth_is_made_of_the_nearest_images_of_all_parts() -> None:
    whole = sprites(list(range(9)), [4])
    parts = whole.subset(np.array([0, 2, 3, 5, 8])), whole.subset(np.array([1, 4, 6, 7]))
    truth = find_truth("dsprites:shape=heart", parts, LoadOptions())
    assert truth is not None
    frames = truth.between(factors_of(whole, 0), factors_of(whole, 8), 9)
    assert frames is not None and frames.ravel().tolist() == list(range(9))
    fine = truth.between(factors_of(whole, 6), factors_of(whole, 8), 9)
    assert fine is not None and (np.diff(fine.ravel().astype(int)) >= 0).all() and set(fine.ravel()) == {6, 7, 8}


def test_an_image_that_is_missing_leaves_it_undefined() -> None:
    holed = sprites(list(range(9)), [4, 5])
    kept = holed.subset(np.delete(np.arange(18), 8))  # no x=4, y=4
    truth = find_truth("dsprites", (kept,), LoadOptions())
    assert truth is not None
    assert truth.between(factors_of(holed, 0), factors_of(holed, 16), 9) is None
    along = truth.between(factors_of(holed, 1), factors_of(holed, 17), 9)
    assert along is not None and along.ravel().tolist() == list(range(1, 18, 2))


def test_every_second_place_will_do_but_the_ends_alone_will_not() -> None:
    coarse, ends = sprites([0, 4, 8], [4]), sprites([0, 8], [4])
    for images, known in ((coarse, True), (ends, False)):
        truth = find_truth("dsprites:part=grid", (images,), LoadOptions())
        assert truth is not None
        assert (truth.between(factors_of(images, 0), factors_of(images, len(images) - 1), 17) is not None) == known


def test_an_angle_goes_the_shorter_way_round() -> None:
    turning = sprites([4], [4], orientations=tuple(range(39)))  # 39 is 0 again
    truth = find_truth("dsprites", (turning,), LoadOptions())
    assert truth is not None
    frames = truth.between(factors_of(turning, 37), factors_of(turning, 2), 5)
    assert frames is not None and frames.ravel().tolist() == [37, 38, 0, 1, 2]


def test_both_kinds_of_mpi3d_are_told_apart() -> None:
    layout = Mpi3dComplex().layout(460_800)
    factors = np.zeros((2, 7))
    factors[1, 5] = 1
    images = np.arange(2, dtype=np.uint8).reshape(-1, 1, 1, 1)
    two = ImageSet(images, ("a", "b"), np.zeros(2, np.int64), layout[1].names, factors)
    truth = find_truth("mpi3d-complex:color=yellow", (two,), LoadOptions())
    assert truth is not None and truth.space == tuple(axis.factor for axis in layout)
    found = truth.between(factors[0], factors[1], 3)
    assert found is not None and found.ravel().tolist()[::2] == [0, 1]
