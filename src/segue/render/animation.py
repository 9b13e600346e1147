"""Frames as an animation: a GIF or a film."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from segue.core.errors import InputError
from segue.core.images import Pixels, with_channels
from segue.video import FILMS, FilmWriter, write_gif

_SHOWN_PX = 256  # short side that small images are enlarged to, or a little beyond
ANIMATIONS = (".gif", *FILMS)


def write_animation(path: Path, frames: Pixels, fps: float = 10, hold_seconds: float = 0.5) -> None:
    """Write frames as a silent film or as a GIF that repeats.

    Small images are enlarged by a whole number. A film of odd size gains a row or column, the edge repeated.

    Args:
        path: The file, whose suffix says which: .gif, or one of `FILMS`.
        frames: uint8 `[n, h, w, 1 or 3]`, n of 1 or more.
        fps: Frames per second, 0.1 to 240; a GIF at most 50.
        hold_seconds: How much longer the first and the last frame stay, 0 to 60 s.

    Raises:
        InputError: For another suffix, no frames, and numbers outside of these ranges.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_animation(Path(folder) / "dark.gif", np.zeros((3, 28, 28, 1), np.uint8))
    """
    suffix = path.suffix.lower()
    if suffix not in ANIMATIONS:
        raise InputError(f"output {path.name}", ", ".join(ANIMATIONS), "a name that ends in one of these")
    if frames.ndim != 4 or 0 in frames.shape or frames.shape[3] not in (1, 3):
        raise InputError(f"frames {list(frames.shape)}", "[n, h, w, 1 or 3], none of them 0", "images to show")
    if not 0.1 <= fps <= 240:
        raise InputError(f"{fps:g} fps", "0.1 to 240", "a rate in that range")
    if not 0 <= hold_seconds <= 60:
        raise InputError(f"a hold of {hold_seconds:g} s", "0 to 60", "a time in that range")
    shown = _iterate_frames(frames, round(hold_seconds * fps), even=suffix != ".gif")
    rate = Fraction(fps).limit_denominator(1001)
    if suffix == ".gif":
        write_gif(path, shown, rate)
        return
    height, width, _ = _enlarge(frames[0], even=True).shape
    with FilmWriter(path, width, height, rate, sound_rate=None) as film:
        for frame in shown:
            film.write(frame)


def _iterate_frames(frames: Pixels, held: int, even: bool) -> Iterator[Pixels]:
    last = len(frames) - 1
    for index in [0] * held + list(range(len(frames))) + [last] * held:
        yield _enlarge(with_channels(frames[index], 3), even)


def _enlarge(frame: Pixels, even: bool) -> Pixels:
    times = max(1, math.ceil(_SHOWN_PX / min(frame.shape[:2])))
    large = frame.repeat(times, axis=0).repeat(times, axis=1)
    if even:
        large = np.pad(large, [(0, large.shape[0] % 2), (0, large.shape[1] % 2), (0, 0)], mode="edge")
    return large
