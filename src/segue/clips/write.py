"""A film written frame by frame, with its sound, as one whole file or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter
from av.video.stream import VideoStream

from segue.clips.picture import EXACT
from segue.errors import InputError
from segue.images import Pixels, written_whole

# As many on every machine: the encoders' choices, and so the bytes, depend on it.
THREADS = 4


class _Kind(NamedTuple):
    container: str
    picture: str
    sound: str
    options: dict[str, str]


_FASTSTART = {"movflags": "+faststart"}
_KINDS = {
    ".mp4": _Kind("mp4", "libx264", "aac", _FASTSTART),
    ".mov": _Kind("mov", "libx264", "aac", _FASTSTART),
    ".mkv": _Kind("matroska", "libx264", "aac", {}),
    ".webm": _Kind("webm", "libvpx-vp9", "libopus", {}),
}
FILMS = tuple(_KINDS)


def _picture_options(codec: str, crf: int) -> dict[str, str]:
    if codec == "libx264":
        return {"preset": "fast", "crf": str(crf), "x264-params": "cpu-independent=1"}
    # VP9 counts quality from 0 to 63; 12 more looks about alike.
    speed = {"deadline": "good", "cpu-used": "4", "row-mt": "1", "tile-columns": "1"}
    return {"crf": str(min(63, crf + 12)), "b": "0", **speed}


class FilmWriter:
    """Writes one film: frames by `write`, sound by `write_sound`, in any order and in blocks of any length.

    `path` ends in .mp4, .mov, .mkv (H.264 and AAC) or .webm (VP9 and Opus). `width` and `height` in
    pixels are even. `sound_rate` in Hz; None for a film without sound. `crf` is x264's quality, 0 to 51,
    smaller is better. The sound lasts as long as the picture: silence fills it up, the rest is cut.
    The file appears when the block ends; if the block raises, nothing does. The same input gives the
    same bytes. Raises `InputError` for values outside these, and for a film without a frame.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     film = Path(folder) / "film.mp4"
    ...     with FilmWriter(film, 32, 16, Fraction(25)) as writer:
    ...         writer.write(np.zeros((16, 32, 3), np.uint8))
    ...     film.exists()
    True
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        fps: Fraction,
        *,
        sound_rate: int | None = 48000,
        crf: int = 18,
    ) -> None:
        self.path, self.width, self.height = Path(path), width, height
        self.fps, self.sound_rate, self.crf = Fraction(fps), sound_rate, crf
        self._check()
        self.frames = 0
        self._sound_given = 0
        self._waiting: list[npt.NDArray[np.float32]] = []
        self._reformatter = VideoReformatter()

    def _check(self) -> None:
        suffix = self.path.suffix.lower()
        if suffix not in _KINDS:
            raise InputError(f"output {self.path}", ", ".join(FILMS), "choose a name that ends in one of these")
        if min(self.width, self.height) < 2 or self.width % 2 or self.height % 2:
            raise InputError(f"a film of {self.width}x{self.height}", "even width and height", "crop or pad by a pixel")
        if not 0 < self.fps <= 1000:
            raise InputError(f"{float(self.fps):g} frames a second", "more than 0, up to 1000", "choose another rate")
        if not 0 <= self.crf <= 51:
            raise InputError(f"crf {self.crf}", "0 to 51", "18 looks lossless, 28 is small")
        rates = av.Codec(_KINDS[suffix].sound, "w").audio_rates or []
        if self.sound_rate is not None and self.sound_rate not in rates:
            allowed = ", ".join(map(str, sorted(rates)))
            raise InputError(f"a sound rate of {self.sound_rate} Hz in {suffix}", allowed, "choose one of these")

    def __enter__(self) -> Self:
        self._life = self._open()
        self._life.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._life.__exit__(kind, error, trace)

    @contextmanager
    def _open(self) -> Iterator[None]:
        kind = _KINDS[self.path.suffix.lower()]
        options = {**kind.options, "fflags": "+bitexact"}
        with (
            written_whole(self.path) as beside,
            av.open(f"file:{beside}", "w", format=kind.container, container_options=options) as container,
        ):
            self._container = container
            self._picture = self._add_picture(container, kind.picture)
            self._sound = self._add_sound(container, kind.sound)
            yield
            self._finish()

    def _add_picture(self, container: OutputContainer, codec: str) -> VideoStream:
        stream: Any = container.add_stream(codec, self.fps, _picture_options(codec, self.crf))
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = self.width, self.height, "yuv420p"
        context.time_base = 1 / self.fps
        context.thread_count = THREADS
        context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        context.flags |= Flags.bitexact
        return stream  # type: ignore[no-any-return]

    def _add_sound(self, container: OutputContainer, codec: str) -> AudioStream | None:
        if self.sound_rate is None:
            return None
        stream: Any = container.add_stream(codec, self.sound_rate, layout="stereo")
        stream.codec_context.bit_rate = 192_000
        stream.codec_context.flags |= Flags.bitexact
        return stream  # type: ignore[no-any-return]

    def write(self, frame: Pixels) -> None:
        """The next frame, uint8 `[height, width, 3]`."""
        if frame.shape != (self.height, self.width, 3) or frame.dtype != np.uint8:
            raise InputError(
                f"a frame of {frame.dtype} {list(frame.shape)}",
                f"uint8 {[self.height, self.width, 3]}",
                "resize it with segue.images.fit",
            )
        picture = self._reformatter.reformat(
            VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            interpolation=EXACT,
        )
        picture.pts, picture.time_base = self.frames, 1 / self.fps
        self._container.mux(self._picture.encode(picture))
        self.frames += 1
        self._send_sound()

    def write_sound(self, samples: npt.NDArray[np.float32]) -> None:
        """The next samples, float32 `[k, 2]`, clipped to -1 to 1."""
        if self._sound is None or samples.ndim != 2 or samples.shape[1] != 2:
            allowed = "none, as sound_rate is None" if self._sound is None else "[k, 2]"
            raise InputError(f"sound {list(samples.shape)}", allowed, "give stereo samples to a film with sound")
        self._waiting.append(np.nan_to_num(samples).astype(np.float32).clip(-1, 1))
        self._send_sound()

    def _send_sound(self) -> None:
        """Encode what sound there is up to the end of the picture so far: the two stay side by side in the file."""
        if self._sound is None or self.sound_rate is None:
            return
        room = round(self.frames / self.fps * self.sound_rate) - self._sound_given
        while room > 0 and self._waiting:
            block = self._waiting.pop(0)
            if len(block) > room:
                self._waiting.insert(0, block[room:])
            block = block[:room]
            if len(block):
                self._encode_sound(self._sound, block)
            room -= len(block)

    def _encode_sound(self, stream: AudioStream, block: npt.NDArray[np.float32]) -> None:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block.T), "fltp", "stereo")
        frame.sample_rate = stream.rate
        frame.pts, frame.time_base = self._sound_given, Fraction(1, stream.rate)
        self._container.mux(stream.encode(frame))
        self._sound_given += len(block)

    def _finish(self) -> None:
        if not self.frames:
            raise InputError(f"a film {self.path} without a frame", "one frame or more", "write some")
        if self._sound is not None and self.sound_rate is not None:
            missing = round(self.frames / self.fps * self.sound_rate) - self._sound_given
            self._waiting.append(np.zeros((max(0, missing), 2), np.float32))
            self._send_sound()
            self._container.mux(self._sound.encode(None))
        self._container.mux(self._picture.encode(None))
