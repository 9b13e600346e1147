"""A clip's file: opened safely, and found whole."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from segue.core.errors import InputError, missing_file, unreadable_file
from segue.video.webp import is_animated_webp, webp_as_video


def not_a_clip(path: Path, why: str) -> InputError:
    """The error for a file that no clip can be read from.

    Args:
        path: the file.
        why: what is wrong with it.

    Returns:
        The error, to raise.
    """
    return unreadable_file(path, why, "a whole video or GIF", "saving or copying it again, or another file")


FORMATS = (
    *(
        "mov",
        "matroska",
        "webm",
        "mpegts",
        "mpeg",
        "mpegvideo",
        "avi",
        "flv",
        "asf",
        "ogg",
        "mxf",
        "gxf",
        "dv",
        "nut",
        "rm",
    ),
    *("ivf", "obu", "h264", "hevc", "m4v", "mjpeg", "vc1", "wtv", "gif", "apng", "wav", "mp3", "aac", "flac"),
    *("png_pipe", "jpeg_pipe", "webp_pipe", "bmp_pipe", "tiff_pipe", "avif", "jpegxl_anim"),
)
"""The containers that are read, by libav's names. None of them refers to other files or addresses."""


@contextmanager
def open_container(path: Path) -> Iterator[InputContainer]:
    """Open a file to read pictures and sound from; it is closed at the end of the block.

    Args:
        path: the file.

    Yields:
        The open file.

    Raises:
        InputError: for a file that is missing, a directory, a device or pipe, empty, not readable, or no video.
    """
    if not path.exists():
        raise missing_file(path, "a video or GIF")
    if not stat.S_ISREG(path.stat().st_mode):
        kind = "a directory" if path.is_dir() else "a device or pipe"
        remedy = "a file in it" if path.is_dir() else "saving it as a file"
        raise InputError(f"{path}, which is {kind}", "a video or GIF", remedy)
    if path.stat().st_size == 0:
        raise not_a_clip(path, "an empty file")
    # `file:` and the lists: neither a name with a colon nor a playlist reaches other files or the network.
    options = {"protocol_whitelist": "file", "format_whitelist": ",".join(FORMATS)}
    try:
        with (
            webp_as_video(path) if is_animated_webp(path) else nullcontext(path) as file,
            av.open(f"file:{file}", options=options, metadata_errors="replace") as container,
        ):
            yield container
    except PermissionError:
        raise unreadable_file(path, "no permission", "a readable file", "changing its permissions") from None
    except av.error.FFmpegError as error:
        why = "cut off" if is_cut_off(path) else f"not a video: {error.strerror}"
        raise not_a_clip(path, why) from None


def picture_of(container: InputContainer, path: Path) -> VideoStream:
    """The moving picture that a player shows; cover art is none.

    Args:
        container: the open file.
        path: what the error calls it.

    Returns:
        Of the streams that can be decoded, the one that the file marks as its default, else the largest, else the
        first.

    Raises:
        InputError: for a file without a picture that can be decoded.
    """
    moving = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    found = [stream for stream in moving if stream.codec_context is not None]
    if found:
        return max(found, key=lambda stream: (_is_default(stream), stream.width * stream.height, -stream.index))
    if moving:
        raise not_a_clip(path, "a picture in a format that nothing here decodes")
    raise not_a_clip(path, "sound but no picture" if container.streams.audio else "no picture")


def sound_of(container: InputContainer) -> AudioStream | None:
    """The sound track that a player plays.

    Args:
        container: the open file.

    Returns:
        Of the tracks that can be decoded, the one that the file marks as its default, else the one of most channels,
        else the first; None where there is no sound.
    """
    found = [stream for stream in container.streams.audio if stream.codec_context and stream.codec_context.sample_rate]
    return max(found, key=lambda stream: (_is_default(stream), stream.layout.nb_channels, -stream.index), default=None)


def other_streams(container: InputContainer, picture: VideoStream, sound: AudioStream | None) -> Iterator[str]:
    """What a file holds beside the streams that are used, a note each.

    Args:
        container: the open file.
        picture: as of `picture_of`.
        sound: as of `sound_of`.

    Yields:
        A note for pictures, and one for sound tracks.
    """
    pictures = [
        f"{other.width}x{other.height}"
        for other in container.streams.video
        if other is not picture and other.codec_context and not other.disposition & Disposition.attached_pic
    ]
    if pictures:
        used = f"the {picture.width}x{picture.height} one is used"
        yield f"of {len(pictures) + 1} pictures, {used}, not {', '.join(pictures)}"
    tracks = [_named(other) for other in container.streams.audio if other is not sound and other.codec_context]
    if sound is not None and tracks:
        yield f"of {len(tracks) + 1} sound tracks, {_named(sound)} is used, not {', '.join(tracks)}"


def _is_default(stream: AudioStream | VideoStream) -> bool:
    return bool(stream.disposition & Disposition.default)


def _named(track: AudioStream) -> str:
    """A sound track as a person would tell it from others: by number, language and layout."""
    language = track.metadata.get("language", "und")
    return f"{track.index} ({track.layout.name}{'' if language == 'und' else ', ' + language})"


def is_cut_off(path: Path) -> bool:
    """Whether a file is shorter than its own headers say.

    Args:
        path: the file.

    Returns:
        False too for formats that do not say how long they are.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(12)
        file.seek(0)
        if start[4:8] in _BOXES:
            return _mp4_cut_off(file, size)
        if start[:4] == b"\x1aE\xdf\xa3":
            return _matroska_cut_off(file, size)
        if start[:4] == b"RIFF" and start[8:] in (b"AVI ", b"WEBP"):
            return int.from_bytes(start[4:8], "little") + 8 > size + 1
        if start[:4] == b"GIF8":
            return not _gif_ends(file.read())
    return False


_BOXES = (b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"uuid", b"meta", b"sidx", b"styp", b"mfra")


def _mp4_cut_off(file: BinaryIO, size: int) -> bool:
    """Whether a top-level box reaches beyond the end."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        length, kind = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:], "big")
        if kind not in _BOXES or length < 8:
            return False
        at += length
    return at > size


def _matroska_cut_off(file: BinaryIO, size: int) -> bool:
    """Whether the segment, where it states a length, reaches beyond the end."""
    file.seek(4)
    file.seek(_vint(file) or 0, 1)
    if file.read(4) != b"\x18S\x80g":
        return False
    length = _vint(file)
    return length is not None and file.tell() + length > size


def _vint(file: BinaryIO) -> int | None:
    """Matroska's variable-length number; None where all bits are set, which means unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    value = int.from_bytes(bytes([first[0] & (0x7F >> more)]) + file.read(more), "big")
    return None if value == (1 << 7 * (more + 1)) - 1 else value


def _gif_ends(data: bytes) -> bool:
    """Whether the blocks of a GIF are whole; some writers leave out the trailer."""

    def table(flags: int) -> int:
        return 3 << (flags & 7) + 1 if flags & 0x80 else 0

    try:
        at = 13 + table(data[10])
        while at < len(data) and data[at] != 0x3B:
            if data[at] == 0x21:
                at += 2
            elif data[at] == 0x2C:
                at += 11 + table(data[at + 9])
            else:
                return True  # not a block: what the decoder makes of it decides
            while data[at]:
                at += data[at] + 1
            at += 1
    except IndexError:
        return False
    return True
