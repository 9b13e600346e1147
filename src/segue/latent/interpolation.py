"""From a path to frames: decoded, at even steps of t."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float, to_uint8
from segue.core.notebook import animation_html, enlargement, grid, image_html
from segue.core.progress import Event, Report, silent
from segue.latent.paths import Path, PathChoice, PathContext, connect_waypoints
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of

_SHOWN_FRAMES = 12
"""How many frames of an interpolation a notebook shows side by side."""


@dataclass(frozen=True)
class Interpolation:
    """A decoded path: positions `t` `[n]`, codes `[n, *latent_shape]`, frames `[n, h, w, c]`, uint8, and its `info`."""

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


def decode_path(model: Autoencoder, path: Path, steps: int, report: Report = silent) -> Interpolation:
    """Decode a path at `steps` even positions, both ends included.

    Raises `InputError` for fewer than two steps.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> from segue.latent.paths import Linear
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> decode_path(model, Linear().between(torch.zeros(2), torch.ones(2)), 3).frames.shape
    (3, 8, 8, 1)
    """
    t = even_steps(steps)
    codes = path(t)
    return Interpolation(t, codes, decode(model, codes, report=report), path.info)


def interpolate_images(
    model: Autoencoder,
    a: Pixels,
    b: Pixels,
    path: PathChoice,
    steps: int,
    report: Report = silent,
    context: PathContext | None = None,
) -> Interpolation:
    """From image `a` to image `b`, uint8 `[h, w, c]` each, of the model's size: encode both, find the path, decode it.

    The first and last frame are the reconstructions of `a` and `b`. `context` is what graphs and geodesics go by.
    Raises `InputError` as `interpolate` and the path do.
    """
    return interpolate_waypoints(model, np.stack([a, b]), path, steps, report, context)


@torch.no_grad()
def interpolate_waypoints(
    model: Autoencoder,
    images: Pixels,
    path: PathChoice,
    steps: int,
    report: Report = silent,
    context: PathContext | None = None,
    closed: bool = False,
) -> Interpolation:
    """From the first of uint8 images `[n, h, w, c]`, of the model's size, through the others to the last.

    As `walk` through way points; `closed` goes on to the first image again. Raises `InputError` for fewer than two
    images, and as `interpolate` and the path do.
    """
    codes = model.encode(to_float(images).to(device_of(model)))
    return decode_path(model, connect_waypoints(path, list(codes), context, closed=closed), steps, report)


def even_steps(steps: int) -> Tensor:
    """`steps` positions from 0 to 1, both included."""
    if not 2 <= steps <= 100_000:
        raise InputError(f"--steps {steps}", "2 to 100000", "both ends count, so ask for at least two")
    return torch.linspace(0, 1, steps, dtype=torch.float64)


@torch.no_grad()
def decode(model: Autoencoder, codes: Tensor, batch: int = 64, report: Report = silent) -> Pixels:
    """Codes `[n, *latent_shape]` as uint8 images `[n, h, w, c]`, a batch at a time."""
    device = device_of(model)
    images: list[Pixels] = []
    for part in codes.split(limit_batch(batch, model)):  # type: ignore[no-untyped-call]
        images.append(to_uint8(model.decode(part.to(device))))
        report(Event("decode", sum(map(len, images)), len(codes)))
    return np.concatenate(images)


def cross_fade(a: Pixels, b: Pixels, steps: int) -> Pixels:
    """The control that any editor has: `(1 - t) a + t b` in pixels, `[h, w, c]` each, to `[steps, h, w, c]`."""
    t = even_steps(steps).numpy()[:, None, None, None]
    return ((1 - t) * a + t * b).round().astype(np.uint8)
