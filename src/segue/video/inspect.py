"""What a clip is: size, rate, length, sound; and whether it is whole."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from av.container import InputContainer
from av.video.stream import VideoStream

from segue.core.errors import InputError
from segue.video.decode import Key, decode_pictures
from segue.video.file import is_cut_off, not_a_clip, open_container, picture_of, sound_of
from segue.video.notes import INTERLACED, picture_notes
from segue.video.picture import shown_size
from segue.video.timing import Timing, find_timing
from segue.video.webp import is_animated_webp

SMALLEST_PX = 16
# Formats whose "key" frames are laid over those before them.
_LEAN_ON_ALL = ("gif", "apng")


@dataclass(frozen=True)
class ClipInfo:
    """A clip as `read_frames` and `read_sound` give it.

    `width` and `height` are as displayed, upright and in square pixels. `fps` is constant: the
    clip's own where it has one; where it has none (`notes` says "variable frame rate"), one fast
    enough to show nearly every frame. `frames` is how many frames there are at `fps`, and
    `seconds` how long the picture lasts. `sound_rate` is in Hz. `notes` say what is changed to show and write it:
    turning, pixel shape, interlacing, transparency, colours, sound.
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
    """Look at a clip: at its packets, and at its first frame.

    Args:
        path: a video, a GIF or an animated WebP.

    Returns:
        What it is.

    Raises:
        InputError: for a file that is missing, a directory, no video, empty, cut off, without a picture (cover art is
            none) or frames, or smaller than 16x16 px.

    >>> import tempfile
    >>> from segue.video.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     info = probe(write_demo_clips(Path(folder), seconds=0.5, height=64, width=96)[0])
    >>> info.width, info.height, info.frames, info.seconds
    (96, 64, 12, 0.5)
    """
    return examine(path).info


class Examined(NamedTuple):
    """A clip with what reading needs: its clock, and the key frames, in the order shown, that can be sought."""

    info: ClipInfo
    timing: Timing
    base: Fraction
    keys: tuple[Key, ...]

    def key_before(self, seconds: Fraction) -> Key | None:
        """The key frame to start from.

        Args:
            seconds: what is to be shown, after the first frame.

        Returns:
            The last key frame that is shown two frames or more before it; None where that is the first.
        """
        by = seconds - 2 / self.info.fps  # a deinterlacer needs the frame before
        times = [self.timing.time(key.shown * self.base, 0) for key in self.keys]
        at = bisect_right(times, by) - 1
        return self.keys[at] if at > 0 else None


def examine(path: Path) -> Examined:
    """Look at a clip, as `probe` does, and find what reading it needs.

    Args:
        path: as of `probe`.

    Returns:
        What `probe` returns, the clip's clock, and its key frames.

    Raises:
        InputError: as `probe` does.
    """
    path = Path(path)
    with open_container(path) as container:
        stream = picture_of(container, path)
        if is_cut_off(path) or _index_beyond(stream, container.size):
            raise not_a_clip(path, "cut off: the file is shorter than it states")
        frame = next(decode_pictures(container, stream), None)
        sound = sound_of(container)
        sound_rate, channels = (sound.rate, sound.layout.nb_channels) if sound else (None, None)
        layout = sound.layout.name if sound else ""
        codec, aspect = stream.codec_context.codec.canonical_name, stream.sample_aspect_ratio
    if frame is None:
        raise not_a_clip(path, "no frame that can be decoded")
    if is_animated_webp(path):
        codec = "webp"
    width, height = shown_size(frame, aspect)
    if min(width, height) < SMALLEST_PX:
        raise InputError(f"{path} of {width}x{height}", f"{SMALLEST_PX}x{SMALLEST_PX} or more", "choose a larger clip")
    with open_container(path) as container:
        stream = picture_of(container, path)
        base = stream.time_base or Fraction(1, 1000)
        timing, keys = _timing(container, stream, path, base)
    seconds = float(timing.seconds)
    notes = (*picture_notes(frame, aspect, codec), *_timing_notes(timing), *_sound_notes(channels or 0, layout))
    frames = count_ticks(seconds, timing.fps)
    info = ClipInfo(
        path, width, height, timing.fps, frames, seconds, sound is not None, sound_rate, channels, codec, notes
    )
    # A deinterlacer needs the frame before, and of uneven ones it is not known how long before that is.
    unsought = codec in _LEAN_ON_ALL or (INTERLACED in notes and not timing.steady)
    return Examined(info, timing, base, () if unsought else keys)


def count_ticks(seconds: float, rate: Fraction | int) -> int:
    """How many frames (or samples) fill a time.

    Args:
        seconds: the time.
        rate: frames a second.

    Returns:
        The nearest whole number, at least 1.

    >>> count_ticks(0.51, 25)
    13
    """
    return max(1, round(seconds * rate))


def _index_beyond(stream: VideoStream, size: int) -> bool:
    return any(entry.pos + entry.size > size for entry in stream.index_entries)


def _timing(
    container: InputContainer, stream: VideoStream, path: Path, base: Fraction
) -> tuple[Timing, tuple[Key, ...]]:
    stated = [rate for rate in (stream.average_rate, stream.guessed_rate) if rate]
    shown: dict[int, int] = {}
    keys: list[Key] = []
    count = unstamped = 0
    for packet in container.demux(stream):
        if not packet.size or packet.is_discard:
            continue
        count += 1
        unstamped += packet.pts is None
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:
            shown[stamp] = packet.duration or 0
        if packet.is_keyframe and packet.pts is not None:
            keys.append(Key(packet.pts, packet.pts if packet.dts is None else packet.dts))
    if not count:
        raise not_a_clip(path, "no frames")
    if len(shown) < count / 2:  # A bare stream without a clock: only the stated rate is left.
        fps = stated[0] if stated else Fraction(25)
        return Timing(Fraction(0), fps, count / fps, gridded=True, steady=True), ()
    stamps = sorted(shown)
    timing = find_timing([stamp * base for stamp in stamps], shown[stamps[-1]] * base, stated)
    return timing, () if unstamped else tuple(sorted(keys))


def _timing_notes(timing: Timing) -> tuple[str, ...]:
    return () if timing.steady else ("variable frame rate",)


def _sound_notes(channels: int, layout: str) -> tuple[str, ...]:
    if channels == 1:
        return ("mono sound heard on both sides",)
    return (f"{layout} sound mixed to stereo",) if channels > 2 else ()
