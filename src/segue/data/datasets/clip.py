"""A video or an animated GIF: its frames are the images."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from segue.core.images import Pixels, fit
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import LoadOptions

SUFFIXES = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif", ".mpg", ".mpeg", ".ogv", ".ts", ".wmv", ".flv")
SHORT_SIDE = 64


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: a video or GIF.

    Returns:
        Whether it is such a file.
    """
    return data.lower().endswith(SUFFIXES)


def load(data: str, options: LoadOptions) -> DataSet:
    """Load a clip's frames as images; without a size the short side becomes 64 px.

    Args:
        data: a video or GIF.
        options: size, channels, parts and limit.

    Returns:
        The first `limit` frames, all for training unless a share is held out.

    Raises:
        InputError: for a file that is no clip.
    """
    path = Path(data)
    frames = options.gather(_frames(path, options))
    images = np.stack(frames)
    notes = [] if options.size else [f"frames were made {images.shape[1]}x{images.shape[2]} (give --size for another)"]
    train_index, test_index = options.split(len(images), 0.0)
    whole = ImageSet(images, tuple(f"frame/{i}" for i in range(len(images))))
    test = None if test_index is None else whole.subset(test_index)
    return DataSet(path.name, whole if test is None else whole.subset(train_index), test, tuple(notes))


def _frames(path: Path, options: LoadOptions) -> Iterator[Pixels]:
    # Here, so that no video library is loaded by those who read no clip.
    from segue.video import read_frames

    for frame in islice(read_frames(path), options.limit):
        image = options.convert(frame)
        yield image if options.size else fit(image, *_small(*image.shape[:2]), options.fit)


def _small(height: int, width: int) -> tuple[int, int]:
    short = min(height, width)
    if short <= SHORT_SIDE:
        return height, width
    sides = [
        SHORT_SIDE if side == short else max(8, round(side * SHORT_SIDE / short / 8) * 8) for side in (height, width)
    ]
    return sides[0], sides[1]
