"""Images as arrays: the one owner of the value range, of reading and writing pictures, and of size.

Everywhere in segue an image is either

- stored: `uint8`, `[h, w, c]` or `[n, h, w, c]`, 0 to 255, c = 1 (grey) or 3 (RGB); or
- computed with: `float32` tensor, `[n, c, h, w]`, 0 to 1.
"""

from __future__ import annotations

import os
import struct
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, features

from segue.core.errors import InputError, missing_file, unknown, unreadable_file, unwritable_file
from segue.core.types import StrPath

if TYPE_CHECKING:
    from torch import Tensor

Pixels: TypeAlias = npt.NDArray[np.uint8]
Fit: TypeAlias = Literal["crop", "letterbox"]

# What Pillow raises for a broken file, by format and by where it is broken.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm")
"""Endings of the picture files that are written."""

READABLE = (*PICTURES, ".jp2", ".j2k", ".jpx", *((".avif",) if features.check("avif") else ()))
"""Endings of the picture files that are read."""

UNREADABLE = tuple(ending for ending in (".avif", ".heic", ".heif", ".jxl") if ending not in READABLE)
"""Endings of pictures that nothing installed here reads."""


def to_float(images: Pixels | Tensor) -> Tensor:
    """Convert stored images to those that are computed with.

    Args:
        images: uint8 `[n, h, w, c]`, 0 to 255, c = 1 or 3; an array or a tensor.

    Returns:
        float32 `[n, c, h, w]`, 0 to 1: `images / 255`, with channels last in memory.

    Raises:
        InputError: for another type of numbers and for another shape.

    >>> to_float(np.full((1, 2, 2, 3), 255, np.uint8)).shape
    torch.Size([1, 3, 2, 2])
    """
    if images.ndim != 4:
        raise InputError(f"images {list(images.shape)}", "[n, h, w, c]", "`images[None]` for a single image")
    if isinstance(images, np.ndarray):
        check_images(images)
    import torch  # here, so that reading pictures and films does not load it

    # Torch takes neither read-only nor mirrored arrays; such are copied.
    tensor = torch.from_numpy(np.require(images, None, ["C", "W"])) if isinstance(images, np.ndarray) else images
    if tensor.dtype != torch.uint8:
        raise InputError(f"images of {tensor.dtype}", "torch.uint8, 0 to 255", "`to_uint8` for a tensor in [0, 1]")
    return tensor.permute(0, 3, 1, 2).float() / 255


def to_uint8(images: Tensor) -> Pixels:
    """Convert images that were computed with to stored ones. The inverse of `to_float`, exactly.

    Args:
        images: floats `[n, c, h, w]`; what is below 0 or above 1 is clipped.

    Returns:
        uint8 `[n, h, w, c]`, 0 to 255, rounded to nearest.

    Raises:
        InputError: for integers, and for another number of dimensions.

    >>> import torch
    >>> to_uint8(torch.tensor([-1.0, 0.5, 2.0]).reshape(3, 1, 1, 1)).ravel().tolist()
    [0, 128, 255]
    """
    if images.ndim != 4:
        raise InputError(f"images {list(images.shape)}", "[n, c, h, w]", "`images[None]` for a single image")
    if not images.is_floating_point():
        raise InputError(f"images of {images.dtype}", "floats in [0, 1]", "`images.float() / 255`")
    scaled = (images.detach().float().clamp(0, 1) * 255).round().byte()
    return np.ascontiguousarray(scaled.permute(0, 2, 3, 1).cpu().numpy())


def check_images(images: object, shape: Sequence[int] | None = None) -> None:
    """Check that images are stored as everywhere in segue.

    Args:
        images: what should be a uint8 array `[h, w, c]` or `[n, h, w, c]`, c = 1 or 3.
        shape: the height, width and channels that they should have; None for any.

    Raises:
        InputError: for anything but a NumPy array, for another type of numbers, and for another shape.

    >>> check_images(np.zeros((8, 8, 1)))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got images of float64; expected uint8, 0 to 255; ...
    """
    if not isinstance(images, np.ndarray):
        raise InputError(
            f"images as {type(images).__name__}", "a NumPy array of uint8", "`to_uint8` for a tensor in [0, 1]"
        )
    if images.dtype != np.uint8:
        unit = images.dtype.kind in "fb"
        remedy = "`(255 * images).round().astype('uint8')` for values in [0, 1]" if unit else "`images.astype('uint8')`"
        raise InputError(f"images of {images.dtype}", "uint8, 0 to 255", remedy)
    if images.ndim not in (3, 4) or images.shape[-1] not in (1, 3):
        raise InputError(f"images {list(images.shape)}", "[h, w, c] or [n, h, w, c], c = 1 or 3", "another layout")
    if shape is not None and images.shape[-3:] != tuple(shape):
        got, allowed = list(images.shape[-3:]), list(shape)
        raise InputError(f"images {got}", f"{allowed} (h, w, c)", "fitting them to that size")


