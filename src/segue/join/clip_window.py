"""A clip as the film sees it: a stretch of it at the film's rate on the canvas, or a still that is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.types import Sound
from segue.join.canvas import Canvas
from segue.join.frame_cache import FrameCache
from segue.join.sound import ClipSound, count_samples
from segue.video import Clip, ClipInfo, read_sound
from segue.video.codecs import SOUND_RATE
from segue.video.inspect import count_ticks

CACHE_BYTES = 256 * 2**20
"""How much all windows of a film may keep of their decoded frames together."""

SLOW_SHARE = Fraction(95, 100)
"""A clip with fewer frames a second than this share of the film's is slow: frames between its own can be made."""


@dataclass(frozen=True)
class ClipWindow:
    """`length` frames of a clip, from number `start` on, as the film shows them.

    Frames are numbered at the film's rate, from the clip's start. A still lasts as long as it is held: its one frame is
    repeated. What is decoded is kept in `cache` and `own_cache` (see `FrameCache`), which windows made from this one
    share; of a slow clip the second has the clip's own frames at the clip's own rate.
    """

    canvas: Canvas
    clip: Clip
    start: int
    length: int
    cache: FrameCache = field(compare=False, repr=False)
    own_cache: FrameCache = field(compare=False, repr=False)

    @property
    def info(self) -> ClipInfo:
        """What the clip is."""
        return self.clip.info

    @property
    def path(self) -> Path:
        """The clip's file."""
        return self.info.path

    @property
    def is_still(self) -> bool:
        """Whether the clip is one frame, which lasts as long as it is held."""
        return self.info.frames == 1

    @property
    def is_slow(self) -> bool:
        """Whether the clip has so few frames a second that frames between its own can be made."""
        return self.info.fps < self.canvas.fps * SLOW_SHARE

    def frames(self, start: int = 0, stop: int | None = None, *, keep: bool = False) -> Iterator[Pixels]:
        """Read frames of the window.

        Args:
            start: the first of them, 0 is the window's first.
            stop: the one after the last; None: all that follow.
            keep: whether they will be wanted again.

        Returns:
            uint8 `[height, width, 3]` of the canvas, one at a time, not to be written to.
        """
        numbers = map(self._number, range(start, self.length if stop is None else stop))
        return map(self.canvas.fit, self.cache.read(numbers, keep=keep))

    def prefetch(self, start: int, stop: int) -> None:
        """Decode frames in one go that will be read in parts, if there is room for them.

        Args:
            start: the first of them, 0 is the window's first.
            stop: the one after the last.
        """
        self.cache.prefetch(range(self._number(start), self._number(stop - 1) + 1))

    def _number(self, at: int) -> int:
        """The number of a frame of the window as the cache counts."""
        rate = self.cache.rate
        return min(int((self.start + at) / self.canvas.fps * rate), _last_number(self.info, rate))

    def own_number(self, at: int) -> int:
        """Which of the clip's own frames is shown.

        Args:
            at: a frame of the window, 0 is its first.

        Returns:
            The number of the clip's frame, at the clip's own rate, from the clip's start.
        """
        return min(int((self.start + at) / self.canvas.fps * self.info.fps), self.info.frames - 1)

    def own_frames(self, start: int) -> Iterator[Pixels]:
        """Read the clip's own frames at its own rate, to its end; they will be wanted again.

        Args:
            start: the number of the first, from the clip's start.

        Returns:
            uint8 `[h, w, 3]` of the clip's own size, one at a time, not to be written to.
        """
        return self.own_cache.read(range(start, self.info.frames), keep=True)

    def seconds(self, at: int) -> float:
        """Where a frame is in the clip's own time.

        Args:
            at: a frame of the window, 0 is its first.

        Returns:
            Seconds from the clip's start.
        """
        return float((self.start + at) / self.canvas.fps)

    def sound(self) -> ClipSound:
        """The clip's sound, from the start of the window.

        Returns:
            What opens it anew, and how many frames it is as long as.
        """
        return ClipSound(open=self._read_sound, frames=self.length)

    def _read_sound(self) -> Iterator[Sound]:
        before = count_samples(self.start, self.canvas.fps)
        for block in read_sound(self.clip, SOUND_RATE):
            if before < len(block):
                yield block[before:]
            before = max(0, before - len(block))

    def trim(self, start: int, stop: int) -> ClipWindow:
        """A stretch of this window.

        Args:
            start: its first frame, 0 is this window's first.
            stop: the frame after its last.

        Returns:
            The stretch as a window of its own, which shares what is decoded.
        """
        return replace(self, start=self.start + start, length=stop - start)

    def resize(self, height: int, width: int) -> ClipWindow:
        """The same frames at another size.

        Args:
            height: in pixels.
            width: in pixels.

        Returns:
            The window on a canvas of that size, which shares what is decoded.
        """
        return replace(self, canvas=replace(self.canvas, height=height, width=width))


def make_window(
    canvas: Canvas,
    clip: Clip,
    *,
    start: float | None = None,
    stop: float | None = None,
    hold: float | None = None,
    cache_bytes: int = CACHE_BYTES,
) -> ClipWindow:
    """See a clip, or a stretch of it, on a canvas.

    Args:
        canvas: the film's size and rate.
        clip: the clip, as `segue.video.examine` has found it.
        start: seconds of the clip at which the stretch begins; None: its start. A still has no stretches.
        stop: seconds at which it ends; None: its end.
        hold: seconds that a still is shown; None: one frame.
        cache_bytes: how much of its decoded frames may be kept.

    Returns:
        The window.

    Raises:
        InputError: for a stretch that the clip does not have.
    """
    info = clip.info
    length = canvas.length(info)
    first, last = 0, canvas.count(hold) if info.frames == 1 and hold else length
    if info.frames > 1:
        first = 0 if start is None else round(start * canvas.fps)
        last = length if stop is None else round(stop * canvas.fps)
        if not 0 <= first < last <= length:
            until = "its end" if stop is None else f"{stop:g} s"
            raise InputError(
                f"{info.path} from {start or 0:g} s to {until}",
                f"a stretch of its {info.seconds:.2f} s",
                "another start or stop",
            )

    def stretch_at(rate: Fraction) -> range:
        begin, end = (min(int(number / canvas.fps * rate), _last_number(info, rate)) for number in (first, last - 1))
        return range(begin, end + 1)

    own = FrameCache(clip, info.fps, stretch_at(info.fps), cache_bytes)
    # Where a slow clip keeps a steady clock, the film shows the clip's own frames, and one cache does for both rates.
    one_cache = info.fps < canvas.fps * SLOW_SHARE and clip.timing.gridded
    cache = own
    if not one_cache:
        size = canvas.height, canvas.width
        cache = FrameCache(clip, canvas.fps, stretch_at(canvas.fps), cache_bytes, size, canvas.fit)
    return ClipWindow(canvas=canvas, clip=clip, start=first, length=last - first, cache=cache, own_cache=own)


def share_cache(count: int) -> int:
    """How much each of some windows may keep of its decoded frames.

    Args:
        count: how many windows there are.

    Returns:
        Bytes.
    """
    return CACHE_BYTES // max(1, count)


def _last_number(info: ClipInfo, rate: Fraction) -> int:
    """The number of a clip's last frame at a rate, as `read_frames` gives it."""
    return count_ticks(info.seconds, rate) - 1
