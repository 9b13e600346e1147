"""Writing the joined film as a stream: stretches of the clips, the transitions between them, and their sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from segue.core.images import Pixels
from segue.core.progress import Event, Report
from segue.core.types import Sound
from segue.join.clip_window import playing
from segue.join.sound import Audio, joined_sound
from segue.join.source import Source
from segue.join.timeline import Part, Stretch, total
from segue.join.transition import Joint
from segue.video import CodecName, FilmWriter, carries_sound
from segue.video.codecs import SOUND_RATE


def write_film(
    out: Path,
    sources: Sequence[Source],
    parts: Sequence[Part],
    joints: Sequence[Joint],
    audio: Audio,
    report: Report,
    codec: CodecName | None = None,
    crf: int | None = None,
) -> None:
    """Write the parts of a film. Nothing is left at `out` if anything fails.

    There is a sound track if a clip has sound, the file can, and `audio` is not none; it is as long as the picture to
    the sample.
    """
    canvas = sources[0].canvas
    has_sound = audio != "none" and carries_sound(out, codec) and any(source.info.has_sound for source in sources)
    frames, rate = film_frames(sources, parts, joints), SOUND_RATE if has_sound else None
    with FilmWriter(out, canvas.width, canvas.height, canvas.fps, sound_rate=rate, crf=crf, codec=codec) as film:
        sound: Iterator[Sound] = iter(())
        if audio != "none" and has_sound:
            sound = joined_sound([source.heard() for source in sources], parts, canvas.fps, audio)
        given = 0
        for index, frame in enumerate(frames):
            film.write(frame)
            # Sound goes along with the picture, so that neither waits long for the other.
            while (
                has_sound and given < (index + 1) / canvas.fps * SOUND_RATE and (block := next(sound, None)) is not None
            ):
                film.write_sound(block)
                given += len(block)
            report(Event("write", index + 1, total(parts)))
        for block in sound:
            film.write_sound(block)


def film_frames(sources: Sequence[Source], parts: Sequence[Part], joints: Sequence[Joint]) -> Iterator[Pixels]:
    """Every frame of the film, `[h, w, 3]`."""
    ready = {joint.cut: joint for joint in joints}
    for part in parts:
        if isinstance(part, Stretch):
            yield from islice(sources[part.clip].frames(part.start), part.count)
        else:
            yield from ready[part].frames(
                playing(sources[part.a], part, leaving=True), playing(sources[part.b], part, leaving=False)
            )
