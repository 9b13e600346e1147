"""What a clip is: size, rate, length, sound; and whether it is whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segue.core.errors import InputError
from segue.video.decode import Key, Pieces, decode_pictures
from segue.video.file import is_cut_off, not_a_clip, open_container, other_streams, picture_of, sound_of
from segue.video.notes import INTERLACED, picture_notes
from segue.video.picture import shown_size
from segue.video.timecode import timecode_of
from segue.video.timing import Timing, find_timing
from segue.video.webp import is_animated_webp

SMALLEST_PX = 16
# Formats whose "key" frames are laid over those before them.
_LEAN_ON_ALL = ("gif", "apng")
# Formats in which a picture may change its size midway.
_CHANGING = ("mpegts", "mpeg", "matroska,webm", "flv", "h264", "hevc")
_TRIED_FRAMES, _MOST_KEYS = 120, 200


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


class Clip(NamedTuple):
    """A clip that has been examined once, with all that reading it needs.

    `timing` is its clock, `base` seconds a tick; `keys` are the key frames that can be sought, in the order shown.
    `aspect` is how many times as wide as high a pixel is, if that is said. `shifts` are the seconds to add to the time
    stamps of each recording in the file: most files hold one, and `(0,)`. `timecode` is that of its first frame (see
    `segue.video.timecode`), None without one. `checked` remembers which key frames can be trusted, so that each is
    checked once.
    """

    info: ClipInfo
    timing: Timing
    base: Fraction
    keys: tuple[Key, ...]
    aspect: Fraction | None
    shifts: tuple[Fraction, ...]
    timecode: str | None
    checked: dict[Key, bool]

    def keys_before(self, seconds: Fraction) -> tuple[Key | None, Key | None]:
        """The key frame to start from, and the one before it.

        Args:
            seconds: what is to be shown, after the first frame.

        Returns:
            The last key frame that is shown two frames or more before it, and the one before that; None for the first.
        """
        by = seconds - 2 / self.info.fps  # a deinterlacer needs the frame before
        times = [self.timing.time(key.shown * self.base, 0) for key in self.keys]
        at = bisect_right(times, by) - 1
        return (self.keys[at] if at > 0 else None), (self.keys[at - 1] if at > 1 else None)


def examine(path: Path) -> Clip:
    """Look at a clip, as `probe` does, and find what reading it needs.

    Args:
        path: as of `probe`.

    Returns:
        What `probe` returns, with the clip's clock, its key frames and its time code. `read_frames` and `read_sound`
        take it in place of the path, and then do not examine the file again.

    Raises:
        InputError: as `probe` does.
    """
    path = Path(path)
    with open_container(path) as container:
        stream = picture_of(container, path)
        if is_cut_off(path) or _index_beyond(stream, container.size):
            raise not_a_clip(path, "cut off: the file is shorter than it states")
        frame = _first_whole(decode_pictures(container, stream))
        sound = sound_of(container)
        sound_rate, channels = (sound.rate, sound.layout.nb_channels) if sound else (None, None)
        layout = sound.layout.name if sound else ""
        codec, aspect = stream.codec_context.codec.canonical_name, stream.sample_aspect_ratio
        changes = container.format.name in _CHANGING
        others = tuple(other_streams(container, stream, sound))
        code = timecode_of(container, stream)
    if frame is None:
        raise not_a_clip(path, "no frame that can be decoded")
    if is_animated_webp(path):
        codec = "webp"
    width, height = shown_size(frame, aspect)
    if min(width, height) < SMALLEST_PX:
        raise InputError(f"{path} of {width}x{height}", f"{SMALLEST_PX}x{SMALLEST_PX} or more", "a larger clip")
    with open_container(path) as container:
        stream = picture_of(container, path)
        base = stream.time_base or Fraction(1, 1000)
        scan = _scan(container, stream, path, frame.pts)
        timing = scan.timing(base, stream)
    seconds = float(timing.seconds)
    sizes = _other_sizes(path, (frame.width, frame.height)) if changes else ()
    notes = (
        *scan.notes(base),
        *(f"the picture's size changes to {w}x{h}: shown at {width}x{height}" for w, h in sizes),
        *picture_notes(frame, aspect, codec),
        *_timing_notes(timing),
        *_sound_notes(channels or 0, layout),
        *others,
    )
    info = ClipInfo(
        path=path,
        width=width,
        height=height,
        fps=timing.fps,
        frames=count_ticks(seconds, timing.fps),
        seconds=seconds,
        has_sound=sound is not None,
        sound_rate=sound_rate,
        sound_channels=channels,
        codec=codec,
        notes=notes,
    )
    # A deinterlacer needs the frame before, and of uneven ones it is not known how long before that is.
    unsought = codec in _LEAN_ON_ALL or (INTERLACED in notes and not timing.steady)
    shifts = tuple(shift * base for shift in scan.shifts)
    return Clip(
        info=info,
        timing=timing,
        base=base,
        keys=() if unsought else scan.sought,
        aspect=aspect,
        shifts=shifts,
        timecode=code,
        checked={},
    )


def _first_whole(frames: Iterator[VideoFrame]) -> VideoFrame | None:
    """The first frame that nothing is missing of; where none of the first is so, the first."""
    first = None
    for frame in islice(frames, _TRIED_FRAMES):
        first = first or frame
        if not frame.is_corrupt:
            return frame
    return first


def _other_sizes(path: Path, size: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """The sizes, besides `size`, that key frames have, in the order shown."""
    with open_container(path) as container:
        stream = picture_of(container, path)
        stream.codec_context.skip_frame = "NONKEY"
        found = {(frame.width, frame.height): None for frame in islice(decode_pictures(container, stream), _MOST_KEYS)}
    found.pop(size, None)
    return tuple(found)


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


@dataclass(frozen=True)
class _Scan:
    """What the packets of a clip's picture say.

    `shown` are the time stamps of what can be decoded and how long each is shown, in ticks, those of each recording
    moved behind the one before by `shifts`; `left_out` is how many ticks are left out before them.
    """

    shown: dict[int, int]
    shifts: tuple[int, ...]
    keys: tuple[Key, ...]
    count: int
    unstamped: int
    left_out: int

    @property
    def sought(self) -> tuple[Key, ...]:
        """The key frames to which the container may lead."""
        return () if self.unstamped or len(self.shifts) > 1 else tuple(sorted(self.keys))

    def timing(self, base: Fraction, stream: VideoStream) -> Timing:
        """The clip's clock."""
        stated = [rate for rate in (stream.average_rate, stream.guessed_rate) if rate]
        if len(self.shown) < self.count / 2 and not self.left_out:
            # A bare stream without a clock: only the stated rate is left.
            fps = stated[0] if stated else Fraction(25)
            return Timing(Fraction(0), fps, self.count / fps, gridded=True, steady=True)
        stamps = sorted(self.shown)
        return find_timing([stamp * base for stamp in stamps], self.shown[stamps[-1]] * base, stated)

    def notes(self, base: Fraction) -> tuple[str, ...]:
        """What a user should know of it."""
        notes = []
        if self.left_out:
            notes.append(f"the first {float(self.left_out * base):.2f} s cannot be decoded and are left out")
        if len(self.shifts) > 1:
            notes.append(f"{len(self.shifts)} recordings, one after the other: their time stamps start again")
        return tuple(notes)