def with_channels(image: Pixels, channels: int) -> Pixels:
    """Make an image grey or RGB.

    Args:
        image: uint8 `[h, w, c]` or `[n, h, w, c]`, c = 1 or 3.
        channels: 1 for luma, 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601); 3 for RGB, in which grey is repeated.

    Returns:
        The image with so many channels; the image itself where it has them already.

    Raises:
        InputError: for what are no images, and for another number of channels.

    >>> with_channels(np.array([[[255, 0, 0]]], np.uint8), 1)
    array([[[76]]], dtype=uint8)
    """
    check_images(image)
    if channels not in (1, 3):
        raise InputError(f"`channels={channels}`", "1 or 3", "3 for colour")
    if image.shape[-1] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=-1)
    luma = image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return luma.round().astype(np.uint8)[..., None]


def read_image(file: StrPath | BinaryIO, channels: Literal[1, 3] | None = None) -> Pixels:
    """Read a picture: upright (EXIF), transparency over black, of several frames the first.

    Args:
        file: a path, or an open file that can be sought in (messages call it by its `name`, if it has one).
        channels: 1 for grey, 3 for RGB; None keeps grey grey and makes anything else RGB.

    Returns:
        uint8 `[h, w, c]`. Grey of 16 bits or of floats is brought to eight bits.

    Raises:
        InputError: for a file that is missing, cut off, not a picture or not finite.

    >>> import io
    >>> read_image(io.BytesIO(b"P5 3 2 255 abcdef"), channels=3).shape
    (2, 3, 3)
    """
    name = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "a picture")
    try:
        with Image.open(file) as picture:
            picture.load()
            array = _decode(ImageOps.exif_transpose(picture))
    except FileNotFoundError:
        raise missing_file(name, "a picture") from None
    except _BROKEN as error:
        raise unreadable_file(name, error, "a whole picture file (PNG, JPEG, ...)") from None
    return with_channels(array, channels) if channels else array


def picture_shape(file: BinaryIO) -> tuple[int, int, int]:
    """The shape of the picture in a file, as its header says, without decoding it.

    Args:
        file: an open file that can be sought in.

    Returns:
        `(h, w, c)` as `read_image` gives it: upright, c = 1 for grey and 3 for anything else.

    Raises:
        Exception: whatever Pillow raises for a file that is no picture.

    >>> import io
    >>> picture_shape(io.BytesIO(b"P5 3 2 255 abcdef"))
    (2, 3, 1)
    """
    with Image.open(file) as picture:
        width, height = picture.size
        if picture.getexif().get(ExifTags.Base.Orientation, 1) >= 5:  # a quarter turn
            width, height = height, width
        return height, width, 1 if _is_grey(picture.mode) or _is_deep(picture.mode) else 3


def _is_deep(mode: str) -> bool:
    return mode in ("I", "F") or mode.startswith("I;16")


def _is_grey(mode: str) -> bool:
    return mode in ("1", "L", "LA", "La")


def _decode(picture: Image.Image) -> Pixels:
    if _is_deep(picture.mode):
        return _to_eight_bits(np.asarray(picture, dtype=np.float64), picture.mode)[..., None]
    grey = _is_grey(picture.mode)
    if picture.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "black"), rgba)
    array = np.array(picture.convert("L" if grey else "RGB"))
    return array[..., None] if grey else array


def _to_eight_bits(values: npt.NDArray[np.float64], mode: str) -> Pixels:
    """Grey of 16 bits, or of a range that only its values tell: 0 to 1 (`F` alone), 255 or 65535."""
    if not np.isfinite(values).all():
        raise ValueError("holds NaN or infinite values")
    if mode.startswith("I;16") or values.max() > 255:
        values = values / 257
    elif mode == "F" and values.max() <= 1:
        values = values * 255
    return values.clip(0, 255).round().astype(np.uint8)


