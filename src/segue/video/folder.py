"""A film as a folder of numbered pictures, whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from segue.core.errors import InputError, unwritable_file
from segue.core.images import Pixels

_OURS = re.compile(r"\d{6,}\.png|sound\.wav")


def check_folder(path: Path) -> None:
    """Raise what `atomic_folder` would raise, before long work. Nothing is left behind.

    Args:
        path: the folder to write later.
    """
    _refuse_others(path)
    there = next(folder for folder in path.resolve().parents if folder.exists())
    try:
        with tempfile.TemporaryDirectory(dir=there):
            pass
    except OSError as error:
        raise unwritable_file(path, error) from None


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Write a folder whole or not at all: it takes the place of `path` when the block ends without an error.

    Args:
        path: the folder; one with frames that were written there before is replaced.

    Yields:
        A folder beside it, to write to.

    Raises:
        InputError: where nothing can be written, where `path` is a file, and where it is a folder that holds other
            files.
    """
    path = path.resolve()
    _refuse_others(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        outer = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise unwritable_file(path, error) from None
    inner, old = outer / "new", outer / "old"
    try:
        inner.mkdir()
        yield inner
        _refuse_others(path)
        if path.exists():
            path.rename(old)
        try:
            inner.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _refuse_others(path: Path) -> None:
    """A folder of frames may be replaced; whatever else is there may not."""
    if path.exists() and not path.is_dir():
        raise InputError(f"output {path}, which is no folder", "a new folder, or one of frames", "another path")
    if path.is_dir() and not all(_OURS.fullmatch(entry.name) for entry in path.iterdir()):
        raise InputError(f"output {path}, which holds other files", "a new folder, or one of frames", "another path")


class FrameFolder:
    """Frames as 000001.png, 000002.png and so on, and their sound, 16 bits deep, as sound.wav."""

    def __init__(self, folder: Path, sound_rate: int | None) -> None:
        self._folder, self._count, self._stack = folder, 0, ExitStack()
        self._sound: wave.Wave_write | None = None
        if sound_rate is not None:
            self._sound = self._stack.enter_context(wave.open(str(folder / "sound.wav"), "wb"))  # noqa: SIM115 - it is one
            self._sound.setparams((2, 2, sound_rate, 0, "NONE", ""))

    def __enter__(self) -> FrameFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def show(self, frame: Pixels) -> None:
        """Write the next frame.

        Args:
            frame: uint8 `[h, w, 3]`.
        """
        self._count += 1
        Image.fromarray(frame).save(self._folder / f"{self._count:06d}.png", compress_level=4)

    def play(self, block: npt.NDArray[np.float32]) -> None:
        """Write the next samples.

        Args:
            block: float32 `[k, 2]`, -1 to 1.
        """
        if self._sound is not None:
            self._sound.writeframesraw((block * 32767).round().astype("<i2").tobytes())

    def finish(self) -> None:
        """Does nothing: each frame is whole when it is written."""
