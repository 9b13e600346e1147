"""A clip's file: opened safely, and found whole."""

from __future__ import annotations

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

from segue.core.errors import InputError
from segue.video.webp import is_animated_webp, webp_as_video


def not_a_clip(path: Path, why: str) -> InputError:
    """The error for a file that no clip can be read from.

    Args:
        path: the file.
        why: what is wrong with it.

    Returns:
        The error, to raise.
    """
    return InputError(f"{path} ({why})", "a whole video or GIF", "save or copy it again, or choose another file")


@contextmanager
def open_container(path: Path) -> Iterator[InputContainer]:
    """Open a file to read pictures and sound from; it is closed at the end of the block.

    Args:
        path: the file.

    Yields:
        The open file.

    Raises:
        InputError: for a file that is missing, a directory, empty, not readable, or no video.
    """
    if not path.exists():
        raise InputError(f"no file {path}", "a video or GIF that exists", "check the path")
    if not path.is_file():
        raise InputError(f"{path} (a directory)", "a video or GIF file", "name a file in it")
    if path.stat().st_size == 0:
        raise not_a_clip(path, "an empty file")
    try:
        # `file:` and the whitelist: neither a name with a colon nor a playlist reaches the network.
        with (
            webp_as_video(path) if is_animated_webp(path) else nullcontext(path) as file,
            av.open(f"file:{file}", options={"protocol_whitelist": "file"}) as container,
        ):
            if container.format.name == "tty":
                raise not_a_clip(path, "text")
            yield container
    except PermissionError:
        raise InputError(f"{path} (no permission to read)", "a readable file", "change its permissions") from None
    except av.error.FFmpegError as error:
        why = "cut off" if is_cut_off(path) else f"not a video: {error.strerror}"
        raise not_a_clip(path, why) from None


def picture_of(container: InputContainer, path: Path) -> VideoStream:
    """The first moving picture of a file; cover art is none.

    Args:
        container: the open file.
        path: what the error calls it.

    Returns:
        The stream.

    Raises:
        InputError: for a file without a picture.
    """
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    why = "sound but no picture" if container.streams.audio else "no picture"
    raise not_a_clip(path, why)


def sound_of(container: InputContainer) -> AudioStream | None:
    """The first sound track of a file that can be decoded.

    Args:
        container: the open file.

    Returns:
        The stream; None where there is no sound.
    """
    return next((s for s in container.streams.audio if s.codec_context and s.codec_context.sample_rate), None)


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
