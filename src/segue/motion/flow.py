"""Optical flow: where each pixel of one frame is in the next, and pictures warped along it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels, resize
from segue.core.numerics import gradient_energy
from segue.core.types import Floats32
from segue.motion.detail import sharpen_to

Flow = npt.NDArray[np.float32]
"""Pixels across and down by which each place moves, `[h, w, 2]`."""

SEARCHED_PX = 640
"""Longer side of the frames in which movement is searched."""

SLOWING = 5.0
"""Frames over which a movement that goes on by itself comes to rest, about."""


def find_flow(a: Pixels, b: Pixels) -> Flow:
    """Find the optical flow between two frames.

    Dense inverse search (Kroeger et al. 2016, arXiv 1603.03590) of grey levels, as OpenCV has it.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.

    Returns:
        Pixels by which what is in `a` moves to where it is in `b`; zeros for frames of less than 16 px, too small to be
        searched.

    >>> square = np.zeros((64, 64, 3), np.uint8)
    >>> square[20:40, 20:40] = np.random.default_rng(0).integers(50, 255, (20, 20, 3))
    >>> find_flow(square, np.roll(square, 3, axis=1))[25:35, 25:35, 0].mean().round()
    np.float32(3.0)
    """
    import cv2

    grey = [cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY) for frame in (a, b)]
    if min(a.shape[:2]) < 16:
        return np.zeros((*a.shape[:2], 2), np.float32)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return search.calc(grey[0], grey[1], np.zeros((*a.shape[:2], 2), np.float32)).astype(np.float32)


def sample(frame: Pixels, at: Floats32) -> Pixels:
    """Sample a frame between its pixels, by Lanczos; it is mirrored at its edges.

    Args:
        frame: uint8 `[h, w, c]`.
        at: where, across and down in pixels, `[h', w', 2]`.

    Returns:
        uint8 `[h', w', c]`.
    """
    import cv2

    maps = np.ascontiguousarray(at, np.float32)
    image = cv2.remap(frame, maps[..., 0], maps[..., 1], cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT)
    return image.astype(np.uint8, copy=False)


def sample_linear(values: Floats32, at: Floats32) -> Floats32:
    """Sample values linearly between their neighbours, so that none leaves their range; they are mirrored at the edges.

    Args:
        values: `[h, w]`.
        at: where, across and down in pixels, `[h', w', 2]`.

    Returns:
        `[h', w']`.
    """
    import cv2

    maps = np.ascontiguousarray(at, np.float32)
    found = cv2.remap(values, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return found.astype(np.float32, copy=False)


def make_grid(height: int, width: int) -> Floats32:
    """The place of each pixel.

    Args:
        height: in pixels.
        width: in pixels.

    Returns:
        Across and down, `[h, w, 2]`.
    """
    return np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)


def warp(frame: Pixels, along: Flow, share: float) -> Pixels:
    """Warp a frame along a flow: each place shows what the flow brings there, about.

    Args:
        frame: uint8 `[h, w, 3]`.
        along: the flow, of the frame's size.
        share: how much of it, 1 is all.

    Returns:
        uint8 `[h, w, 3]`.
    """
    return sample(frame, make_grid(*frame.shape[:2]) - share * along)


def resize_flow(along: Flow, height: int, width: int) -> Flow:
    """Bring a flow to pictures of another size.

    Args:
        along: the flow.
        height: of the pictures, in pixels.
        width: of the pictures, in pixels.

    Returns:
        `[height, width, 2]`, in pixels of that size.
    """
    import cv2

    large = cv2.resize(along, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return large * np.array([width / along.shape[1], height / along.shape[0]], np.float32)


def warp_between(a: Pixels, b: Pixels, t: float) -> Pixels:
    """Make the frame between two neighbours of one clip: the nearer of the two, warped to there.

    It is as sharp as they are; a blend of both would not be.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`.
        t: when, 0 to 1.

    Returns:
        uint8 `[h, w, 3]`; at 0 and 1 `a` and `b` themselves.
    """
    if t > 0.5:
        return warp_between(b, a, 1 - t)
    if t == 0 or np.array_equal(a, b):
        return a
    height, width = a.shape[:2]
    scale = min(1.0, SEARCHED_PX / max(height, width))
    small = (resize(frame, round(height * scale), round(width * scale)) for frame in (a, b))
    warped = warp(a, resize_flow(find_flow(*small), height, width), t)
    return sharpen_to(warped, (1 - t) * gradient_energy(a) + t * gradient_energy(b))


def blend(a: Pixels, b: Pixels, share: float | Floats32) -> Pixels:
    """Blend two frames: `(1 - share) a + share b`.

    Args:
        a: uint8 `[h, w, c]`.
        b: uint8 `[h, w, c]`.
        share: 0 to 1, one number or one for each pixel `[h, w]`.

    Returns:
        uint8 `[h, w, c]`.

    >>> blend(np.zeros((1, 1, 3), np.uint8), np.full((1, 1, 3), 101, np.uint8), 0.5).tolist()
    [[[51, 51, 51]]]
    """
    weight = np.asarray(share, np.float32)
    weight = weight[..., None] if weight.ndim else weight
    return (a + weight * (b.astype(np.float32) - a) + 0.5).astype(np.uint8)


def extrapolate(before: Pixels, last: Pixels, steps: Iterable[float]) -> Iterator[Pixels]:
    """Carry the movement between two frames on, until it comes to rest.

    The movement of step i is `SLOWING (1 - exp(-i / SLOWING))` times the last one: as fast at first, and still in the
    end.

    Args:
        before: uint8 `[h, w, 3]`.
        last: the frame after it.
        steps: how many steps after `last` the frames are.

    Returns:
        A frame `[h, w, 3]` for each step, as sharp as `last`.
    """
    along, own = find_flow(before, last), gradient_energy(last)
    for step in steps:
        yield sharpen_to(warp(last, along, SLOWING * (1 - math.exp(-step / SLOWING))), own)
