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
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, features

from segue.core.errors import InputError, missing_file, unreadable_file, unwritable_file

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
    """uint8 `[n, h, w, c]`, 0 to 255, as float32 `[n, c, h, w]`, 0 to 1 (a view's layout: channels last).

    >>> to_float(np.full((1, 2, 2, 3), 255, np.uint8)).shape
    torch.Size([1, 3, 2, 2])
    """
    import torch  # here, so that reading pictures and films does not load it

    # Torch takes neither read-only nor mirrored arrays; such are copied.
    tensor = torch.from_numpy(np.require(images, None, ["C", "W"])) if isinstance(images, np.ndarray) else images
    return tensor.permute(0, 3, 1, 2).float() / 255


def to_uint8(images: Tensor) -> Pixels:
    """float `[n, c, h, w]`, clipped to 0 to 1, as uint8 `[n, h, w, c]`, rounded to nearest.

    The inverse of `to_float`, exactly.
    """
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
        remedy = "`(255 * images).astype('uint8')` for values in [0, 1]" if unit else "`images.astype('uint8')`"
        raise InputError(f"images of {images.dtype}", "uint8, 0 to 255", remedy)
    if images.ndim not in (3, 4) or images.shape[-1] not in (1, 3):
        raise InputError(f"images {list(images.shape)}", "[h, w, c] or [n, h, w, c], c = 1 or 3", "another layout")
    if shape is not None and images.shape[-3:] != tuple(shape):
        got, allowed = list(images.shape[-3:]), list(shape)
        raise InputError(f"images {got}", f"{allowed} (h, w, c)", "fitting them to that size")


def with_channels(image: Pixels, channels: int) -> Pixels:
    """`[..., h, w, c]` with `channels` of 1 (luma, ITU-R BT.601) or 3 (grey repeated)."""
    if image.shape[-1] == channels:
        return image
    if channels == 3:
        return np.repeat(image, 3, axis=-1)
    luma = image.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return luma.round().astype(np.uint8)[..., None]


def read_image(file: Path | BinaryIO, channels: Literal[1, 3] | None = None) -> Pixels:
    """The picture in a file, `[h, w, c]`: upright (EXIF), transparency over black, first frame.

    `file` is a path, or an open file that can be sought in (messages call it by its `name`, if it has one).
    `channels` None keeps grey grey and makes anything else RGB. Deep grey is brought to eight
    bits. Raises `InputError` for a file that is missing, cut off, not a picture or not finite.

    >>> import io
    >>> read_image(io.BytesIO(b"P5 3 2 255 abcdef"), channels=3).shape
    (2, 3, 3)
    """
    name = getattr(file, "name", "a picture") if hasattr(file, "read") else file
    try:
        with Image.open(file) as picture:
            picture.load()
            array = _decoded(ImageOps.exif_transpose(picture))
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


def _decoded(picture: Image.Image) -> Pixels:
    if _is_deep(picture.mode):
        return _eight_bits(np.asarray(picture, dtype=np.float64), picture.mode)[..., None]
    grey = _is_grey(picture.mode)
    if picture.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "black"), rgba)
    array = np.array(picture.convert("L" if grey else "RGB"))
    return array[..., None] if grey else array


def _eight_bits(values: npt.NDArray[np.float64], mode: str) -> Pixels:
    """Grey of 16 bits, or of a range that only its values tell: 0 to 1 (`F` alone), 255 or 65535."""
    if not np.isfinite(values).all():
        raise ValueError("holds NaN or infinite values")
    if mode.startswith("I;16") or values.max() > 255:
        values = values / 257
    elif mode == "F" and values.max() <= 1:
        values = values * 255
    return values.clip(0, 255).round().astype(np.uint8)


def fit(image: Pixels, height: int, width: int, how: Fit = "crop") -> Pixels:
    """The image `[h, w, c]` at another size, never stretched.

    `crop` fills the frame and cuts what sticks out, centred; `letterbox` shows the whole image
    between black bars. Resampled by area-aware Lanczos; an image of the right size is returned as it is.
    """
    h, w = image.shape[:2]
    if (h, w) == (height, width):
        return image
    if how == "crop":
        scale = max(height / h, width / w)
        cut_h, cut_w = (h - height / scale) / 2, (w - width / scale) / 2
        return _resampled(image, height, width, (max(cut_w, 0), max(cut_h, 0), min(w - cut_w, w), min(h - cut_h, h)))
    scale = min(height / h, width / w)
    inner_h, inner_w = max(1, round(h * scale)), max(1, round(w * scale))
    canvas = np.zeros((height, width, image.shape[2]), np.uint8)
    top, left = (height - inner_h) // 2, (width - inner_w) // 2
    canvas[top : top + inner_h, left : left + inner_w] = resize(image, inner_h, inner_w)
    return canvas


def resize(image: Pixels, height: int, width: int) -> Pixels:
    """`[h, w, c]` resampled to `[height, width, c]` with the Lanczos filter, aspect ignored."""
    if image.shape[:2] == (height, width):
        return image
    return _resampled(image, height, width, (0, 0, image.shape[1], image.shape[0]))


def _resampled(image: Pixels, height: int, width: int, box: tuple[float, float, float, float]) -> Pixels:
    """The part of `image` within left, top, right, bottom, at the size asked for."""
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    resized = np.array(picture.resize((width, height), Image.Resampling.LANCZOS, box))
    return resized if resized.ndim == 3 else resized[..., None]


def write_image(path: Path, image: Pixels) -> None:
    """`[h, w, c]` as a picture file; the suffix names the format. Written beside, then renamed.

    Raises `InputError` for a suffix that is not in `PICTURES`, and as `atomic_write` does.
    """
    if path.suffix.lower() not in PICTURES:
        raise InputError(f"output {path.name}", ", ".join(PICTURES), "a name that ends in one of these")
    picture = Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)
    with atomic_write(path) as beside:
        picture.save(beside)


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """A file name beside `path`, of the same suffix, that is renamed to `path` if the block succeeds.

    So `path` is either as it was or whole. Missing folders are made. Raises `InputError` where
    nothing can be written, or where `path` is a folder or a device.
    """
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


def check_writable(path: Path) -> None:
    """Raise what `atomic_write` would raise: before long work, not after it. `path` is left as it is."""
    with suppress(_Writable), atomic_write(path):
        raise _Writable


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
