"""Which frames of which clip make the film: plain arithmetic, printed before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Mode = Literal["overlap", "insert"]


@dataclass(frozen=True)
class Cut:
    """A transition of `count` frames from clip `a` to clip `b`, their places in the film's list of clips.

    With `overlap` it plays over the last `count` frames of one and the first of the other; else it stands between them.
    """

    a: int
    b: int
    count: int
    mode: Mode

    @property
    def taken(self) -> int:
        """How many frames of either clip it plays over."""
        return self.count if self.mode == "overlap" else 0


@dataclass(frozen=True)
class Stretch:
    """Frames `start` to `stop` (not included) of a clip, shown as they are."""

    clip: int
    start: int
    stop: int

    @property
    def count(self) -> int:
        return self.stop - self.start


Part = Stretch | Cut


def mode_for(wanted: Mode | None, count: int, a: int, b: int) -> Mode:
    """How a transition of `count` frames joins clips of `a` and `b` frames: as wanted, else overlapping where there is
    room: a half of each clip.

    >>> mode_for(None, 25, 100, 50), mode_for(None, 25, 100, 49)
    ('overlap', 'insert')
    """
    return wanted or ("overlap" if 2 * count <= min(a, b) else "insert")


def timeline(lengths: Sequence[int], cuts: Sequence[Cut]) -> tuple[Part, ...]:
    """The parts of a film of clips of so many frames, `cuts` between each and the next, one more to close a loop.

    Raises `ValueError` where transitions would play over frames that are not there.

    >>> timeline([10, 10], [Cut(0, 1, 4, "overlap")])
    (Stretch(clip=0, start=0, stop=6), Cut(a=0, b=1, count=4, mode='overlap'), Stretch(clip=1, start=4, stop=10))
    """
    parts: list[Part] = []
    before = {cut.b: cut for cut in cuts}
    after = {cut.a: cut for cut in cuts}
    for clip, length in enumerate(lengths):
        start = before[clip].taken if clip in before else 0
        stop = length - (after[clip].taken if clip in after else 0)
        if stop < start:
            raise ValueError(f"clip {clip} has {length} frames, its transitions play over {start + length - stop}")
        parts.append(Stretch(clip, start, stop))
        if clip in after:
            parts.append(after[clip])
    return tuple(part for part in parts if part.count > 0)


def total(parts: Sequence[Part]) -> int:
    """How many frames a film has."""
    return sum(part.count for part in parts)


def arithmetic(parts: Sequence[Part], fps: Fraction) -> str:
    """The durations in words.

    >>> arithmetic(timeline([100, 75], [Cut(0, 1, 25, "overlap")]), Fraction(25))
    '3.00 s of clip 1 + 1.00 s over both + 2.00 s of clip 2 = 6.00 s'
    """
    words = [
        f"{float(part.count / fps):.2f} s "
        + (f"of clip {part.clip + 1}" if isinstance(part, Stretch) else "over both" if part.taken else "between")
        for part in parts
    ]
    return f"{' + '.join(words)} = {float(total(parts) / fps):.2f} s"
