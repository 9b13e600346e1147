"""Animated WebP, which libav cannot decode, as a video that it can."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageSequence

from segue.core.errors import unreadable_file

_MOVES = 0x02


def is_animated_webp(path: Path) -> bool:
    """Whether a file says that it is an animated WebP.

    Args:
        path: the file.

    Returns:
        Whether its header has the flag.
    """
    with path.open("rb") as file:
        start = file.read(21)
    return start[:4] == b"RIFF" and start[8:16] == b"WEBPVP8X" and len(start) == 21 and bool(start[20] & _MOVES)


@contextmanager
def webp_as_video(path: Path) -> Iterator[str]:
    """Convert an animated WebP, which libav cannot decode, into a lossless video.

    Args:
        path: the file.

    Yields:
        The name of the video, which is there as long as the block lasts.

    Raises:
        InputError: for a broken file.
    """
    with tempfile.TemporaryDirectory() as folder:
        video = f"{folder}/webp.mkv"
        try:
            _convert(path, video)
        except (OSError, ValueError, EOFError, SyntaxError):
            raise unreadable_file(path, "cut off or damaged", "a whole WebP") from None
        yield video


def _convert(path: Path, video: str) -> None:
    at = 0
    with Image.open(path) as pictures, av.open(f"file:{video}", "w", format="matroska") as container:
        stream = container.add_stream("ffv1", 1000)
        stream.width, stream.height, stream.pix_fmt = *pictures.size, "bgra"
        stream.codec_context.time_base = Fraction(1, 1000)
        for picture in ImageSequence.Iterator(pictures):
            frame = VideoFrame.from_ndarray(np.array(picture.convert("RGBA")), "rgba")
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            frame.duration = max(1, round(picture.info["duration"]))
            at += frame.duration
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
