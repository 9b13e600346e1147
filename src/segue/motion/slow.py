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
from segue.motion.flow import find_flow, warp
from segue.motion.inbetween import (
    Motion,
    Trajectory,
    find_motion,
    make_trajectory,
    render_between,
    shrink_for_search,
)

AROUND = 4
"""How many changes on either side a cut is compared with."""

CUT_TIMES, CUT_LEAST = 4.0, 12.0
"""A change so many times the median of those around it, and of so many grey levels, is a cut."""

CUT_PX = 128
"""Longer side of the frames in which cuts are looked for."""

HELD = 4
"""A frame shown so many times or more in a row is held on purpose; fewer only fill the frame rate."""


@dataclass(frozen=True, eq=False)
class KeyFrame:
    """One frame of a clip, uint8 `[h, w, 3]`, and its number, which is its time in frames."""

    number: int
    frame: Pixels

    @cached_property
    def small(self) -> Pixels:
        """The frame as movement is searched in it."""
        return shrink_for_search(self.frame)

    @cached_property
    def tiny(self) -> Pixels:
        """The frame as cuts are looked for in it."""
        height, width = self.frame.shape[:2]
        scale = min(1.0, CUT_PX / max(height, width))
        return resize(self.frame, max(1, round(height * scale)), max(1, round(width * scale)))


@dataclass(frozen=True, eq=False)
class Gap:
    """Two neighbouring frames and those around them; None where the clip ends, or is cut. `is_cut`: between the two."""

    before: KeyFrame | None
    a: KeyFrame
    b: KeyFrame
    beyond: KeyFrame | None
    is_cut: bool

    @property
    def steps(self) -> tuple[float, float, float]:
        """The lengths in time from before to a, a to b, and b to beyond; the middle one again where there is none."""
        own = self.b.number - self.a.number
        first = self.a.number - self.before.number if self.before else own
        return float(first), float(own), float(self.beyond.number - self.b.number if self.beyond else own)


class MotionModel(Protocol):
    """How things move from each frame of a clip to the next."""

    def trajectory(self, gap: Gap) -> Trajectory:
        """How they move across a gap.

        Args:
            gap: the gap; gaps come in order.

        Returns:
            The trajectory.
        """
        ...


class FlowMotion:
    """Along the optical flow, at speeds that do not leap at the clip's own frames."""

    def __init__(self) -> None:
        # Each movement is asked for by three gaps in a row.
        self._motion = lru_cache(maxsize=4)(_find_motion)

    def trajectory(self, gap: Gap) -> Trajectory:
        """See `MotionModel`, and `segue.motion.inbetween.make_trajectory`."""
        before = self._motion(gap.before, gap.a) if gap.before else None
        beyond = self._motion(gap.b, gap.beyond) if gap.beyond else None
        return make_trajectory(before, self._motion(gap.a, gap.b), beyond, gap.steps)


def _find_motion(a: KeyFrame, b: KeyFrame) -> Motion:
    return find_motion(a.small, b.small)


def slow_down(
    frames: Iterable[Pixels], times: Iterable[Fraction], model: MotionModel, cuts: list[int]
) -> Iterator[Pixels]:
    """Show a clip at other times than its own frames, some dozen of which are in memory, however long it is.

    A whole number gives that frame itself, and one beyond the last frame the last. Where a frame is shown twice in a
    row, the second is not taken for a stop: it is made anew. Across a cut the earlier frame is held.

    Args:
        frames: the clip, one frame or more, uint8 `[h, w, 3]`.
        times: which frames to make, rising from 0: 1.5 is between the clip's frames 1 and 2.
        model: how things move.
        cuts: to this list the number of the frame after each cut is added.

    Returns:
        A frame for each time, uint8 `[h, w, 3]`.

    >>> black, white = np.zeros((2, 32, 32, 3), np.uint8) + np.array([0, 9], np.uint8).reshape(2, 1, 1, 1)
    >>> halves = [Fraction(i, 2) for i in range(3)]
    >>> [int(frame.mean()) for frame in slow_down([black, white], halves, FlowMotion(), [])]
    [0, 5, 9]
    """
    todo = iter(times)
    time = next(todo, None)
    stream = iter(frames)
    first = next(stream)
    last = first
    for gap in find_gaps(drop_repeats(chain([first], stream))):
        last = gap.b.frame
        if gap.is_cut:
            cuts.append(gap.b.number)
        trajectory: Trajectory | None = None
        while time is not None and time < gap.b.number:
            t = float((time - gap.a.number) / (gap.b.number - gap.a.number))
            if t <= 0 or gap.is_cut or np.array_equal(gap.a.frame, gap.b.frame):
                yield gap.a.frame
            else:
                trajectory = trajectory or model.trajectory(gap)
                yield render_between(gap.a.frame, gap.b.frame, t, trajectory.at(t))
            time = next(todo, None)
    while time is not None:
        yield last
        time = next(todo, None)


