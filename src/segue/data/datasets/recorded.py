"""Published sets whose every factor is known, MPI3D and dSprites, by factor selection.

`load("mpi3d-toy:color=white,shape=cone,size=large,background=purple,height=top")`, `load("dsprites:shape=heart")`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import numpy as np

from segue.core.choices import Choice, choose, option
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.named import folders_of
from segue.data.datasets.npz import Rows, find_rows, read_array
from segue.data.datasets.options import ABOUT_TO_FILL, MOST_BYTES, Index, LoadOptions
from segue.data.datasets.worlds.factors import Factor, Values, indices_of, named_factor

ALL = "all"


@dataclass(frozen=True)
class Axis:
    """One factor of a recorded set: the values that were recorded are `count` even steps of it."""

    factor: Factor
    count: int

    @property
    def names(self) -> tuple[str, ...]:
        """What the steps are called: by name, or by number."""
        return self.factor.names or tuple(map(str, range(self.count)))

    def values(self, steps: Index) -> Values:
        """The factor's values at some steps.

        Args:
            steps: int64 `[n]`, from 0.

        Returns:
            float64 `[n]`.
        """
        return np.linspace(self.factor.low, self.factor.high, self.count)[steps]


Layout: TypeAlias = tuple[Axis, ...]


def _names(name: str, *names: str) -> Axis:
    return Axis(named_factor(names, name), len(names))


def _steps(name: str, count: int, low: float, high: float, kind: Literal["straight", "angle"] = "straight") -> Axis:
    return Axis(Factor(name, kind, low, high), count)


class Recorded(Choice):
    """A published file of images with known factors.

    An option selects of its factor one name or number (counted from 0), several joined by `+`, or `all`.
    """

    folder: ClassVar[str]
    files: ClassVar[tuple[str, ...]]
    key: ClassVar[str]
    home: ClassVar[str]

    @abstractmethod
    def layout(self, count: int) -> Layout:
        """The factors of a file, as its number of images tells.

        Args:
            count: how many images the file holds.

        Returns:
            The axes, the last changing fastest.

        Raises:
            InputError: for a count that is none of this set.
        """

    def candidate_files(self) -> tuple[str, ...]:
        """The names that the file may have, the first choice first."""
        return self.files

    def steps(self, found: Rows, layout: Layout) -> Index:
        """Where each image lies on each axis.

        Args:
            found: the file's images.
            layout: the axes.

        Returns:
            int64 `[n, k]`: every combination, the last axis changing fastest.
        """
        return np.stack(np.unravel_index(np.arange(found.shape[0]), [axis.count for axis in layout]), -1)

    def select(self, steps: Index, layout: Layout) -> Index:
        """Select images by the options.

        Args:
            steps: int64 `[n, k]`.
            layout: the axes.

        Returns:
            The indices of the selected images.

        Raises:
            InputError: where no image is selected.
        """
        keep = np.ones(len(steps), bool)
        for axis, column in zip(layout, steps.T, strict=True):
            text = getattr(self, axis.factor.name)
            if text == ALL:
                continue
            here = np.isin(column, indices_of(text, axis.names, self._label(axis.factor.name)))
            if not here.any():
                there = ", ".join(axis.names[i] for i in np.unique(column))
                raise InputError(f"{self._label(axis.factor.name)}={text}", there, "one of these, which the file has")
            keep &= here
        if not keep.any():
            raise InputError(f"{self} with no image", "a combination that the file has", "selecting fewer factors")
        return np.flatnonzero(keep)


@dataclass(frozen=True)
class Mpi3d(Recorded):
    """MPI3D (Gondal et al. 2019, arXiv 1906.03292): an arm moves a thing before a camera; 64x64, colour.

    How many images there are tells which factors there are: 1,036,800 of six colours and six shapes, or 460,800 of four
    and four, which are other things in `complex` than in the first release of the other three.
    """

    name: ClassVar[str] = "mpi3d-toy"
    folder: ClassVar[str] = "mpi3d"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_toy.npz",)
    key: ClassVar[str] = "images"
    home: ClassVar[str] = "github.com/rr-learning/disentanglement_dataset"
    four: ClassVar[tuple[Axis, Axis]] = (
        _names("color", "green", "red", "blue", "brown"),
        _names("shape", "cone", "cube", "hexagonal", "sphere"),
    )

    color: str = option(ALL, "white, green, red, blue, brown, olive")
    shape: str = option(ALL, "cone, cube, cylinder, hexagonal, pyramid, sphere")
    size: str = option(ALL, "small, large")
    height: str = option(ALL, "the camera's: top, center, bottom")
    background: str = option(ALL, "purple, sea_green, salmon")
    horizontal: str = option(ALL, "steps of the arm, 0 to 39")
    vertical: str = option(ALL, "steps of the arm, 0 to 39")

    def layout(self, count: int) -> Layout:
        """Six colours and shapes, or four, as the number of images tells.

        Args:
            count: how many images the file holds.

        Returns:
            The axes.

        Raises:
            InputError: for another count.
        """
        rest = SIZE, HEIGHT, BACKGROUND, _steps("horizontal", 40, 0, 39), _steps("vertical", 40, 0, 39)
        for first in (SIX, self.four):
            if count == math.prod(axis.count for axis in (*first, *rest)):
                return (*first, *rest)
        raise InputError(
            f"{self.name} with {count:,} images", "1,036,800 or 460,800", "checking that the file is whole"
        )


SIX = (
    _names("color", "white", "green", "red", "blue", "brown", "olive"),
    _names("shape", "cone", "cube", "cylinder", "hexagonal", "pyramid", "sphere"),
)
SIZE = _names("size", "small", "large")
HEIGHT = _names("height", "top", "center", "bottom")
BACKGROUND = _names("background", "purple", "sea_green", "salmon")


@dataclass(frozen=True)
class Mpi3dRealistic(Mpi3d):
    """MPI3D rendered with more care."""

    name: ClassVar[str] = "mpi3d-realistic"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_realistic.npz",)


@dataclass(frozen=True)
class Mpi3dReal(Mpi3d):
    """MPI3D photographed."""

    name: ClassVar[str] = "mpi3d-real"
    files: ClassVar[tuple[str, ...]] = ("mpi3d_real.npz",)


@dataclass(frozen=True)
class Mpi3dComplex(Mpi3d):
    """MPI3D photographed, with everyday things."""

    name: ClassVar[str] = "mpi3d-complex"
    files: ClassVar[tuple[str, ...]] = (
        "mpi3d_complex.npz",
        "mpi3d_real_complex.npz",
        "real3d_complicated_shapes_ordered.npz",
    )
    four: ClassVar[tuple[Axis, Axis]] = (
        _names("color", "yellow", "green", "olive", "red"),
        _names("shape", "coffee-cup", "tennis-ball", "croissant", "beer-cup"),
    )


@dataclass(frozen=True)
class DSprites(Recorded):
    """dSprites (Matthey et al. 2017): one white shape on black, 64x64.

    The whole set is 737,280 images; where only a part of it is there, that is taken: by default the regular grid of
    every fourth orientation and every second place, or else the random 20,000. Steps are those of the whole set. In
    `factors`, scale is 0.5 to 1, orientation in radians, x and y are 0 to 1.
    """

    name: ClassVar[str] = "dsprites"
    folder: ClassVar[str] = "dsprites"
    files: ClassVar[tuple[str, ...]] = (
        "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz",
        "dsprites_grid_3x6x10x16x16.npz",
        "dsprites_random20000.npz",
    )
    key: ClassVar[str] = "imgs"
    home: ClassVar[str] = "github.com/google-deepmind/dsprites-dataset"

    shape: str = option(ALL, "square, ellipse, heart")
    scale: str = option(ALL, "steps, 0 to 5")
    orientation: str = option(ALL, "steps, 0 to 39 (0 and 39 are the same angle)")
    x: str = option(ALL, "steps, 0 to 31")
    y: str = option(ALL, "steps, 0 to 31")
    part: Literal["any", "full", "grid", "random"] = option("any", "which file: the first that is there, or this")

    def candidate_files(self) -> tuple[str, ...]:
        """All of them, or the one that is asked for."""
        return self.files if self.part == "any" else (self.files[("full", "grid", "random").index(self.part)],)

    def layout(self, count: int) -> Layout:
        """The whole set's axes, whatever the part.

        Args:
            count: not looked at.

        Returns:
            The axes.
        """
        return SPRITES

    def steps(self, found: Rows, layout: Layout) -> Index:
        """Where each image lies on each axis: of the whole set by its order, of a part as the file says.

        Args:
            found: the file's images.
            layout: the axes.

        Returns:
            int64 `[n, 5]`.

        Raises:
            InputError: for a part that does not say.
        """
        if found.shape[0] == math.prod(axis.count for axis in layout):
            return super().steps(found, layout)
        classes = read_array(found.path, "latents_classes")
        if classes is None or classes.shape != (found.shape[0], len(layout)) or classes.dtype.kind not in "iu":
            raise InputError(
                f"{found.path} of {found.shape[0]:,} images", "737,280, or latents_classes", "checking the file"
            )
        return classes.astype(np.int64)


SPRITES: Layout = (
    _names("shape", "square", "ellipse", "heart"),
    _steps("scale", 6, 0.5, 1),
    _steps("orientation", 40, 0, 2 * np.pi, "angle"),
    _steps("x", 32, 0, 1),
    _steps("y", 32, 0, 1),
)

RECORDED: tuple[type[Recorded], ...] = (Mpi3d, Mpi3dRealistic, Mpi3dReal, Mpi3dComplex, DSprites)
RECORDED_NAMES = tuple(choice.name for choice in RECORDED)


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: one of the sets, with or without a selection.

    Returns:
        Whether it is such a spelling.
    """
    return data.split(":")[0] in RECORDED_NAMES


