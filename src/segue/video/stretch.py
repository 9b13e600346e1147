"""Sound made to last longer at its own pitch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.error import BlockingIOError as NotYet
from av.error import EOFError as Ended
from av.filter import Graph

from segue.core.types import Sound

_SLOWEST = 2.0
"""How many times as long one filter can make a sound."""

TAIL_SECONDS = 0.2
"""Silence put behind a sound, for the filters keep back what they cannot overlap with more."""


def stretch(blocks: Iterable[Sound], rate: int, factor: float) -> Iterator[Sound]:
    """Make sound last longer at its own pitch.

    By ffmpeg's `atempo`, which lays overlapping pieces of the sound where their waves fit (waveform similarity overlap
    and add, Verhelst and Roelands 1993). Beyond its range several are used in a row, each as much as the next.

    Args:
        blocks: stereo, float32 `[k, 2]`.
        rate: samples a second, in Hz.
        factor: how many times as long, 1 or more.

    Yields:
        Blocks, float32 `[k, 2]`, as they come: `factor` times as many samples together, rounded.

    >>> tone = np.sin(np.arange(48000) / 20).repeat(2).reshape(-1, 2).astype(np.float32)
    >>> sum(map(len, stretch([tone], 48000, 3.0)))
    144000
    """
    graph, given, made = _graph(rate, factor), 0, 0
    for block in blocks:
        _push(graph, block, given, rate)
        given += len(block)
        for ready in _ready(graph):
            made += len(ready)
            yield ready
    _push(graph, np.zeros((round(TAIL_SECONDS * rate), 2), np.float32), given, rate)
    graph.push(None)
    left = round(given * factor) - made
    for ready in _ready(graph):
        if left > 0:
            yield ready[:left]
        left -= len(ready)
    if left > 0:
        yield np.zeros((left, 2), np.float32)


def _graph(rate: int, factor: float) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=rate, format="flt", layout="stereo", time_base=Fraction(1, rate))
    count = max(1, math.ceil(math.log(factor, _SLOWEST) - 1e-9))
    filters = [graph.add("atempo", f"{factor ** (-1 / count):.12g}") for _ in range(count)]
    # The format is stated, as one that a filter would choose could change with its version.
    form = graph.add("aformat", "sample_fmts=flt:channel_layouts=stereo")
    graph.link_nodes(source, *filters, form, graph.add("abuffersink")).configure()
    return graph


def _push(graph: Graph, block: Sound, start: int, rate: int) -> None:
    if len(block):
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), "flt", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        graph.push(frame)


def _ready(graph: Graph) -> Iterator[Sound]:
    """What the filters have done by now."""
    while True:
        try:
            frame = graph.pull()
        except (NotYet, Ended):
            return
        if isinstance(frame, AudioFrame):
            yield np.asarray(frame.to_ndarray(), np.float32).reshape(-1, 2)
