"""A cut made ready: the style that does best there, its schedule, and how it scores beside the controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats
from segue.evaluation.metrics.seam import pace
from segue.join.clip_window import ClipWindow
from segue.join.dream import Dream
from segue.join.frame_analysis import Course, course
from segue.join.schedule import Blend, Schedule, scheduled
from segue.join.scores import Miss, Own, Scores, going_on, misses, scored
from segue.join.styles import CONTROL_STYLES, Stage, Style
from segue.join.through import Waypoint
from segue.join.timeline import Cut


class Candidate(NamedTuple):
    """A style that was tried, how it scored, and what it missed."""

    style: Style
    scores: Scores
    missed: tuple[Miss, ...]

    @property
    def off(self) -> float:
        """How far it is off in all."""
        return sum(miss.by for miss in self.missed)


@dataclass(frozen=True, eq=False)
class Joint:
    """A transition that can be shown: a picture for each of the two clips' live frames.

    `rung` is the style taken, `tried` all that were, in order; `controls` what others do at this cut; `course` how it
    goes, frame by frame.
    """

    cut: Cut
    blend: Blend
    shares: Floats
    rung: Candidate
    tried: tuple[Candidate, ...]
    controls: tuple[Candidate, ...]
    course: Course

    def frames(self, a: Iterator[Pixels], b: Iterator[Pixels]) -> Iterator[Pixels]:
        """The `cut.count` frames of the transition, given what plays on either side, `n + 2` frames each."""
        for index, (share, one, other) in enumerate(zip(self.shares, a, b, strict=True)):
            if 0 < index <= self.cut.count:
                yield self.blend(float(share), one, other)


class _Shown(NamedTuple):
    rung: Candidate
    blend: Blend
    shares: Floats
    frames: Pixels


def ready(
    cut: Cut,
    before: ClipWindow,
    after: ClipWindow,
    styles: Sequence[Style],
    dreamt: Callable[[], Dream],
    controls: Sequence[Style] = CONTROL_STYLES,
    report: Report = silent,
    through: Sequence[Waypoint] = (),
) -> Joint:
    """Try styles in turn until one meets every goal; where none does, the one that is least off is taken."""
    middle = len(before.live) // 2
    stage = Stage(before.live[middle], after.live[middle], dreamt, report, through)
    own = going_on(before, after) if cut.taken else None  # what goes on between the clips is not theirs
    best: _Shown | None = None
    tried: list[Candidate] = []
    for style in styles:
        report(Event("try", len(tried), len(styles), note=f"trying {style}"))
        shown = _shown(style, stage, before, after, own)
        tried.append(shown.rung)
        best = shown if best is None or shown.rung.off < best.rung.off else best
        if not shown.rung.missed:
            break
    if best is None:
        raise ValueError("no style to try")
    beside = tuple(_shown(style, stage, before, after, own).rung for style in controls)
    found = course(best.frames, before, after)
    return Joint(cut, best.blend, best.shares, best.rung, tuple(tried), beside, found)


def _shown(style: Style, stage: Stage, before: ClipWindow, after: ClipWindow, own: Own | None) -> _Shown:
    blend = style.blend(stage)
    if style.even:
        small = shrunk(before.live), shrunk(after.live)
        schedule = scheduled(blend, *small, pace(before.own), pace(after.own))
    else:
        schedule = Schedule(np.linspace(0, 1, len(before.live)), float("nan"))
    pairs = zip(schedule.shares, before.live, after.live, strict=True)
    frames = np.stack([blend(float(share), one, other) for share, one, other in pairs])
    scores = scored(frames, before, after)
    return _Shown(Candidate(style, scores, misses(scores, own)), blend, schedule.shares, frames)


def shrunk(frames: Pixels) -> Pixels:
    """Frames a third as large, at which a schedule is found nine times as fast."""
    height, width = (max(16, side // 3) for side in frames.shape[1:3])
    return np.stack([resize(frame, height, width) for frame in frames])
