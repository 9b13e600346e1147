"""The frame at any moment between two neighbours of one clip: both moved to there, and each place shown from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.types import Floats32
from segue.motion.flow import SEARCHED_PX, Flow, enlarged, flow, grid, mixed

LOST_PX, LOST_SHARE = 1.0, 0.05
"""A movement there and back that ends so far from its start, and so much of its length further, is doubted."""

_CALM = 1 / 60
"""Share of the longer side over which what moves in doubt follows its surroundings."""

BEND = 0.5
"""A speed that changes by this share of itself, and half a pixel, within a frame is half believed."""

_APART = 10.0
"""Grey levels between the two moved frames from which they are no longer mixed."""

DECIDED = 6.0
"""How much sooner a place turns from one frame to the other where it is disputed."""

EARLIER = 0.3
"""What the earlier frame has ahead there, in log odds, so that halfway is not both."""

MOST_DOUBT = 2.0
"""Doubt beyond this tells nothing more."""


class Motion(NamedTuple):
    """Flows `[h, w, 2]` from a to b and from b to a, and how far to doubt each (0 not, 1 half, more: more) `[h, w]`."""

    there: Flow
    back: Flow
    doubt_there: Floats32
    doubt_back: Floats32


class Indices(NamedTuple):
    """For each place of the frame between, how far away it is found in a and in b `[h, w, 2]`, and the doubts."""

    in_a: Flow
    in_b: Flow
    doubt_a: Floats32
    doubt_b: Floats32


class Course(Protocol):
    """How things move from a to b."""

    def at(self, t: float) -> Indices:
        """Where each place of the frame at `t`, 0 to 1, comes from."""
        ...


def searched(frame: Pixels) -> Pixels:
    """A frame at the size at which movement is searched, `SEARCHED_PX` at most."""
    height, width = frame.shape[:2]
    scale = min(1.0, SEARCHED_PX / max(height, width))
    return resize(frame, max(1, round(height * scale)), max(1, round(width * scale)))


def motion(a: Pixels, b: Pixels) -> Motion:
    """The movement between two frames `[h, w, 3]`, both ways; what is not found again where it came from is calmed.

    Forward and backward flow cancel where both frames show the same thing; where they do not (covered, uncovered, or
    not recognised), the flow is that of the trusted surroundings, so that nothing is torn.
    """
    there, back = flow(a, b), flow(b, a)
    doubt_there, doubt_back = _doubt(there, back), _doubt(back, there)
    soft = 3 * max(a.shape[:2]) / 480
    return Motion(
        _calmed(there, doubt_there), _calmed(back, doubt_back), _blurred(doubt_there, soft), _blurred(doubt_back, soft)
    )


@dataclass(frozen=True, eq=False)
class Glide:
    """Along the optical flow, at the speeds `start` and `end` `[h, w, 2]` that the clip has at both frames.

    The path of a thing at x in `a` is the cubic with these speeds at both ends,
    `t (1 - t)^2 start + t^2 (3 - 2t) flow - t^2 (1 - t) end`, and likewise backwards from `b`.
    """

    motion: Motion
    start: Flow
    end: Flow

    def at(self, t: float) -> Indices:
        there, back, doubt_there, doubt_back = self.motion
        height, width = there.shape[:2]
        here = grid(height, width)
        start_at_b, end_at_a = sampled(self.start, here + back), sampled(self.end, here + there)
        in_a = -_arriving(_hermite(t, self.start, there, end_at_a))
        in_b = -_arriving(_hermite(1 - t, -self.end, back, -start_at_b))
        return Indices(
            in_a,
            in_b,
            sampled(doubt_there, here + in_a) + outside(in_a),
            sampled(doubt_back, here + in_b) + outside(in_b),
        )


def glide(before: Motion | None, here: Motion, beyond: Motion | None, steps: tuple[float, float, float]) -> Glide:
    """The course between two frames, given the movement to them and on from them where there is one.

    `steps` are the three lengths in time. The speed at a frame is the mean of those before and after it, the shorter
    step counting more (a Catmull-Rom spline, Catmull and Rom 1974); where it changes by much, or is in doubt, the
    movement is straight.
    """
    start, end = here.there, -here.back
    if before is not None:
        start = _speed(-before.back * (steps[1] / steps[0]), start, before.doubt_back, here.doubt_there, steps[0:2])
    if beyond is not None:
        onward = beyond.there * (steps[1] / steps[2])
        end = _speed(onward, end, beyond.doubt_there, here.doubt_back, (steps[2], steps[1]))
    return Glide(here, start, end)


def painted(a: Pixels, b: Pixels, t: float, places: Indices) -> Pixels:
    """The frame at `t` between `a` and `b` `[h, w, 3]`, whose places are given at any smaller size.

    Both are moved there. Where they agree, or differ in light alone, they are mixed by time; where they differ and the
    movement is in doubt, each place shows the one nearer in time or less in doubt, almost alone: a mixture would show
    both.
    """
    height, width = a.shape[:2]
    here, size = grid(height, width), places.in_a.shape[:2]
    from_a, from_b = (_shown(x, here + enlarged(way, height, width)) for x, way in ((a, places.in_a), (b, places.in_b)))
    share = _share(_resized(from_a, *size), _resized(from_b, *size), t, places)
    return mixed(from_a, from_b, _resized(share, height, width))


def _shown(frame: Pixels, at: Floats32) -> Pixels:
    """A frame at places `[h, w, 2]`: as `taken`, but by cubics, five times as fast and for so small steps as sharp."""
    import cv2

    found = cv2.remap(frame, at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.uint8, copy=False)


def _share(a: Floats32, b: Floats32, t: float, places: Indices) -> Floats32:
    """How much of each place `[h, w]` is from `b`, both moved to there.

    A place is disputed where they differ and a movement is in doubt; a difference without doubt is one of light.
    """
    soft = 2 * max(a.shape[:2]) / 480
    apart = _blurred(np.abs(_blurred(a - b, soft / 2)).max(-1), soft)
    doubts = [np.minimum(doubt, MOST_DOUBT) ** 2 for doubt in (places.doubt_a, places.doubt_b)]
    disputed = (1 - np.exp(-((apart / _APART) ** 2))) * _blurred(1 - np.exp(-doubts[0] - doubts[1]), soft)
    odds = np.log(t / (1 - t)) + _blurred(doubts[0] - doubts[1], soft) - EARLIER * disputed
    share: Floats32 = (1 / (1 + np.exp(-(1 + (DECIDED - 1) * disputed) * odds))).astype(np.float32)
    return share


def _hermite(t: float, start: Flow, chord: Flow, end: Flow) -> Flow:
    way: Flow = t * (1 - t) ** 2 * start + t * t * (3 - 2 * t) * chord - t * t * (1 - t) * end
    return way


def _arriving(way: Flow, rounds: int = 4) -> Flow:
    """From the movement of what starts at each place, that of what arrives there: `e(x) = way(x - e(x))`."""
    here, found = grid(*way.shape[:2]), way
    for _ in range(rounds):
        found = sampled(way, here - found)
    return found


def _speed(other: Flow, chord: Flow, doubt: Floats32, own_doubt: Floats32, steps: tuple[float, ...]) -> Flow:
    """The speed at a frame between an `other` movement and a `chord`, both per step of the chord."""
    from_other = steps[1] / (steps[0] + steps[1])
    bend = _length(other - chord) / 2
    usual = (_length(other) + _length(chord)) / 2
    trust = np.exp(-((bend / (BEND * usual + 0.5)) ** 2) - doubt**2 - own_doubt**2)
    change = trust[..., None] * from_other * (other - chord)
    return chord + _blurred(change, 3 * max(chord.shape[:2]) / 480)


def _doubt(there: Flow, back: Flow) -> Floats32:
    away = _length(there + sampled(back, grid(*there.shape[:2]) + there))
    doubt: Floats32 = away / (LOST_PX + LOST_SHARE * _length(there))
    return doubt


def _calmed(way: Flow, doubt: Floats32) -> Flow:
    trust = np.exp(-(np.minimum(doubt, 8.0) ** 2))[..., None]
    weight = trust + 0.02
    reach = _CALM * max(way.shape[:2])
    around = _blurred(weight * way, reach) / _blurred(weight[..., 0], reach)[..., None]
    calmed: Flow = (trust * way + (1 - trust) * around).astype(np.float32)
    return calmed


def outside(way: Flow) -> Floats32:
    """How far beyond the picture `way` leads from each place, in pixels `[h, w]`."""
    height, width = way.shape[:2]
    at = grid(height, width) + way
    across, down = (np.maximum(-at[..., i], at[..., i] - (side - 1)) for i, side in enumerate((width, height)))
    beyond: Floats32 = np.maximum(np.maximum(across, down), 0)
    return beyond


def sampled(field: Floats32, at: Floats32) -> Floats32:
    """A field `[h, w, ...]` at places `[h, w, 2]`, linear, its edges going on."""
    import cv2

    found = cv2.remap(field, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found.astype(np.float32, copy=False)


def _blurred(field: Floats32, sigma: float) -> Floats32:
    """A field `[h, w, ...]` blurred by a Gaussian of so many pixels."""
    import cv2

    soft = cv2.GaussianBlur(field.astype(np.float32, copy=False), (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    return soft.astype(np.float32, copy=False)


def _resized(field: Floats32 | Pixels, height: int, width: int) -> Floats32:
    import cv2

    return cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32, copy=False)


def _length(field: Flow) -> Floats32:
    length: Floats32 = np.hypot(field[..., 0], field[..., 1])
    return length