def load(data: str, options: LoadOptions) -> DataSet:
    """Load the selected images, without the others ever being in memory.

    Args:
        data: one of the sets, with or without a selection.
        options: size, channels, parts and limit.

    Returns:
        The images, all for training unless a share is held out. `factors` are values, labels the shapes, ids the places
        in the whole set.

    Raises:
        InputError: for a file that is missing or holds another number of images, and a selection without an image.
    """
    choice = choose(data, RECORDED, "data")
    found = _found(choice, options)
    layout = choice.layout(found.shape[0])
    steps = choice.steps(found, layout)
    chosen = choice.select(steps, layout)
    train, test = options.split(len(chosen), 0.0)
    kept = np.sort(np.concatenate([train, [] if test is None else test]).astype(np.int64))
    if len(kept) * math.prod(found.shape[1:]) > MOST_BYTES:
        raise InputError(f"{choice} with {len(kept):,} images", f"{MOST_BYTES >> 30} GiB of pixels", ABOUT_TO_FILL)
    whole = _image_set(choice, layout, steps[chosen[kept]], _pixels(found, chosen[kept], options))
    parts = [None if index is None else whole.subset(np.searchsorted(kept, index)) for index in (train, test)]
    total = math.prod(axis.count for axis in layout)
    short = f"{found.path.name} has {found.shape[0]:,} of the {total:,} images of {choice.name}"
    return DataSet(str(choice), parts[0] or whole, parts[1], (short,) if found.shape[0] < total else ())


