"""What a clip is: size, rate, length, sound; and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segue.clips.file import decoded_pictures, is_cut_off, not_a_clip, opened, picture_of, sound_of
from segue.clips.picture import shown_size, turn
from segue.clips.timing import Timing, find_timing
from segue.errors import InputError

SMALLEST_PX = 16


@dataclass(frozen=True)
class ClipInfo:
    """A clip as `read_frames` and `read_sound` give it.

    `width` and `height` are as displayed, upright and in square pixels. `fps` is constant: the
    clip's own where it has one; where it has none (`notes` says "variable frame rate"), one fast
    enough to show nearly every frame. `frames` is how many frames there are at `fps`, and
    `seconds` how long the picture lasts. `sound_rate` is in Hz.
    """

    path: Path
    width: int
    height: int
    fps: Fraction
    frames: int
    seconds: float
    has_sound: bool
    sound_rate: int | None
    sound_channels: int | None
    codec: str
    notes: tuple[str, ...]


def probe(path: Path) -> ClipInfo:
    """Look at a clip: its packets, and its first frame only.

    Raises `InputError` for a file that is missing, a directory, no video, empty, cut off, without
    a picture (cover art is none) or frames, or smaller than 16x16.

    >>> import tempfile
    >>> from segue.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     info = probe(write_demo_clips(Path(folder), seconds=0.5, height=64, width=96)[0])
    >>> info.width, info.height, info.frames, info.seconds
    (96, 64, 12, 0.5)
    """
    return examine(path)[0]


def examine(path: Path) -> tuple[ClipInfo, Timing]:
    """`probe`, with the clock that reading needs."""
    path = Path(path)
    with opened(path) as container:
        stream = picture_of(container, path)
        if is_cut_off(path) or _index_beyond(stream, path.stat().st_size):
            raise not_a_clip(path, "cut off: the file is shorter than it states")
        frame = next(decoded_pictures(container, stream), None)
        sound = sound_of(container)
        sound_rate, channels = (sound.rate, sound.layout.nb_channels) if sound else (None, None)
        layout = sound.layout.name if sound else ""
        codec, aspect = stream.codec_context.name, stream.sample_aspect_ratio
    if frame is None:
        raise not_a_clip(path, "no frame that can be decoded")
    width, height = shown_size(frame, aspect)
    if min(width, height) < SMALLEST_PX:
        raise InputError(f"{path} of {width}x{height}", f"{SMALLEST_PX}x{SMALLEST_PX} or more", "choose a larger clip")
    with opened(path) as container:
        timing = _timing(container, picture_of(container, path), path)
    seconds = float(timing.seconds)
    notes = _notes(frame, aspect, timing, channels or 0, layout)
    frames = count_ticks(seconds, timing.fps)
    info = ClipInfo(
        path, width, height, timing.fps, frames, seconds, sound is not None, sound_rate, channels, codec, notes
    )
    return info, timing


def count_ticks(seconds: float, rate: Fraction | int) -> int:
    """How many frames (or samples) of `rate` a second fill `seconds`: the nearest whole number, at least 1."""
    return max(1, round(seconds * rate))


def _index_beyond(stream: VideoStream, size: int) -> bool:
    return any(entry.pos + entry.size > size for entry in stream.index_entries)


def _timing(container: InputContainer, stream: VideoStream, path: Path) -> Timing:
    base = stream.time_base or Fraction(1, 1000)
    packets = [
        (packet.dts if packet.pts is None else packet.pts, packet.duration or 0)
        for packet in container.demux(stream)
        if packet.size and not packet.is_discard
    ]
    stated = [rate for rate in (stream.average_rate, stream.guessed_rate) if rate]
    if not packets:
        raise not_a_clip(path, "no frames")
    shown = {stamp: duration for stamp, duration in packets if stamp is not None}
    if len(shown) < len(packets) / 2:  # A bare stream without a clock: only the stated rate is left.
        fps = stated[0] if stated else Fraction(25)
        return Timing(Fraction(0), fps, len(packets) / fps, gridded=True, steady=True)
    stamps = sorted(shown)
    return find_timing([stamp * base for stamp in stamps], shown[stamps[-1]] * base, stated)


def _notes(frame: VideoFrame, aspect: Fraction | None, timing: Timing, channels: int, layout: str) -> tuple[str, ...]:
    swap, flip_x, flip_y = turn(frame)
    notes = []
    if swap:
        notes.append("turned upright by 90 degrees")
    elif flip_x and flip_y:
        notes.append("turned upright by 180 degrees")
    elif flip_x or flip_y:
        notes.append("mirrored as its file asks")
    if aspect and aspect != 1:
        notes.append(f"pixels of {aspect.numerator}:{aspect.denominator} made square")
    if not timing.steady:
        notes.append("variable frame rate")
    if channels > 2:
        notes.append(f"{layout} sound mixed to stereo")
    return tuple(notes)
