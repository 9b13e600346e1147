"""An animated GIF with a palette made for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.format import VideoFormat
from av.video.frame import VideoFrame

from segue.core.errors import InputError
from segue.core.images import Pixels, atomic_write, with_channels

GIF_FASTEST = 50


def write_gif(path: Path, frames: Iterable[Pixels], fps: Fraction) -> None:
    """Write frames as a GIF that loops for ever, whole or not at all.

    All frames share the 256 colours that suit them best, dithered; until the last has come they wait on disk. A GIF
    counts hundredths of a second, so single frames are shown for the nearest of these, and the whole keeps time.

    Args:
        path: the file.
        frames: uint8 `[h, w, 3]` or `[h, w, 1]`, all of one size.
        fps: frames a second, above 0, up to 50: viewers slow down what is faster.

    Raises:
        InputError: for another rate, no frames, frames of different sizes, and where nothing can be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_gif(Path(folder) / "a.gif", np.zeros((3, 9, 7, 1), np.uint8), Fraction(10))
    """
    if not 0 < fps <= GIF_FASTEST:
        raise InputError(f"a GIF of {float(fps):g} frames a second", f"up to {GIF_FASTEST}", "fewer, or .mp4")
    with atomic_write(Path(path)) as beside, GifFile(beside, fps) as gif:
        for frame in frames:
            gif.show(np.ascontiguousarray(with_channels(frame, 3)))
        gif.finish()


class GifFile:
    """A GIF, of which nothing can be written before all frames are known: they wait in a nameless file beside it.

    That file takes 3 bytes a pixel of every frame; memory holds one frame, and a count of each colour there is.
    """

    def __init__(self, path: Path, fps: Fraction) -> None:
        self._path, self._fps = path, fps
        self._shape: tuple[int, ...] = ()
        self._count = 0
        self._waiting = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed at the end of the film

    def __enter__(self) -> GifFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.close()

    def show(self, frame: Pixels) -> None:
        """Add a frame.

        Args:
            frame: uint8 `[h, w, 3]`.

        Raises:
            InputError: for a frame of another size than the first.
        """
        self._shape = self._shape or frame.shape
        if frame.shape != self._shape:
            height, width = self._shape[:2]
            raise InputError(f"a frame of {frame.shape[1]}x{frame.shape[0]}", f"{width}x{height}", "resizing it first")
        self._waiting.write(frame.tobytes())
        self._count += 1

    def play(self, block: npt.NDArray[np.float32]) -> None:
        """Does nothing: a GIF has no sound.

        Args:
            block: float32 `[k, 2]`.
        """

    def finish(self) -> None:
        """Find the palette, and write the frames with it.

        Raises:
            InputError: where there are no frames.
        """
        if not self._count:
            raise InputError(f"a GIF {self._path} without a frame", "one frame or more", "giving some")
        palette = self._palette()
        options = {"loop": "0", "final_delay": str(max(2, round(100 / self._fps)))}
        with av.open(f"file:{self._path}", "w", format="gif", container_options=options) as container:
            stream = container.add_stream("gif", self._fps)
            stream.height, stream.width, stream.pix_fmt = *self._shape[:2], "pal8"
            stream.codec_context.time_base = 1 / self._fps
            for index, picture in enumerate(self._reduced(palette)):
                picture.pts, picture.time_base = index, 1 / self._fps
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))

    def _pictures(self) -> Iterator[VideoFrame]:
        self._waiting.seek(0)
        for index in range(self._count):
            data = self._waiting.read(int(np.prod(self._shape)))
            picture = VideoFrame.from_ndarray(np.frombuffer(data, np.uint8).reshape(self._shape), "rgb24")
            picture.pts, picture.time_base = index, 1 / self._fps
            yield picture

    def _source(self, graph: Graph) -> FilterContext:
        height, width, _ = self._shape
        return graph.add_buffer(width=width, height=height, format=VideoFormat("rgb24"), time_base=1 / self._fps)

    def _palette(self) -> VideoFrame:
        graph = Graph()
        source = self._source(graph)
        graph.link_nodes(
            source, graph.add("palettegen", "reserve_transparent=0:stats_mode=full"), graph.add("buffersink")
        )
        graph.configure()
        for picture in self._pictures():
            source.push(picture)
            with suppress(av.error.BlockingIOError):
                graph.vpull()  # none yet, but it has the frame counted and let go
        source.push(None)
        return graph.vpull()

    def _reduced(self, palette: VideoFrame) -> Iterator[VideoFrame]:
        graph = Graph()
        source = self._source(graph)
        colours = graph.add_buffer(
            width=palette.width, height=palette.height, format=palette.format, time_base=1 / self._fps
        )
        use, sink = graph.add("paletteuse", "dither=sierra2_4a:diff_mode=rectangle"), graph.add("buffersink")
        source.link_to(use, 0, 0)
        colours.link_to(use, 0, 1)
        use.link_to(sink)
        graph.configure()
        palette.pts, palette.time_base = 0, 1 / self._fps
        colours.push(palette)
        colours.push(None)
        for picture in self._pictures():
            source.push(picture)
            yield graph.vpull()
