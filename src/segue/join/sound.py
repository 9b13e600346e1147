"""The film's sound: the clips' own, and over each transition a cross-fade of both, or what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from segue.core.types import Sound
from segue.join.timeline import Part, Stretch, total
from segue.video.codecs import SOUND_RATE

Over = Literal["mix", "cut", "a", "b"]
Audio = Literal[Over, "none"]

SOFT = SOUND_RATE // 100
"""Samples over which one sound gives way to another where they do not cross-fade, so that nothing clicks."""


class Heard(NamedTuple):
    """A clip's sound: `opened` begins it anew, blocks `[k, 2]`; the clip lasts so many frames."""

    opened: Callable[[], Iterator[Sound]]
    frames: int


def samples_in(frames: int, fps: Fraction) -> int:
    """How many samples last as long as so many frames."""
    return round(frames / fps * SOUND_RATE)


def edges(parts: Sequence[Part], fps: Fraction) -> list[int]:
    """The samples at which the parts begin, and the last one ends; each is rounded once, so nothing drifts."""
    return [samples_in(total(parts[:index]), fps) for index in range(len(parts) + 1)]


def joined_sound(clips: Sequence[Heard], parts: Sequence[Part], fps: Fraction, how: Over) -> Iterator[Sound]:
    """The sound `[k, 2]` of a film, a block at a time, as long as its picture.

    During a transition `mix` cross-fades the two clips at equal power, `cut` goes over in the middle, `a` keeps the
    first clip's sound to the end and `b` has the second's from the start. Where it overlaps the clips, these are their
    own sounds. Where it stands between them neither has any, so each goes on as its own mirror image, which meets it
    without a click. A clip without sound is silent.
    """
    tracks = [Track(clip.opened) for clip in clips]
    ends = [samples_in(clip.frames, fps) for clip in clips]
    lengths = [stop - start for start, stop in pairwise(edges(parts, fps))]
    for part, samples in zip(parts, lengths, strict=True):
        if isinstance(part, Stretch):
            yield from tracks[part.clip].blocks(samples_in(part.start, fps), samples)
            continue
        first = max(0, ends[part.a] - samples)
        before = tracks[part.a].take(first, samples if part.taken else ends[part.a] - first)
        after = tracks[part.b].take(0, samples if part.taken else min(samples, ends[part.b]))
        if part.taken:
            yield over(before, after, how)
        else:
            yield over(mirrored(before[::-1], samples), mirrored(after, samples)[::-1], how)


class Track:
    """One clip's sound, taken at any place; forwards it is read once. Silence follows its end."""

    def __init__(self, opened: Callable[[], Iterator[Sound]]) -> None:
        self._opened = opened
        self._begin()

    def _begin(self) -> None:
        self._blocks, self._rest, self._at = self._opened(), np.zeros((0, 2), np.float32), 0

    def blocks(self, start: int, samples: int) -> Iterator[Sound]:
        """So many samples from `start` on, a block at a time.

        One sample from where the last ones ended is the same place, rounded: nothing is passed over or heard twice.
        """
        if abs(start - self._at) > 1:
            if start < self._at:
                self._begin()
            for _ in self._next(start - self._at):
                pass
        yield from self._next(samples)

    def take(self, start: int, samples: int) -> Sound:
        """So many samples from `start` on."""
        return np.concatenate([*self.blocks(start, samples), np.zeros((0, 2), np.float32)])

    def _next(self, samples: int) -> Iterator[Sound]:
        while samples > 0:
            if not len(self._rest):
                self._rest = next(self._blocks, np.zeros((min(samples, SOUND_RATE), 2), np.float32))
            block, self._rest = self._rest[:samples], self._rest[samples:]
            samples -= len(block)
            self._at += len(block)
            yield block


def over(a: Sound, b: Sound, how: Over) -> Sound:
    """From one sound to another, `[k, 2]` each."""
    if how == "mix":
        return equal_power(a, b)
    soft = min(SOFT, len(a))
    turn = {"cut": (len(a) - soft) // 2, "a": len(a) - soft, "b": 0}[how]
    mixed = equal_power(a[turn : turn + soft], b[turn : turn + soft])
    return np.concatenate([a[:turn], mixed, b[turn + soft :]])


def equal_power(a: Sound, b: Sound) -> Sound:
    """`cos(u) a + sin(u) b`, u from 0 to a quarter turn, `[k, 2]` each: loudness stays even for unlike sounds."""
    u = ((np.arange(len(a)) + 0.5) / max(1, len(a)) * np.pi / 2)[:, None]
    mixed: Sound = (np.cos(u) * a + np.sin(u) * b).astype(np.float32)
    return mixed


def mirrored(sound: Sound, samples: int) -> Sound:
    """`sound`, nearest to the cut first, repeated back and forth until it is `samples` long."""
    if not len(sound):
        return np.zeros((samples, 2), np.float32)
    return np.pad(sound, [(0, max(0, samples - len(sound))), (0, 0)], mode="symmetric")[:samples]
