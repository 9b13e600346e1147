"""The morph: what is in one clip moves to where its like is in the other, in full detail, while both go on playing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.images import Pixels, to_float
from segue.core.progress import Report, silent
from segue.core.types import Floats32
from segue.latent.paths.transport import Movements, find_movements, kernel_mean, ranks
from segue.motion.detail import as_sharp, energies, wanted_energy
from segue.motion.flow import grid, mixed, taken, taken_softly

ROWS = 30
"""Cells down a frame that are matched; as many across as its aspect gives."""

EDGES = 3.0
"""How much a cell's edges count in its likeness, against its colour."""

LONGEST = 53
"""Cells on the longer side, at most."""


@cache
def _places(height: int, width: int) -> Floats32:
    return grid(height, width)


@dataclass(frozen=True, eq=False)
class Morph:
    """A movement between two pictures that can be shown in any two frames of their size or another.

    `smooth`, in cells, is over what neighbourhood a movement is averaged: little tears and swirls, much glides.
    `turn` is the share of the way in which one place turns from one clip's picture to the other's. With a `lead` of 1
    those turn first that gain detail, with 0 those whose way is short; between, it is weighed.
    """

    moves: Movements
    smooth: float
    turn: float
    lead: float = 1.0

    def frame(self, share: float, a: Pixels, b: Pixels) -> Pixels:
        """The picture a `share` of the way from frame `a` to frame `b`, `[h, w, 3]`; at 0 and 1 these themselves."""
        if share <= 0 or share >= 1:
            return a if share <= 0 else b
        height, width = a.shape[:2]
        field = self._field(share, height, width)
        step, moment = field[..., :2] * np.array([width, height], np.float32), field[..., 2].clip(0, 1)
        here = _places(height, width)
        left, right = here - share * step, here + (1 - share) * step
        u = ((share * (1 + self.turn) - moment) / self.turn).clip(0, 1)
        turned = u * u * (3 - 2 * u)
        one, other = energies(a), energies(b)
        carried = (1 - turned) * taken_softly(one, left) + turned * taken_softly(other, right)
        wanted = wanted_energy(share, float(carried.sum()), (float(one.sum()), float(other.sum())))
        return as_sharp(mixed(taken(a, left), taken(b, right), turned), wanted)

    def _field(self, share: float, height: int, width: int) -> Floats32:
        """Ways across and down, as shares of the frame, and the moments of turning: `[h, w, 3]`."""
        rows, columns = self.moves.grid
        way = self.moves.ends - self.moves.starts
        carried = torch.cat([way[:, [1]] / columns, way[:, [0]] / rows, self._turns[:, None]], dim=1)
        at = self.moves.starts + share * way
        field = kernel_mean(at, carried, self.moves.grid, self.smooth, self.moves.weights).permute(2, 0, 1)
        large = F.interpolate(field[None].float(), (height, width), mode="bicubic", align_corners=False)[0]
        return large.permute(1, 2, 0).numpy()

    @cached_property
    def _turns(self) -> Tensor:
        """When each cell turns, 0 the first and 1 the last: `[n]`."""
        moves = self.moves
        if self.lead == 1:
            return moves.turns
        far = ranks((moves.ends - moves.starts).norm(dim=1))
        return ranks(self.lead * moves.turns + (1 - self.lead) * far)


def morph(a: Pixels, b: Pixels, smooth: float, turn: float, lead: float = 1.0, report: Report = silent) -> Morph:
    """The movement between two frames `[h, w, 3]` of one size: optimal transport of their cells.

    A cell is like another by its colour and its edges, alone and with its surroundings; `segue.latent.paths.transport`
    says how cells are matched and when each turns.
    """
    return Morph(matching(a, b, report), smooth, turn, lead)


def matching(a: Pixels, b: Pixels, report: Report = silent) -> Movements:
    """How the cells of `a` get to those of `b`."""
    height, width = a.shape[:2]
    scale = min(ROWS / height, LONGEST / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    first, last = (cells(frame, *size) for frame in (a, b))
    return find_movements(first, last, near=0.1, together=0.07, report=report)


def cells(frame: Pixels, rows: int, columns: int) -> Tensor:
    """Colour and edges of each cell of a frame `[h, w, 3]`: `[5, rows, columns]`."""
    image = to_float(frame[None])
    across = F.pad(image.diff(dim=3).abs().mean(1, keepdim=True), (0, 1))
    down = F.pad(image.diff(dim=2).abs().mean(1, keepdim=True), (0, 0, 0, 1))
    seen = torch.cat([2 * image - 1, EDGES * across, EDGES * down], dim=1)
    return F.adaptive_avg_pool2d(seen, (rows, columns))[0].double()
