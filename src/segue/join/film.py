"""Writing the joined film as a stream: stretches of the clips, the transitions between them, and their sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from segue.core.images import Pixels
from segue.core.progress import Event, Report
from segue.core.types import Sound
from segue.join.clip_window import ClipWindow
from segue.join.seam_frames import live_frames
from segue.join.sound import Audio, mix_sound
from segue.join.timeline import Part, Stretch, count_frames
from segue.join.transition import Transition
from segue.video import CodecName, FilmWriter, carries_sound
from segue.video.codecs import SOUND_RATE


def write_film(
    out: Path,
    windows: Sequence[ClipWindow],
    parts: Sequence[Part],
    transitions: Sequence[Transition],
    audio: Audio,
    report: Report,
    codec: CodecName | None = None,
    crf: int | None = None,
) -> None:
    """Write the parts of a film. Nothing is left at `out` if anything fails.

    Args:
        out: the file, or folder of pictures.
        windows: the clips.
        parts: the parts of the film.
        transitions: one for each cut among the parts.
        audio: what is heard during a transition. There is a sound track if a clip has sound, the file can carry it, and
            this is not "none"; it is as long as the picture to the sample.
        report: receives progress events.
        codec: None: as usual for the file's ending.
        crf: the quality; None: as usual for the codec.

    Raises:
        InputError: for what cannot be written.
    """
    canvas = windows[0].canvas
    has_sound = audio != "none" and carries_sound(out, codec) and any(window.info.has_sound for window in windows)
    frames, rate = render_frames(windows, parts, transitions), SOUND_RATE if has_sound else None
    with FilmWriter(out, canvas.width, canvas.height, canvas.fps, sound_rate=rate, crf=crf, codec=codec) as film:
        sound: Iterator[Sound] = iter(())
        if audio != "none" and has_sound:
            sound = mix_sound([window.sound() for window in windows], parts, canvas.fps, audio)
        written = 0
        for index, frame in enumerate(frames):
            film.write(frame)
            # Sound goes along with the picture, so that neither waits long for the other.
            while (
                has_sound
                and written < (index + 1) / canvas.fps * SOUND_RATE
                and (block := next(sound, None)) is not None
            ):
                film.write_sound(block)
                written += len(block)
            report(Event("write", index + 1, count_frames(parts)))
        for block in sound:
            film.write_sound(block)


def render_frames(
    windows: Sequence[ClipWindow], parts: Sequence[Part], transitions: Sequence[Transition]
) -> Iterator[Pixels]:
    """Render every frame of a film.

    Args:
        windows: the clips.
        parts: the parts of the film.
        transitions: one for each cut among the parts.

    Returns:
        uint8 `[h, w, 3]`, one at a time.
    """
    at = {transition.cut: transition for transition in transitions}
    for part in parts:
        if isinstance(part, Stretch):
            yield from windows[part.clip].frames(part.start, part.stop)
        else:
            yield from at[part].render(
                live_frames(windows[part.a], part, leaving=True), live_frames(windows[part.b], part, leaving=False)
            )
