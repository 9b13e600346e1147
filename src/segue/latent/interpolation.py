"""From a path to frames: decoded, at even steps of t."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels, check_images, to_uint8
from segue.core.notebook import animation_html, enlargement, grid, image_html
from segue.core.progress import Event, Report, silent
from segue.latent.paths import Path, PathChoice, PathContext, PathFunction, choose_path, connect_waypoints
from segue.latent.space import LatentSpace, check_codes, encode, limit_batch
from segue.models.autoencoder import Autoencoder, device_of
from segue.models.foreign import Coder, as_autoencoder

_SHOWN_FRAMES = 12
"""How many frames of an interpolation a notebook shows side by side."""

_NUMBERS = 1 << 22
"""Numbers of codes along all paths that are found together: 32 MB, and some copies of them."""

_FINE = 257
"""Codes along a path while it is smoothed."""


@dataclass(frozen=True)
class Interpolation:
    """A decoded path. In a notebook it shows itself as a strip, and as a GIF that plays.

    Args:
        t: positions `[n]` in [0, 1].
        codes: `[n, *latent_shape]`.
        frames: uint8 `[n, h, w, c]`.
        info: how the path was found, in JSON values; see each path.
    """

    t: Tensor
    codes: Tensor
    frames: Pixels
    info: Mapping[str, Any] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """In a notebook: the frames as a strip, and as a GIF that plays beneath it."""
        enlarge = enlargement(*self.frames.shape[1:3])
        chosen = np.unique(np.linspace(0, len(self.frames) - 1, _SHOWN_FRAMES).round().astype(int))
        shown = grid(self.frames[chosen], columns=_SHOWN_FRAMES)
        title = f"{len(self.frames)} frames of an interpolation"
        return f"<div>{image_html(shown, title, enlarge)}<br>{animation_html(self.frames, 10, title, enlarge)}</div>"


def interpolate(
    model: Autoencoder | Coder,
    a: Tensor,
    b: Tensor,
    path: str | PathChoice | PathFunction = "auto",
    steps: int = 10,
    *,
    context: PathContext | None = None,
    report: Report = silent,
) -> Interpolation:
    """Interpolate between two codes.

    Args:
        model: the model whose codes they are: anything with `encode` and `decode`.
        a: the first code, `[*latent_shape]`.
        b: the last code, of the same shape.
        path: how to go: a name such as `"slerp"` or `"graph+smooth+pace"`, an instance, or a plain function
            `f(a, b, t) -> code`; see `choose_path`.
        steps: how many frames, both ends included, from 2 up.
        context: the model and the codes of images, which graphs and geodesics go by.
        report: called with progress.

    Returns:
        The frames, and the codes and positions that they were decoded from.

    Raises:
        InputError: for fewer than two steps, for codes of unequal shapes, and as the path does.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> interpolate(model, torch.zeros(2), torch.ones(2), "slerp", steps=3).frames.shape
    (3, 8, 8, 1)
    """
    return decode_path(model, choose_path(path).between(a, b, _shown(context, steps)), steps, report)


def interpolate_images(
    model: Autoencoder | Coder,
    a: Pixels,
    b: Pixels,
    path: str | PathChoice | PathFunction = "auto",
    steps: int = 10,
    *,
    context: PathContext | None = None,
    report: Report = silent,
) -> Interpolation:
    """Interpolate between two images: encode both, find the path, decode it.

    Args:
        model: anything with `encode` and `decode`.
        a: the first image, uint8 `[h, w, c]`, of the model's size.
        b: the last image, of the same shape.
        path: how to go, as in `interpolate`.
        steps: how many frames, both ends included, from 2 up.
        context: the model and the codes of images, which graphs and geodesics go by.
        report: called with progress.

    Returns:
        The interpolation; its first and last frame are the reconstructions of `a` and `b`.

    Raises:
        InputError: for images that are no uint8 arrays, or of another size than the model's, and as `interpolate`.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> dark, light = np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 1), 255, np.uint8)
    >>> interpolate_images(model, dark, light, lambda a, b, t: a + (b - a) * t**2, steps=3).codes.shape
    torch.Size([3, 2])
    """
    return interpolate_waypoints(model, _stack(a, b), path, steps, context=context, report=report)


def interpolate_waypoints(
    model: Autoencoder | Coder,
    images: Pixels,
    path: str | PathChoice | PathFunction = "auto",
    steps: int = 10,
    *,
    closed: bool = False,
    context: PathContext | None = None,
    report: Report = silent,
) -> Interpolation:
    """Interpolate from the first of several images through the others to the last.

    Args:
        model: anything with `encode` and `decode`.
        images: the images to pass in turn, two or more: uint8 `[n, h, w, c]`, of the model's size.
        path: how to go from each to the next, as in `interpolate`.
        steps: how many frames, both ends included, from 2 up.
        closed: whether to go on from the last image to the first.
        context: the model and the codes of images, which graphs and geodesics go by.
        report: called with progress.

    Returns:
        The interpolation. Frames are at even positions, which need not fall on the images between.

    Raises:
        InputError: for fewer than two images, and as `interpolate_images`.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> interpolate_waypoints(model, np.zeros((3, 8, 8, 1), np.uint8), "linear", steps=5, closed=True).frames.shape
    (5, 8, 8, 1)
    """
    model = _adapt(model, images)
    codes = encode(model, images).to(device_of(model))
    found = connect_waypoints(path, codes, _shown(context, steps, model), closed=closed)
    return decode_path(model, found, steps, report)


@dataclass(frozen=True)
class Interpolations:
    """The decoded paths of n pairs; one of them is an `Interpolation`.

    Args:
        t: positions `[m]`.
        codes: `[n, m, *latent_shape]`.
        frames: uint8 `[n, m, h, w, c]`.
        info: how each path was found.
    """

    t: Tensor
    codes: Tensor
    frames: Pixels
    info: tuple[Mapping[str, Any], ...]

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, pair: int) -> Interpolation:
        return Interpolation(self.t, self.codes[pair], self.frames[pair], self.info[pair])


def interpolate_pairs(
    model: Autoencoder | Coder,
    a: Pixels,
    b: Pixels,
    path: str | PathChoice | PathFunction = "auto",
    steps: int = 10,
    *,
    context: PathContext | None = None,
    report: Report = silent,
) -> Interpolations:
    """Interpolate between many pairs of images at once, as `interpolate_images` does between two, and much faster.

    Args:
        model: anything with `encode` and `decode`.
        a: the first images, uint8 `[n, h, w, c]`, of the model's size.
        b: the last images, as many.
        path: how to go, as in `interpolate`.
        steps: how many frames m of each pair, both ends included, from 2 up.
        context: the model and the codes of images, which graphs and geodesics go by.
        report: called with progress.

    Returns:
        n interpolations, all in memory.

    Raises:
        InputError: for unequal numbers of images, and as `interpolate_images`.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> dark, light = np.zeros((50, 8, 8, 1), np.uint8), np.full((50, 8, 8, 1), 255, np.uint8)
    >>> found = interpolate_pairs(model, dark, light, "slerp", steps=4)
    >>> found.frames.shape, found[7].frames.shape
    ((50, 4, 8, 8, 1), (4, 8, 8, 1))
    """
    _stack(a, b)
    model = _adapt(model, a)
    choice, t = choose_path(path), even_steps(steps)
    context = _shown(context, steps, model)
    starts, ends = (encode(model, images).to(device_of(model)) for images in (a, b))
    many = max(1, _NUMBERS // max(_FINE, steps) // starts[0].numel())
    codes: list[Tensor] = []
    frames: list[Pixels] = []
    info: list[Mapping[str, Any]] = []
    for first in range(0, len(starts), many):
        paths = choice.between_pairs(starts[first : first + many], ends[first : first + many], context)
        codes.append(paths(t))
        frames.append(decode(model, codes[-1].flatten(0, 1)))
        info += paths.info
        report(Event("pairs", len(info), len(starts)))
    pixels = np.concatenate(frames)
    return Interpolations(t, torch.cat(codes), pixels.reshape(len(starts), steps, *pixels.shape[1:]), tuple(info))


def decode_path(
    model: Autoencoder | Coder, path: Path | Callable[[Tensor], Tensor], steps: int, report: Report = silent
) -> Interpolation:
    """Decode a path at even positions, both ends included.

    Args:
        model: anything with `decode`.
        path: a path, or a function of float64 positions `[m]` to codes `[m, *latent_shape]`.
        steps: how many frames, from 2 up.
        report: called with progress.

    Returns:
        The interpolation.

    Raises:
        InputError: for fewer than two steps.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> from segue.latent.paths import Linear
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> decode_path(model, Linear().between(torch.zeros(2), torch.ones(2)), 3).frames.shape
    (3, 8, 8, 1)
    """
    t = even_steps(steps)
    codes = path(t)
    return Interpolation(t, codes, decode(model, codes, report=report), path.info if isinstance(path, Path) else {})


def _shown(context: PathContext | None, steps: int, model: Autoencoder | None = None) -> PathContext | None:
    """The context for so many frames; where there is none, that of the model without images."""
    if context is None:
        if model is None:
            return None
        return PathContext(model, LatentSpace(torch.zeros(0, *model.latent_shape), ()), steps)
    return replace(context, frames=steps)


def _stack(a: Pixels, b: Pixels) -> Pixels:
    """Two arrays of images as one; `InputError` where they are none, or of unequal shapes."""
    for images in (a, b):
        check_images(images)
    if a.shape != b.shape:
        raise InputError(f"images {list(a.shape)} and {list(b.shape)}", "two of one shape", "`segue.core.images.fit`")
    return np.stack([a, b])


def _adapt(model: Autoencoder | Coder, images: Pixels) -> Autoencoder:
    """The model; where it does not say its shapes, they are found by trying an image."""
    check_images(images)
    height, width, channels = images.shape[-3:]
    return as_autoencoder(model, (channels, height, width))


def even_steps(steps: int) -> Tensor:
    """Even positions from 0 to 1, both included, float64 `[steps]`.

    Args:
        steps: how many, from 2 to 100,000.

    Returns:
        The positions.

    Raises:
        InputError: for fewer or more.

    >>> even_steps(3).tolist()
    [0.0, 0.5, 1.0]
    """
    if not 2 <= steps <= 100_000:
        raise InputError(f"`steps={steps}`", "2 to 100000", "2, for the two ends")
    return torch.linspace(0, 1, steps, dtype=torch.float64)


@torch.no_grad()
def decode(model: Autoencoder | Coder, codes: Tensor, batch: int = 64, report: Report = silent) -> Pixels:
    """Decode codes to images, a batch at a time.

    Args:
        model: anything with `decode`, which gives values in [0, 1].
        codes: `[n, *latent_shape]`, n from 1 up.
        batch: how many at a time; of large images fewer, so that they fit into memory.
        report: called with progress.

    Returns:
        uint8 images `[n, h, w, c]`.

    Raises:
        InputError: for codes of another shape than the model's, or that are not finite.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> decode(ConvAutoencoder((1, 8, 8), latent=3, width=8), torch.zeros(5, 3)).shape
    (5, 8, 8, 1)
    """
    check_codes(codes)
    latent_shape = getattr(model, "latent_shape", codes.shape[1:])
    if codes.shape[1:] != torch.Size(latent_shape):
        allowed = f"[n, {', '.join(map(str, latent_shape))}]"
        raise InputError(f"codes {list(codes.shape)}", allowed, "encoding by this model")
    device = device_of(model)
    images: list[Pixels] = []
    for part in codes.split(limit_batch(batch, model)):  # type: ignore[no-untyped-call]
        images.append(to_uint8(model.decode(part.to(device))))
        report(Event("decode", sum(map(len, images)), len(codes)))
    return np.concatenate(images)


def cross_fade(a: Pixels, b: Pixels, steps: int) -> Pixels:
    """Fade one image into another in pixels, `(1 - t) a + t b`: the control that any editor has.

    Args:
        a: the first image, uint8 `[h, w, c]`.
        b: the last image, of the same shape.
        steps: how many frames, both ends included, from 2 up.

    Returns:
        uint8 frames `[steps, h, w, c]`, rounded to nearest.

    Raises:
        InputError: for images that are no uint8 arrays of one shape, and for fewer than two steps.

    >>> cross_fade(np.zeros((1, 1, 1), np.uint8), np.full((1, 1, 1), 200, np.uint8), 3).ravel().tolist()
    [0, 100, 200]
    """
    _stack(a, b)
    t = even_steps(steps).numpy()[:, None, None, None]
    return ((1 - t) * a + t * b).round().astype(np.uint8)
