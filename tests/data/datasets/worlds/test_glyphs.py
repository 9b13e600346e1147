from __future__ import annotations

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.worlds import Glyphs
from segue.data.datasets.worlds.glyphs import GLYPHS


def test_the_default_is_every_degree_of_every_glyph() -> None:
    factors = Glyphs().factors()
    assert factors.shape == (2520, 2)
    assert factors[:3].tolist() == [[0, 0], [0, 1], [0, 2]]


def test_a_quarter_of_a_turn_is_a_quarter_of_a_turn() -> None:
    for glyph in range(len(GLYPHS)):
        upright, quarter, whole = Glyphs().render([[glyph, 0], [glyph, 90], [glyph, 360]]).astype(int)[..., 0]
        assert np.abs(np.rot90(upright) - quarter).max() <= 1
        assert np.abs(upright - whole).max() <= 1


def test_nothing_is_cut_off_or_lost_on_the_way_round() -> None:
    images = Glyphs(degrees=60).render(Glyphs(degrees=60).factors()).astype(float)
    assert images[:, [0, -1]].max() == images[:, :, [0, -1]].max() == 0
    ink = images.reshape(len(GLYPHS), 60, -1).sum(-1) / 255
    assert np.ptp(ink, axis=1).max() < 1
    assert ink.min() > 80


def test_no_two_images_are_alike() -> None:
    world = Glyphs(degrees=36)
    flat = world.render(world.factors()).reshape(7 * 36, -1).astype(float)
    apart = ((flat[:, None] - flat) ** 2).mean(-1) ** 0.5
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 15


def test_half_a_turn_is_true_both_ways_round() -> None:
    truths = Glyphs().truths([2, 10], [2, 190], [0, 0.5, 1])
    assert truths[..., 1].tolist() == [[10, -80, -170], [10, 100, 190]]
    frames = Glyphs().frames(truths).astype(int)
    assert np.abs(frames[0, [0, 2]] - frames[1, [0, 2]]).max() <= 1
    assert np.abs(frames[0, 1] - frames[1, 1]).max() > 100


def test_options() -> None:
    assert set(load("worlds:glyphs:glyph=5+G,degrees=8").train.factors[:, 0]) == {0, 1}  # type: ignore[index]
    with pytest.raises(InputError, match="expected 5, G, F, P, J, 7, 2, all"):
        load("worlds:glyphs:glyph=Q")
