from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.data.datasets import DataSet, ImageSet


def some(count: int = 6, **more: object) -> ImageSet:
    images = np.random.default_rng(0).integers(0, 256, (count, 5, 4, 3), np.uint8)
    return ImageSet(images, tuple(f"i{k}" for k in range(count)), **more)  # type: ignore[arg-type]


FLOWERS = DataSet(
    "flowers",
    some(),
    some(labels=np.array([1, 0, 1, 1, 0, 1]), label_names=("roses", "tulips", "none#2")),
)


def test_shape_and_subset_keep_everything_together() -> None:
    whole = some(labels=np.arange(6), factors=np.arange(12.0).reshape(6, 2), factor_names=("a", "b"))
    part = whole.subset(np.array([4, 1]))
    assert len(part) == 2
    assert part.image_shape == (3, 5, 4)
    assert part.ids == ("i4", "i1")
    assert part.labels is not None
    assert part.labels.tolist() == [4, 1]
    assert part.factors is not None
    assert part.factors.tolist() == [[8, 9], [2, 3]]
    assert np.array_equal(part.images, whole.images[[4, 1]])


def test_digest_tells_sets_apart() -> None:
    whole = some(labels=np.zeros(6, np.int64))
    pixel = whole.images.copy()
    pixel[0, 0, 0, 0] ^= 1
    others = [
        whole.subset(np.array([1, 0, 2, 3, 4, 5])),
        replace(whole, images=pixel),
        replace(whole, images=whole.images.reshape(6, 4, 5, 3)),
        replace(whole, ids=("x", *whole.ids[1:])),
        replace(whole, labels=None),
    ]
    assert len({whole.digest(), *(other.digest() for other in others)}) == 6
    assert some(labels=np.zeros(6, np.int64)).digest() == whole.digest()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"images": np.zeros((0, 4, 4, 1), np.uint8), "ids": ()}, "no images"),
        ({"images": np.zeros((6, 4, 4, 2), np.uint8)}, "uint8 [6, 4, 4, 2]"),
        ({"images": np.zeros((6, 4, 4, 1), np.float32)}, "float32"),
        ({"ids": ("a",)}, "6 images and 1 ids"),
        ({"labels": np.zeros(5, np.int64)}, "6 images and 5 labels"),
        ({"labels": np.full(6, -1), "label_names": ("a",)}, "labels -1 to -1"),
        ({"labels": np.full(6, 2), "label_names": ("a", "b")}, "0 to 1"),
        ({"factors": np.zeros((5, 2))}, "5 rows of factors"),
        ({"factors": np.zeros((6, 2)), "factor_names": ("a",)}, "[6, 2] with 1 names"),
    ],
)
def test_what_does_not_belong_together_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as caught:
        replace(some(), **changes)  # type: ignore[arg-type]
    assert says in str(caught.value)


def test_the_digest_of_a_set_covers_both_parts() -> None:
    one, other = some(), some(labels=np.arange(6))
    sets = [DataSet("a", one), DataSet("a", other), DataSet("a", one, one), DataSet("a", one, other)]
    sets.append(DataSet("a", other, one))
    assert len({data.digest() for data in sets}) == 5
    assert DataSet("b", some(), some(labels=np.arange(6)), ("a note",)).digest() == sets[3].digest()


def test_parts_of_two_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="train images"):
        DataSet("odd", some(), ImageSet(np.zeros((1, 9, 9, 1), np.uint8), ("a",)))


@pytest.mark.parametrize(
    ("text", "id", "label"),
    [
        ("train:5", "i5", None),
        ("test:0", "i0", "tulips"),
        ("label:roses", "i1", "roses"),
        ("label:tulips#3", "i5", "tulips"),
        ("label:0#1", "i4", "roses"),
    ],
)
def test_pick(text: str, id: str, label: str | None) -> None:
    pick = FLOWERS.pick(text)
    assert (pick.id, pick.label) == (id, label)
    assert np.array_equal(pick.image, FLOWERS.train.images[int(id[1:])])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("train:6", "train:0 to train:5"),
        ("train:-1", "train:0 to train:5"),
        ("test:", "test:0 to test:5"),
        ("label:rose", "try roses"),
        ("label:roses#2", "label:roses#0 to label:roses#1"),
        ("label:none#2", "a label that no image has"),
        ("label:3", "label '3'"),
        ("roses", "label:NAME"),
    ],
)
def test_pick_says_what_there_is(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        FLOWERS.pick(text)
    assert says in str(caught.value)


def test_pick_without_test_part_or_labels() -> None:
    plain = DataSet("plain", some())
    with pytest.raises(InputError, match="no test part"):
        plain.pick("test:0")
    with pytest.raises(InputError, match="no labels"):
        plain.pick("label:0")
    assert DataSet("labelled", some(labels=np.arange(6))).pick("label:4").id == "i4"
