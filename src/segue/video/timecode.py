"""The time code that a camera or an editor gave a clip."""

from __future__ import annotations

from pathlib import Path

from segue.video.file import opened, picture_of


def timecode(path: Path) -> str | None:
    """The time code of a clip's first frame, `hh:mm:ss:ff` (`;` before `ff` where numbers are dropped), if it has one.

    Raises `InputError` for what is no clip.

    >>> import tempfile
    >>> from segue.video.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(timecode(write_demo_clips(Path(folder), seconds=0.25, height=64, width=96)[0]))
    None
    """
    with opened(path) as container:
        places = (picture_of(container, path).metadata, container.metadata)
        return next((place["timecode"] for place in places if "timecode" in place), None)
