"""Which pairs are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.data.datasets import ImageSet
from segue.data.datasets.recorded import SPRITES
from segue.data.datasets.worlds.factors import grid
from segue.evaluation.leaderboard import Kind, draw_pairs


def numbered(count: int, labels: list[int] | None = None) -> ImageSet:
    images = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return ImageSet(images, tuple(map(str, range(count))), None if labels is None else np.array(labels))


@given(st.integers(3, 40), st.integers(0, 1000), st.data())
def test_pairs_are_of_two_images_and_come_once(count: int, seed: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(1, count * (count - 1) // 4 + 1))
    pairs = draw_pairs(numbered(count), wanted, "any", seed)
    assert pairs.shape == (wanted, 2) and (pairs[:, 0] != pairs[:, 1]).all()
    assert len({frozenset(pair) for pair in pairs.tolist()}) == wanted
    assert len(set(pairs[:count, 0].tolist())) == min(wanted, count) or wanted > count // 2
    np.testing.assert_array_equal(pairs, draw_pairs(numbered(count), wanted, "any", seed))


@pytest.mark.parametrize("seed", range(20))
def test_all_pairs_that_there_are_can_be_drawn(seed: int) -> None:
    pairs = draw_pairs(numbered(6), 15, "any", seed)
    assert len({frozenset(pair) for pair in pairs.tolist()}) == 15
    with pytest.raises(InputError, match="expected 15, as there are"):
        draw_pairs(numbered(6), 16, "any", seed)


@pytest.mark.parametrize("kind", ["same-label", "other-label"])
def test_labels(kind: Kind) -> None:
    labels = np.arange(30) % 4
    pairs = draw_pairs(numbered(30, labels.tolist()), 20, kind, 0)
    assert ((labels[pairs[:, 0]] == labels[pairs[:, 1]]) == (kind == "same-label")).all()


@pytest.mark.parametrize(("kind", "count"), [("one-factor", 1), ("all-factors", 3)])
def test_factors(kind: Kind, count: int) -> None:
    factors = grid([0, 1, 2], [0.5, 1], [0], [0, 0.5, 1], [0, 0.5])  # shapes, of which two never make a pair
    images = np.arange(len(factors), dtype=np.uint8).reshape(-1, 1, 1, 1)
    images = ImageSet(images, tuple(map(str, range(len(factors)))), factors=factors)
    pairs = draw_pairs(images, 25, kind, 3, tuple(axis.factor for axis in SPRITES))
    differs = factors[pairs[:, 0]] != factors[pairs[:, 1]]
    assert (differs.sum(1) == count).all() and not differs[:, 0].any()
    assert len({tuple(row) for row in differs.tolist()}) == (3 if count == 1 else 1)


def test_images_that_look_the_same_are_no_pair() -> None:
    same = ImageSet(np.array([7, 7, 7, 9], np.uint8).reshape(-1, 1, 1, 1), tuple("abcd"))
    pairs = draw_pairs(same, 3, "any", 0)
    assert (pairs == 3).any(1).all()


@pytest.mark.parametrize(
    ("images", "count", "kind", "says"),
    [
        (numbered(4), 7, "any", "7 pairs of kind any; expected 6"),
        (numbered(4), 1, "same-label", "without labels"),
        (numbered(4), 1, "one-factor", "without known factors"),
        (numbered(4, [0, 1, 2, 3]), 1, "same-label", "expected 0"),
    ],
)
def test_what_cannot_be_drawn(images: ImageSet, count: int, kind: Kind, says: str) -> None:
    with pytest.raises(InputError, match=says):
        draw_pairs(images, count, kind, 0)
