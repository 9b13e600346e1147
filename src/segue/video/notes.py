"""What is changed about a clip's pictures before they are shown, in words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from segue.video.picture import has_alpha, matrix_of, range_of, turn

INTERLACED = "interlaced: one whole frame made of each two fields"
# What these call interlaced is the order of rows in the file.
_BY_PASSES = ("png", "apng", "gif")
# ITU-T H.273 numbers.
_HDR = {16: "PQ", 18: "HLG"}
_NAMES = {4: "FCC", 5: "BT.601", 6: "BT.601", 7: "SMPTE 240M", 9: "BT.2020", 10: "BT.2020"}


def picture_notes(frame: VideoFrame, aspect: Fraction | None, codec: str) -> tuple[str, ...]:
    """What is changed about a clip's pictures before they are shown, as its first frame tells.

    Args:
        frame: the first frame, as decoded.
        aspect: how many times as wide as high a pixel is; None: not known.
        codec: libav's name of it.

    Returns:
        One note each, in words; empty where nothing is changed.
    """
    return (*_shape(frame, aspect, codec), *_colours(frame, codec))


def _shape(frame: VideoFrame, aspect: Fraction | None, codec: str) -> Iterator[str]:
    swap, flip_x, flip_y = turn(frame)
    if swap:
        yield "turned upright by 90 degrees"
    elif flip_x and flip_y:
        yield "turned upright by 180 degrees"
    elif flip_x or flip_y:
        yield "mirrored as its file asks"
    if aspect and aspect != 1:
        yield f"pixels of {aspect.numerator}:{aspect.denominator} made square"
    if frame.interlaced_frame and codec not in _BY_PASSES:
        yield INTERLACED


def _colours(frame: VideoFrame, codec: str) -> Iterator[str]:
    if has_alpha(frame) and (codec not in ("gif", "webp") or _clear_somewhere(frame)):
        yield "transparency shown over black"
    if int(frame.color_trc) in _HDR:
        yield f"HDR ({_HDR[int(frame.color_trc)]}) shown without tone mapping"
    deepest = max(part.bits for part in frame.format.components)
    if deepest > 8:
        yield f"{deepest} bits a colour rounded to 8"
    if frame.format.is_rgb or frame.format.has_palette or len(frame.format.components) < 3:
        return
    if range_of(frame) == ColorRange.JPEG:
        yield "full colour range shown as limited"
    matrix = matrix_of(frame)
    if matrix != int(Colorspace.ITU709):
        name, stated = _NAMES[matrix], int(frame.colorspace) in _NAMES
        yield f"{name} colours shown as BT.709" if stated else f"unmarked colours taken as {name}, shown as BT.709"


def _clear_somewhere(frame: VideoFrame) -> bool:
    """Whether any pixel is transparent, in formats where all could be but few files are."""
    return bool((frame.to_ndarray(format="rgba")[..., 3] < 255).any())
