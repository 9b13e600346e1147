"""Movement along a clip's own latent path: the flow between decoded frames, applied to the clip's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from segue.core.images import Pixels, resize, to_float, to_uint8
from segue.core.numerics import catmull_rom_bend, hermite
from segue.models.autoencoder import Autoencoder
from segue.motion.inbetween import Displacements, find_motion
from segue.motion.slow import Gap, KeyFrame

SOFT_DOUBT = 1.0
"""Doubt about every movement between decoded frames: they are too soft to show where theirs is not the clip's."""


@dataclass(frozen=True, eq=False)
class LatentTrajectory:
    """How things move along a cubic through codes: the flow between its decoded frames.

    `ends` are the codes of two frames, `speeds` those of the cubic there; `a` and `b` are the decoded ends.
    """

    model: Autoencoder
    ends: tuple[Tensor, Tensor]
    speeds: tuple[Tensor, Tensor]
    a: Pixels
    b: Pixels

    def at(self, t: float) -> Displacements:
        """See `segue.motion.inbetween.Trajectory`."""
        (start, end), (leaving, arriving) = self.ends, self.speeds
        here = decode_picture(self.model, hermite(t, start, end, leaving, arriving))
        to_a, to_b = find_motion(self.a, here), find_motion(self.b, here)
        return Displacements(
            in_a=to_a.back,
            in_b=to_b.back,
            doubt_a=to_a.doubt_back + SOFT_DOUBT,
            doubt_b=to_b.doubt_back + SOFT_DOUBT,
        )


class LatentMotion:
    """Along a Catmull-Rom spline through the codes of a clip's frames.

    Args:
        model: an autoencoder that was trained on them.
    """

    def __init__(self, model: Autoencoder) -> None:
        self.model = model
        self._codes: dict[int, Tensor] = {}

    def trajectory(self, gap: Gap) -> LatentTrajectory:
        """See `segue.motion.slow.MotionModel`; the speed at each frame is that of its neighbours."""
        near = [key for key in (gap.before, gap.a, gap.b, gap.beyond) if key]
        self._codes = {m.number: self._codes[m.number] if m.number in self._codes else self._encode(m) for m in near}
        start, end = self._codes[gap.a.number], self._codes[gap.b.number]
        chord = end - start
        leaving = arriving = chord
        first, own, last = gap.steps
        if gap.before:
            other = (start - self._codes[gap.before.number]) * (own / first)
            leaving = chord + catmull_rom_bend(chord, other, own, first)
        if gap.beyond:
            other = (self._codes[gap.beyond.number] - end) * (own / last)
            arriving = chord + catmull_rom_bend(chord, other, own, last)
        return LatentTrajectory(
            model=self.model,
            ends=(start, end),
            speeds=(leaving, arriving),
            a=decode_picture(self.model, start),
            b=decode_picture(self.model, end),
        )

    @torch.no_grad()
    def _encode(self, key: KeyFrame) -> Tensor:
        _, height, width = self.model.image_shape
        return self.model.encode(to_float(np.stack([resize(key.frame, height, width)])))[0]


@torch.no_grad()
def decode_picture(model: Autoencoder, code: Tensor) -> Pixels:
    """Decode one code.

    Args:
        model: an autoencoder of RGB pictures.
        code: the code, without a batch.

    Returns:
        uint8 `[h, w, 3]`.
    """
    picture: Pixels = to_uint8(model.decode(code[None]))[0]
    return picture
