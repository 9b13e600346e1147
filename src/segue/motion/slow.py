"""A clip as a stream of more frames than it has: its own where they fall, and those between, made."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain
from typing import Protocol

import numpy as np

from segue.core.images import Pixels, resize
from segue.motion.flow import flow, moved
from segue.motion.inbetween import Course, Motion, glide, motion, painted, searched

AROUND = 4
"""Changes on either side that a cut is told from."""

CUT_TIMES, CUT_LEAST = 4.0, 12.0
"""A change so many times the median of those around it, and of so many grey levels, is a cut."""

CUT_PX = 128
"""Longer side of the frames in which cuts are looked for."""

HELD = 4
"""A frame shown so many times or more in a row is held on purpose; fewer only fill the frame rate."""


@dataclass(frozen=True, eq=False)
class Key:
    """One frame `[h, w, 3]` of a clip, and its number, which is its time in frames."""

    number: int
    frame: Pixels

    @cached_property
    def small(self) -> Pixels:
        """The frame as movement is searched in it."""
        return searched(self.frame)

    @cached_property
    def tiny(self) -> Pixels:
        """The frame as cuts are looked for in it."""
        height, width = self.frame.shape[:2]
        scale = min(1.0, CUT_PX / max(height, width))
        return resize(self.frame, max(1, round(height * scale)), max(1, round(width * scale)))


@dataclass(frozen=True, eq=False)
class Gap:
    """Two neighbouring moments and those around them; None where the clip ends, or is cut."""

    before: Key | None
    a: Key
    b: Key
    beyond: Key | None
    is_cut: bool

    @property
    def steps(self) -> tuple[float, float, float]:
        """The lengths in time from before to a, a to b, and b to beyond; the middle one again where there is none."""
        own = self.b.number - self.a.number
        first = self.a.number - self.before.number if self.before else own
        return float(first), float(own), float(self.beyond.number - self.b.number if self.beyond else own)


class Way(Protocol):
    """How things move from each frame to the next."""

    def course(self, gap: Gap) -> Course:
        """The course across a gap; gaps come in order."""
        ...


class ByFlow:
    """Along the optical flow, at speeds that do not leap at the clip's own frames."""

    def __init__(self) -> None:
        # Each movement is asked for by three gaps in a row.
        self._motion = lru_cache(maxsize=4)(_motion)

    def course(self, gap: Gap) -> Course:
        """See `segue.motion.inbetween.glide`."""
        before = self._motion(gap.before, gap.a) if gap.before else None
        beyond = self._motion(gap.b, gap.beyond) if gap.beyond else None
        return glide(before, self._motion(gap.a, gap.b), beyond, gap.steps)


def _motion(a: Key, b: Key) -> Motion:
    return motion(a.small, b.small)


def slowed(frames: Iterable[Pixels], places: Iterable[Fraction], way: Way, cuts: list[int]) -> Iterator[Pixels]:
    """The frames `[h, w, 3]` of a clip, one or more, at `places`, rising from 0: 1.5 is between its frames 1 and 2.

    A whole number gives that frame itself, and one beyond the last frame the last. Where a frame is shown twice in a
    row, the second is not taken for a stop: it is made anew. Across a cut the earlier frame is held; the number of the
    frame after it is added to `cuts`. Some dozen frames are in memory, however long the clip.

    >>> black, white = np.zeros((2, 32, 32, 3), np.uint8) + np.array([0, 9], np.uint8).reshape(2, 1, 1, 1)
    >>> halves = [Fraction(i, 2) for i in range(3)]
    >>> [int(frame.mean()) for frame in slowed([black, white], halves, ByFlow(), [])]
    [0, 5, 9]
    """
    todo = iter(places)
    place = next(todo, None)
    stream = iter(frames)
    first = next(stream)
    last = first
    for gap in gaps(keys(chain([first], stream))):
        last = gap.b.frame
        if gap.is_cut:
            cuts.append(gap.b.number)
        course: Course | None = None
        while place is not None and place < gap.b.number:
            t = float((place - gap.a.number) / (gap.b.number - gap.a.number))
            if t <= 0 or gap.is_cut or np.array_equal(gap.a.frame, gap.b.frame):
                yield gap.a.frame
            else:
                course = course or way.course(gap)
                yield painted(gap.a.frame, gap.b.frame, t, course.at(t))
            place = next(todo, None)
    while place is not None:
        yield last
        place = next(todo, None)


def keys(frames: Iterable[Pixels]) -> Iterator[Key]:
    """The frames without repeats: of a frame that is held, its first and last; always the last of all.

    A file of varying frame rate is read at a steady one, which repeats frames; a drawing may be shown twice.
    """
    run: list[Key] = []
    shown = 0
    for number, frame in enumerate(frames):
        if run and np.array_equal(run[0].frame, frame):
            run[1:], shown = [Key(number, run[0].frame)], shown + 1
            continue
        yield from run if shown >= HELD else run[:1]
        run, shown = [Key(number, frame)], 1
    yield from run


def gaps(stream: Iterable[Key]) -> Iterator[Gap]:
    """Neighbours among keys, with whether the clip is cut between them."""
    near: list[Key] = []
    changes: list[float] = []  # from each of these to the next
    at = 0  # the first of the next gap
    for key in stream:
        changes += [change(near[-1].tiny, key.tiny)] if near else []
        near.append(key)
        if len(near) > at + AROUND + 2:
            yield _gap(near, changes, at)
            at += 1
        if at > AROUND + 1:
            del near[0], changes[0]
            at -= 1
    for rest in range(at, len(near) - 1):
        yield _gap(near, changes, rest)


def _gap(near: list[Key], changes: list[float], at: int) -> Gap:
    before = near[at - 1] if at and not is_cut(changes, at - 1) else None
    beyond = near[at + 2] if at + 2 < len(near) and not is_cut(changes, at + 1) else None
    return Gap(before, near[at], near[at + 1], beyond, is_cut(changes, at))


def change(a: Pixels, b: Pixels) -> float:
    """What the optical flow leaves of the difference of two frames `[h, w, 3]`: mean grey levels, 0 to 255."""
    return float(np.abs(moved(a, -flow(b, a), 1.0).astype(np.float32) - b).mean())


def is_cut(changes: Sequence[float], at: int) -> bool:
    """Whether a change is `CUT_TIMES` the median of up to `AROUND` on either side, and at least `CUT_LEAST`.

    A change without others beside it is none.

    >>> is_cut([3.0, 5.0, 60.0, 4.0], 2), is_cut([30.0, 50.0, 60.0, 40.0], 2), is_cut([60.0], 0)
    (True, False, False)
    """
    around = [*changes[max(0, at - AROUND) : at], *changes[at + 1 : at + 1 + AROUND]]
    return bool(around) and changes[at] > max(CUT_LEAST, CUT_TIMES * statistics.median(around))
