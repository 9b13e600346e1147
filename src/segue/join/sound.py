"""The film's sound: the clips' own, and over each transition a cross-fade of both, or what is asked for."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from segue.clips import read_sound
from segue.join.timeline import Cut, Part, Stretch

Sound = npt.NDArray[np.float32]
Over = Literal["mix", "cut", "a", "b"]
Audio = Literal[Over, "none"]

RATE = 48_000
"""Samples a second: what films use, and the one rate that every sound codec takes."""

SOFT = RATE // 100
"""Samples over which one sound gives way to another where they do not cross-fade, so that nothing clicks."""

LONGEST = 60 * RATE
"""Samples of a clip's end that are kept, for it may have to go on as long."""


def joined_sound(clips: Sequence[Path], parts: Sequence[Part], edges: Sequence[int], how: Over) -> Iterator[Sound]:
    """The sound `[k, 2]` of a film, a block at a time; part i lasts from sample `edges[i]` to `edges[i + 1]`.

    During a transition `mix` cross-fades the two clips at equal power, `cut` goes over in the middle, `a` keeps the
    first clip's sound to the end and `b` has the second's from the start. Where it overlaps the clips, these are their
    own sounds. Where it stands between them neither has any, so each goes on as its own mirror image, which meets it
    without a click. A clip without sound is silent.
    """
    tracks = [Track(clip) for clip in clips]
    lengths = [stop - start for start, stop in pairwise(edges)]
    for part, samples in zip(parts, lengths, strict=True):
        if isinstance(part, Cut) and _closes(part) and part.taken:
            tracks[part.b].take(samples)  # the film ends with it, and begins after it
    for part, samples in zip(parts, lengths, strict=True):
        if isinstance(part, Stretch):
            yield from tracks[part.clip].blocks(samples)
        elif part.mode == "overlap":
            other = Track(clips[part.b]) if _closes(part) else tracks[part.b]
            yield over(tracks[part.a].take(samples), other.take(samples), how)
        else:
            before, after = tracks[part.a].tail[::-1], head(clips[part.b], samples)
            yield over(mirrored(before, samples), mirrored(after, samples)[::-1], how)


def _closes(cut: Cut) -> bool:
    """Whether a film comes back to its first clip here."""
    return cut.b <= cut.a


class Track:
    """One clip's sound, taken from its start on; silence follows its end."""

    def __init__(self, clip: Path) -> None:
        self._blocks, self._rest = read_sound(clip, RATE), np.zeros((0, 2), np.float32)
        self._kept: deque[Sound] = deque()
        self._held = 0

    def blocks(self, samples: int) -> Iterator[Sound]:
        """The next so many samples, a block at a time."""
        while samples > 0:
            if not len(self._rest):
                self._rest = next(self._blocks, np.zeros((min(samples, RATE), 2), np.float32))
            block, self._rest = self._rest[:samples], self._rest[samples:]
            samples -= len(block)
            self._keep(block)
            yield block

    def take(self, samples: int) -> Sound:
        """The next so many samples."""
        return np.concatenate([*self.blocks(samples), np.zeros((0, 2), np.float32)])

    @property
    def tail(self) -> Sound:
        """What was last taken, up to a minute."""
        return np.concatenate([*self._kept, np.zeros((0, 2), np.float32)])[-LONGEST:]

    def _keep(self, block: Sound) -> None:
        self._kept.append(block)
        self._held += len(block)
        while self._held - len(self._kept[0]) >= LONGEST:
            self._held -= len(self._kept.popleft())


def head(clip: Path, samples: int) -> Sound:
    """A clip's first so many samples, or as many as it has."""
    blocks, missing = read_sound(clip, RATE), samples
    first = [np.zeros((0, 2), np.float32)]
    while missing > 0 and (block := next(blocks, None)) is not None:
        first.append(block[:missing])
        missing -= len(block)
    return np.concatenate(first)


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
