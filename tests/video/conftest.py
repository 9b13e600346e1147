"""Films made for tests, with PyAV alone, so that the reader is not judged by the writer."""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from segue.core.images import Pixels

BITS = 6


@pytest.fixture(scope="session")
def films() -> ModuleType:
    """The functions of this file."""
    return sys.modules[__name__]


def numbered(number: int, height: int = 64, width: int = 96) -> Pixels:
    """A frame with its number burnt in as blocks along the bottom, red top left, green top right."""
    frame = np.full((height, width, 3), 90, np.uint8)
    frame[: height // 2, : width // 2] = (230, 20, 30)
    frame[: height // 2, width // 2 :] = (20, 200, 40)
    block = width // BITS
    for bit in range(BITS):
        frame[-height // 4 :, bit * block : (bit + 1) * block] = 255 * (number >> bit & 1)
    return frame


def number_in(frame: Pixels) -> int:
    """The number that `numbered` burnt in."""
    height, width = frame.shape[:2]
    block = width // BITS
    return sum(int(frame[height - height // 8, bit * block + block // 2].mean() > 128) << bit for bit in range(BITS))


def write_film(
    path: Path,
    frames: Sequence[Pixels],
    stamps_ms: Sequence[int],
    *,
    pix_fmt: str = "yuv420p",
    aspect: Fraction = Fraction(1),
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    fps: int = 1000,
    context: dict[str, Any] | None = None,
) -> Path:
    """A film of frames shown at `stamps_ms`, the first frame of which need not be at 0."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, fps, options or {})
        stream.height, stream.width = frames[0].shape[:2] if frames else (64, 96)
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(1, fps)
        stream.codec_context.sample_aspect_ratio = aspect
        for name, value in (context or {}).items():
            setattr(stream.codec_context, name, value)
        container.start_encoding()
        for frame, stamp in zip(frames, stamps_ms, strict=True):
            picture = av.VideoFrame.from_ndarray(frame, "rgba" if frame.shape[2] == 4 else "rgb24")
            picture.pts, picture.time_base = stamp, Fraction(1, 1000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def write_sound_only(path: Path, *, cover: bool = False) -> Path:
    """Half a second of a tone, with a picture on the sleeve if asked."""
    with av.open(str(path), "w") as container:
        sound: Any = container.add_stream("aac", 48000, layout="mono")
        art: Any = container.add_stream("mjpeg", 1) if cover else None
        if art is not None:
            art.width = art.height = 64
            art.pix_fmt = "yuvj420p"
            art.disposition = av.stream.Disposition.attached_pic
            container.mux(art.encode(av.VideoFrame.from_ndarray(numbered(3, 64, 64), "rgb24")))
            container.mux(art.encode(None))
        tone = np.sin(np.arange(24000) / 20).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, "fltp", "mono")
        frame.sample_rate = 48000
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def turn_in_header(path: Path, matrix: Sequence[int]) -> None:
    """Give an MP4's first track the display matrix (a, b, c, d)."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def clicks(samples: int, every: int) -> npt.NDArray[np.float32]:
    """Short clicks in the middle of each `every` samples, `[samples, 2]`."""
    sound = np.zeros((samples, 2), np.float32)
    for at in range(every // 2, samples - 32, every):
        sound[at : at + 32] = 0.9 * np.hanning(32).astype(np.float32)[:, None]
    return sound


def click_places(sound: npt.NDArray[np.float32], every: int) -> npt.NDArray[np.intp]:
    """Where the loudest sample of each `every` lies, less where `clicks` put it."""
    whole = sound[: len(sound) // every * every, 0].reshape(-1, every)
    return np.abs(whole).argmax(axis=1) - (every // 2 + 15)