def _found(choice: Recorded, options: LoadOptions) -> Rows:
    """The images of the first of the files that is there."""
    folders = folders_of(choice.folder, options.data_dir)
    for name in choice.candidate_files():
        for folder in folders:
            if (folder / name).is_file():
                return _checked(find_rows(folder / name, choice.key))
    names = " or ".join(choice.candidate_files())
    raise InputError(f"no {names} in {folders[0]}", f"the file of {choice.home}", f"putting it into {folders[0]}")


def _checked(found: Rows) -> Rows:
    if found.dtype != np.uint8 or len(found.shape) not in (3, 4) or found.shape[3:] not in ((), (3,)):
        raise InputError(
            f"{found.key} of {found.dtype} {list(found.shape)}", "uint8 [n, h, w] or [n, h, w, 3]", "checking the file"
        )
    return found


def _pixels(found: Rows, index: Index, options: LoadOptions) -> Pixels:
    images = found.take(index, options.report)
    grey = images.ndim == 3  # and 0 or 1
    return options.convert_stack(images[..., None] * np.uint8(255) if grey else images)


def _image_set(choice: Recorded, layout: Layout, steps: Index, images: Pixels) -> ImageSet:
    indices = np.ravel_multi_index(tuple(steps.T), [axis.count for axis in layout])
    ids = tuple(f"{choice.name}/{place}" for place in indices.tolist())
    factors = np.stack([axis.values(column) for axis, column in zip(layout, steps.T, strict=True)], -1)
    names = tuple(axis.factor.name for axis in layout)
    shape = names.index("shape")
    return ImageSet(images, ids, steps[:, shape], layout[shape].names, factors, names)