def fit(image: Pixels, height: int, width: int, how: Fit = "crop") -> Pixels:
    """Bring an image to another size without stretching it, by Lanczos resampling.

    Args:
        image: uint8 `[h, w, c]`, c = 1 or 3.
        height: the height wanted, in pixels, 1 or more.
        width: the width wanted.
        how: `crop` fills the frame and cuts what sticks out, centred; `letterbox` shows the whole image between black
            bars.

    Returns:
        uint8 `[height, width, c]`; the image itself where it has that size.

    Raises:
        InputError: for what is no image, for a size below 1, and for another `how`.

    >>> fit(np.zeros((10, 30, 3), np.uint8), 20, 20, "letterbox").shape
    (20, 20, 3)
    """
    _check_resize(image, height, width)
    if how not in get_args(Fit):
        raise unknown("fit", str(how), get_args(Fit))
    h, w = image.shape[:2]
    if (h, w) == (height, width):
        return image
    if how == "crop":
        scale = max(height / h, width / w)
        cut_h, cut_w = (h - height / scale) / 2, (w - width / scale) / 2
        return _resample(image, height, width, (max(cut_w, 0), max(cut_h, 0), min(w - cut_w, w), min(h - cut_h, h)))
    scale = min(height / h, width / w)
    inner_h, inner_w = max(1, round(h * scale)), max(1, round(w * scale))
    canvas = np.zeros((height, width, image.shape[2]), np.uint8)
    top, left = (height - inner_h) // 2, (width - inner_w) // 2
    canvas[top : top + inner_h, left : left + inner_w] = resize(image, inner_h, inner_w)
    return canvas


def resize(image: Pixels, height: int, width: int) -> Pixels:
    """Resample an image to another size by the Lanczos filter; its aspect may change.

    Args:
        image: uint8 `[h, w, c]`, c = 1 or 3.
        height: the height wanted, in pixels, 1 or more.
        width: the width wanted.

    Returns:
        uint8 `[height, width, c]`; the image itself where it has that size.

    Raises:
        InputError: for what is no image, and for a size below 1.

    >>> resize(np.zeros((10, 30, 1), np.uint8), 5, 5).shape
    (5, 5, 1)
    """
    _check_resize(image, height, width)
    if image.shape[:2] == (height, width):
        return image
    return _resample(image, height, width, (0, 0, image.shape[1], image.shape[0]))


def _check_resize(image: Pixels, height: int, width: int) -> None:
    """Refuse what is no single image, and a size without pixels."""
    check_images(image)
    if image.ndim != 3 or 0 in image.shape:
        raise InputError(f"an image {list(image.shape)}", "[h, w, c], none of them 0", "one image at a time")
    if min(height, width) < 1:
        raise InputError(f"a size of {height}x{width}", "1x1 or more", "a size of pixels")


def _resample(image: Pixels, height: int, width: int, box: tuple[float, float, float, float]) -> Pixels:
    """The part of `image` within left, top, right, bottom, at the size asked for."""
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    resized = np.array(picture.resize((width, height), Image.Resampling.LANCZOS, box))
    return resized if resized.ndim == 3 else resized[..., None]


def write_image(path: StrPath, image: Pixels) -> None:
    """Write a picture file, atomically.

    Args:
        path: the file; its ending, one of `PICTURES`, names the format.
        image: uint8 `[h, w, c]`, c = 1 or 3.

    Raises:
        InputError: for another ending, for what is no image, and as `atomic_write`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_image(f"{folder}/a.png", np.zeros((2, 3, 1), np.uint8))
    ...     read_image(f"{folder}/a.png").shape
    (2, 3, 1)
    """
    path = Path(path)
    check_images(image)
    if image.ndim != 3:
        raise InputError(f"an image {list(image.shape)}", "[h, w, c]", "one image at a time")
    if path.suffix.lower() not in PICTURES:
        raise InputError(f"output {path.name}", ", ".join(PICTURES), "a name that ends in one of these")
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    with atomic_write(path) as beside:
        picture.save(beside)


@contextmanager
def atomic_write(path: StrPath) -> Iterator[Path]:
    """Write a file so that it is either as it was or whole.

    Args:
        path: the file; folders that are missing are made.

    Yields:
        A path beside it, of the same ending, to write to. It is renamed to `path` if the block succeeds, and removed if
        not.

    Raises:
        InputError: where nothing can be written, and where `path` is a folder or a device.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(f"{folder}/a.txt") as beside:
    ...         _ = beside.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise InputError(f"output {path}, which is no plain file", "a file name", "another path")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise unwritable_file(path, error) from None
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o666 & ~_umask())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class _Writable(Exception):  # noqa: N818 - good news
    """Ends the trial of `check_writable` before anything is renamed."""


def check_writable(path: StrPath) -> None:
    """Raise what `atomic_write` would raise: before long work, not after it.

    Args:
        path: the file; it is left as it is.

    Raises:
        InputError: as `atomic_write`.
    """
    with suppress(_Writable), atomic_write(path):
        raise _Writable


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
