"""From a file's packets to pictures and blocks of sound: from the start or a key frame on, past what is damaged."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import chain, groupby
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


def pictures(path: Path, key: Key | None = None) -> Generator[VideoFrame]:
    """A clip's frames in the order shown.

    Args:
        path: the clip.
        key: the key frame to start with; None: the first frame.

    Returns:
        The frames from `key` on, to the bit what decoding all gives; all of them where `key` cannot be reached.

    Raises:
        InputError: as `open_container` does.
    """
    if key is not None:
        with open_container(path) as container:
            stream = _threaded(container, path)
            frames = _decoded(stream, _packets_from(container, stream, key))
            # Pictures shown before the key frame but decoded after it may lean on what was passed over.
            whole = (frame for frame in frames if frame.pts is None or frame.pts >= key.shown)
            first = next(whole, None)
            if first is not None and first.pts == key.shown:
                yield first
                yield from whole
                return
    with open_container(path) as container:
        yield from decode_pictures(container, _threaded(container, path))


def decode_pictures(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decode a stream of pictures, passing over what is damaged.

    Args:
        container: the open file.
        stream: the stream of it.

    Returns:
        The frames that can be decoded, in the order shown, with their time stamps.
    """
    return _decoded(stream, container.demux(stream))


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


def decode_sound(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Decode a stream of sound, passing over what is damaged.

    Args:
        container: the open file.
        stream: the stream of it.

    Returns:
        The blocks of sound that can be decoded.
    """
    for packet in container.demux(stream):
        try:
            blocks = packet.decode()
        except av.error.FFmpegError:
            continue
        yield from blocks


def seconds_of(frame: AudioFrame | VideoFrame) -> Fraction | None:
    """The time stamp of a frame.

    Args:
        frame: a frame of picture or sound.

    Returns:
        Seconds; None where it has no time stamp.
    """
    return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base
