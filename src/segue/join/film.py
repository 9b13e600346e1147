"""Writing the joined film as a stream: the first clip, the transition, the second clip, and their sound."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from segue.clips import ClipInfo, FilmWriter
from segue.images import Pixels
from segue.join.canvas import Canvas
from segue.join.sound import RATE, Sound, joined_sound
from segue.progress import Event, Report


def write_film(
    out: Path, canvas: Canvas, a: ClipInfo, b: ClipInfo, between: Iterable[Pixels], counts: tuple[int, int, int],
    report: Report,
) -> None:  # fmt: skip
    """Write clip `a`, the frames `between`, clip `b`; `counts` says how many frames each has.

    Nothing is left at `out` if anything fails. There is a sound track if either clip has sound; it is as
    long as the picture to the sample.
    """
    has_sound = a.has_sound or b.has_sound
    frames = chain(canvas.frames(a.path), between, canvas.frames(b.path))
    with FilmWriter(out, canvas.width, canvas.height, canvas.fps, sound_rate=RATE if has_sound else None) as film:
        if not has_sound:
            sound: Iterator[Sound] = iter(())
        else:
            sound = joined_sound(a.path, b.path, _samples(counts, canvas))
        given = 0
        for index, frame in enumerate(frames):
            film.write(frame)
            # Sound goes along with the picture, so that neither waits long for the other.
            while has_sound and given < (index + 1) / canvas.fps * RATE and (block := next(sound, None)) is not None:
                film.write_sound(block)
                given += len(block)
            report(Event("write", index + 1, sum(counts)))
        for block in sound:
            film.write_sound(block)


def _samples(counts: tuple[int, int, int], canvas: Canvas) -> tuple[int, int, int]:
    """How many samples each part has; each cut is rounded once, so nothing drifts."""
    cuts = [round(sum(counts[:part]) / canvas.fps * RATE) for part in range(4)]
    return cuts[1] - cuts[0], cuts[2] - cuts[1], cuts[3] - cuts[2]
