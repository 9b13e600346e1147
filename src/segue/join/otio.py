"""The film as an OpenTimelineIO timeline, for editors: the clips' own files, and the transitions between them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from segue.core.images import atomic_write
from segue.core.jsonable import to_json
from segue.join.clip_window import ClipWindow
from segue.join.exports import Film
from segue.join.plan import Plan
from segue.join.record import TransitionResult, relative_path
from segue.join.scores import find_misses
from segue.join.sound import Audio
from segue.join.timeline import Cut, Stretch
from segue.video import carries_sound

KEY = "segue"
"""Under which all metadata is."""


def write_otio(
    path: Path,
    plan: Plan,
    films: Sequence[Film],
    transitions: Sequence[TransitionResult],
    record: Path,
    audio: Audio,
    seed: int = 0,
    codec: str | None = None,
) -> Path:
    """Write the timeline of a film, whose `films` and `record` are there, as `OpenTimelineIO` (0.18, JSON).

    There is a video track, and an audio track where the film has sound. On both, a clip of the film is its own file,
    with the range that the film shows; a transition is the film that was written of it, with the range that is the
    transition itself, so that an editor can draw it out over its handles. Ranges are in the media's own rate, counted
    from its time code if it has one; where the film's rate is another they fall between frames. A still is frozen.
    Paths are relative to `path`. Markers stand where a transition begins and ends, red where the seam misses a goal.

    Args:
        path: the .otio file.
        plan: the film.
        films: what was written of it.
        transitions: what its transitions are summed up to.
        record: the JSON of the film.
        audio: what is heard during a transition.
        seed: the request's, for the metadata.
        codec: the films'.

    Returns:
        `path`.
    """
    page = json.loads(record.read_text(encoding="utf-8"))
    digests = tuple(str(clip["sha256"]) for clip in page["project"]["clips"])
    heard = audio != "none" and any(window.info.has_sound for window in plan.windows)
    builder = _TimelineBuilder(
        folder=path.parent,
        plan=plan,
        films=tuple(films),
        transitions=tuple(transitions),
        digests=digests,
        seed=seed,
        films_have_sound=heard and carries_sound(films[0].path, codec),
    )
    timeline = builder.build(path.stem, heard=heard)
    timeline.metadata[KEY] = {
        "version": page["segue"],
        "record": relative_path(record, path.parent),
        "arithmetic": plan.describe(),
        "width": plan.canvas.width,
        "height": plan.canvas.height,
        "seed": seed,
    }
    with atomic_write(path) as beside:
        beside.write_text(timeline.to_json_string(indent=1) + "\n", encoding="utf-8")
    return path


@dataclass(frozen=True)
class _TimelineBuilder:
    """What a timeline is made of."""

    folder: Path
    plan: Plan
    films: tuple[Film, ...]
    transitions: tuple[TransitionResult, ...]
    digests: tuple[str, ...]
    seed: int
    films_have_sound: bool

    def build(self, name: str, *, heard: bool) -> Any:
        from opentimelineio import schema

        fps = self.plan.canvas.fps
        timeline = schema.Timeline(name, global_start_time=_time(Fraction(0), fps))
        video = schema.Track("V1", kind=schema.TrackKind.Video)
        video.extend(
            [self._clip(part) if isinstance(part, Stretch) else self._transition(part) for part in self.plan.parts]
        )
        timeline.tracks.append(video)
        if heard:
            audio = schema.Track("A1", kind=schema.TrackKind.Audio)
            audio.extend([self._sound(part) for part in self.plan.parts])
            timeline.tracks.append(audio)
        timeline.tracks.markers.extend(self._markers())
        return timeline

    def _clip(self, part: Stretch) -> Any:
        """Frames of a clip, as its own file."""
        from opentimelineio import schema

        window = self.plan.windows[part.clip]
        still, fps = window.is_still, self.plan.canvas.fps
        rate = fps if still else window.info.fps
        origin = 0 if still else _origin(window)
        length = part.count * rate / fps
        # The film may hold a clip's last frame half a frame longer than the media lasts: it begins as much earlier.
        latest = max(Fraction(0), window.info.frames - length)
        start = Fraction(0) if still else min((window.start + part.start) * rate / fps, latest)
        media = schema.ExternalReference(
            url(window.path, self.folder), _range(Fraction(origin), Fraction(window.info.frames), rate)
        )
        media.name = window.path.name
        metadata = {KEY: {"clip": part.clip + 1, "sha256": self.digests[part.clip]}}
        clip = schema.Clip(window.path.name, media, _range(origin + start, length, rate), metadata=metadata)
        if still:
            clip.effects.append(schema.FreezeFrame())
        return clip

    def _transition(self, cut: Cut, *, sound: bool = False) -> Any:
        """A transition, as the film that was written of it."""
        from opentimelineio import schema

        film, transition = self._film(cut), self.transitions[self.plan.cuts.index(cut)]
        fps = self.plan.canvas.fps
        available = _range(Fraction(0), Fraction(film.frames), fps)
        if film.path.is_dir() and not sound:
            media = schema.ImageSequenceReference(
                f"{url(film.path, self.folder)}/", "", ".png", 1, 1, float(fps), 6, available_range=available
            )
        else:
            file = film.path / "sound.wav" if film.path.is_dir() else film.path
            media = schema.ExternalReference(url(file, self.folder), available)
        media.name = film.path.name
        return schema.Clip(
            f"{transition.a.stem} to {transition.b.stem}",
            media,
            _range(Fraction(film.first(cut)), Fraction(cut.count), fps),
            metadata={KEY: self._metadata(cut, transition)},
        )

    def _film(self, cut: Cut) -> Film:
        return next(film for film in self.films if cut in film.parts)

    def _metadata(self, cut: Cut, transition: TransitionResult) -> dict[str, Any]:
        styles = [attempt["style"] for attempt in transition.attempts]
        metadata = {
            "style": transition.style,
            "rung": styles.index(transition.style) + 1,
            "rungs": transition.attempts,
            "mode": transition.mode,
            "seed": self.seed,
            "scores": transition.scores[transition.style],
            "sha256": {"a": self.digests[cut.a], "b": self.digests[cut.b]},
        }
        plain: dict[str, Any] = to_json(metadata)
        return plain

    def _sound(self, part: Stretch | Cut) -> Any:
        """The sound that goes with the picture."""
        from opentimelineio import schema

        if isinstance(part, Cut):
            if self.films_have_sound:
                return self._transition(part, sound=True)
        elif (window := self.plan.windows[part.clip]).info.has_sound and not window.is_still:
            return self._clip(part)
        return schema.Gap(duration=_time(Fraction(part.count), self.plan.canvas.fps))

    def _markers(self) -> list[Any]:
        """Two for each transition, in the film's time; a loop ends where it begins."""
        from opentimelineio import schema

        fps, markers = self.plan.canvas.fps, []
        for cut, transition in zip(self.plan.cuts, self.transitions, strict=True):
            scores = transition.scores[transition.style]
            missed = {miss.goal.name.partition(".")[0] for miss in find_misses(scores)}
            first = self.plan.first(cut)
            ends = (("a", "from", transition.a, first), ("b", "to", transition.b, first + cut.count))
            for end, way, clip, at in ends:
                seam = to_json(getattr(scores, end))
                color = schema.MarkerColor.RED if end in missed else schema.MarkerColor.GREEN
                said = ", ".join(f"{name} {value:.2f}" for name, value in seam.items() if value is not None)
                when = _range(Fraction(at % self.plan.frames), Fraction(1), fps)
                about = f"{transition.style} {way} {clip.name}"
                markers.append(schema.Marker(about, when, color, {KEY: {"seam": seam}}, f"seam: {said}"))
        return markers


