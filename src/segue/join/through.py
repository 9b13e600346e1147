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
"""How many pictures of a folder are learned, spread evenly over their names."""


@dataclass(frozen=True)
class Waypoint:
    """A picture on the canvas, in any size."""

    canvas: Canvas
    path: Path

    def sized(self, height: int, width: int) -> Pixels:
        """The picture `[height, width, 3]`."""
        return _read(self, height, width)


@lru_cache(maxsize=8)
def _read(waypoint: Waypoint, height: int, width: int) -> Pixels:
    shown = resize(waypoint.canvas.fitted(read_image(waypoint.path, 3)), height, width)
    shown.flags.writeable = False
    return shown


def waypoints(folder: Path, canvas: Canvas) -> tuple[Waypoint, ...]:
    """The pictures of a folder and of those in it, by name. Raises `InputError` for a folder without any."""
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in PICTURES) if folder.is_dir() else []
    if not found:
        raise InputError(f"--through {folder} without a picture", f"a folder with {', '.join(PICTURES)}", "add some")
    return tuple(Waypoint(canvas, file) for file in found)


def some(found: Sequence[Waypoint], height: int, width: int) -> Pixels:
    """Pictures to learn from, `[n, height, width, 3]`."""
    places = np.unique(np.linspace(0, len(found) - 1, min(MOST_PICTURES, len(found))).round().astype(int))
    return np.stack([found[place].sized(height, width) for place in places])


def nearest(a: Pixels, b: Pixels, found: Sequence[Waypoint]) -> Waypoint:
    """The picture of which the farther of two frames is the least far, as small pictures. None raises `ValueError`."""
    ends = [resize(frame, *THUMB).astype(np.float32) for frame in (a, b)]

    def far(waypoint: Waypoint) -> float:
        thumb = waypoint.sized(*THUMB).astype(np.float32)
        return max(float(np.square(thumb - end).mean()) for end in ends)

    return min(found, key=far)


def by_way_of(waypoint: Waypoint, there: Blend, on: Blend) -> Blend:
    """The blend that goes to a picture in its first half, `there`, and from it in its second, `on`.

    >>> from fractions import Fraction
    >>> from types import SimpleNamespace
    >>> grey = SimpleNamespace(sized=lambda height, width: np.full((height, width, 3), 90, np.uint8))
    >>> cut = lambda share, a, b: a if share < 0.5 else b
    >>> blend, black = by_way_of(grey, cut, cut), np.zeros((1, 1, 3), np.uint8)
    >>> [int(blend(share, black, black + 255)[0, 0, 0]) for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    [0, 0, 90, 90, 255, 255]
    """

    def frame(share: float, a: Pixels, b: Pixels) -> Pixels:
        between = waypoint.sized(*a.shape[:2])
        return there(2 * share, a, between) if share <= 0.5 else on(2 * share - 1, between, b)

    return frame
