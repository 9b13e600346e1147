"""IDX files, the format of MNIST: `train-images-idx3-ubyte.gz` with its labels and its test part beside it."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError, missing_file, unreadable_file
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import MOST_DEFLATED, LoadOptions

_CHUNK = 1 << 20


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: an IDX file, or `IMAGES,LABELS`.

    Returns:
        Whether it is such a file.
    """
    name = Path(data.split(",")[0]).name.lower()
    return re.search(r"idx[1-4]", name) is not None or name.endswith((".idx", ".idx.gz", "ubyte", "ubyte.gz"))


def load(data: str, options: LoadOptions) -> DataSet:
    """Load IDX files; labels and the test part are found beside the images by their names.

    Args:
        data: an IDX file, or `IMAGES,LABELS`.
        options: size, channels, parts and limit.

    Returns:
        The image set.

    Raises:
        InputError: for a file that cannot be read, and counts that differ.
    """
    first, comma, second = data.partition(",")
    images = Path(first)
    labels = Path(second) if comma else labels_beside(images)
    test_images = _test_beside(images)
    test = None if test_images is None else read_part(test_images, labels_beside(test_images), "test/")
    train = read_part(images, labels, "" if test is None else "train/")
    return options.data_set(images.name, train, test)


def read_part(images: Path, labels: Path | None, prefix: str, label_names: tuple[str, ...] = ()) -> ImageSet:
    """Read one part of a set.

    Args:
        images: an IDX file `[n, h, w]` or `[n, h, w, c]`.
        labels: an IDX file `[n]`; None: no labels.
        prefix: what the images' ids begin with.
        label_names: what the labels are called.

    Returns:
        The images, with ids `PREFIX0`, `PREFIX1`, ...

    Raises:
        InputError: for a file that cannot be read, and counts that differ.
    """
    pixels = read_idx(images)
    if pixels.ndim not in (3, 4):
        raise InputError(f"{images} of {pixels.ndim} dimensions", "[n, h, w] or [n, h, w, c]", "the file of the images")
    numbers = None if labels is None else read_idx(labels)
    if numbers is not None and numbers.ndim != 1:
        raise InputError(f"{labels} of {numbers.ndim} dimensions", "labels, [n]", "the file of the labels")
    return ImageSet(
        pixels if pixels.ndim == 4 else pixels[..., None],
        tuple(f"{prefix}{i}" for i in range(len(pixels))),
        None if numbers is None else numbers.astype(np.int64),
        label_names,
    )


def read_idx(path: Path) -> npt.NDArray[np.uint8]:
    """Read an IDX file, plain or gzipped.

    Args:
        path: the file.

    Returns:
        uint8, of the shape that the file states.

    Raises:
        InputError: for a file that is missing, of another kind, cut off or too long.
    """
    try:
        with path.open("rb") as plain:
            if plain.read(2) == b"\x1f\x8b":
                plain.seek(0)
                with gzip.open(plain) as file:
                    return _parse(file, path, path.stat().st_size * MOST_DEFLATED)
            plain.seek(0)
            return _parse(plain, path, path.stat().st_size)
    except FileNotFoundError:
        raise missing_file(path, "an IDX file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable_file(path, error, "a whole IDX file", "copying or downloading it again") from None


def _parse(file: IO[bytes] | gzip.GzipFile, path: Path, most: int) -> npt.NDArray[np.uint8]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or not 1 <= magic[3] <= 4:
        raise InputError(f"{path} starting {magic.hex() or 'empty'}", "an IDX file", "checking what the file is")
    if magic[2] != 0x08:
        raise InputError(f"{path} of type 0x{magic[2]:02x}", "unsigned bytes (0x08)", "saving it as bytes")
    header = file.read(4 * magic[3])
    shape = [int.from_bytes(header[i : i + 4]) for i in range(0, 4 * magic[3], 4)]
    promised = math.prod(shape)
    wrong = len(header) < 4 * magic[3] or promised > most
    body = b"" if wrong else _read_up_to(file, promised + 1)
    if wrong or len(body) != promised:
        raise InputError(
            f"{path} whose header promises {'x'.join(map(str, shape))} bytes",
            "exactly as many bytes as follow it",
            "getting the file again, as it is cut off or damaged",
        )
    return np.frombuffer(body, np.uint8).reshape(shape)


def _read_up_to(file: IO[bytes] | gzip.GzipFile, most: int) -> bytearray:
    """A bytearray, so that the array over it can be written to."""
    body = bytearray()
    while len(body) < most and (chunk := file.read(min(_CHUNK, most - len(body)))):
        body += chunk
    return body


def labels_beside(images: Path) -> Path | None:
    """Find the labels that belong to a file of images.

    Args:
        images: `...-images-idx3-ubyte.gz` or the like.

    Returns:
        The file beside it whose name says `labels` and `idx1` instead; None where there is none.
    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    return None if name == images.name else _present(images.with_name(name))


def _test_beside(images: Path) -> Path | None:
    name = re.sub(r"^train.*?(?=[-._]?images)", "t10k", images.name)
    return None if name == images.name else _present(images.with_name(name))


def _present(path: Path) -> Path | None:
    """The path, or it with or without `.gz`, whichever is a file."""
    other = path.with_suffix("") if path.suffix == ".gz" else path.with_name(path.name + ".gz")
    return next((p for p in (path, other) if p.is_file()), None)
