"""The morph: what is in one clip moves to where its like is in the other, in full detail, while both go on playing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.images import Pixels, to_float
from segue.core.numerics import gradient_energies
from segue.core.progress import Report, silent
from segue.core.types import Floats32
from segue.latent.paths.transport import Movements, find_movements, ranks
from segue.motion.detail import sharpen_to, target_energy
from segue.motion.flow import blend, make_grid, sample, sample_linear

ROWS = 30
"""Cells down a frame that are matched; as many across as its aspect gives."""

EDGES = 3.0
"""How much a cell's edges count in its likeness, against its colour."""

LONGEST = 53
"""Cells on the longer side, at most."""


_grid = cache(make_grid)


@dataclass(frozen=True, eq=False)
class Morph:
    """A movement between two pictures, by which any two frames of their size or another can be warped.

    `smooth`, in cells, is over what neighbourhood a movement is averaged: little tears and swirls, much glides.
    `turn` is the share of the way in which one place turns from one clip's picture to the other's. With a `lead` of 1
    those turn first that gain detail, with 0 those whose way is short; between, it is weighed.
    """

    moves: Movements
    smooth: float
    turn: float
    lead: float = 1.0

    def frame(self, share: float, a: Pixels, b: Pixels) -> Pixels:
        """Render a picture of the morph.

        Args:
            share: how far it is, 0 to 1.
            a: the first clip's frame of that moment, uint8 `[h, w, 3]`.
            b: the second clip's.

        Returns:
            uint8 `[h, w, 3]`; at 0 and 1 `a` and `b` themselves.
        """
        if share <= 0 or share >= 1:
            return a if share <= 0 else b
        size = height, width = a.shape[0], a.shape[1]
        found = self._moves.displace(share, size, self.turn, smooth=self.smooth, mode="bicubic", dtype=torch.float32)
        step: Floats32 = found[0].numpy()[..., ::-1]
        turned: Floats32 = found[1].numpy()
        here = _grid(height, width)
        left, right = here - share * step, here + (1 - share) * step
        one, other = gradient_energies(a), gradient_energies(b)
        carried = (1 - turned) * sample_linear(one, left) + turned * sample_linear(other, right)
        energy = target_energy(share, float(carried.sum()), (float(one.sum()), float(other.sum())))
        return sharpen_to(blend(sample(a, left), sample(b, right), turned), energy)

    @cached_property
    def _moves(self) -> Movements:
        """The movements, with the moments at which cells turn by this `lead`."""
        if self.lead == 1:
            return self.moves
        far = ranks((self.moves.ends - self.moves.starts).norm(dim=1))
        return replace(self.moves, turns=ranks(self.lead * self.moves.turns + (1 - self.lead) * far))


def match_frames(a: Pixels, b: Pixels, report: Report = silent) -> Movements:
    """Find how the cells of one frame get to those of another, by optimal transport.

    A cell is like another by its colour and its edges, alone and with its surroundings; `segue.latent.paths.transport`
    says how cells are matched and when each turns.

    Args:
        a: uint8 `[h, w, 3]`.
        b: uint8 `[h, w, 3]`, of the same size.
        report: receives progress events.

    Returns:
        The movements of the cells.
    """
    height, width = a.shape[:2]
    scale = min(ROWS / height, LONGEST / max(height, width))
    size = max(1, round(height * scale)), max(1, round(width * scale))
    first, last = (describe_cells(frame, *size) for frame in (a, b))
    return find_movements(first, last, near=0.1, together=0.07, report=report)


def describe_cells(frame: Pixels, rows: int, columns: int) -> Tensor:
    """Describe the cells of a frame by their colour and edges.

    Args:
        frame: uint8 `[h, w, 3]`.
        rows: cells down the frame.
        columns: cells across.

    Returns:
        `[5, rows, columns]`: red, green and blue in -1 to 1, edges across and down.
    """
    image = to_float(frame[None])
    across = F.pad(image.diff(dim=3).abs().mean(1, keepdim=True), (0, 1))
    down = F.pad(image.diff(dim=2).abs().mean(1, keepdim=True), (0, 0, 0, 1))
    pixels = torch.cat([2 * image - 1, EDGES * across, EDGES * down], dim=1)
    return F.adaptive_avg_pool2d(pixels, (rows, columns))[0].double()
