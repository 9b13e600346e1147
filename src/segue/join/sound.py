"""The film's sound: the first clip's, a cross-fade of both over the transition, the second clip's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segue.clips import read_sound

Sound = npt.NDArray[np.float32]

RATE = 48_000
"""Samples a second: what films use, and the one rate that every sound codec takes."""


def joined_sound(a: Path, b: Path, samples: tuple[int, int, int]) -> Iterator[Sound]:
    """The sound `[k, 2]` of a film, a block at a time: `samples` of clip `a`, of the transition, of clip `b`.

    Neither clip has sound beyond the cut, so within the transition each goes on as its own mirror image, which meets it
    without a click; the two cross-fade at equal power. A silent clip counts as silence.
    """
    before, within, after = samples
    tail = np.zeros((0, 2), np.float32)
    for block in _exactly(read_sound(a, RATE), before):
        yield block
        tail = np.concatenate([tail, block])[-max(within, 1) :]
    head = np.concatenate([*_exactly(read_sound(b, RATE), min(within, after)), np.zeros((0, 2), np.float32)])
    yield equal_power(_mirrored(tail[::-1], within), _mirrored(head, within)[::-1])
    yield from _exactly(read_sound(b, RATE), after)


def equal_power(a: Sound, b: Sound) -> Sound:
    """`cos(u) a + sin(u) b`, u from 0 to a quarter turn, `[k, 2]` each: loudness stays even for unlike sounds."""
    u = ((np.arange(len(a)) + 0.5) / max(1, len(a)) * np.pi / 2)[:, None]
    mixed: Sound = (np.cos(u) * a + np.sin(u) * b).astype(np.float32)
    return mixed


def _mirrored(sound: Sound, samples: int) -> Sound:
    """`sound`, nearest to the cut first, repeated back and forth until it is `samples` long."""
    if not len(sound):
        return np.zeros((samples, 2), np.float32)
    return np.pad(sound, [(0, max(0, samples - len(sound))), (0, 0)], mode="symmetric")[:samples]


def _exactly(blocks: Iterable[Sound], samples: int) -> Iterator[Sound]:
    """The blocks cut, or filled up with silence, to `samples` in all."""
    for block in blocks:
        if samples <= 0:
            return
        yield block[:samples]
        samples -= len(block)
    if samples > 0:
        yield np.zeros((samples, 2), np.float32)
