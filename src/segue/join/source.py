"""A clip as the film takes it: on the canvas, a stretch of it, or a still that is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.types import Sound
from segue.join.canvas import Canvas
from segue.join.sound import Heard, samples_in
from segue.video import ClipInfo, read_sound
from segue.video.codecs import SOUND_RATE

_FEW = Fraction(95, 100)
"""A clip with fewer frames a second than this share of the film's is slow: frames between its own can be made."""


@dataclass(frozen=True)
class Source:
    """`length` frames of a clip on the canvas, from number `start` on. A still lasts as long as it is asked to."""

    canvas: Canvas
    info: ClipInfo
    start: int
    length: int

    @property
    def path(self) -> Path:
        return self.info.path

    @property
    def is_slow(self) -> bool:
        return self.info.fps < self.canvas.fps * _FEW

    def frames(self, at: int = 0) -> Iterator[Pixels]:
        """The frames `[h, w, 3]` from number `at` on."""
        shown = 0
        frame: Pixels | None = None
        wanted = self.length - at
        for frame in islice(self.canvas.frames(self.path, min(self.start + at, self._last)), wanted):
            shown += 1
            yield frame
        if frame is not None:
            for _ in range(wanted - shown):
                yield frame.copy()

    @property
    def _last(self) -> int:
        return self.canvas.length(self.info) - 1

    def own_number(self, at: int) -> int:
        """The clip's own frame that is shown as number `at`."""
        return min(int((self.start + at) / self.canvas.fps * self.info.fps), self.info.frames - 1)

    def seconds(self, at: int) -> float:
        """Where frame `at` is in the clip's own time."""
        return float((self.start + at) / self.canvas.fps)

    def heard(self) -> Heard:
        """Its sound, from the start of the stretch."""
        return Heard(self._sound, self.length)

    def _sound(self) -> Iterator[Sound]:
        before = samples_in(self.start, self.canvas.fps)
        for block in read_sound(self.path, SOUND_RATE):
            if before < len(block):
                yield block[before:]
            before = max(0, before - len(block))

    def trimmed(self, start: int, stop: int) -> Source:
        """Its frames `start` to `stop`."""
        return replace(self, start=self.start + start, length=stop - start)


def source(
    canvas: Canvas, info: ClipInfo, start: float | None = None, stop: float | None = None, hold: float | None = None
) -> Source:
    """A clip from `start` to `stop` seconds of its own time, or a still held for `hold` seconds.

    A still without `hold` is one frame. Raises `InputError` for a stretch that the clip does not have.
    """
    length = canvas.length(info)
    if info.frames == 1:
        return Source(canvas, info, 0, canvas.count(hold) if hold else length)
    first = 0 if start is None else round(start * canvas.fps)
    last = length if stop is None else round(stop * canvas.fps)
    if not 0 <= first < last <= length:
        until = "its end" if stop is None else f"{stop:g} s"
        raise InputError(
            f"{info.path} from {start or 0:g} s to {until}",
            f"a stretch of its {info.seconds:.2f} s",
            "choose another start or stop",
        )
    return Source(canvas, info, first, last - first)
