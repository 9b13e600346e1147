"""How far a transition is at each of its frames, so that the picture changes evenly and leaves as the clips move."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from segue.core.images import Pixels
from segue.core.types import Floats
from segue.evaluation.metrics.seam import LEAST_CHANGE, change

Blend = Callable[[float, Pixels, Pixels], Pixels]
"""The picture a share of the way from a frame of the first clip to one of the second, all `[h, w, 3]`."""

_ROUNDS, PATIENCE = 8, 2
"""How often the steps are mended at most, and without gain; what is left then is what the clips do by themselves."""

EASY = 0.4
"""Of the slower clip's pace: what the swell may add to it in the first steps."""

_UNEVEN, POSITION, SEAMS = 0.15, 1.5, 2.0
"""What the unevenness may be, and the change at a seam over the clip's pace; how much more the seams count."""

POWERS = (2.5, 3.0, 3.5, 4.0, 5.0, 6.0)
"""How steep a swell may be."""


class Schedule(NamedTuple):
    """How far the transition is at its frames, `[n + 2]` from 0 to 1, both clips' own frames at its ends included.

    `unevenness` is the coefficient of variation of the change from frame to frame, over the profile wanted.
    """

    shares: Floats
    unevenness: float


def find_schedule(blend: Blend, a: Pixels, b: Pixels, first: float, last: float) -> Schedule:
    """Find the schedule by which a transition changes as `profile` has it.

    It starts from the schedule by which the blend of two still frames, those in the middle, would swell and sink; each
    step is then lengthened or shortened by what its change is over what it should be, ever more gently. Of these
    schedules the best one counts (`_cost`).

    Args:
        blend: the picture at any share of the way.
        a: the live frames of the first clip, uint8 `[n + 2, h, w, 3]`.
        b: those of the second.
        first: the pace of the first clip, its change from frame to frame.
        last: that of the second.

    Returns:
        The schedule.
    """
    shares = _swell_shares(blend, a[len(a) // 2], b[len(b) // 2], len(a) - 1, min(first, last))
    best, least, since = Schedule(shares=shares, unevenness=np.inf), np.inf, 0
    for done in range(_ROUNDS):
        changes = change([blend(float(share), *pair) for share, *pair in zip(shares, a, b, strict=True)])
        if not changes.any():
            return Schedule(shares=shares, unevenness=0.0)
        uneven, cost = unevenness(changes, first, last), _cost(changes, first, last)
        since = 0 if cost < 0.98 * least else since + 1
        if cost < least:
            best, least = Schedule(shares=shares, unevenness=uneven), cost
        if since == PATIENCE:
            break
        ratio = changes / profile(len(changes), changes.sum(), first, last)
        steps = np.diff(shares) * np.clip(1 / np.maximum(ratio, 1e-3), 0.5, 2) ** (0.8 / (1 + done / 2))
        shares = np.append(0, np.cumsum(steps) / steps.sum())
        shares[-1] = 1
    return best


def _cost(changes: Floats, first: float, last: float) -> float:
    """How uneven changes are, and how far those at the seams go beyond the clips' paces, each over its goal."""
    seams = sum(
        max(0.0, float(ends.max()) / pace / POSITION - 1) for ends, pace in ((changes[:2], first), (changes[-2:], last))
    )
    return unevenness(changes, first, last) / _UNEVEN + SEAMS * seams


def _swell_shares(blend: Blend, a: Pixels, b: Pixels, steps: int, slower: float) -> Floats:
    """The schedule by which the blend of two still frames changes as the swell of `profile` does."""
    fine = np.linspace(0, 1, 2 * steps + 1)
    lengths = np.append(0, np.cumsum(change([blend(float(share), a, b) for share in fine])))
    # A stretch without change would make the inverse ambiguous; a trace of slope settles it.
    rising = lengths / max(lengths[-1], 1e-12) + 1e-6 * fine
    wanted = np.append(0, np.cumsum(_swell(steps, _easy(slower) / max(lengths[-1], 1e-12))))
    shares: Floats = np.interp(wanted * rising[-1], rising, fine)
    shares[-1] = 1
    return shares


def unevenness(changes: Floats, first: float, last: float) -> float:
    """How unevenly a transition changes.

    Args:
        changes: from each frame to the next, `[n]`.
        first: the pace of the first clip.
        last: that of the second.

    Returns:
        The coefficient of variation of the changes over the profile that they should have; 0 is even, and nothing that
        changes at all.
    """
    ratio = changes / profile(len(changes), changes.sum(), first, last)
    return float(ratio.std() / ratio.mean()) if changes.any() else 0.0


def profile(steps: int, total: float, first: float, last: float) -> Floats:
    """How much a transition should change at each step: what the clips do by themselves, and a swell for the rest.

    The clips go on at their own pace, `first` passing into `last`. The swell is level at both ends, the steeper between
    the longer the way and the fewer the steps, so that no seam shows. Where the way is too short even for the clips,
    they are scaled down together.

    Args:
        steps: how many there are.
        total: what they sum to.
        first: the pace of the first clip.
        last: that of the second.

    Returns:
        The lengths of the steps, `[steps]`.

    >>> profile(4, 8.0, 1.0, 1.0).round(3).tolist()
    [1.259, 2.741, 2.741, 1.259]
    """
    u = (np.arange(steps) + 0.5) / steps
    own = first * (1 - u) + last * u
    over, rest = own.sum() / max(total, 1e-12), max(0.0, total - own.sum())
    lengths: Floats = own / max(1.0, over) + rest * _swell(steps, _easy(min(first, last)) / max(rest, 1e-12))
    return lengths


def _easy(pace: float) -> float:
    """What a swell may add at first beside a clip of that pace; 0 beside one that stands still."""
    return EASY * pace if pace > 1.1 * LEAST_CHANGE else 0.0


def _swell(steps: int, least: float) -> Floats:
    """A swell of so many steps that sums to 1, level at both ends: as flat as it may be with `least` early on.

    What is early are the first two steps, or the first of few. With `least` 0 it is flat: a clip that stands
    still has no pace to keep to.
    """
    u = (np.arange(steps) + 0.5) / steps
    early = min(2, 1 + steps // 8)
    for power in POWERS:
        swell = (u * (1 - u)) ** power
        swell /= swell.sum()
        if not least > 0 or swell[:early].max() <= least:
            break
    return np.asarray(swell)
