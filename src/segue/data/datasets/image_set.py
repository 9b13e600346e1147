"""What every source of data becomes: image sets with ids, and labels or factors where known."""

from __future__ import annotations

import hashlib
import html
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError, unknown
from segue.core.images import Pixels
from segue.core.notebook import enlargement, grid, image_html

SHOWN_IMAGES = 40
"""How many images of a set a notebook shows."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Images of one size, each with a stable id; labels (whole numbers, named) and factors where known.

    `images` is uint8 `[n, h, w, c]`, c = 1 or 3; `labels` int64 `[n]`, each a place in `label_names`
    (named by their numbers if no names are given); `factors` float64 `[n, k]`. Raises `InputError`
    for no images, for other channels, and where counts differ.

    >>> discs = ImageSet(np.zeros((3, 8, 8, 1), np.uint8), ids=("a", "b", "c"), labels=np.array([0, 1, 1]))
    >>> len(discs), discs.image_shape, discs.label_names
    (3, (1, 8, 8), ('0', '1'))
    """

    images: Pixels = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    labels: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    label_names: tuple[str, ...] = ()
    factors: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    factor_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._check_images()
        if self.labels is not None:
            self._check_labels(self.labels)
        if self.factors is not None:
            self._check_factors(self.factors)

    def _check_images(self) -> None:
        images = self.images
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
            raise InputError(
                f"images of {images.dtype} {list(images.shape)}",
                "uint8 [n, h, w, 1 or 3]",
                "converting them to grey or RGB",
            )
        if images.size == 0:
            raise InputError("no images", "one or more, at least 1x1", "checking the source")
        self._same_count(len(self.ids), "ids")

    def _check_labels(self, labels: npt.NDArray[np.int64]) -> None:
        self._same_count(len(labels), "labels")
        object.__setattr__(self, "labels", np.asarray(labels, np.int64))
        low, high = int(labels.min()), int(labels.max())
        if not self.label_names and low >= 0:
            object.__setattr__(self, "label_names", tuple(map(str, range(high + 1))))
        if low < 0 or high >= len(self.label_names):
            raise InputError(
                f"labels {low} to {high}",
                f"0 to {len(self.label_names) - 1}, as there are names",
                "numbering them from 0",
            )

    def _check_factors(self, factors: npt.NDArray[np.float64]) -> None:
        self._same_count(len(factors), "rows of factors")
        object.__setattr__(self, "factors", np.asarray(factors, np.float64))
        if factors.ndim != 2 or (self.factor_names and len(self.factor_names) != factors.shape[1]):
            raise InputError(
                f"factors {list(factors.shape)} with {len(self.factor_names)} names",
                "[n, k] with k names",
                "a name for each factor",
            )
        if not self.factor_names:
            object.__setattr__(self, "factor_names", tuple(f"factor{i}" for i in range(factors.shape[1])))

    def _same_count(self, count: int, what: str) -> None:
        if count != len(self.images):
            raise InputError(
                f"{len(self.images)} images and {count} {what}",
                f"as many {what} as images",
                "checking that they belong together",
            )

    def __len__(self) -> int:
        return len(self.images)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """`(c, h, w)`: one image as a network sees it."""
        h, w, c = self.images.shape[1:]
        return c, h, w

    def subset(self, index: npt.NDArray[np.int64]) -> ImageSet:
        """Take a part of the set.

        Args:
            index: int64 `[m]`, which images, in which order.

        Returns:
            The images, with all that belongs to them.
        """
        return ImageSet(
            self.images[index],
            tuple(self.ids[i] for i in index),
            None if self.labels is None else self.labels[index],
            self.label_names,
            None if self.factors is None else self.factors[index],
            self.factor_names,
        )

    def sample(self, limit: int, seed: int) -> ImageSet:
        """Draw some of the images at random, without repetition.

        Args:
            limit: How many at most, 1 or more.
            seed: Seed of the draw.

        Returns:
            The images drawn, in the order of the set; the set itself where it has no more than `limit`.

        >>> six = ImageSet(np.zeros((6, 1, 1, 1), np.uint8), ids=tuple("abcdef"))
        >>> len(six.sample(3, seed=0)), six.sample(7, seed=0) is six
        (3, True)
        """
        if len(self) <= limit:
            return self
        return self.subset(np.sort(np.random.default_rng(seed).choice(len(self), limit, replace=False)))

    def digest(self) -> str:
        """sha256 over shape, pixels, ids and labels, in hex: equal for equal sets."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        total = hashlib.sha256(repr((self.images.shape, self.ids, self.label_names)).encode())
        total.update(np.ascontiguousarray(self.images).data)
        if self.labels is not None:
            total.update(np.ascontiguousarray(self.labels).data)
        return total.hexdigest()

    def name_of(self, index: int) -> str | None:
        """What the label of an image is called.

        Args:
            index: which image.

        Returns:
            The name; None where there are no labels.
        """
        return None if self.labels is None else self.label_names[self.labels[index]]

    def _repr_html_(self) -> str:
        """In a notebook: up to 40 images, evenly chosen, as a grid."""
        shown = np.unique(np.linspace(0, len(self) - 1, SHOWN_IMAGES).round().astype(int))
        count, (channels, height, width) = len(self), self.image_shape
        kinds = f", {len(self.label_names)} labels" if self.labels is not None else ""
        title = f"{count:,} images, {height}x{width}, {'grey' if channels == 1 else 'RGB'}{kinds}"
        picture = grid(self.images[shown], columns=10)
        return f"<div><p>{title}</p>{image_html(picture, title, enlargement(height, width))}</div>"


@dataclass(frozen=True, eq=False)
class Pick:
    """One image of a set, `[h, w, c]`, with its id and, where known, the name of its label."""

    image: Pixels
    id: str
    label: str | None

    def _repr_html_(self) -> str:
        """In a notebook: the image and what it is called."""
        title = self.id if self.label is None else f"{self.label} ({self.id})"
        enlarge = enlargement(*self.image.shape[:2])
        return f"<div>{image_html(self.image, title, enlarge)}<p>{html.escape(title)}</p></div>"


@dataclass(frozen=True, eq=False)
class DataSet:
    """A named set: what to train on, what was kept back (None: nothing), and what is worth knowing of it.

    Raises `InputError` if the two parts hold images of different shapes.
    """

    name: str
    train: ImageSet
    test: ImageSet | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.test is not None and self.test.image_shape != self.train.image_shape:
            raise InputError(
                f"train images {self.train.image_shape} and test images {self.test.image_shape}",
                "one (c, h, w) for both",
                "giving a `size`, or `channels`",
            )

    def digest(self) -> str:
        """sha256 over the digests of both parts, in hex: equal for equal sets, whatever their names and notes."""
        parts = [part.digest() for part in (self.train, self.test) if part is not None]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    def _repr_html_(self) -> str:
        """In a notebook: the name, the notes, and both parts."""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        held_out = "" if self.test is None else f"<p>held out:</p>{self.test._repr_html_()}"
        return f"<div><p><b>{html.escape(self.name)}</b></p>{notes}{self.train._repr_html_()}{held_out}</div>"

    def pick(self, text: str) -> Pick:
        """Find the image that a text names.

        Args:
            text: `train:17` and `test:17` count from 0; `label:5` is the first image of that label, by name or else by
                number, in the test part (in the training part where there is none); `label:5#3` the fourth.

        Returns:
            The image, its id and its label.

        Raises:
            InputError: where there is no such image.

        >>> from segue.data.datasets import load
        >>> world = load("worlds:pole:horizontal=2,vertical=2")
        >>> world.pick("train:3").image.shape
        (64, 64, 3)
        """
        kind, _, rest = text.partition(":")
        if kind in ("train", "test"):
            return self._by_index(kind, rest)
        if kind == "label":
            return self._by_label(rest)
        raise InputError(f"pick {text!r}", "train:INDEX, test:INDEX, label:NAME, label:NAME#INDEX", "one of these")

    def _by_index(self, kind: str, rest: str) -> Pick:
        part = self.train if kind == "train" else self.test
        if part is None:
            raise InputError(
                f"{kind}:{rest}", f"train:0 to train:{len(self.train) - 1}", f"train:0, as {self.name} has no test part"
            )
        return _at(part, np.arange(len(part)), rest, f"{kind}:")

    def _by_label(self, rest: str) -> Pick:
        part = self.test or self.train
        if part.labels is None:
            raise InputError(f"label:{rest}", "train:INDEX or test:INDEX", f"train:0, as {self.name} has no labels")
        name, _, place = rest.rpartition("#") if rest not in part.label_names and "#" in rest else (rest, "", "0")
        label = find_label(name, part.label_names)
        return _at(part, np.flatnonzero(part.labels == label), place, f"label:{name}#")


def find_label(name: str, names: tuple[str, ...]) -> int:
    """Find a label by its name or else its number.

    Args:
        name: the name, or the number in digits.
        names: what the labels are called.

    Returns:
        The label's index in `names`.

    Raises:
        InputError: for no such label.

    >>> find_label("dog", ("cat", "dog")), find_label("0", ("cat", "dog"))
    (1, 0)
    """
    if name in names:
        return names.index(name)
    if name.isdecimal() and int(name) < len(names):
        return int(name)
    raise unknown("label", name, names)


def _at(part: ImageSet, index: npt.NDArray[np.int64], place: str, prefix: str) -> Pick:
    if not len(index):
        raise InputError(f"{prefix}{place}, a label that no image has", "a label that some image has", "another one")
    if not place.isdecimal() or int(place) >= len(index):
        raise InputError(f"{prefix}{place}", f"{prefix}0 to {prefix}{len(index) - 1}", "one in that range")
    i = int(index[int(place)])
    return Pick(part.images[i], part.ids[i], part.name_of(i))
