"""Sources of images: `load("mnist")`, `load("photos/")`, `load("worlds:pole")`, ...

A source is a module with two functions, `reads(data) -> bool` and `load(data, options) -> DataSet`. To
add one, write the module and put it into `SOURCES`; the first that reads what was given loads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

from segue.core.errors import InputError, missing_file, unknown
from segue.core.images import Fit
from segue.core.progress import Report, silent
from segue.core.untrusted import check_regular
from segue.data.datasets import arrays, clip, folder, generated, idx, named, recorded
from segue.data.datasets.arrays import from_arrays
from segue.data.datasets.image_set import DataSet, ImageSet, Pick, find_label
from segue.data.datasets.options import LoadOptions
from segue.data.datasets.worlds import WORLDS, World

__all__ = [
    "SOURCES",
    "WORLDS",
    "DataSet",
    "ImageSet",
    "LoadOptions",
    "Pick",
    "Source",
    "World",
    "find_label",
    "from_arrays",
    "load",
]


class Source(Protocol):
    """What a module must have to be a source."""

    def reads(self, data: str, /) -> bool:
        """Whether this source reads `data`.

        Args:
            data: a name, a path or a spelling.

        Returns:
            Whether it is of this kind.
        """

    def load(self, data: str, options: LoadOptions, /) -> DataSet:
        """Load the images that `data` names.

        Args:
            data: what `reads` accepts.
            options: size, channels, parts and limit.

        Returns:
            The image set.

        Raises:
            InputError: for whatever cannot be read.
        """


SOURCES: tuple[Source, ...] = (named, recorded, generated, idx, arrays, folder, clip)


def load(
    data: str | Path,
    *,
    size: int | tuple[int, int] | None = None,
    fit: Fit = "crop",
    channels: Literal[1, 3] | None = None,
    hold_out: float | None = None,
    limit: int | None = None,
    seed: int = 0,
    data_dir: str | Path | None = None,
    strict: bool = False,
    report: Report = silent,
) -> DataSet:
    """Load the images that `data` names.

    Args:
        data: a name (`mnist`, `fashion-mnist`, `kmnist`, `digits`); a set with known factors and a selection of it
            (`dsprites:shape=heart,scale=5`, `mpi3d-toy:color=white+red`); an IDX file, or `IMAGES,LABELS`; a `.npz` or
            `.npy`; a folder of pictures, or a zip of one; a video or GIF; or a generated world
            (`worlds:pole:horizontal=20`).
        size: the side of a square, or (height, width), in px; None: as the source has it.
        fit: how an image of another aspect gets there: `crop` fills the frame, `letterbox` shows all of it.
        channels: 1 converts to grey (luma), 3 repeats grey; None keeps what the source has.
        hold_out: the share that is held out for tests, 0 up to, but not, 1, of a source without a test part; None: a
            tenth of 20 or more pictures, nothing of worlds, sets with known factors and clips.
        limit: the most images in each part, drawn by `seed`, in order; of a clip the first frames.
        seed: of what is drawn.
        data_dir: where named sets are looked for first; None: `SEGUE_DATA`. Then in the cache, and then, but for sets
            with known factors, on the web.
        strict: whether to refuse a folder with pictures that cannot be read; else these are left out, with a note.
        report: hears how far it is.

    Returns:
        The image set, in a training part and, where there is one, a test part.

    Raises:
        InputError: for whatever cannot be read, and for images that would fill the memory.

    >>> digits = load("digits", size=16, limit=100)
    >>> len(digits.train), digits.train.image_shape, digits.pick("label:5").label
    (100, (1, 16, 16), '5')
    >>> load("digits", channels=3, limit=100).train.image_shape
    (3, 8, 8)
    """
    sides = (size, size) if isinstance(size, int) else size
    folder = None if data_dir is None else Path(data_dir)
    options = LoadOptions(sides, fit, channels, hold_out, limit, seed, folder, strict, report)
    data = str(data)
    for file in filter(None, data.split(",")):
        check_regular(Path(file), "images")
    for source in SOURCES:
        if source.reads(data):
            return source.load(data, options)
    raise _unreadable(data)


def _unreadable(data: str) -> InputError:
    path = Path(data)
    if data.strip() and path.exists():
        return InputError(
            f"{data}, which is no known kind of data",
            "a folder or zip of pictures, .npz, .npy, IDX, a video or GIF",
            "putting single pictures into a folder",
        )
    if path.suffix or len(path.parts) > 1:
        return missing_file(data, "a file or folder of images")
    names = [*named.SET_NAMES, *recorded.RECORDED_NAMES, *(world.name for world in WORLDS)]
    return unknown("data", data, [*names, "a path"])
