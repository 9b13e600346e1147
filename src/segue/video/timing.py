"""When each frame is shown: a constant rate found in time stamps."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

COMMON = (
    *(Fraction(rate) for rate in (5, 8, 10, 12, 15, 16, 20, 24, 25, 30, 48, 50, 60, 100, 120)),
    *(Fraction(rate * 1000, 1001) for rate in (24, 30, 60)),
    Fraction(25, 2),
)
_SLOWEST, _FASTEST = Fraction(10), Fraction(60)


@dataclass(frozen=True)
class Timing:
    """A picture's clock: `start` and `seconds` in seconds, `fps` frames a second.

    `gridded` says that every time stamp lies, but for rounding, on a multiple of 1/fps after
    `start`; `steady` that none of these is left out.
    """

    start: Fraction
    fps: Fraction
    seconds: Fraction
    gridded: bool
    steady: bool

    def time(self, stamp: Fraction | None, index: int) -> Fraction:
        """When a frame is shown, freed of the rounding of time stamps.

        Args:
            stamp: the frame's time stamp in seconds; None: it has none, and its index decides.
            index: how many frames come before it.

        Returns:
            Seconds after the first frame.
        """
        if stamp is None:
            return index / self.fps
        since = stamp - self.start
        return round(since * self.fps) / self.fps if self.gridded else since


def find_timing(stamps: Sequence[Fraction], last: Fraction, stated: Iterable[Fraction | None]) -> Timing:
    """Find a constant rate in time stamps.

    Stamps that lie on no grid are truly variable: the rate is then that of the briefest tenth of the frames, so that
    hardly one is lost, but 10 to 60 a second.

    Args:
        stamps: when the frames are shown, in seconds, rising, one or more.
        last: how long the last frame is shown, in seconds; 0: not known.
        stated: frames a second that the file claims, believed where the stamps agree.

    Returns:
        The timing.

    >>> find_timing([Fraction(t, 1000) for t in (0, 33, 67, 100)], Fraction(33, 1000), [None]).fps
    Fraction(30, 1)
    """
    start = stamps[0]
    gaps = sorted(b - a for a, b in pairwise(stamps))
    usual = 1 / statistics.median(gaps) if gaps else 1 / last if last else _SLOWEST
    for fps in filter(None, [*stated, _near_common(usual), usual]):
        places = [(stamp - start) * fps for stamp in stamps]
        ticks = [round(place) for place in places]
        near = all(abs(place - tick) <= Fraction(1, 4) for place, tick in zip(places, ticks, strict=True))
        # A grid finer than the briefest frame would fit anything.
        if near and (round(gaps[0] * fps) == 1 if gaps else fps <= _FASTEST):
            seconds = (ticks[-1] + max(1, round(last * fps))) / fps
            return Timing(start, fps, seconds, gridded=True, steady=ticks[-1] == len(ticks) - 1)
    brief = 1 / gaps[len(gaps) // 10] if gaps else _SLOWEST
    fps = min(max(_near_common(brief), _SLOWEST), _FASTEST)
    return Timing(start, fps, stamps[-1] - start + max(last, 1 / fps), gridded=False, steady=not gaps)


def _near_common(fps: Fraction) -> Fraction:
    """The common rate within 2 % of `fps`, or `fps` itself made simple."""
    nearest = min(COMMON, key=lambda rate: abs(rate - fps))
    return nearest if abs(nearest - fps) <= fps / 50 else fps.limit_denominator(1001)