def drop_repeats(frames: Iterable[Pixels]) -> Iterator[KeyFrame]:
    """Number the frames of a clip, and leave out repeats.

    A file of varying frame rate is read at a steady one, which repeats frames; a drawing may be shown twice.

    Args:
        frames: the clip, uint8 `[h, w, 3]`.

    Returns:
        The frames without repeats: of a frame that is held, its first and last; always the last of all.
    """
    run: list[KeyFrame] = []
    shown = 0
    for number, frame in enumerate(frames):
        if run and np.array_equal(run[0].frame, frame):
            run[1:], shown = [KeyFrame(number, run[0].frame)], shown + 1
            continue
        yield from run if shown >= HELD else run[:1]
        run, shown = [KeyFrame(number, frame)], 1
    yield from run


def find_gaps(stream: Iterable[KeyFrame]) -> Iterator[Gap]:
    """Find the gaps between neighbouring frames, and whether the clip is cut there.

    Args:
        stream: the frames of a clip, without repeats.

    Returns:
        One gap less than there are frames, in order.
    """
    near: list[KeyFrame] = []
    changes: list[float] = []  # from each of these to the next
    at = 0  # the first of the next gap
    for key in stream:
        changes += [measure_change(near[-1].tiny, key.tiny)] if near else []
        near.append(key)
        if len(near) > at + AROUND + 2:
            yield _gap(near, changes, at)
            at += 1
        if at > AROUND + 1:
            del near[0], changes[0]
            at -= 1
    for rest in range(at, len(near) - 1):
        yield _gap(near, changes, rest)


def _gap(near: list[KeyFrame], changes: list[float], at: int) -> Gap:
    before = near[at - 1] if at and not is_cut(changes, at - 1) else None
    beyond = near[at + 2] if at + 2 < len(near) and not is_cut(changes, at + 1) else None
    return Gap(before=before, a=near[at], b=near[at + 1], beyond=beyond, is_cut=is_cut(changes, at))


def measure_change(a: Pixels, b: Pixels) -> float:
    """Measure what the optical flow leaves of the difference of two frames.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.

    Returns:
        The mean in grey levels, 0 to 255.
    """
    return float(np.abs(warp(a, -find_flow(b, a), 1.0).astype(np.float32) - b).mean())


def is_cut(changes: Sequence[float], at: int) -> bool:
    """Whether a change is a cut: `CUT_TIMES` the median of up to `AROUND` on either side, and at least `CUT_LEAST`.

    Args:
        changes: how much the clip changes from each frame to the next, in grey levels.
        at: which of them.

    Returns:
        False for a change without others beside it.

    >>> is_cut([3.0, 5.0, 60.0, 4.0], 2), is_cut([30.0, 50.0, 60.0, 40.0], 2), is_cut([60.0], 0)
    (True, False, False)
    """
    around = [*changes[max(0, at - AROUND) : at], *changes[at + 1 : at + 1 + AROUND]]
    return bool(around) and changes[at] > max(CUT_LEAST, CUT_TIMES * statistics.median(around))
