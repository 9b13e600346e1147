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
    """Whether `data` names a video or a GIF."""
    return data.lower().endswith(SUFFIXES)


def load(data: str, wanted: LoadOptions) -> DataSet:
    """The clip's frames (the first `limit`), all for training unless a share is held out.

    Without a size the short side becomes 64, the long side the nearest multiple of 8.
    """
    path = Path(data)
    frames = wanted.gathered(_frames(path, wanted))
    images = np.stack(frames)
    notes = [] if wanted.size else [f"frames were made {images.shape[1]}x{images.shape[2]} (give --size for another)"]
    train_index, test_index = wanted.split(len(images), 0.0)
    whole = ImageSet(images, tuple(f"frame/{i}" for i in range(len(images))))
    test = None if test_index is None else whole.subset(test_index)
    return DataSet(path.name, whole if test is None else whole.subset(train_index), test, tuple(notes))


def _frames(path: Path, wanted: LoadOptions) -> Iterator[Pixels]:
    # Here, so that no video library is loaded by those who read no clip.
    from segue.video import read_frames

    for frame in islice(read_frames(path), wanted.limit):
        shaped = wanted.shaped(frame)
        yield shaped if wanted.size else fit(shaped, *_small(*shaped.shape[:2]), wanted.fit)


def _small(height: int, width: int) -> tuple[int, int]:
    short = min(height, width)
    if short <= SHORT_SIDE:
        return height, width
    sides = [
        SHORT_SIDE if side == short else max(8, round(side * SHORT_SIDE / short / 8) * 8) for side in (height, width)
    ]
    return sides[0], sides[1]
