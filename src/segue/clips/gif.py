"""An animated GIF with a palette made for it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from segue.errors import InputError
from segue.images import Pixels, with_channels, written_whole

FASTEST = 50


def write_gif(path: Path, frames: Iterable[Pixels], fps: Fraction) -> None:
    """Frames, uint8 `[h, w, 3]` or `[h, w, 1]` all of one size, as a GIF that loops for ever.

    All frames share the 256 colours that suit them best, dithered, and are held in memory until the
    last has come. GIF counts hundredths of a second, so single frames are shown for the nearest of
    these and the whole film keeps time; above 50 a second viewers slow down. Raises `InputError`
    for such rates, no frames, or frames of different sizes. Written beside, then renamed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_gif(Path(folder) / "a.gif", np.zeros((3, 9, 7, 1), np.uint8), Fraction(10))
    """
    if not 0 < fps <= FASTEST:
        raise InputError(f"a GIF of {float(fps):g} frames a second", f"up to {FASTEST}", "ask for fewer, or write .mp4")
    graph, count, size = Graph(), 0, (0, 0)
    for frame in frames:
        rgb = np.ascontiguousarray(with_channels(frame, 3))
        if not count:
            size = (rgb.shape[0], rgb.shape[1])
            _lay_out(graph, *size, 1 / fps)
        if rgb.shape[:2] != size:
            raise InputError(f"a frame of {rgb.shape[1]}x{rgb.shape[0]}", f"{size[1]}x{size[0]}", "resize it first")
        picture = VideoFrame.from_ndarray(rgb, "rgb24")
        picture.pts, picture.time_base = count, 1 / fps
        graph.vpush(picture)
        count += 1
    if not count:
        raise InputError(f"a GIF {path} without a frame", "one frame or more", "give some")
    graph.vpush(None)
    with written_whole(Path(path)) as beside:
        _encode(graph, beside, count, fps)


def _lay_out(graph: Graph, height: int, width: int, time_base: Fraction) -> None:
    source = graph.add_buffer(width=width, height=height, format=VideoFormat("rgb24"), time_base=time_base)
    split = graph.add("split")
    palette = graph.add("palettegen", "reserve_transparent=0:stats_mode=full")
    use = graph.add("paletteuse", "dither=sierra2_4a:diff_mode=rectangle")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()


def _encode(graph: Graph, path: Path, count: int, fps: Fraction) -> None:
    options = {"loop": "0", "final_delay": str(max(2, round(100 / fps)))}
    with av.open(f"file:{path}", "w", format="gif", container_options=options) as container:
        stream = container.add_stream("gif", fps)
        for index in range(count):
            picture = graph.vpull()
            if not index:
                stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "pal8"
                stream.codec_context.time_base = 1 / fps
            picture.pts, picture.time_base = index, 1 / fps
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
