"""Writing the joined film as a stream: stretches of the clips, the transitions between them, and their sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from segue.clips import ClipInfo, FilmWriter
from segue.images import Pixels
from segue.join.canvas import Canvas
from segue.join.footage import playing
from segue.join.joint import Joint
from segue.join.sound import RATE, Audio, Sound, joined_sound
from segue.join.timeline import Part, Stretch, total
from segue.progress import Event, Report


def write_film(
    out: Path, canvas: Canvas, clips: Sequence[ClipInfo], parts: Sequence[Part], joints: Sequence[Joint], audio: Audio,
    report: Report,
) -> None:  # fmt: skip
    """Write the parts of a film. Nothing is left at `out` if anything fails.

    There is a sound track if a clip has sound and `audio` is not none; it is as long as the picture to the sample.
    """
    has_sound = audio != "none" and any(clip.has_sound for clip in clips)
    frames = film_frames(canvas, clips, parts, joints)
    with FilmWriter(out, canvas.width, canvas.height, canvas.fps, sound_rate=RATE if has_sound else None) as film:
        sound: Iterator[Sound] = iter(())
        if audio != "none" and has_sound:
            sound = joined_sound([clip.path for clip in clips], parts, edges(parts, canvas), audio)
        given = 0
        for index, frame in enumerate(frames):
            film.write(frame)
            # Sound goes along with the picture, so that neither waits long for the other.
            while has_sound and given < (index + 1) / canvas.fps * RATE and (block := next(sound, None)) is not None:
                film.write_sound(block)
                given += len(block)
            report(Event("write", index + 1, total(parts)))
        for block in sound:
            film.write_sound(block)


def film_frames(
    canvas: Canvas, clips: Sequence[ClipInfo], parts: Sequence[Part], joints: Sequence[Joint]
) -> Iterator[Pixels]:
    """Every frame of the film, `[h, w, 3]`."""
    ready = {joint.cut: joint for joint in joints}
    for part in parts:
        if isinstance(part, Stretch):
            yield from islice(canvas.frames(clips[part.clip].path, part.start), part.count)
        else:
            a, b = clips[part.a], clips[part.b]
            yield from ready[part].frames(
                playing(canvas, a, canvas.length(a), part, leaving=True),
                playing(canvas, b, canvas.length(b), part, leaving=False),
            )


def edges(parts: Sequence[Part], canvas: Canvas) -> list[int]:
    """The samples at which the parts begin, and the last one ends; each is rounded once, so nothing drifts."""
    return [round(total(parts[:index]) / canvas.fps * RATE) for index in range(len(parts) + 1)]
