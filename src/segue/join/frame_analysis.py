"""A transition frame by frame: what its scores sum up, where it goes wrong, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.numerics import gradient_energy
from segue.core.types import Floats
from segue.evaluation.metrics.ghosting import live_ghosts
from segue.evaluation.metrics.metric import middle_third
from segue.evaluation.metrics.seam import LEAST_CHANGE, change, pace
from segue.join.schedule import profile
from segue.join.scores import GOALS
from segue.join.seam_frames import SeamFrames

SHOWN_FRAMES = 12
"""How many frames stand for a transition in a picture."""

LEAP, STALL = 1.5, 0.5
"""A frame that changes by more than so much of what it should leaps; by less than so much, it stalls."""


@dataclass(frozen=True, eq=False)
class FrameAnalysis:
    """What happens from half a second before a transition to half a second after: `m` frames.

    They are numbered from `start` on, such that the transition's own are 1 to n, and both clips' at the cuts 0 and
    n + 1. `change` `[m - 1]` is from each frame to the next, `wanted` `[n + 1]` what it should be from 0 to n + 1.
    `sharpness` `[m]` is the gradient energy over that of the ends, interpolated, NaN where these are flat; `ghosting`
    `[n + 2]` how far the frames 0 to n + 1 mix the clips' own of their moment, NaN where nothing tells these apart.

    `off` are the numbers of the frames that are bad, by the name of what is wrong with them: a `change` that leaps or
    stalls; in the middle third, `sharpness` and `ghosting` beyond their goals. `pictures` `[k, h, w, 3]` are the frames
    of numbers `shown`, evenly chosen from 0 to n + 1.
    """

    start: int
    change: Floats
    wanted: Floats
    sharpness: Floats
    ghosting: Floats
    off: Mapping[str, tuple[int, ...]]
    shown: tuple[int, ...]
    pictures: Pixels

    @property
    def bad(self) -> tuple[int, ...]:
        """The numbers of the frames with which anything is wrong, in order."""
        return tuple(sorted({number for numbers in self.off.values() for number in numbers}))


def analyze_frames(frames: Pixels, before: SeamFrames, after: SeamFrames) -> FrameAnalysis:
    """Analyze a transition frame by frame.

    Args:
        frames: uint8 `[n + 2, h, w, 3]`, from the first clip's last to the second's first.
        before: the first clip at its seam.
        after: the second clip at its seam.

    Returns:
        What happens from half a second before to half a second after.
    """
    last = len(frames) - 1
    steps = np.concatenate([change(before.own[::-1]), change(frames), change(after.own)])
    start = 1 - len(before.own)
    within = slice(-start, last - start)
    wanted = profile(last, float(steps[within].sum()), pace(before.own), pace(after.own))
    energies = np.array([gradient_energy(frame) for frame in (*before.own[:0:-1], *frames, *after.own[1:])])
    times = (np.arange(len(energies)) + start).clip(0, last) / last
    ends = (1 - times) * energies[-start] + times * energies[last - start]
    sharpness = np.divide(energies, ends, out=np.full(len(ends), np.nan), where=ends > 0)
    ghosts = live_ghosts(frames, before.live, after.live, np.arange(len(frames)))
    inner = middle_third(last + 1)
    off = {
        "change": _numbers(np.flatnonzero(_uneven(steps, within, wanted)) + 1),
        "sharpness": _numbers(inner[_missed("sharpness", sharpness[inner - start])]),
        "ghosting": _numbers(inner[_missed("ghosting", ghosts[inner])]),
    }
    shown = np.unique(np.linspace(0, last, min(SHOWN_FRAMES, len(frames))).round().astype(int))
    return FrameAnalysis(
        start=start,
        change=steps,
        wanted=wanted,
        sharpness=sharpness,
        ghosting=ghosts,
        off=off,
        shown=_numbers(shown),
        pictures=frames[shown],
    )


def _uneven(steps: Floats, within: slice, wanted: Floats) -> npt.NDArray[np.bool_]:
    """Which of the steps `within` leap or stall by what can be seen.

    One that is short among short ones is no stall: beside a leap, all others are too short by what it took.
    """
    around = np.array([np.median(steps[max(0, index - 2) : index + 3]) for index in range(len(steps))])[within]
    found = steps[within]
    wrong = (found > LEAP * wanted) | (found < STALL * np.minimum(wanted, around))
    seen: npt.NDArray[np.bool_] = wrong & (np.abs(found - wanted) > LEAST_CHANGE)
    return seen


def _missed(name: str, values: Floats) -> npt.NDArray[np.bool_]:
    """Which values are not what the goal of that name asks of their mean."""
    goal = next(goal for goal in GOALS if goal.name == name)
    missed: npt.NDArray[np.bool_] = (values < goal.low) | (values > goal.high)
    return missed


def _numbers(indices: npt.NDArray[np.integer]) -> tuple[int, ...]:
    return tuple(map(int, indices))
