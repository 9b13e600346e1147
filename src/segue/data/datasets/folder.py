"""A folder of pictures, or a zip of one: class folders become labels, `train` and `test` folders parts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, TypeAlias

import numpy as np

from segue.core.errors import InputError
from segue.core.images import PICTURES, READABLE, UNREADABLE, Pixels, fit, picture_shape, read_image
from segue.core.untrusted import reading
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import MOST_DEFLATED, Index, LoadOptions

DEFAULT_SIZE = (64, 64)
"""What pictures of different sizes are brought to."""

MOST_MEMBER_BYTES = 256 << 20
"""Of one picture in a zip: what the zip says of its size is not to be believed, so this much is read at most."""

BOMB_RATIO, BOMB_BYTES = 3000, 256 << 20
"""Pixels of more than so many times the bytes of the files, and of more bytes than this, are no pictures."""


Shapes: TypeAlias = dict[str, tuple[int, int, int]]
"""The shape `(h, w, c)` of each picture."""


class _Shelf(Protocol):
    """Where pictures are: in a folder, or in a zip."""

    path: Path

    def names(self) -> list[str]: ...
    def bytes_of(self, name: str) -> int: ...
    def open(self, name: str) -> BinaryIO: ...


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: a folder, or a zip of one.

    Returns:
        Whether it is such a folder or file.
    """
    return data.lower().endswith(".zip") or (data != "" and Path(data).is_dir())


def load(data: str, options: LoadOptions) -> DataSet:
    """Load the pictures under a folder, or in a zip, which is never unpacked to disk, sorted by name.

    Args:
        data: a folder, or a zip of one.
        options: size, channels, parts and limit.

    Returns:
        The image set; class folders are labels, `train` and `test` folders parts.

    Pictures that cannot be read are left out, and named in the notes; grey ones among colour ones become RGB.

    Raises:
        InputError: for no picture that can be read, with `options.strict` for one that cannot, and where the pictures
            would fill the memory.
    """
    path = Path(data)
    if path.is_dir():
        return _from_pictures(_Folder(path), options)
    with _opened_zip(path) as shelf:
        return _from_pictures(shelf, options)


class _Folder:
    """A folder of pictures."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return [path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file()]

    def bytes_of(self, name: str) -> int:
        return (self.path / name).stat().st_size

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")


class _Zip:
    """An open zip of pictures."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path, self._archive = path, archive

    def names(self) -> list[str]:
        return [info.filename for info in self._archive.infolist() if not info.is_dir()]

    def bytes_of(self, name: str) -> int:
        return self._archive.getinfo(name).compress_size

    def open(self, name: str) -> BinaryIO:
        most = min(MOST_MEMBER_BYTES, max(1, self.bytes_of(name)) * MOST_DEFLATED)
        with self._archive.open(name) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise InputError(
                f"{self.path}/{name} of more than {most} bytes", "a picture of a plausible size", "leaving it out"
            )
        picture = io.BytesIO(content)
        picture.name = f"{self.path}/{name}"
        return picture


@contextmanager
def _opened_zip(path: Path) -> Iterator[_Zip]:
    whole = "a whole zip without a password"
    with reading(path, whole):
        archive = zipfile.ZipFile(path)
    with archive:
        yield _Zip(path, archive)


def _from_pictures(shelf: _Shelf, options: LoadOptions) -> DataSet:
    files = sorted(name for name in shelf.names() if not _is_hidden(name))
    names = [name for name in files if _suffix(name) in READABLE]
    notes = _left_out([name for name in files if _suffix(name) in UNREADABLE])
    if not names:
        raise InputError(f"{shelf.path} without images", f"pictures ({', '.join(PICTURES)})", "checking the folder")
    inner = _unwrapped(names)
    train, test, more = _parts(inner, options)
    chosen = [*train, *([] if test is None else test)]
    shapes, broken = _shapes(shelf, [names[i] for i in chosen])
    pixels = _read(shelf, shapes, broken, options, notes)
    _tell_broken(broken, len(chosen), options, notes)
    classes = sorted({_class(inner[i]) for i in chosen if names[i] in pixels})

    def part(index: Index) -> ImageSet:
        there = [i for i in index if names[i] in pixels]
        labels = None if "" in classes else np.array([classes.index(_class(inner[i])) for i in there], np.int64)
        images = np.stack([pixels[names[i]] for i in there])
        return ImageSet(images, tuple(names[i] for i in there), labels, () if labels is None else tuple(classes))

    held_out = test is not None and any(names[i] in pixels for i in test)
    if not any(names[i] in pixels for i in train):
        first = next(iter(broken.values()))
        raise InputError(f"{shelf.path} with no whole picture ({first})", "pictures to train on", "copying them again")
    return DataSet(shelf.path.name, part(train), part(test) if held_out and test is not None else None, (*notes, *more))


