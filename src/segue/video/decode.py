"""From a file's packets to pictures and blocks of sound: from the start or a key frame on, past what is damaged."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from fractions import Fraction
from itertools import chain, dropwhile, groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.codec import UnknownCodecError
from av.container import InputContainer
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segue.video.file import open_container, picture_of


class Key(NamedTuple):
    """A packet that decoding can start with: when its picture is shown, and when decoded, in the stream's ticks."""

    shown: int
    decoded: int


BACK_SECONDS, AHEAD_SECONDS = 0.25, 10.0
"""Decoding times that go back, or in a transport stream ahead, by more than this begin another recording."""

CHECKED_FRAMES = 3
"""So many frames after a key frame must be what decoding from further back gives, for the key frame to be believed."""


class Pieces:
    """Tells which of the recordings in a file a packet belongs to: their time stamps start again one after the
    other."""

    def __init__(self, stream: AudioStream | VideoStream) -> None:
        self._base = stream.time_base or Fraction(1, 1000)
        # Elsewhere a still picture may well be shown for so long.
        self._ahead = AHEAD_SECONDS if stream.container.format.name == "mpegts" else float("inf")
        self._last: int | None = None
        self._number = 0

    def number_of(self, packet: Packet[Any]) -> int:
        """The recording that the next packet belongs to.

        Args:
            packet: packets come in the order of the file.

        Returns:
            The number of the recording, from 0.
        """
        if packet.dts is None:  # the time at which it is shown may well go back
            return self._number
        if self._last is not None:
            ahead = float((packet.dts - self._last) * self._base)
            self._number += ahead < -BACK_SECONDS or ahead > self._ahead
        self._last = packet.dts
        return self._number


def pictures(
    path: Path,
    key: Key | None = None,
    *,
    before: Key | None = None,
    shifts: Sequence[Fraction] = (),
    checked: dict[Key, bool] | None = None,
) -> Generator[VideoFrame]:
    """A clip's frames in the order shown.

    Args:
        path: the clip.
        key: the key frame to start with; None: the first frame.
        before: the key frame before `key`, from which its frames are checked; None: the first frame.
        shifts: seconds to add to the time stamps of each recording in the file, as of `Clip`.
        checked: which key frames of the clip have been checked, and whether they are to be believed; this one is added.

    Returns:
        The frames from `key` on, to the bit what decoding all gives; all frames where `key` cannot be reached, or where
        what follows it leans on what came before.

    Raises:
        InputError: as `open_container` does.
    """
    checked = {} if checked is None else checked
    if key is not None and key not in checked:
        checked[key] = _stands_alone(path, key, before)
    if key is not None and checked[key]:
        with closing(_from_key(path, key)) as frames:
            yield from frames
        return
    with open_container(path) as container:
        yield from decode_pictures(container, _threaded(container, path), shifts)


def _from_key(path: Path, key: Key) -> Generator[VideoFrame]:
    """The frames from a key frame on; none where the container does not lead there."""
    with open_container(path) as container:
        stream = _threaded(container, path)
        for frame in _decoded(stream, _packets_from(container, stream, key)):
            # Pictures shown before the key frame but decoded after it may lean on what was passed over.
            if frame.pts is None or frame.pts >= key.shown:
                yield frame


def _stands_alone(path: Path, key: Key, before: Key | None) -> bool:
    """Whether the first frames from `key` on are those that decoding from further back gives.

    Not all flagged key frames can be decoded alone: some need what only the start of the file says (settings of the
    encoder), or lean on earlier pictures (refreshed bit by bit, damaged).
    """
    with closing(_from_key(path, key)) as frames:
        found = list(islice(frames, CHECKED_FRAMES))
    if not found or found[0].pts != key.shown or any(frame.is_corrupt for frame in found):
        return False
    with closing(_from_key(path, before) if before is not None else pictures(path)) as frames:
        since = dropwhile(lambda frame: frame.pts is None or frame.pts < key.shown, frames)
        checked = list(islice(since, len(found)))
    return len(checked) == len(found) and all(map(_same, found, checked))


def _same(one: VideoFrame, other: VideoFrame) -> bool:
    """Whether two frames have the same time stamp, format and pixels."""
    form = (one.pts, one.width, one.height, one.format.name)
    if form != (other.pts, other.width, other.height, other.format.name):
        return False
    return bool((one.to_ndarray() == other.to_ndarray()).all())


