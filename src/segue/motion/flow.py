"""Optical flow: where each pixel of one frame is in the next, and pictures moved along it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels, resize
from segue.core.types import Floats32
from segue.motion.detail import as_sharp, energy

Flow = npt.NDArray[np.float32]

SEARCHED_PX = 640
"""Longer side of the frames in which movement is searched."""

SLOWING = 5.0
"""Frames over which a movement that goes on by itself comes to rest, about."""


def flow(a: Pixels, b: Pixels) -> Flow:
    """Pixels, across and down `[h, w, 2]`, by which what is in `a` moves to where it is in `b`, both `[h, w, 3]`.

    Dense inverse search (Kroeger et al. 2016, arXiv 1603.03590), of grey levels, as OpenCV has it. Frames smaller than
    it can search have no flow.

    >>> square = np.zeros((64, 64, 3), np.uint8)
    >>> square[20:40, 20:40] = np.random.default_rng(0).integers(50, 255, (20, 20, 3))
    >>> flow(square, np.roll(square, 3, axis=1))[25:35, 25:35, 0].mean().round()
    np.float32(3.0)
    """
    import cv2

    grey = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in (a, b)]
    if min(a.shape[:2]) < 16:
        return np.zeros((*a.shape[:2], 2), np.float32)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return search.calc(grey[0], grey[1], np.zeros((*a.shape[:2], 2), np.float32)).astype(np.float32)


def taken(frame: Pixels, at: Floats32) -> Pixels:
    """A frame `[h, w, c]` at places `[h', w', 2]` (across, down, in its pixels), by Lanczos; mirrored at the edges."""
    import cv2

    maps = np.ascontiguousarray(at, np.float32)
    image = cv2.remap(frame, maps[..., 0], maps[..., 1], cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)
    return image.astype(np.uint8, copy=False)


def taken_softly(values: Floats32, at: Floats32) -> Floats32:
    """Values `[h, w]` at places `[h', w', 2]`, between neighbours; mirrored at the edges. None leaves their range."""
    import cv2

    maps = np.ascontiguousarray(at, np.float32)
    found = cv2.remap(values, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return found.astype(np.float32, copy=False)


def grid(height: int, width: int) -> Floats32:
    """Across and down of each pixel, `[h, w, 2]`."""
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)


def moved(frame: Pixels, along: Flow, share: float) -> Pixels:
    """A frame whose pixels have gone a `share` of their flow, about: each place takes what the flow brings there."""
    return taken(frame, grid(*frame.shape[:2]) - share * along)


def enlarged(along: Flow, height: int, width: int) -> Flow:
    """A flow for a picture of another size."""
    import cv2

    large = cv2.resize(along, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return large * np.array([width / along.shape[1], height / along.shape[0]], np.float32)


def between(a: Pixels, b: Pixels, t: float) -> Pixels:
    """The frame at `t` in 0 to 1 between two frames of one clip `[h, w, 3]`: the nearer of the two, moved to there.

    At 0 and 1 it is `a` and `b` themselves. It is as sharp as they are; a mixture of both would not be.
    """
    if t > 0.5:
        return between(b, a, 1 - t)
    if t == 0 or np.array_equal(a, b):
        return a
    height, width = a.shape[:2]
    scale = min(1.0, SEARCHED_PX / max(height, width))
    small = (resize(frame, round(height * scale), round(width * scale)) for frame in (a, b))
    shown = moved(a, enlarged(flow(*small), height, width), t)
    return as_sharp(shown, (1 - t) * energy(a) + t * energy(b))


def mixed(a: Pixels, b: Pixels, share: float | Floats32) -> Pixels:
    """(1 - share) a + share b, where `share` is one number or one for each pixel `[h, w]`.

    >>> mixed(np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 101, np.uint8), 0.5).tolist()
    [[[51, 51, 51]]]
    """
    weight = np.asarray(share, np.float32)
    weight = weight[..., None] if weight.ndim else weight
    return (a + weight * (b.astype(np.float32) - a) + 0.5).astype(np.uint8)


def carried_on(before: Pixels, last: Pixels, steps: Iterable[float]) -> Iterator[Pixels]:
    """The frames so many `steps` after `last`: what moved from `before` to `last` goes on, and comes to rest.

    The movement of step i is `SLOWING (1 - exp(-i / SLOWING))` times the last one: as fast at first, and still in the
    end.
    """
    along, own = flow(before, last), energy(last)
    for step in steps:
        yield as_sharp(moved(last, along, SLOWING * (1 - math.exp(-step / SLOWING))), own)
