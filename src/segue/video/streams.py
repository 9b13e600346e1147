"""A film as one file of libav's: pictures and sound coded, side by side."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from segue.core.images import Pixels
from segue.video.codecs import Output
from segue.video.picture import EXACT

# As many on every machine: the encoders' choices, and so the bytes, depend on it.
THREADS = 4

_RGB = 0
"""ITU-T H.273 number of the matrix that leaves red, green and blue as they are."""

_CONTAINERS = {".mkv": "matroska"}
_FASTSTART = {".mp4": {"movflags": "+faststart"}, ".mov": {"movflags": "+faststart"}}


class Streams:
    """The coded streams of one film, in the file `path` while the block lasts."""

    def __init__(
        self, path: Path, output: Output, width: int, height: int, fps: Fraction, sound_rate: int | None
    ) -> None:
        self._output, self._fps, self._frames, self._samples = output, fps, 0, 0
        self._reformatter = VideoReformatter()
        options = {**_FASTSTART.get(output.ending, {}), "fflags": "+bitexact"}
        if output.codec.name == "webp":
            options["loop"] = "0"
        form = _CONTAINERS.get(output.ending, output.ending[1:])
        self._container = av.open(f"file:{path}", "w", format=form, container_options=options)
        self._picture = self._add_picture(width, height)
        self._sound = None if sound_rate is None else self._add_sound(sound_rate)

    def __enter__(self) -> Streams:
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    def _add_picture(self, width: int, height: int) -> VideoStream:
        # SVT-AV1 would tell its settings on standard error.
        os.environ.setdefault("SVT_LOG", "1")
        codec, encoder, crf = self._output.codec, self._output.encoder, self._output.crf
        quality = {} if crf is None else {"crf": str(crf)}
        stream: Any = self._container.add_stream(encoder.name, self._fps, {**encoder.options, **quality})
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, codec.pix_fmt
        context.time_base = 1 / self._fps
        context.thread_count = THREADS
        context.color_range, context.colorspace = self._range, self._matrix
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        context.flags |= Flags.bitexact
        if codec.name == "hevc" and self._output.ending != ".mkv":
            context.codec_tag = "hvc1"  # what Apple's players ask for
        return stream  # type: ignore[no-any-return]

    @property
    def _rgb(self) -> bool:
        return self._output.codec.pix_fmt == "bgr0"

    @property
    def _range(self) -> ColorRange:
        return ColorRange.JPEG if self._rgb else ColorRange.MPEG

    @property
    def _matrix(self) -> int:
        if self._rgb:
            return _RGB
        return Colorspace.ITU601 if self._output.codec.name == "webp" else Colorspace.ITU709

    def _add_sound(self, rate: int) -> AudioStream:
        encoder = self._output.sound or ""
        stream: Any = self._container.add_stream(encoder, rate, layout="stereo")
        if encoder in ("aac", "libopus"):
            stream.codec_context.bit_rate = 192_000
        stream.codec_context.flags |= Flags.bitexact
        return stream  # type: ignore[no-any-return]

    def show(self, frame: Pixels) -> None:
        """Encode the next frame.

        Args:
            frame: uint8 `[h, w, 3]`.
        """
        picture = self._reformatter.reformat(
            VideoFrame.from_ndarray(frame, "rgb24"),
            format=self._output.codec.pix_fmt,
            dst_colorspace=None if self._rgb else self._matrix,
            src_color_range=ColorRange.JPEG,
            dst_color_range=self._range,
            interpolation=EXACT,
        )
        picture.pts, picture.time_base = self._frames, 1 / self._fps
        self._container.mux(self._picture.encode(picture))
        self._frames += 1

    def play(self, block: npt.NDArray[np.float32]) -> None:
        """Encode the next samples.

        Args:
            block: float32 `[k, 2]`, -1 to 1.
        """
        if self._sound is None:
            return
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
        frame.sample_rate = self._sound.rate
        frame.pts, frame.time_base = self._samples, Fraction(1, self._sound.rate)
        self._container.mux(self._sound.encode(frame))
        self._samples += len(block)

    def finish(self) -> None:
        """Write what the encoders still hold."""
        if self._sound is not None:
            self._container.mux(self._sound.encode(None))
        for packet in self._picture.encode(None):
            if self._output.encoder.name == "libx265" and self._frames <= 2:
                packet.dts = packet.pts  # x265 gives any number in films that end before its first B-frame
            self._container.mux(packet)
