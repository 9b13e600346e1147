"""A film written frame by frame, with its sound, as one whole file (or folder of frames) or none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.images import Pixels, atomic_write
from segue.video.codecs import FOLDER, check_rate, output
from segue.video.folder import FrameFolder, atomic_folder
from segue.video.gif import GifFile
from segue.video.streams import Streams


class _Film(Protocol):
    """What frames and sound go into, in turn."""

    def __enter__(self) -> _Film: ...
    def __exit__(self, *_: object) -> None: ...
    def show(self, frame: Pixels) -> None: ...
    def play(self, block: npt.NDArray[np.float32]) -> None: ...
    def finish(self) -> None: ...


class FilmWriter:
    """Write a film: frames by `write`, sound by `write_sound`, in any order and in blocks of any length.

    The film appears when the block ends; where the block raises, nothing does. The same input gives the same bytes. The
    sound lasts as long as the picture: silence fills it up, the rest is cut. Memory holds what the encoder looks ahead,
    and of WebP the coded frames; a GIF's frames wait on disk, 3 bytes a pixel.

    Args:
        path: .mp4, .mov, .mkv (H.264 and AAC), .webm (VP9 and Opus), .gif, .webp, or a name without an ending for a
            folder of PNG.
        width: in px, even where the codec asks for it.
        height: likewise.
        fps: frames a second.
        sound_rate: samples a second in Hz; None for a film without sound. GIF and WebP drop it (see `carries_sound`).
        crf: quality, on the codec's own scale, smaller is better; None: its usual one.
        codec: the name of one of `CODECS`; None: what `path` implies.

    Raises:
        InputError: for values outside these, and for a film without a frame.

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
        crf: int | None = None,
        codec: str | None = None,
    ) -> None:
        self.path, self.width, self.height = Path(path), width, height
        self.fps, self.output = Fraction(fps), output(self.path, codec, crf)
        self.sound_rate = sound_rate if self.output.sound else None
        self._drops_sound = sound_rate is not None and self.sound_rate is None
        self._check()
        self.frames = 0
        self._sound_given = 0
        self._waiting: list[npt.NDArray[np.float32]] = []

    def _check(self) -> None:
        step = 2 if self.output.codec.even else 1
        if min(self.width, self.height) < step or self.width % step or self.height % step:
            allowed = "even width and height" if step == 2 else "1x1 or more"
            raise InputError(f"a film of {self.width}x{self.height}", allowed, "cropping or padding by a pixel")
        check_rate(self.output, self.fps)
        if self.sound_rate is None or not self.output.sound:
            return
        rates = av.Codec(self.output.sound, "w").audio_rates
        if self.sound_rate not in rates if rates else not 8000 <= self.sound_rate <= 192_000:
            allowed = ", ".join(map(str, sorted(rates))) if rates else "8000 to 192000"
            raise InputError(f"a sound rate of {self.sound_rate} Hz in {self.path.name}", allowed, "one of these")

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
        whole = atomic_folder if self.output.ending == FOLDER else atomic_write
        with whole(self.path) as beside, self._made(beside) as self._film:
            yield
            self._finish()

    def _made(self, beside: Path) -> _Film:
        if self.output.codec.name == "gif":
            return GifFile(beside, self.fps)
        if self.output.ending == FOLDER:
            return FrameFolder(beside, self.sound_rate)
        return Streams(beside, self.output, self.width, self.height, self.fps, self.sound_rate)

    def write(self, frame: Pixels) -> None:
        """Write the next frame.

        Args:
            frame: uint8 `[height, width, 3]`.

        Raises:
            InputError: for another size or type.
        """
        if frame.shape != (self.height, self.width, 3) or frame.dtype != np.uint8:
            raise InputError(
                f"a frame of {frame.dtype} {list(frame.shape)}",
                f"uint8 {[self.height, self.width, 3]}",
                "resizing it with segue.core.images.fit",
            )
        self._film.show(np.ascontiguousarray(frame))
        self.frames += 1
        self._send_sound()

    def write_sound(self, samples: npt.NDArray[np.float32]) -> None:
        """Write the next samples.

        Args:
            samples: float32 `[k, 2]`; clipped to -1 to 1, NaN is silence.

        Raises:
            InputError: for another shape, and for a film without sound.
        """
        if self._drops_sound:
            return
        if self.sound_rate is None or samples.ndim != 2 or samples.shape[1] != 2:
            allowed = "none, as sound_rate is None" if self.sound_rate is None else "[k, 2]"
            raise InputError(f"sound {list(samples.shape)}", allowed, "stereo samples in a film with sound")
        self._waiting.append(np.nan_to_num(samples).astype(np.float32).clip(-1, 1))
        self._send_sound()

    def _send_sound(self) -> None:
        """Hand on what sound there is up to the end of the picture so far: the two stay side by side in the file."""
        room = round(self.frames / self.fps * (self.sound_rate or 0)) - self._sound_given
        while room > 0 and self._waiting:
            block = self._waiting.pop(0)
            if len(block) > room:
                self._waiting.insert(0, block[room:])
            block = block[:room]
            if len(block):
                self._film.play(block)
                self._sound_given += len(block)
            room -= len(block)

    def _finish(self) -> None:
        if not self.frames:
            raise InputError(f"a film {self.path} without a frame", "one frame or more", "writing some")
        if self.sound_rate is not None:
            missing = round(self.frames / self.fps * self.sound_rate) - self._sound_given
            self._waiting.append(np.zeros((max(0, missing), 2), np.float32))
            self._send_sound()
        self._film.finish()
