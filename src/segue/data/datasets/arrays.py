"""Arrays in `.npz` and `.npy` files. Pickled objects are never read."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.untrusted import reading
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.npz import ARRAYS, Array, read_member
from segue.data.datasets.options import LoadOptions

IMAGES = ("images", "imgs", "x", "X", "x_train", "X_train", "train_images", "data", "arr_0")
LABELS = ("labels", "y", "y_train", "train_labels", "targets")
TEST_IMAGES = ("x_test", "X_test", "test_images")
TEST_LABELS = ("y_test", "test_labels")
FACTORS = ("factors", "latents_values")
FACTOR_NAMES = ("factor_names", "latents_names")
_CHUNK = 1024


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: a `.npy` or `.npz` file.

    Returns:
        Whether it is such a file.
    """
    return data.lower().endswith((".npz", ".npy"))


def load(data: str, options: LoadOptions) -> DataSet:
    """Load the arrays of a file as images.

    Args:
        data: a `.npy` or `.npz` file.
        options: size, channels, parts and limit.

    Returns:
        The image set, with labels and factors where the file has them.

    Raises:
        InputError: for a file that cannot be read, is pickled, or holds no images.
    """
    path = Path(data)
    with reading(path, ARRAYS):
        arrays = _read_npz(path) if path.suffix.lower() == ".npz" else _read_npy(path)
    return from_arrays(path.name, arrays, options)


def from_arrays(name: str, arrays: Mapping[str, Array], options: LoadOptions = LoadOptions()) -> DataSet:  # noqa: B008 - frozen
    """Make an image set of arrays, as of a `.npz` file.

    Args:
        name: what the set is called.
        arrays: by their keys: images (`images`, `x_train`, ...), and where known labels, a test part and factors.
        options: size, channels, parts and limit.

    Returns:
        The image set.

    Raises:
        InputError: for no images, several candidates, other shapes, and values that are not finite.
    """
    key = next((k for k in IMAGES if k in arrays), None)
    if key is None:
        raise InputError(f"{name} with {', '.join(arrays) or 'nothing'}", f"one of {', '.join(IMAGES)}", "renaming it")
    test_key = next((k for k in TEST_IMAGES if k in arrays), None)
    stacks = [_channels_last(arrays[k], k) for k in (key, test_key) if k is not None]
    low, high, note = _range(stacks, name)
    train, *rest = [_to_uint8(stack, low, high) for stack in stacks]
    labels, label_names = _labels([_first(arrays, LABELS), _first(arrays, TEST_LABELS) if rest else None])
    factors, factor_names = _first(arrays, FACTORS), _first(arrays, FACTOR_NAMES)
    names = () if factor_names is None else tuple(map(str, factor_names))
    prefix = "train/" if rest else ""
    train_set = ImageSet(train, _ids(prefix, train), labels[0], label_names, factors, names)
    test_set = ImageSet(rest[0], _ids("test/", rest[0]), labels[1], label_names) if rest else None
    return options.data_set(name, train_set, test_set, [note] if note else [])


def _read_npy(path: Path) -> dict[str, Array]:
    # Mapped, not read: a header that lies about its size then fails before anything is allocated.
    return {"images": np.load(path, mmap_mode="r", allow_pickle=False)}


def _read_npz(path: Path) -> dict[str, Array]:
    keys = {*IMAGES, *LABELS, *TEST_IMAGES, *TEST_LABELS, *FACTORS, *FACTOR_NAMES}
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        return {key: read_member(archive, info, path) for key, info in members.items() if key in keys}


def _channels_last(images: Array, key: str) -> Array:
    """`[n, h, w, c]` with c = 1 or 3, still in the array's own type."""
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim == 4 and images.shape[-1] not in (1, 3, 4) and images.shape[1] in (1, 3, 4):
        images = images.transpose(0, 2, 3, 1)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or images.dtype.kind not in "buif":
        raise InputError(
            f"{key} of {images.dtype} {list(images.shape)}",
            "numbers [n, h, w], [n, h, w, c] or [n, c, h, w]",
            "reshaping it",
        )
    if images.size == 0:
        raise InputError(f"{key} of {list(images.shape)}, without images", "one or more", "checking the source")
    return images[..., :3] if images.shape[-1] == 4 else images


def _range(stacks: list[Array], name: str) -> tuple[float, float, str]:
    """The values that mean black and white, and a note where that was not plain."""
    for stack in stacks:
        _refuse_not_finite(stack, name)
    low, high = min(float(s.min()) for s in stacks), max(float(s.max()) for s in stacks)
    if stacks[0].dtype.kind in "bui":
        ranges = [(0, 1)] if high == 1 else [(0, 255)] if high <= 255 else [(0, 65535)]
    else:
        ranges = [(0, 1), (-1, 1), (0, 255)]
    for black, white in ranges:
        if black <= low and high <= white:
            plain = (black, white) == (0, 255) and stacks[0].dtype == np.uint8
            return black, white, "" if plain else f"values were taken as {black} to {white}"
    raise InputError(f"{name} with values {low:g} to {high:g}", "0 to 1, -1 to 1 or 0 to 255", "scaling them")


def _refuse_not_finite(stack: Array, name: str) -> None:
    for start in range(0, len(stack), _CHUNK):
        bad = ~np.isfinite(stack[start : start + _CHUNK]).all(axis=(1, 2, 3))
        if bad.any():
            raise InputError(
                f"{name} with NaN or infinity in image {start + int(bad.argmax())}",
                "finite values",
                "mending that image",
            )


def _to_uint8(stack: Array, low: float, high: float) -> Pixels:
    if stack.dtype == np.uint8 and (low, high) == (0, 255):
        return np.array(stack)
    out = np.empty(stack.shape, np.uint8)
    for start in range(0, len(stack), _CHUNK):
        values = stack[start : start + _CHUNK].astype(np.float64)
        out[start : start + _CHUNK] = ((values - low) * (255 / (high - low))).round()
    return out


def _labels(parts: list[Array | None]) -> tuple[list[npt.NDArray[np.int64] | None], tuple[str, ...]]:
    """Labels numbered from 0 over all parts, and their names. Small whole numbers keep their values."""
    known = [np.asarray(p) for p in parts if p is not None]
    if not known:
        return [None, None], ()
    flat = [k.reshape(-1) if k.ndim == 2 and k.shape[1] == 1 else k for k in known]
    if any(k.ndim != 1 or k.dtype.kind not in "buiUSf" or k.size == 0 for k in flat):
        raise InputError(
            f"labels {list(known[0].shape)} of {known[0].dtype}",
            "one label for each image, [n]",
            "labels of that shape",
        )
    names, numbers = np.unique(np.concatenate(flat), return_inverse=True)
    if names.dtype.kind in "bui" and int(names[0]) >= 0 and int(names[-1]) < 1000:
        names, numbers = np.arange(int(names[-1]) + 1), np.concatenate(flat).astype(np.int64)
    pieces = iter(np.split(numbers.astype(np.int64), np.cumsum([len(k) for k in flat])[:-1]))
    return [None if p is None else next(pieces) for p in parts], tuple(map(_text, names))


def _text(name: Any) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _first(arrays: Mapping[str, Array], keys: tuple[str, ...]) -> Array | None:
    return next((arrays[k] for k in keys if k in arrays), None)


def _ids(prefix: str, images: Pixels) -> tuple[str, ...]:
    return tuple(f"{prefix}{i}" for i in range(len(images)))
