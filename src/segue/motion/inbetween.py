"""The frame at any time between two neighbours of one clip: both are warped to there, and each place shows one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.numerics import catmull_rom_bend, hermite
from segue.core.types import Floats32
from segue.motion.flow import SEARCHED_PX, Flow, blend, find_flow, make_grid, resize_flow

LOST_PX, LOST_SHARE = 1.0, 0.05
"""A movement there and back that ends so far from its start, and so much of its length further, is doubted."""

_CALM = 1 / 60
"""Share of the longer side over which what moves in doubt follows its surroundings."""

BEND = 0.5
"""A speed that changes by this share of itself, and half a pixel, within a frame is half believed."""

_APART = 10.0
"""Grey levels between the two warped frames from which they are no longer blended."""

DECIDED = 6.0
"""How much sooner a place turns from one frame to the other where it is disputed."""

EARLIER = 0.3
"""What the earlier frame has ahead there, in log odds, so that halfway is not both."""

MOST_DOUBT = 2.0
"""Doubt beyond this tells nothing more."""


class Motion(NamedTuple):
    """The movement between two frames, both ways.

    `there` and `back` are the flows `[h, w, 2]` from a to b and back; `doubt_there` and `doubt_back` `[h, w]` say
    how far to doubt each: 0 not at all, 1 half, more is more.
    """

    there: Flow
    back: Flow
    doubt_there: Floats32
    doubt_back: Floats32


class Displacements(NamedTuple):
    """Where each place of a frame between two others comes from.

    `in_a` and `in_b` are how far away it is found in either, `[h, w, 2]` in pixels; `doubt_a` and `doubt_b` `[h, w]` as
    in `Motion`.
    """

    in_a: Flow
    in_b: Flow
    doubt_a: Floats32
    doubt_b: Floats32


class Trajectory(Protocol):
    """How things move from one frame to the next."""

    def at(self, t: float) -> Displacements:
        """Where each place of a frame between the two comes from.

        Args:
            t: when, 0 to 1.

        Returns:
            At the size at which movement is searched.
        """
        ...


def shrink_for_search(frame: Pixels) -> Pixels:
    """Bring a frame to the size at which movement is searched.

    Args:
        frame: uint8 `[h, w, 3]`.

    Returns:
        uint8 `[h, w, 3]`, the longer side `SEARCHED_PX` at most.
    """
    height, width = frame.shape[:2]
    scale = min(1.0, SEARCHED_PX / max(height, width))
    return resize(frame, max(1, round(height * scale)), max(1, round(width * scale)))


def find_motion(a: Pixels, b: Pixels) -> Motion:
    """Find the movement between two frames, both ways.

    Forward and backward flow cancel where both frames show the same thing. Where they do not (it is covered, uncovered,
    or not recognised), the flow is that of the trusted surroundings, so that nothing is torn.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.

    Returns:
        The flows, and the doubts about them.
    """
    there, back = find_flow(a, b), find_flow(b, a)
    doubt_there, doubt_back = _doubt(there, back), _doubt(back, there)
    soft = 3 * max(a.shape[:2]) / 480
    return Motion(
        there=_calm(there, doubt_there),
        back=_calm(back, doubt_back),
        doubt_there=_blur(doubt_there, soft),
        doubt_back=_blur(doubt_back, soft),
    )


@dataclass(frozen=True, eq=False)
class FlowTrajectory:
    """Along the optical flow, at the speeds `start` and `end` `[h, w, 2]` that the clip has at both frames.

    The path of a thing at x in `a` is the cubic with these speeds at both ends (`hermite` from 0), and likewise
    backwards from `b`.
    """

    motion: Motion
    start: Flow
    end: Flow

    def at(self, t: float) -> Displacements:
        """See `Trajectory`."""
        there, back, doubt_there, doubt_back = self.motion
        height, width = there.shape[:2]
        here = make_grid(height, width)
        start_at_b, end_at_a = sample_field(self.start, here + back), sample_field(self.end, here + there)
        in_a = -_arriving(hermite(t, 0.0, there, self.start, end_at_a))
        in_b = -_arriving(hermite(1 - t, 0.0, back, -self.end, -start_at_b))
        return Displacements(
            in_a=in_a,
            in_b=in_b,
            doubt_a=sample_field(doubt_there, here + in_a) + distance_outside(in_a),
            doubt_b=sample_field(doubt_back, here + in_b) + distance_outside(in_b),
        )


def make_trajectory(
    before: Motion | None, here: Motion, beyond: Motion | None, steps: tuple[float, float, float]
) -> FlowTrajectory:
    """Find how things move between two frames, given the movement to them and on from them.

    The speed at a frame is the mean of those before and after it, the shorter step counting more (a Catmull-Rom spline,
    Catmull and Rom 1974); where it changes by much, or is in doubt, the movement is straight.

    Args:
        before: the movement to the first frame, if there is one.
        here: the movement between the two.
        beyond: the movement on from the second, if there is one.
        steps: how long the three take.

    Returns:
        The trajectory.
    """
    start, end = here.there, -here.back
    if before is not None:
        start = _speed(-before.back * (steps[1] / steps[0]), start, before.doubt_back, here.doubt_there, steps[0:2])
    if beyond is not None:
        onward = beyond.there * (steps[1] / steps[2])
        end = _speed(onward, end, beyond.doubt_there, here.doubt_back, (steps[2], steps[1]))
    return FlowTrajectory(motion=here, start=start, end=end)


def render_between(a: Pixels, b: Pixels, t: float, displacements: Displacements) -> Pixels:
    """Render the frame between two others.

    Both are warped to there. Where they agree, or differ in light alone, they are blended by time; where they differ
    and the movement is in doubt, each place shows the one nearer in time or less in doubt, almost alone: a blend would
    show both.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.
        t: when, above 0 and below 1.
        displacements: where each place comes from, at any smaller size.

    Returns:
        uint8 `[h, w, 3]`.
    """
    height, width = a.shape[:2]
    here, size = make_grid(height, width), displacements.in_a.shape[:2]
    ends = (a, displacements.in_a), (b, displacements.in_b)
    from_a, from_b = (_sample_cubic(frame, here + resize_flow(away, height, width)) for frame, away in ends)
    share = _share_of_b(_resize(from_a, *size), _resize(from_b, *size), t, displacements)
    return blend(from_a, from_b, _resize(share, height, width))


def _sample_cubic(frame: Pixels, at: Floats32) -> Pixels:
    """As `segue.motion.flow.sample`, but by cubics: five times as fast, and for such small steps as sharp."""
    import cv2

    found = cv2.remap(frame, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.uint8, copy=False)


def _share_of_b(a: Floats32, b: Floats32, t: float, displacements: Displacements) -> Floats32:
    """How much of each place `[h, w]` is from `b`, both warped to there."""
    # A place is disputed where they differ and a movement is in doubt; a difference without doubt is one of light.
    soft = 2 * max(a.shape[:2]) / 480
    apart = _blur(np.abs(_blur(a - b, soft / 2)).max(-1), soft)
    doubts = [np.minimum(doubt, MOST_DOUBT) ** 2 for doubt in (displacements.doubt_a, displacements.doubt_b)]
    disputed = (1 - np.exp(-((apart / _APART) ** 2))) * _blur(1 - np.exp(-doubts[0] - doubts[1]), soft)
    odds = np.log(t / (1 - t)) + _blur(doubts[0] - doubts[1], soft) - EARLIER * disputed
    share: Floats32 = (1 / (1 + np.exp(-(1 + (DECIDED - 1) * disputed) * odds))).astype(np.float32)
    return share


def _arriving(way: Flow, rounds: int = 4) -> Flow:
    """From the movement of what starts at each place, that of what arrives there: `e(x) = way(x - e(x))`."""
    here, found = make_grid(*way.shape[:2]), way
    for _ in range(rounds):
        found = sample_field(way, here - found)
    return found


def _speed(other: Flow, chord: Flow, doubt: Floats32, own_doubt: Floats32, steps: tuple[float, ...]) -> Flow:
    """The speed at a frame between an `other` movement and a `chord`, both per step of the chord."""
    bend = _length(other - chord) / 2
    usual = (_length(other) + _length(chord)) / 2
    trust = np.exp(-((bend / (BEND * usual + 0.5)) ** 2) - doubt**2 - own_doubt**2)
    change = trust[..., None] * catmull_rom_bend(chord, other, steps[1], steps[0])
    return chord + _blur(change, 3 * max(chord.shape[:2]) / 480)


def _doubt(there: Flow, back: Flow) -> Floats32:
    away = _length(there + sample_field(back, make_grid(*there.shape[:2]) + there))
    doubt: Floats32 = away / (LOST_PX + LOST_SHARE * _length(there))
    return doubt


def _calm(way: Flow, doubt: Floats32) -> Flow:
    trust = np.exp(-(np.minimum(doubt, 8.0) ** 2))[..., None]
    weight = trust + 0.02
    reach = _CALM * max(way.shape[:2])
    around = _blur(weight * way, reach) / _blur(weight[..., 0], reach)[..., None]
    calmed: Flow = (trust * way + (1 - trust) * around).astype(np.float32)
    return calmed


def distance_outside(away: Flow) -> Floats32:
    """How far beyond the picture displacements lead.

    Args:
        away: `[h, w, 2]`, in pixels.

    Returns:
        `[h, w]`, in pixels, 0 within the picture.
    """
    height, width = away.shape[:2]
    at = make_grid(height, width) + away
    across, down = (np.maximum(-at[..., i], at[..., i] - (side - 1)) for i, side in enumerate((width, height)))
    beyond: Floats32 = np.maximum(np.maximum(across, down), 0)
    return beyond


def sample_field(field: Floats32, at: Floats32) -> Floats32:
    """Sample a field linearly; beyond the edges it goes on as there.

    Args:
        field: `[h, w]` or `[h, w, k]`.
        at: where, across and down in pixels, `[h, w, 2]`.

    Returns:
        As `field`.
    """
    import cv2

    found = cv2.remap(field, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.float32, copy=False)


def _blur(field: Floats32, sigma: float) -> Floats32:
    """Blur a field by a Gaussian; beyond the edges it goes on as there.

    Args:
        field: `[h, w]` or `[h, w, k]`.
        sigma: the deviation of the Gaussian in pixels.

    Returns:
        As `field`.
    """
    import cv2

    soft = cv2.GaussianBlur(field.astype(np.float32, copy=False), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return soft.astype(np.float32, copy=False)


def _resize(field: Floats32 | Pixels, height: int, width: int) -> Floats32:
    import cv2

    return cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def _length(field: Flow) -> Floats32:
    length: Floats32 = np.hypot(field[..., 0], field[..., 1])
    return length
