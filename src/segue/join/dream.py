"""The dream: a walk through the latent space of both clips' frames, with their own detail at its ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.images import Pixels, resize, to_float, to_uint8
from segue.core.numerics import smoothstep
from segue.latent.paths import Path, PathChoice, PathContext
from segue.models.autoencoder import Autoencoder

FADE_SHARE = 0.6
"""The share of the way over which a clip's own detail fades."""


@dataclass(frozen=True, eq=False)
class Dream:
    """Pictures decoded along a path, while both clips go on playing, plus what the decoder misses of them, fading.

    With frames `a` and `b` of the moment, `z(s) = path(s) + (1 - s) (E(a) - path(0)) + s (E(b) - path(1))`, and the
    picture is `D(z(s)) + w(s) (a - D(E(a))) + w(1 - s) (b - D(E(b)))` with `w(0) = 1` and `w(s) = 0` from `FADE_SHARE`
    on: at 0 and 1 it is `a` and `b`, to the pixel.
    """

    model: Autoencoder
    path: Path

    @torch.no_grad()
    def frame(self, share: float, a: Pixels, b: Pixels) -> Pixels:
        """Render a picture of the dream.

        Args:
            share: how far it is, 0 to 1.
            a: the first clip's frame of that moment, uint8 `[h, w, 3]`.
            b: the second clip's.

        Returns:
            uint8 `[h, w, 3]`; at 0 and 1 `a` and `b` themselves.
        """
        if share <= 0 or share >= 1:
            return a if share <= 0 else b
        codes = self.model.encode(pair_for(self.model, a, b))
        ends, here = self.path(torch.tensor([0.0, 1.0])), self.path(torch.tensor([share]))[0]
        code = here + (1 - share) * (codes[0] - ends[0]) + share * (codes[1] - ends[1])
        small = self.model.decode(torch.stack([code, *codes]))
        large = F.interpolate(small, size=a.shape[:2], mode="bicubic", align_corners=False)
        missed = to_float(np.stack([a, b])) - large[1:]
        picture: Pixels = to_uint8(
            (large[0] + detail_left(share) * missed[0] + detail_left(1 - share) * missed[1])[None]
        )[0]
        return picture


def detail_left(share: float) -> float:
    """How much of an end's own detail is left.

    Args:
        share: how far from that end the dream is, 0 to 1.

    Returns:
        1 at 0, 0 from `FADE_SHARE` on, level at both.

    >>> detail_left(0.0), round(detail_left(0.3), 6), detail_left(0.6), detail_left(1.0)
    (1.0, 0.5, 0.0, 0.0)
    """
    return 1 - smoothstep(min(max(share / FADE_SHARE, 0.0), 1.0))


@torch.no_grad()
def make_dream(
    model: Autoencoder, choice: PathChoice, a: Pixels, b: Pixels, around: PathContext | None = None
) -> Dream:
    """Find the dream between two frames.

    Args:
        model: an autoencoder of the clips' frames.
        choice: the path to take between their codes.
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.
        around: what the path needs to know of the latent space.

    Returns:
        The dream.
    """
    codes = model.encode(pair_for(model, a, b))
    return Dream(model=model, path=choice.between(codes[0], codes[1], around))


def pair_for(model: Autoencoder, a: Pixels, b: Pixels) -> Tensor:
    """Bring two frames to what a model encodes.

    Args:
        model: the model.
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`.

    Returns:
        float32 `[2, 3, h, w]` of the model's size, 0 to 1.
    """
    _, height, width = model.image_shape
    return to_float(np.stack([resize(a, height, width), resize(b, height, width)]))
