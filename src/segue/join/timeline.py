"""Which frames of which clip make the film: plain arithmetic, printed before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Mode = Literal["overlap", "insert"]


@dataclass(frozen=True)
class Cut:
    """Where a transition of `count` frames leads from clip `a` to clip `b`, indices into the film's list of clips.

    In mode `overlap` it plays over the last `count` frames of one and the first of the other; with `insert` it stands
    between them.
    """

    a: int
    b: int
    count: int
    mode: Mode

    @property
    def overlap(self) -> int:
        """How many frames of either clip the transition plays over."""
        return self.count if self.mode == "overlap" else 0


@dataclass(frozen=True)
class Stretch:
    """Frames `start` to `stop` (not included) of a clip, shown as they are."""

    clip: int
    start: int
    stop: int

    @property
    def count(self) -> int:
        """How many frames it has."""
        return self.stop - self.start


Part = Stretch | Cut


def choose_mode(mode: Mode | None, count: int, a: int, b: int) -> Mode:
    """How a transition joins two clips: as asked for, else overlapping where there is room, half of each clip.

    Args:
        mode: what is asked for, if anything.
        count: frames of the transition.
        a: frames of the first clip.
        b: frames of the second.

    Returns:
        The mode.

    >>> choose_mode(None, 25, 100, 50), choose_mode(None, 25, 100, 49)
    ('overlap', 'insert')
    """
    return mode or ("overlap" if 2 * count <= min(a, b) else "insert")


def make_timeline(lengths: Sequence[int], cuts: Sequence[Cut]) -> tuple[Part, ...]:
    """The parts of a film, in order.

    Args:
        lengths: frames of each clip.
        cuts: the transitions between each clip and the next, and one more to close a loop.

    Returns:
        Stretches of the clips, and the cuts between them; parts without a frame are left out.

    Raises:
        ValueError: where transitions would play over frames that are not there.

    >>> make_timeline([10, 10], [Cut(0, 1, 4, "overlap")])
    (Stretch(clip=0, start=0, stop=6), Cut(a=0, b=1, count=4, mode='overlap'), Stretch(clip=1, start=4, stop=10))
    """
    parts: list[Part] = []
    before = {cut.b: cut for cut in cuts}
    after = {cut.a: cut for cut in cuts}
    for clip, length in enumerate(lengths):
        start = before[clip].overlap if clip in before else 0
        stop = length - (after[clip].overlap if clip in after else 0)
        if stop < start:
            raise ValueError(f"clip {clip} has {length} frames, its transitions play over {start + length - stop}")
        parts.append(Stretch(clip, start, stop))
        if clip in after:
            parts.append(after[clip])
    return tuple(part for part in parts if part.count > 0)


def count_frames(parts: Sequence[Part]) -> int:
    """Count the frames of a film.

    Args:
        parts: its parts.

    Returns:
        Their frames together.
    """
    return sum(part.count for part in parts)


def describe_durations(parts: Sequence[Part], fps: Fraction) -> str:
    """The durations of a film's parts in words.

    Args:
        parts: the parts.
        fps: frames a second.

    Returns:
        One line.

    >>> describe_durations(make_timeline([100, 75], [Cut(0, 1, 25, "overlap")]), Fraction(25))
    '3.00 s of clip 1 + 1.00 s over both + 2.00 s of clip 2 = 6.00 s'
    """
    words = [
        f"{float(part.count / fps):.2f} s "
        + (f"of clip {part.clip + 1}" if isinstance(part, Stretch) else "over both" if part.overlap else "between")
        for part in parts
    ]
    return f"{' + '.join(words)} = {float(count_frames(parts) / fps):.2f} s"
