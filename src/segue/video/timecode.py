"""The time code that a camera or an editor gave a clip."""

from __future__ import annotations

from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from segue.video.file import open_container, picture_of


def timecode(path: Path) -> str | None:
    """The time code of a clip's first frame.

    Args:
        path: the clip.

    Returns:
        `hh:mm:ss:ff`, with `;` before `ff` where frame numbers are dropped; None where the clip has none.

    Raises:
        InputError: for what is no clip.

    >>> import tempfile
    >>> from segue.video.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(timecode(write_demo_clips(Path(folder), seconds=0.25, height=64, width=96)[0]))
    None
    """
    with open_container(path) as container:
        return timecode_of(container, picture_of(container, path))


def timecode_of(container: InputContainer, stream: VideoStream) -> str | None:
    """The time code of an open file, as `timecode` gives it.

    Args:
        container: the open file.
        stream: the picture of it.

    Returns:
        The picture's own time code, else the file's; None where there is none.
    """
    places = (stream.metadata, container.metadata)
    return next((place["timecode"] for place in places if "timecode" in place), None)