def _scan(container: InputContainer, stream: VideoStream, path: Path, first: int | None) -> _Scan:
    """Look at all packets of a picture, the first frame that can be decoded being stamped `first`."""
    found: list[dict[int, int]] = [{}]
    keys: list[Key] = []
    count = unstamped = 0
    pieces = Pieces(stream)
    for packet in container.demux(stream):
        if not packet.size or packet.is_discard:
            continue
        count += 1
        unstamped += packet.pts is None
        if pieces.number_of(packet) == len(found):
            found.append({})
        stamp = packet.dts if packet.pts is None else packet.pts
        if stamp is not None:
            found[-1][stamp] = packet.duration or 0
        if packet.is_keyframe and packet.pts is not None:
            keys.append(Key(packet.pts, packet.pts if packet.dts is None else packet.dts))
    if not count:
        raise not_a_clip(path, "no frames")
    left_out = 0
    if first is not None and first in found[0]:
        left_out = first - min(found[0])
        found[0] = {stamp: lasts for stamp, lasts in found[0].items() if stamp >= first}
    shifts = [0]
    for piece, after in pairwise(filter(None, found)):
        last = max(piece)
        lasts = piece[last] or (last - min(piece)) // max(1, len(piece) - 1)
        shifts.append(shifts[-1] + last + lasts - min(after))
    shown = {
        stamp + shift: lasts
        for piece, shift in zip(filter(None, found), shifts, strict=False)
        for stamp, lasts in piece.items()
    }
    return _Scan(shown, tuple(shifts), tuple(keys), count, unstamped, left_out)


def _timing_notes(timing: Timing) -> tuple[str, ...]:
    return () if timing.steady else ("variable frame rate",)


def _sound_notes(channels: int, layout: str) -> tuple[str, ...]:
    if channels == 1:
        return ("mono sound heard on both sides",)
    return (f"{layout} sound mixed to stereo",) if channels > 2 else ()
