"""Charts of a transition as its report draws them: in percent, so that they fit a page of any width."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.types import Floats
from segue.join.frame_analysis import FrameAnalysis
from segue.join.scores import GOALS

UP, ALONG = 4, 6
"""Into how many parts ticks divide an axis upwards and that of time, at most."""

LEAST_PERCENT, MOST_SHARP = 1.0, 3.0
"""How high the axis of change is at least, and that of sharpness at most."""

Tick = tuple[float, str]
"""Where on an axis, in percent, and what it says."""


@dataclass(frozen=True)
class _Line:
    """A line of a `kind`: `own`, of the clips by themselves; `found`, of the transition; `wanted`. `points` in SVG."""

    kind: str
    points: str


@dataclass(frozen=True)
class Chart:
    """One measure over time. Places are in percent of the plot, from its left and from its top.

    `band` is left, top, width and height of what is wanted, if that is a range; `marks` are the bad values, each with
    its frame's place in time; `ticks` those of the axis upwards, from the bottom.
    """

    name: str
    lines: tuple[_Line, ...]
    band: tuple[float, float, float, float] | None
    marks: tuple[tuple[float, float], ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True)
class Charts:
    """The measures of a transition over the same time.

    `cuts` are the places of both cuts, `bad` those of all bad frames, `wide` is one frame; `seconds` the ticks along.
    """

    charts: tuple[Chart, ...]
    cuts: tuple[float, float]
    bad: tuple[float, ...]
    wide: float
    seconds: tuple[Tick, ...]


def make_charts(analysis: FrameAnalysis, fps: float) -> Charts:
    """Draw the change from frame to frame, the sharpness and the ghosting of a transition.

    Args:
        analysis: what was measured of its frames.
        fps: frames a second.

    Returns:
        The charts; seconds count from the transition's first frame. A measure that is nowhere defined (ghosting between
        ends that nothing tells apart) has no lines.
    """
    axis = _Axis(analysis.start, len(analysis.sharpness))
    last = len(analysis.ghosting) - 1
    found = _change(analysis, axis, last), _sharpness(analysis, axis, last), _ghosting(analysis, axis)
    first = (analysis.start - 1) / fps
    seconds = tuple(
        (axis.left(1 + second * fps), f"{second:g}") for second in round_steps(first, first + axis.count / fps, ALONG)
    )
    bad = tuple(axis.left(number) for number in analysis.bad)
    return Charts(
        charts=found,
        cuts=(axis.left(1), axis.left(last)),
        bad=bad,
        wide=_round(100 / axis.count),
        seconds=seconds,
    )


@dataclass(frozen=True)
class _Axis:
    """Time: `count` frames from number `start` on, each as wide as the others."""

    start: int
    count: int

    def left(self, number: float) -> float:
        return _round(100 * (number - self.start) / self.count)

    def middle(self, number: float) -> float:
        return self.left(number + 0.5)

    def line(self, kind: str, first: int, values: Floats, top: float) -> _Line:
        """Of values of the frames from number `first` on; a value above `top` is drawn there, one that is NaN not."""
        shown = [(number, value) for number, value in enumerate(np.minimum(values, top), first) if np.isfinite(value)]
        return _Line(kind, " ".join(f"{self.middle(number):g},{_down(value, top):g}" for number, value in shown))

    def band(self, name: str, count: int, top: float) -> tuple[float, float, float, float]:
        """What a goal wants of the middle third of `count` steps."""
        goal = next(goal for goal in GOALS if goal.name == name)
        left, right = self.middle(count / 3), self.middle(2 * count / 3)
        return (
            left,
            _down(goal.high, top),
            _round(right - left),
            _round(_down(goal.low, top) - _down(goal.high, top)),
        )

    def marks(self, numbers: Sequence[int], first: int, values: Floats, top: float) -> tuple[tuple[float, float], ...]:
        return tuple((self.middle(number), _down(min(values[number - first], top), top)) for number in numbers)


def _change(analysis: FrameAnalysis, axis: _Axis, last: int) -> Chart:
    percent, first = 100 * analysis.change, analysis.start + 1
    top = _above(max(LEAST_PERCENT, percent.max(), 100 * analysis.wanted.max()))
    lines = (
        axis.line("own", first, percent, top),
        axis.line("found", 1, percent[1 - first : last + 1 - first], top),
        axis.line("wanted", 1, 100 * analysis.wanted, top),
    )
    marks = axis.marks(analysis.off["change"], first, percent, top)
    return Chart("change", _keep_drawn(lines), None, marks, _ticks(top, " %"))


def _sharpness(analysis: FrameAnalysis, axis: _Axis, last: int) -> Chart:
    values, first = analysis.sharpness, analysis.start
    top = _above(float(np.clip(np.max(values, initial=0, where=np.isfinite(values)), 1.4, MOST_SHARP)))
    lines = axis.line("own", first, values, top), axis.line("found", 0, values[-first : last + 1 - first], top)
    marks = axis.marks(analysis.off["sharpness"], first, values, top)
    return Chart("sharpness", _keep_drawn(lines), axis.band("sharpness", last, top), marks, _ticks(top))


def _ghosting(analysis: FrameAnalysis, axis: _Axis) -> Chart:
    values, top = analysis.ghosting, _above(1.0)
    lines = (axis.line("found", 0, values, top),)
    marks = axis.marks(analysis.off["ghosting"], 0, values, top)
    return Chart("ghosting", _keep_drawn(lines), axis.band("ghosting", len(values) - 1, top), marks, _ticks(top))


def _keep_drawn(lines: Sequence[_Line]) -> tuple[_Line, ...]:
    return tuple(line for line in lines if line.points)


def _above(most: float) -> float:
    """A top with a little room above the largest value."""
    return 1.06 * most


def _down(value: float, top: float) -> float:
    return _round(100 * (1 - value / top))


def _round(value: float) -> float:
    return round(float(value), 2)


def _ticks(top: float, unit: str = "") -> tuple[Tick, ...]:
    return tuple((_round(100 * value / top), f"{value:g}{unit}") for value in round_steps(0, top, UP))


def round_steps(low: float, high: float, most: int) -> list[float]:
    """Find round numbers, evenly apart, for the ticks of an axis.

    Args:
        low: where the axis begins.
        high: where it ends.
        most: into how many parts they may divide it.

    Returns:
        The numbers, rising.

    >>> round_steps(0, 1.06, 4), round_steps(-0.5, 1.5, 6)
    ([0.0, 0.5, 1.0], [-0.5, 0.0, 0.5, 1.0, 1.5])
    """
    wide = (high - low) / most
    power = 10.0 ** math.floor(math.log10(wide))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= wide * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