def decode_pictures(
    container: InputContainer, stream: VideoStream, shifts: Sequence[Fraction] = ()
) -> Iterator[VideoFrame]:
    """Decode a stream of pictures, passing over what is damaged.

    Args:
        container: the open file.
        stream: the stream of it.
        shifts: seconds to add to the time stamps of each recording in the file, as of `Clip`.

    Returns:
        The frames that can be decoded, in the order shown, with their time stamps.
    """
    return _decoded(stream, _shifted(container.demux(stream), stream, shifts))


def _shifted(packets: Iterable[Packet[Any]], stream: Any, shifts: Sequence[Fraction]) -> Iterator[Any]:
    """The packets, the time stamps of each recording moved behind the one before."""
    if len(shifts) < 2:
        yield from packets
        return
    pieces = Pieces(stream)
    moves = [round(shift / (stream.time_base or Fraction(1, 1000))) for shift in shifts]
    for packet in packets:
        move = moves[min(pieces.number_of(packet), len(moves) - 1)]
        if packet.pts is not None:
            packet.pts += move
        if packet.dts is not None:
            packet.dts += move
        yield packet


def _threaded(container: InputContainer, path: Path) -> VideoStream:
    stream = picture_of(container, path)
    stream.thread_type = "AUTO"
    return stream


def _packets_from(container: InputContainer, stream: VideoStream, key: Key) -> Iterable[Packet[VideoStream]]:
    """The packets from `key` on; none where the container does not lead there."""
    try:
        container.seek(key.decoded, stream=stream)
        packets = iter(container.demux(stream))
        for packet in packets:
            if packet.is_keyframe and packet.pts == key.shown:
                return chain([packet], packets)
            if packet.is_keyframe and (packet.pts or 0) > key.shown:
                break
    except av.error.FFmpegError:
        pass
    return ()


_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def _decoded(stream: VideoStream, packets: Iterable[Packet[VideoStream]]) -> Iterator[VideoFrame]:
    decoder: Any = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and decoder.name in _WITH_ALPHA:
        with suppress(UnknownCodecError):  # libav's own decoders pass over these formats' transparency
            decoder = av.CodecContext.create(_WITH_ALPHA[decoder.name], "r")
    for packet in packets:
        try:
            frames = decoder.decode(packet)
        except av.error.FFmpegError:
            continue
        for frame in frames:
            frame.time_base = stream.time_base
            yield frame


def deinterlace(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Make whole frames of interlaced ones.

    Every other line of an interlaced frame is made anew from the frames before and after, by libav's `bwdif` (Bob
    Weaver deinterlacing); other frames pass unchanged.

    Args:
        frames: decoded frames, in the order shown.

    Returns:
        As many frames, at the same times; one is held back until the next has come.
    """
    for _, alike in groupby(frames, lambda frame: (frame.width, frame.height, frame.format.name)):
        graph = None
        for frame in alike:
            graph = graph or _bwdif(frame)
            graph.vpush(frame)
            yield from _pulled(graph)
        if graph is not None:
            graph.vpush(None)
            yield from _pulled(graph)


def _bwdif(frame: VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base or Fraction(1, 1000)
    )
    graph.link_nodes(source, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


def decode_sound(
    container: InputContainer, stream: AudioStream, shifts: Sequence[Fraction] = ()
) -> Iterator[AudioFrame]:
    """Decode a stream of sound, passing over what is damaged.

    Args:
        container: the open file.
        stream: the stream of it.
        shifts: as of `decode_pictures`.

    Returns:
        The blocks of sound that can be decoded.
    """
    decoder: Any = stream.codec_context
    for packet in _shifted(container.demux(stream), stream, shifts):
        blocks = _blocks_of(packet, decoder)
        if blocks is None and len(shifts) > 1:  # another recording may have sound of another kind
            found = (av.CodecContext.create(name, "r") for name in _SOUNDS)
            decoder, blocks = next(
                ((other, heard) for other in found if (heard := _blocks_of(packet, other))), (decoder, None)
            )
        for block in blocks or ():
            block.time_base = block.time_base or stream.time_base
            yield block


_SOUNDS = ("aac", "mp2", "ac3", "eac3", "libopus")
"""What sound in a transport stream may be."""


def _blocks_of(packet: Packet[AudioStream], decoder: Any) -> list[AudioFrame] | None:
    """What a decoder makes of a packet; None where it cannot decode it."""
    try:
        blocks: list[AudioFrame] = decoder.decode(packet)
    except av.error.FFmpegError:
        return None
    return blocks


def seconds_of(frame: AudioFrame | VideoFrame) -> Fraction | None:
    """The time stamp of a frame.

    Args:
        frame: a frame of picture or sound.

    Returns:
        Seconds; None where it has no time stamp.
    """
    return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
