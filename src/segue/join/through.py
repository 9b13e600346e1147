"""Other material for a transition to go through: pictures of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from segue.core.errors import InputError
from segue.core.images import PICTURES, Pixels, read_image, resize
from segue.join.canvas import Canvas
from segue.join.schedule import Blend

THUMB = 18, 32

MOST_PICTURES = 160
"""How many pictures of a folder a model is trained on, spread evenly over their names."""


@dataclass(frozen=True)
class Waypoint:
    """A picture on the canvas, in any size."""

    canvas: Canvas
    path: Path

    def read(self, height: int, width: int) -> Pixels:
        """Read the picture at a size.

        Args:
            height: in pixels.
            width: in pixels.

        Returns:
            uint8 `[height, width, 3]`, not to be written to.
        """
        return _read(self, height, width)


@lru_cache(maxsize=8)
def _read(waypoint: Waypoint, height: int, width: int) -> Pixels:
    picture = resize(waypoint.canvas.fit(read_image(waypoint.path, 3)), height, width)
    picture.flags.writeable = False
    return picture


def find_waypoints(folder: Path, canvas: Canvas) -> tuple[Waypoint, ...]:
    """Find the pictures of a folder and of the folders in it.

    Args:
        folder: the folder.
        canvas: the film's.

    Returns:
        The pictures, by name.

    Raises:
        InputError: for a folder without any.
    """
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES) if folder.is_dir() else []
    if not found:
        raise InputError(f"{folder} without a picture", f"a folder with {', '.join(PICTURES)}", "adding some")
    return tuple(Waypoint(canvas, file) for file in found)


def read_waypoints(found: Sequence[Waypoint], height: int, width: int) -> Pixels:
    """Read pictures to train a model on.

    Args:
        found: the pictures.
        height: in pixels.
        width: in pixels.

    Returns:
        uint8 `[n, height, width, 3]`, evenly chosen, `MOST_PICTURES` at most.
    """
    chosen = np.unique(np.linspace(0, len(found) - 1, min(MOST_PICTURES, len(found))).round().astype(int))
    return np.stack([found[index].read(height, width) for index in chosen])


def nearest_waypoint(a: Pixels, b: Pixels, found: Sequence[Waypoint]) -> Waypoint:
    """Find the picture that is least far from the farther of two frames, as small pictures.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`.
        found: the pictures.

    Returns:
        One of them.

    Raises:
        ValueError: where there is none.
    """
    ends = [resize(frame, *THUMB).astype(np.float32) for frame in (a, b)]

    def far(waypoint: Waypoint) -> float:
        thumb = waypoint.read(*THUMB).astype(np.float32)
        return max(float(np.square(thumb - end).mean()) for end in ends)

    return min(found, key=far)


def blend_through(waypoint: Waypoint, there: Blend, on: Blend) -> Blend:
    """Make a transition go to a picture in its first half, and on from it in its second.

    Args:
        waypoint: the picture.
        there: the blend from the first clip to it.
        on: the blend from it to the second.

    Returns:
        The blend of both.

    >>> from types import SimpleNamespace
    >>> grey = SimpleNamespace(read=lambda height, width: np.full((height, width, 3), 90, np.uint8))
    >>> cut = lambda share, a, b: a if share < 0.5 else b
    >>> blend, black = blend_through(grey, cut, cut), np.zeros((1, 1, 3), np.uint8)
    >>> [int(blend(share, black, black + 255)[0, 0, 0]) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    [0, 0, 90, 90, 255, 255]
    """

    def frame(share: float, a: Pixels, b: Pixels) -> Pixels:
        between = waypoint.read(*a.shape[:2])
        return there(2 * share, a, between) if share <= 0.5 else on(2 * share - 1, between, b)

    return frame
