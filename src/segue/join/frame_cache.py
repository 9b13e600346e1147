"""Frames of a clip that are decoded once, though several ask for them; memory is bounded however long the clip is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
        size: height and width of the frames as they are kept; None: the clip's own.
        fit: brings a frame to that size.
    """

    def __init__(
        self,
        clip: Clip,
        rate: Fraction,
        stretch: range,
        most_bytes: int,
        size: tuple[int, int] | None = None,
        fit: Callable[[Pixels], Pixels] | None = None,
    ) -> None:
        self.clip, self.rate, self.stretch, self._fit = clip, rate, stretch, fit
        height, width = size or (clip.info.height, clip.info.width)
        self._most = most_bytes // (height * width * 3)
        self._frames: dict[int, Pixels] = {}

    def read(self, numbers: Iterable[int], *, keep: bool = False) -> Iterator[Pixels]:
        """Read frames, those of the cache from there and the others from the file.

        Args:
            numbers: which, rising or repeated; frame i is what is shown at i / rate seconds.
            keep: whether they will be wanted again.

        Returns:
            The frames, uint8 `[h, w, 3]`, not to be written to.
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
                    stream = self._open(number)
                frame, upcoming = next(stream), number + 1
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
        self._frames = dict(zip(self.stretch, self._open(self.stretch.start), strict=False))

    def _open(self, number: int) -> Iterator[Pixels]:
        """The frames from a number on, as a stream."""
        for frame in read_frames(self.clip, fps=self.rate, start=number):
            fitted = frame if self._fit is None else self._fit(frame)
            fitted.flags.writeable = False
            yield fitted
