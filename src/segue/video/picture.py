"""A decoded frame as pixels: colours by the frame's own matrix and range, upright, square pixels."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import cast

import numpy as np
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from segue.core.images import Pixels

EXACT = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)
# ITU-T H.273 matrix numbers, as swscale knows them.
_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}


class Screen:
    """Shows decoded frames as uint8 `[height, width, 3]`.

    Args:
        height: in px, upright.
        width: likewise.
        aspect: how many times as wide as high a pixel of a frame is; None: square.
    """

    def __init__(self, height: int, width: int, aspect: Fraction | None = None) -> None:
        self.height, self.width, self._aspect = height, width, aspect
        self._reformatter = VideoReformatter()

    def show(self, frame: VideoFrame) -> Pixels:
        """The pixels of a frame: RGB, transparency over black, turned and stretched as its file asks.

        Args:
            frame: as decoded; one of another shape, as where a picture's size changes midway, has black bars.

        Returns:
            uint8 `[height, width, 3]`, the caller's own.
        """
        swap, flip_x, flip_y = turn(frame)
        across, down = self._inside(frame)
        alpha = has_alpha(frame)
        shown = self._reformatter.reformat(
            frame,
            down if swap else across,
            across if swap else down,
            "rgba" if alpha else "rgb24",
            src_colorspace=matrix_of(frame),
            src_color_range=range_of(frame),
            dst_color_range=ColorRange.JPEG,
            interpolation=EXACT,
        )
        pixels: Pixels = np.asarray(shown.to_ndarray(), np.uint8)
        if alpha:
            covered = pixels[..., :3].astype(np.uint16) * pixels[..., 3:]
            pixels = ((covered + 127) // 255).astype(np.uint8)
        if swap:
            pixels = pixels.swapaxes(0, 1)
        pixels = pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
        if (across, down) == (self.width, self.height):
            # A copy: the pixels must outlive the frame, whose memory libav uses again.
            return pixels.copy(order="C")
        framed = np.zeros((self.height, self.width, 3), np.uint8)
        top, left = (self.height - down) // 2, (self.width - across) // 2
        framed[top : top + down, left : left + across] = pixels
        return framed

    def _inside(self, frame: VideoFrame) -> tuple[int, int]:
        """Width and height at which a frame fits: the screen's, where it has its shape but for rounding."""
        width, height = shown_size(frame, self._aspect)
        scale = min(self.width / width, self.height / height)
        across, down = round(width * scale), round(height * scale)
        if self.width - across <= 2 and self.height - down <= 2:
            return self.width, self.height
        return max(1, across), max(1, down)


def shown_size(frame: VideoFrame, aspect: Fraction | None) -> tuple[int, int]:
    """The size of a frame as displayed.

    Args:
        frame: as decoded.
        aspect: how many times as wide as high a pixel is; None, or beyond 1/8 to 8: square.

    Returns:
        Width and height in px, upright.
    """
    believed = aspect if aspect and Fraction(1, 8) <= aspect <= 8 else 1
    width, height = max(1, round(frame.width * believed)), frame.height
    return (height, width) if turn(frame)[0] else (width, height)


def has_alpha(frame: VideoFrame) -> bool:
    """Whether a frame's format has transparency.

    Args:
        frame: as decoded.

    Returns:
        True too where no pixel is transparent, but could be.
    """
    return frame.format.has_palette or any(part.is_alpha for part in frame.format.components)


def turn(frame: VideoFrame) -> tuple[bool, bool, bool]:
    """What makes a frame upright, by its display matrix.

    Args:
        frame: as decoded.

    Returns:
        Whether to swap the axes, then to mirror x, then to mirror y.
    """
    # Typed as a mapping, it iterates over its values.
    sides = [side for side in cast(Iterable[SideData], frame.side_data) if side.type == Type.DISPLAYMATRIX]
    if not sides:
        return False, False, False
    xx, xy, _, yx, yy = np.frombuffer(bytes(sides[0]), np.int32)[:5].tolist()
    if abs(xy) > abs(xx):
        return True, yx < 0, xy < 0
    return False, xx < 0, yy < 0


def matrix_of(frame: VideoFrame) -> int:
    """The matrix of a frame's colours.

    Args:
        frame: as decoded.

    Returns:
        swscale's number of it: as stated, else BT.709 for high definition and BT.601 below, as players do.
    """
    guess = Colorspace.ITU709 if frame.width >= 1280 or frame.height > 576 else Colorspace.ITU601
    return _MATRICES.get(int(frame.colorspace), int(guess))


def range_of(frame: VideoFrame) -> ColorRange:
    """The range of a frame's colours: limited (16 to 235) or full (0 to 255).

    Args:
        frame: as decoded.

    Returns:
        As stated, else what the format implies.
    """
    if frame.color_range in (ColorRange.MPEG, ColorRange.JPEG):
        return ColorRange(frame.color_range)
    form = frame.format
    full = form.is_rgb or form.has_palette or form.name.startswith(("yuvj", "gray", "ya", "mono"))
    return ColorRange.JPEG if full else ColorRange.MPEG
