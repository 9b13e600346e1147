"""Frames of a clip that are decoded once, though several ask for them; memory is bounded however long the clip is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from segue.core.images import Pixels
from segue.video import Clip, read_frames


class FrameCache:
    """The decoded frames of one clip at one rate.

    A stretch that fits into `most_bytes` is kept whole as soon as any of it is read. Of a longer one, only what is read
    with `keep` stays, until there is no room left; everything else passes through as a stream.

    Args:
        clip: the clip, as `examine` has found it.
        rate: frames a second.
        stretch: the numbers of the frames that are going to be read.
        most_bytes: how much may be kept.
    """

    def __init__(self, clip: Clip, rate: Fraction, stretch: range, most_bytes: int) -> None:
        self.clip, self.rate, self.stretch = clip, rate, stretch
        self._most = most_bytes // (clip.info.height * clip.info.width * 3)
        self._frames: dict[int, Pixels] = {}

    def read(self, numbers: Iterable[int], *, keep: bool = False) -> Iterator[Pixels]:
        """Read frames, those of the cache from there and the others from the file.

        Args:
            numbers: which, rising or repeated; frame i is what is shown at i / rate seconds.
            keep: whether they will be wanted again.

        Returns:
            The frames, uint8 `[h, w, 3]` of the clip's own size, not to be written to.
        """
        self._fill()
        stream: Iterator[Pixels] = iter(())
        upcoming = last = -1
        frame: Pixels
        for number in numbers:
            if number in self._frames:
                frame = self._frames[number]
            elif number != last:
                if number != upcoming:
                    stream = read_frames(self.clip, fps=self.rate, start=number)
                frame, upcoming = _freeze(next(stream)), number + 1
                if keep and len(self._frames) < self._most:
                    self._frames[number] = frame
            last = number
            yield frame

    def prefetch(self, numbers: range) -> None:
        """Decode frames in one go that will be read in parts, if there is room for all of them.

        Args:
            numbers: which.
        """
        self._fill()
        missing = sum(number not in self._frames for number in numbers)
        if missing <= self._most - len(self._frames):
            for _ in self.read(numbers, keep=True):
                pass

    def _fill(self) -> None:
        """Keep the whole stretch, if it is short and nothing of it is there yet."""
        if self._frames or not 0 < len(self.stretch) <= self._most:
            return
        frames = read_frames(self.clip, fps=self.rate, start=self.stretch.start)
        self._frames = {number: _freeze(frame) for number, frame in zip(self.stretch, frames, strict=False)}


def _freeze(frame: Pixels) -> Pixels:
    frame.flags.writeable = False
    return frame
