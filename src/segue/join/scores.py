"""How good a transition is: its seams, its pace, ghosts, sharpness, flicker; and what it should be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.ghosting import live_ghosts
from segue.evaluation.metrics.metric import middle_third
from segue.evaluation.metrics.seam import Seam, change, distinct, pace, seam
from segue.evaluation.metrics.sharpness import sharpness
from segue.evaluation.metrics.steps import motion
from segue.join.schedule import unevenness
from segue.join.seam_frames import SeamFrames


@dataclass(frozen=True)
class Scores:
    """A transition measured on small frames, before compression.

    `a`, `b`: the seams where it leaves the first clip and enters the second. `pace`: the coefficient of variation of
    the change from frame to frame, the wanted profile divided out. `ghosting` and `sharpness`: of the middle third, as
    the metrics of these names, ghosts being mixes of what the clips show at that moment. `flicker`: the mean bend over
    the mean step, over the same of the clips themselves. NaN where there is nothing to measure.
    """

    a: Seam
    b: Seam
    pace: float
    ghosting: float
    sharpness: float
    flicker: float


LEAST_FLICKER = 1e-6
"""A clip that bends less, as one that brightens evenly, bends by rounding alone: it is nothing to compare with."""


class Goal(NamedTuple):
    """What a figure should be: from `low` to `high`."""

    name: str
    low: float
    high: float


GOALS = (
    *(
        Goal(f"{end}.{part}", 0, high)
        for end in "ab"
        for part, high in (("position", 1.5), ("velocity", 1.0), ("colour", 1.0), ("sharpness", 1.0))
    ),
    Goal("pace", 0, 0.15),
    Goal("ghosting", 0, 0.6),
    Goal("sharpness", 0.8, 1.2),
    Goal("flicker", 0, 1.5),
)


ABOUT = 1.1
"""What a transition may add to what a clip does by itself and still not be blamed."""


class Miss(NamedTuple):
    """A figure that is not what it should be. `own`: what the clip itself has there, going on alone; NaN if unknown."""

    goal: Goal
    value: float
    own: float = math.nan

    @property
    def is_own(self) -> bool:
        """Whether the clip itself is beyond the goal, and about as far."""
        return self.own > self.goal.high and self.value <= ABOUT * self.own

    @property
    def by(self) -> float:
        """How far off it is, as a share of the goal."""
        return self.value / self.goal.high - 1 if self.value > self.goal.high else 1 - self.value / self.goal.low

    def __str__(self) -> str:
        goal = self.goal
        wanted = f"{goal.low:g} to {goal.high:g}" if goal.low else f"at most {goal.high:g}"
        itself = f"; the clip itself {self.own:.2f}" if self.own > self.goal.high else ""
        return f"{goal.name} {self.value:.2f} ({wanted}{itself})"


def score(frames: Pixels, before: SeamFrames, after: SeamFrames) -> Scores:
    """Score a transition.

    Args:
        frames: uint8 `[n + 2, h, w, 3]`, from the first clip's last to the second's first.
        before: the first clip at its seam.
        after: the second clip at its seam.

    Returns:
        The scores.
    """
    changes = change(frames)
    own = [ratio for ratio in (_flicker(distinct(clip.own)) for clip in (before, after)) if ratio > LEAST_FLICKER]
    return Scores(
        a=seam(before.own, frames[1:]),
        b=seam(after.own, frames[-2::-1]),
        pace=unevenness(changes, pace(before.own), pace(after.own)),
        ghosting=_mean(live_ghosts(frames, before.live, after.live, middle_third(len(frames)))),
        sharpness=sharpness(frames, frames[0], frames[-1]),
        flicker=_flicker(frames) / float(np.mean(own)) if own else float("nan"),
    )


class OwnScores(NamedTuple):
    """What there would be if the clips just went on: no transition can be blamed for it."""

    a: Seam
    b: Seam
    pace: float


def score_clips(before: SeamFrames, after: SeamFrames) -> OwnScores:
    """Score the clips as they go on by themselves.

    Args:
        before: the first clip at its seam.
        after: the second clip at its seam.

    Returns:
        The seams of the clips with themselves, and the larger coefficient of variation of their own change.
    """
    uneven = [float(steps.std() / steps.mean()) for clip in (before, after) if (steps := change(clip.live)).any()]
    return OwnScores(
        a=seam(before.own, before.live[1:]),
        b=seam(after.own, after.live[-2::-1]),
        pace=max(uneven, default=0.0),
    )


def find_misses(scores: Scores, own: OwnScores | None = None) -> tuple[Miss, ...]:
    """Find the figures that are not what they should be.

    Args:
        scores: of a transition.
        own: of the clips by themselves, where they play on.

    Returns:
        The misses, in the order of `GOALS`; figures that are not defined are left out.
    """
    found = []
    for goal in GOALS:
        value = _figure(scores, goal)
        if math.isfinite(value) and not goal.low <= value <= goal.high:
            found.append(Miss(goal=goal, value=value, own=_figure(own, goal) if own else math.nan))
    return tuple(found)


def _flicker(frames: Pixels) -> float:
    moves = motion(frames)
    return float(moves.bends.mean() / moves.steps.mean()) if len(moves.bends) and moves.steps.any() else float("nan")


def _figure(scores: Scores | OwnScores, goal: Goal) -> float:
    """The figure that a goal is about; NaN where it is not there."""
    end, _, part = goal.name.partition(".")
    value: float = getattr(getattr(scores, end), part) if part else getattr(scores, goal.name, math.nan)
    return value


def _mean(values: Floats) -> float:
    """The mean of what is defined."""
    found = values[np.isfinite(values)]
    return float(found.mean()) if len(found) else float("nan")
