"""Arrays in a `.npz`, which is a zip of `.npy`: whole, or only the rows that are wanted."""

from __future__ import annotations

import math
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.progress import Event, Report, silent
from segue.core.untrusted import reading

Array: TypeAlias = npt.NDArray[Any]
Header: TypeAlias = tuple[tuple[int, ...], bool, np.dtype[Any]]

LOCAL_HEADER = 30  # bytes of a zip's header before each file, without the name and the extra field
AT_ONCE = 4096


ARRAYS = "plain arrays, whole and not pickled"


@dataclass(frozen=True)
class Rows:
    """An array of a `.npz` whose rows can be had without the others ever being in memory.

    Where the array is stored as it is, it is mapped. Where it is compressed, all up to the last row wanted is unpacked
    and let go: the time of reading the file once.
    """

    path: Path
    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    begin: int | None  # where the rows begin in the file; None: they are compressed

    def take(self, index: npt.NDArray[np.int64], report: Report = silent) -> Array:
        """Read some rows.

        Args:
            index: int64 `[n]`, ascending.
            report: hears how far it is.

        Returns:
            The rows, `[n, ...]`.

        Raises:
            InputError: for a file that is cut off.
        """
        with reading(self.path, ARRAYS):
            if self.begin is None:
                return self._unpacked(index, report)
            mapped = np.memmap(self.path, self.dtype, "r", self.begin, self.shape)
            out = np.empty((len(index), *self.shape[1:]), self.dtype)
            for start in range(0, len(index), AT_ONCE):
                out[start : start + AT_ONCE] = mapped[index[start : start + AT_ONCE]]
                report(Event("read", min(start + AT_ONCE, len(index)), len(index)))
            return out

    def _unpacked(self, index: npt.NDArray[np.int64], report: Report) -> Array:
        size = math.prod(self.shape[1:]) * self.dtype.itemsize
        out = np.empty((len(index), *self.shape[1:]), self.dtype)
        with zipfile.ZipFile(self.path) as archive, archive.open(f"{self.key}.npy") as file:
            _header(file)
            begin = file.tell()
            for n, row in enumerate(index.tolist()):
                file.seek(begin + row * size)
                out[n] = np.frombuffer(file.read(size), self.dtype).reshape(self.shape[1:])
                if (n + 1) % AT_ONCE == 0 or n + 1 == len(index):
                    report(Event("read", n + 1, len(index)))
        return out


def find_rows(path: Path, key: str) -> Rows:
    """Find an array in a `.npz` file, without reading it.

    Args:
        path: the file.
        key: the array's name.

    Returns:
        The array's shape and type, and a way to its rows.

    Raises:
        InputError: for a file that cannot be read, has no such array, or promises more of it than it holds.
    """
    with reading(path, ARRAYS), zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist()]
        if key not in names:
            raise InputError(f"{path} with {', '.join(names) or 'nothing'}", key, "checking that it is the right file")
        info = archive.getinfo(f"{key}.npy")
        shape, by_columns, dtype = _promised(archive, info, path)
        if by_columns or dtype.hasobject or not shape:
            raise InputError(
                f"{path} whose {key} is {dtype} {list(shape)}", "plain rows, not columns", "saving it again"
            )
        begin = _begin(path, info) if info.compress_type == zipfile.ZIP_STORED else None
    return Rows(path, key, shape, dtype, begin)


def read_array(path: Path, key: str) -> Array | None:
    """Read a whole array of a `.npz` file.

    Args:
        path: the file.
        key: the array's name.

    Returns:
        The array; None where there is none of this name.

    Raises:
        InputError: as `find_rows` does.
    """
    with reading(path, ARRAYS), zipfile.ZipFile(path) as archive:
        name = f"{key}.npy"
        return read_member(archive, archive.getinfo(name), path) if name in archive.namelist() else None


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Array:
    """Read a whole array of an open `.npz` file.

    Args:
        archive: the open file.
        info: the array's entry.
        path: the file, as the error calls it.

    Returns:
        The array.

    Raises:
        InputError: for a header that promises more than there is.
    """
    _promised(archive, info, path)
    with archive.open(info) as file:
        whole: Array = np.lib.format.read_array(file, allow_pickle=False)
        return whole


def _promised(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> Header:
    """What the array's header says, which must be true: shape, whether by columns, type."""
    with archive.open(info) as file:
        shape, by_columns, dtype = _header(file)
    promised = math.prod(shape) * dtype.itemsize
    if promised > info.file_size or info.file_size > max(1, info.compress_size) * 1032:
        raise InputError(
            f"{path} whose {info.filename} promises {promised} bytes", "as many as it holds", "saving it again"
        )
    return shape, by_columns, dtype


def _header(file: IO[bytes]) -> Header:
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
    return read(file)


def _begin(path: Path, info: zipfile.ZipInfo) -> int:
    """Where in the file the rows of a stored array begin: after the zip's header and the array's own."""
    with path.open("rb") as file:
        file.seek(info.header_offset + LOCAL_HEADER - 4)
        name, extra = struct.unpack("<HH", file.read(4))
        file.seek(name + extra, 1)
        _header(file)
        return file.tell()
