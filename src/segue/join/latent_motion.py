"""Movement along a clip's own latent path: the flow between decoded frames, applied to the clip's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segue.core.images import Pixels, resize, to_float, to_uint8
from segue.models.autoencoder import Autoencoder
from segue.motion.inbetween import Indices, motion
from segue.motion.slow import Gap, Key

SOFT_DOUBT = 1.0
"""Doubt of every movement between decoded frames: they are too soft to show where theirs is not the clip's."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """A cubic through codes, decoded: how things move from its start to its end."""

    model: Autoencoder
    ends: tuple[Tensor, Tensor]
    speeds: tuple[Tensor, Tensor]
    a: Pixels
    b: Pixels

    def at(self, t: float) -> Indices:
        """Where each place of the decoded frame at `t` is found in those at 0 and at 1."""
        (start, end), (leaving, arriving) = self.ends, self.speeds
        code = (
            (1 + 2 * t) * (1 - t) ** 2 * start
            + t * t * (3 - 2 * t) * end
            + t * (1 - t) ** 2 * leaving
            - t * t * (1 - t) * arriving
        )
        here = decoded(self.model, code)
        to_a, to_b = motion(self.a, here), motion(self.b, here)
        return Indices(to_a.back, to_b.back, to_a.doubt_back + SOFT_DOUBT, to_b.doubt_back + SOFT_DOUBT)


class ByCodes:
    """Along a Catmull-Rom spline through the codes of a clip's frames, by a model of them."""

    def __init__(self, model: Autoencoder) -> None:
        self.model = model
        self._codes: dict[int, Tensor] = {}

    def course(self, gap: Gap) -> Decoded:
        """From the code of one frame to that of the next; the speed at each is that of its neighbours (see `glide`)."""
        near = [key for key in (gap.before, gap.a, gap.b, gap.beyond) if key]
        self._codes = {m.number: self._codes[m.number] if m.number in self._codes else self._code(m) for m in near}
        start, end = self._codes[gap.a.number], self._codes[gap.b.number]
        chord = end - start
        leaving = arriving = chord
        first, own, last = gap.steps
        if gap.before:
            other = (start - self._codes[gap.before.number]) * (own / first)
            leaving = (own * other + first * chord) / (first + own)
        if gap.beyond:
            other = (self._codes[gap.beyond.number] - end) * (own / last)
            arriving = (own * other + last * chord) / (last + own)
        a, b = decoded(self.model, start), decoded(self.model, end)
        return Decoded(self.model, (start, end), (leaving, arriving), a, b)

    @torch.no_grad()
    def _code(self, key: Key) -> Tensor:
        _, height, width = self.model.image_shape
        return self.model.encode(to_float(np.stack([resize(key.frame, height, width)])))[0]


@torch.no_grad()
def decoded(model: Autoencoder, code: Tensor) -> Pixels:
    """The picture of one code, `[h, w, 3]`."""
    picture: Pixels = to_uint8(model.decode(code[None]))[0]
    return picture