def _shapes(shelf: _Shelf, names: Sequence[str]) -> tuple[Shapes, dict[str, str]]:
    """The shape `(h, w, c)` of each picture, as its header says, and why others have none."""
    shapes: Shapes = {}
    broken: dict[str, str] = {}
    for name in names:
        try:
            with reading(name, "a picture"), shelf.open(name) as file:
                shapes[name] = picture_shape(file)
        except InputError as error:
            broken[name] = str(error.args[0]).removeprefix(f"{shelf.path}/")
    total = sum(height * width * channels for height, width, channels in shapes.values())
    if total > max(BOMB_BYTES, BOMB_RATIO * sum(map(shelf.bytes_of, shapes))):
        raise InputError(
            f"{shelf.path} whose pictures unpack to {total >> 20} MB", "pictures", "checking where it is from"
        )
    return shapes, broken


def _read(
    shelf: _Shelf,
    shapes: dict[str, tuple[int, int, int]],
    broken: dict[str, str],
    options: LoadOptions,
    notes: list[str],
) -> dict[str, Pixels]:
    """All pictures of one shape, by name. What cannot be read goes to `broken`, what is changed to `notes`."""
    channels = options.channels
    kinds = {shape[2] for shape in shapes.values()}
    if channels is None and len(kinds) > 1:
        channels = 3
        notes.append("grey and colour pictures: grey ones were made RGB (`channels=1` makes all grey)")
    size = options.size
    if size is None and len({shape[:2] for shape in shapes.values()}) > 1:
        size = DEFAULT_SIZE
        notes.append("sizes differ, so all were made 64x64 (give a `size` for another)")

    def pictures() -> Iterator[Pixels]:
        for name in list(shapes):
            try:
                with reading(name, "a picture"), shelf.open(name) as file:
                    image = read_image(file, channels)
            except InputError as error:
                broken[name] = str(error.args[0]).removeprefix(f"{shelf.path}/")
                continue
            read.append(name)
            yield image if size is None else fit(image, *size, options.fit)

    read: list[str] = []
    images = options.gather(pictures(), len(shapes))
    return dict(zip(read, images, strict=True))


def _tell_broken(broken: dict[str, str], count: int, options: LoadOptions, notes: list[str]) -> None:
    if not broken:
        return
    which = ", ".join(broken.values())
    if options.strict:
        raise InputError(
            f"pictures that cannot be read: {which}", "whole pictures", "leaving them out, or `strict=False`"
        )
    notes.append(f"{len(broken)} of {count} pictures cannot be read and were left out: {which}")


def _left_out(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    kinds = ", ".join(sorted({_suffix(name) for name in names}))
    return [f"{len(names)} pictures ({kinds}) were left out: nothing installed here reads them (pillow-heif does)"]


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _unwrapped(names: list[str]) -> list[str]:
    """The names without folders that hold everything (and more folders), as zips often have."""
    parts = [PurePosixPath(name).parts for name in names]
    while min(map(len, parts)) > 2 and len({p[0] for p in parts}) == 1:
        parts = [p[1:] for p in parts]
    return ["/".join(p) for p in parts]


def _class(name: str) -> str:
    parts = PurePosixPath(name).parts
    parts = parts[1:] if parts[0] in ("train", "test") else parts
    return parts[0] if len(parts) > 1 else ""


def _parts(names: list[str], options: LoadOptions) -> tuple[Index, Index | None, list[str]]:
    """Places of the training and test pictures, and notes."""
    tops = np.array([PurePosixPath(name).parts[0] if "/" in name else "" for name in names])
    train, test = np.flatnonzero(tops == "train"), np.flatnonzero(tops == "test")
    if not len(train) or not len(test):
        return *options.split(len(names), 0.1), []
    left = len(names) - len(train) - len(test)
    notes = [f"{left} pictures outside train and test were left out"] if left else []
    return options.limit_index(train), options.limit_index(test), notes
