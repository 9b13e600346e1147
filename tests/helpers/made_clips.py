"""Clips of known content, for tests of motion and of joining."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.video import FilmWriter

Sound = npt.NDArray[np.float32]

BITS = 6
RATE = 48_000


def counted(numbers: Iterable[int], height: int = 48, width: int = 64) -> list[Pixels]:
    """Frames with their numbers burnt in as blocks along the bottom, over a slope of grey."""
    frames = []
    for number in numbers:
        frame = np.empty((height, width, 3), np.uint8)
        frame[:] = np.linspace(60, 180, width, dtype=np.uint8)[:, None]
        for bit, (start, end) in enumerate(_blocks(width)):
            frame[-height // 3 :, start:end] = 235 * (number >> bit & 1) + 10
        frames.append(frame)
    return frames


def numbers_in(frames: Iterable[Pixels]) -> list[int]:
    """The numbers that `counted` burnt in."""
    return [
        sum(
            int(frame[-frame.shape[0] // 6, (start + end) // 2].mean() > 128) << bit
            for bit, (start, end) in enumerate(_blocks(frame.shape[1]))
        )
        for frame in frames
    ]


def _blocks(width: int) -> list[tuple[int, int]]:
    return [(bit * width // BITS, (bit + 1) * width // BITS) for bit in range(BITS)]


def disc(x: float, y: float, *, radius: float = 9, height: int = 48, width: int = 64, blue: int = 40) -> Pixels:
    """A soft-edged yellow disc at (x, y) px on a dark ground."""
    down, across = np.mgrid[:height, :width] + 0.5
    cover = (radius + 0.5 - np.hypot(down - y, across - x)).clip(0, 1)[..., None]
    frame: Pixels = (cover * (250, 230, 60) + (1 - cover) * (70, 50, blue)).round().astype(np.uint8)
    return frame


def rolling(frames: int, start: tuple[float, float], speed: tuple[float, float], **look: Any) -> list[Pixels]:
    """A disc that moves `speed` px a frame."""
    return [disc(start[0] + i * speed[0], start[1] + i * speed[1], **look) for i in range(frames)]


def tone(hertz: float, seconds: float) -> Sound:
    """A sine of amplitude 0.4 on both sides, `[k, 2]`."""
    wave = 0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def loudness(sound: Sound, hertz: float) -> float:
    """The amplitude of the tone of that pitch in `sound` `[k, 2]`."""
    wave = np.exp(2j * np.pi * hertz * np.arange(len(sound)) / RATE) * np.hanning(len(sound))
    return float(2 * abs((sound[:, 0] * wave).sum()) / np.hanning(len(sound)).sum())


def write(path: Path, frames: list[Pixels], fps: Fraction | int = 12, sound: Sound | None = None) -> Path:
    """A film of these frames, with sound if given."""
    height, width, _ = frames[0].shape
    rate = None if sound is None else RATE
    with FilmWriter(path, width, height, Fraction(fps), sound_rate=rate, crf=8) as film:
        for frame in frames:
            film.write(frame)
        if sound is not None:
            film.write_sound(sound)
    return path


def surround(path: Path, frames: list[Pixels], hertz: tuple[float, ...], fps: int = 12) -> Path:
    """A film with a tone of its own in each of the six channels of 5.1 sound."""
    seconds = len(frames) / fps
    with av.open(str(path), "w") as container:
        picture: Any = container.add_stream("libx264", fps, {"crf": "8"})
        picture.height, picture.width = frames[0].shape[:2]
        track: Any = container.add_stream("flac", RATE, layout="5.1")
        for index, frame in enumerate(frames):
            shown = av.VideoFrame.from_ndarray(frame, "rgb24")
            shown.pts, shown.time_base = index, Fraction(1, fps)
            container.mux(picture.encode(shown))
        sound = np.stack([tone(pitch, seconds)[:, 0] for pitch in hertz], axis=1)
        whole = (sound * 32767).astype(np.int16).reshape(1, -1)
        block = av.AudioFrame.from_ndarray(whole, "s16", "5.1")
        block.sample_rate, block.pts, block.time_base = RATE, 0, Fraction(1, RATE)
        for packets in (picture.encode(None), track.encode(block), track.encode(None)):
            container.mux(packets)
    return path


def centre(frame: Pixels) -> tuple[float, float]:
    """Where the disc of a frame is, (x, y) px."""
    light = np.clip(frame[..., 0].astype(float) - 110, 0, None)
    down, across = np.mgrid[: frame.shape[0], : frame.shape[1]] + 0.5
    return float((light * across).sum() / light.sum()), float((light * down).sum() / light.sum())


def psnr(a: Pixels, b: Pixels) -> float:
    """In dB."""
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean() + 1e-12))
