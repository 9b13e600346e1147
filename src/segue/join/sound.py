"""The film's sound: the clips' own, and during each transition a cross-fade of both, or what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from segue.core.types import Sound
from segue.join.timeline import Part, Stretch, count_frames
from segue.video.codecs import SOUND_RATE

Over = Literal["mix", "cut", "a", "b"]
Audio = Literal[Over, "none"]

SOFT = SOUND_RATE // 100
"""Samples over which one sound gives way to another where they do not cross-fade, so that nothing clicks."""


class ClipSound(NamedTuple):
    """A clip's sound: `open` begins it anew, float32 blocks `[k, 2]`; the clip lasts `frames` frames."""

    open: Callable[[], Iterator[Sound]]
    frames: int


def count_samples(frames: int, fps: Fraction) -> int:
    """Count the samples that last as long as some frames.

    Args:
        frames: how many.
        fps: frames a second.

    Returns:
        The nearest whole number of samples at `SOUND_RATE`.
    """
    return round(frames / fps * SOUND_RATE)


def find_edges(parts: Sequence[Part], fps: Fraction) -> list[int]:
    """Find the samples at which the parts of a film begin.

    Args:
        parts: the parts.
        fps: frames a second.

    Returns:
        One for each part, and where the last one ends; each is rounded once, so nothing drifts.
    """
    return [count_samples(count_frames(parts[:index]), fps) for index in range(len(parts) + 1)]


def mix_sound(clips: Sequence[ClipSound], parts: Sequence[Part], fps: Fraction, how: Over) -> Iterator[Sound]:
    """Mix the sound of a film, as long as its picture.

    Where a transition overlaps the clips, their own sounds are heard. Where it stands between them neither has any, so
    each goes on as its own mirror image, which meets it without a click. A clip without sound is silent.

    Args:
        clips: the sound of each clip.
        parts: the parts of the film.
        fps: frames a second.
        how: during a transition, `mix` cross-fades the two clips at equal power, `cut` goes over in the middle, `a`
            keeps the first clip's sound to the end, `b` has the second's from the start.

    Returns:
        float32 `[k, 2]`, -1 to 1, a block at a time.
    """
    tracks = [Track(clip.open) for clip in clips]
    ends = [count_samples(clip.frames, fps) for clip in clips]
    lengths = [stop - start for start, stop in pairwise(find_edges(parts, fps))]
    for part, samples in zip(parts, lengths, strict=True):
        if isinstance(part, Stretch):
            yield from tracks[part.clip].blocks(count_samples(part.start, fps), samples)
            continue
        first = max(0, ends[part.a] - samples)
        before = tracks[part.a].take(first, samples if part.overlap else ends[part.a] - first)
        after = tracks[part.b].take(0, samples if part.overlap else min(samples, ends[part.b]))
        if part.overlap:
            yield cross_over(before, after, how)
        else:
            yield cross_over(mirror(before[::-1], samples), mirror(after, samples)[::-1], how)


class Track:
    """One clip's sound, read at any place; forwards it is read once. Silence follows its end.

    Args:
        open: begins the sound anew, blocks `[k, 2]`.
    """

    def __init__(self, open: Callable[[], Iterator[Sound]]) -> None:
        self._open = open
        self._begin()

    def _begin(self) -> None:
        self._blocks, self._rest, self._at = self._open(), np.zeros((0, 2), np.float32), 0

    def blocks(self, start: int, samples: int) -> Iterator[Sound]:
        """Read samples, a block at a time.

        One sample from where the last ones ended is the same place, rounded: nothing is passed over or heard twice.

        Args:
            start: the first of them, from the start of the clip's sound.
            samples: how many.

        Returns:
            Blocks `[k, 2]`.
        """
        if abs(start - self._at) > 1:
            if start < self._at:
                self._begin()
            for _ in self._next(start - self._at):
                pass
        yield from self._next(samples)

    def take(self, start: int, samples: int) -> Sound:
        """Read samples at once.

        Args:
            start: the first of them.
            samples: how many.

        Returns:
            `[samples, 2]`.
        """
        return np.concatenate([*self.blocks(start, samples), np.zeros((0, 2), np.float32)])

    def _next(self, samples: int) -> Iterator[Sound]:
        while samples > 0:
            if not len(self._rest):
                self._rest = next(self._blocks, np.zeros((min(samples, SOUND_RATE), 2), np.float32))
            block, self._rest = self._rest[:samples], self._rest[samples:]
            samples -= len(block)
            self._at += len(block)
            yield block


def cross_over(a: Sound, b: Sound, how: Over) -> Sound:
    """Go from one sound to another.

    Args:
        a: the first, `[k, 2]`.
        b: the second, `[k, 2]`.
        how: as of `mix_sound`; whatever is not a mix takes `SOFT` samples.

    Returns:
        `[k, 2]`.
    """
    if how == "mix":
        return mix_equal_power(a, b)
    soft = min(SOFT, len(a))
    turn = {"cut": (len(a) - soft) // 2, "a": len(a) - soft, "b": 0}[how]
    middle = mix_equal_power(a[turn : turn + soft], b[turn : turn + soft])
    return np.concatenate([a[:turn], middle, b[turn + soft :]])


def mix_equal_power(a: Sound, b: Sound) -> Sound:
    """Cross-fade two sounds such that loudness stays even where they are unlike.

    `cos(u) a + sin(u) b`, u from 0 to a quarter turn.

    Args:
        a: the first, `[k, 2]`.
        b: the second, `[k, 2]`.

    Returns:
        `[k, 2]`.
    """
    u = ((np.arange(len(a)) + 0.5) / max(1, len(a)) * np.pi / 2)[:, None]
    mix: Sound = (np.cos(u) * a + np.sin(u) * b).astype(np.float32)
    return mix


def mirror(sound: Sound, samples: int) -> Sound:
    """Draw a sound out by its own mirror image.

    Args:
        sound: `[k, 2]`, what is nearest to the cut first.
        samples: how many are needed.

    Returns:
        The sound back and forth, `[samples, 2]`; silence where there is none.
    """
    if not len(sound):
        return np.zeros((samples, 2), np.float32)
    return np.pad(sound, [(0, max(0, samples - len(sound))), (0, 0)], mode="symmetric")[:samples]
