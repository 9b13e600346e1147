"""A folder of pictures, or a zip of one: class folders become labels, `train` and `test` folders parts."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from segue.core.errors import InputError
from segue.core.images import PICTURES, Pixels, fit, read_image
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import MOST_DEFLATED, Index, LoadOptions

DEFAULT_SIZE = (64, 64)
# One picture in a zip: what the zip says of its size is not to be believed, so this much is read at most.
MOST_MEMBER_BYTES = 256 << 20

Read = Callable[[str], Pixels]


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

    Raises:
        InputError: for no pictures, a broken one, and grey and colour mixed.
    """
    path = Path(data)
    if path.is_dir():
        names = sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())
        return _from_pictures(path, names, lambda name: read_image(path / name), options)
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
            return _from_pictures(path, names, lambda name: _read_member(archive, name, path), options)
    except FileNotFoundError:
        raise InputError(f"no file {path}", "a zip that exists", "check the path") from None
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise InputError(f"{path} ({error})", "a whole zip without a password", "make or copy it again") from None


def _read_member(archive: zipfile.ZipFile, name: str, path: Path) -> Pixels:
    info = archive.getinfo(name)
    most = min(MOST_MEMBER_BYTES, max(1, info.compress_size) * MOST_DEFLATED)
    with archive.open(info) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise InputError(f"{path}/{name} of more than {most} bytes", "pictures of a plausible size", "leave it out")
    picture = io.BytesIO(content)
    picture.name = f"{path}/{name}"
    return read_image(picture)


def _from_pictures(path: Path, files: list[str], read: Read, options: LoadOptions) -> DataSet:
    names = [name for name in files if _is_picture(name)]
    if not names:
        raise InputError(f"{path} without images", f"pictures ({', '.join(PICTURES)})", "check the folder")
    inner = _unwrapped(names)
    train, test, notes = _parts(inner, options)
    classes = sorted({_class(inner[i]) for i in np.concatenate([train, *([] if test is None else [test])])})
    chosen = train if test is None else np.concatenate([train, test])
    pixels = _stack(path, [names[i] for i in chosen], read, options, notes)

    def part(index: Index, images: Pixels) -> ImageSet:
        labels = None if "" in classes else np.array([classes.index(_class(inner[i])) for i in index])
        return ImageSet(images, tuple(names[i] for i in index), labels, () if labels is None else tuple(classes))

    rest = None if test is None else part(test, pixels[len(train) :])
    return DataSet(path.name, part(train, pixels[: len(train)]), rest, tuple(notes))


def _is_picture(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return not hidden and PurePosixPath(name).suffix.lower() in PICTURES


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


def _stack(path: Path, names: list[str], read: Read, options: LoadOptions, notes: list[str]) -> Pixels:
    """One stack; where sizes differ, they are made alike, with a note."""
    kept = options.gather(_alike(path, names, read, options), len(names))
    if len({image.shape[:2] for image in kept}) > 1:
        kept = [fit(image, *DEFAULT_SIZE, options.fit) for image in kept]
        notes.append("sizes differ, so all were made 64x64 (give --size for another)")
    return np.stack(kept)


def _alike(path: Path, names: list[str], read: Read, options: LoadOptions) -> Iterator[Pixels]:
    """The pictures as wanted; from the first of another size on at the default size, to save memory."""
    kinds: dict[int, str] = {}
    size, differs = None, False
    for name in names:
        image = options.convert(read(name))
        kinds.setdefault(image.shape[2], name)
        if len(kinds) > 1:
            raise InputError(
                f"grey and colour pictures mixed in {path} ({kinds[1]} is grey, {kinds[3]} is not)",
                "one kind",
                "add --channels 3, or 1",
            )
        size = size or image.shape[:2]
        differs = differs or image.shape[:2] != size
        yield fit(image, *DEFAULT_SIZE, options.fit) if differs else image