def _time(frames: Fraction, rate: Fraction) -> Any:
    from opentimelineio.opentime import RationalTime

    return RationalTime(float(frames), float(rate))


def _range(start: Fraction, length: Fraction, rate: Fraction) -> Any:
    from opentimelineio.opentime import TimeRange

    return TimeRange(_time(start, rate), _time(length, rate))


def _origin(window: ClipWindow) -> int:
    """The number of a clip's first frame by its time code; 0 without one, or at a rate that has none."""
    from opentimelineio.opentime import from_timecode

    code = window.clip.timecode
    if code is None:
        return 0
    try:
        return int(from_timecode(code, float(window.info.fps)).value)
    except ValueError:
        return 0


def url(path: Path, folder: Path) -> str:
    """Write a path as seen from a folder as OpenTimelineIO's `url_utils` read it: spaces stay, signs of a URL do not.

    Args:
        path: the path.
        folder: the folder.

    Returns:
        The address.

    >>> url(Path("clips/my clip 100%.mp4"), Path("films"))
    '../clips/my clip 100%25.mp4'
    """
    there = relative_path(path, folder)
    if Path(there).is_absolute():
        return Path(there).as_uri()
    for sign in "%?#":
        there = there.replace(sign, f"%{ord(sign):X}")
    return f"./{there}" if ":" in there.partition("/")[0] else there
