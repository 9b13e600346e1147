"""Transport, for spatial codes: what is in an image moves to where its like is in the other, instead of fading."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from segue.core.choices import option
from segue.core.numerics import smoothstep
from segue.core.progress import Event, Report, silent
from segue.latent.paths.path import Path, PathChoice, PathContext, check_pair, exact_ends
from segue.latent.paths.straight import Linear

_MOST = 1600
"""Cells that are matched, at most: the time grows as their third power."""

CONTEXT, _AROUND = 0.7, 1.5
"""How much of a cell's likeness is that of its neighbourhood, and the width of one in cells."""

_ROUNDS = 3
"""How often the matching is drawn to what the neighbours did in the last one."""

SOFTNESS, SINKHORN = 0.05, 40
"""Of the mean cost, how soft the assignment is from which potentials are had, and in how many rounds."""

_WIDTH = 0.3
"""In cells, of the kernel by which a place takes the movement of the cells that pass near it."""

_FLAT = 0.05
"""The weight there of a cell without detail, in units of the mean: what has some carries along what has none."""


@dataclass(frozen=True)
class Transport(PathChoice):
    """Displacement interpolation (McCann 1997; of images Bonneel et al. 2011) of the cells of codes `[c, h, w]`.

    Each cell of one code is matched to a cell of the other (see `match_cells`) and goes there on a straight line at
    an even speed. A place takes the mean movement of the cells that pass near it, those with detail counting most, and
    from each end the code that this movement brings there: movements are averaged, codes are not, and no hole opens.
    Each cell turns from one end's code to the other's at a moment of its own, early where that gains detail and late
    where it loses some, so that hardly any place ever shows a mixture. The path back is the same path backwards. Grids
    of more than 1600 cells are matched by blocks of cells.

    A code that is no grid is one cell, which has nowhere to go: its path is the straight line.

    Its info: how many `cells` were matched, and how far they `moved` on average, as a share of the grid's diagonal.

    Args:
        near: what a cell's way costs against how unlike its match is.
        together: the width of what moves as one, as a share of the longer side.
        turn: the share of the path in which one cell turns from one end's code to the other's.

    >>> a, b = torch.zeros(1, 1, 9), torch.zeros(1, 1, 9)
    >>> a[..., 1], b[..., 7] = 1, 1
    >>> Transport().between(a, b)(torch.tensor([0.0, 0.5, 1.0])).flatten(1).argmax(1).tolist()
    [1, 4, 7]
    """

    name = "transport"
    near: float = option(0.1, "what a cell's way costs against how unlike its match is", low=1e-4, high=1e4)
    together: float = option(0.07, "width of what moves as one, as a share of the longer side", low=0, high=1)
    turn: float = option(0.2, "share of the path in which one cell turns to the other end's code", low=0.01, high=1)

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        check_pair(a, b)
        if a.ndim != 3 or a[0].numel() == 1:
            return Path(Linear().between(a, b).at, info={"cells": 1, "moved": 0.0})
        # One order for both directions: where matchings are equally good, both then take the same.
        back = a.flatten().tolist() > b.flatten().tolist()
        first, last = (code.detach().to("cpu", torch.float64) for code in ((b, a) if back else (a, b)))
        moves = find_movements(first, last, self.near, self.together, silent if context is None else context.report)
        between = warp_and_blend(first, last, moves, self.turn)

        def at(t: Tensor) -> Tensor:
            return exact_ends(between(1 - t if back else t)[None], a[None], b[None], t[None])[0]

        return Path(at, info={"cells": len(moves.starts), "moved": moves.mean_distance})


@dataclass(frozen=True, eq=False)
class Movements:
    """How cells move from one grid to another.

    Args:
        grid: the rows and columns of both.
        starts: where each cell starts, row and column, `[n, 2]`.
        ends: where it ends, `[n, 2]`.
        turns: when it turns from one end's code to the other's: 0 the first, 1 the last, `[n]`.
        weights: how much it counts in what passes near it, `[n]`.
    """

    grid: tuple[int, int]
    starts: Tensor
    ends: Tensor
    turns: Tensor
    weights: Tensor

    @property
    def mean_distance(self) -> float:
        """How far a cell moves on average, as a share of the grid's diagonal."""
        return float((self.ends - self.starts).norm(dim=1).mean()) / math.hypot(*self.grid)

    def displace(
        self,
        t: float,
        size: tuple[int, int],
        turn: float,
        *,
        smooth: float = _WIDTH,
        mode: Literal["bilinear", "bicubic"] = "bilinear",
        dtype: torch.dtype = torch.float64,
    ) -> tuple[Tensor, Tensor]:
        """Find where each place of a picture between the two comes from (see `Transport`).

        A place takes the mean of the cells that are within about `smooth` of it at `t`, as `kernel_mean` weighs them.

        Args:
            t: how far the picture is from the first to the last, 0 to 1.
            size: its rows and columns, h and w, which need not be those of the cells.
            turn: the share of the path in which one place turns from the first to the last, above 0.
            smooth: the width of the kernel, in cells.
            mode: how the cells' movements are interpolated to another size.
            dtype: the precision of that.

        Returns:
            The whole way `[h, w, 2]` of what is at each place, in rows and columns of the picture: it comes from `t`
            times that before it in the first, and goes on to `1 - t` times that beyond it in the last. And how far each
            place has turned, `[h, w]`: 0 shows the first, 1 the last.

        >>> starts, one = torch.zeros(1, 2).double(), torch.ones(1).double()
        >>> moves = Movements(grid=(1, 4), starts=starts, ends=starts + 1, turns=0 * one, weights=one)
        >>> way, share = moves.displace(0.5, (1, 4), turn=0.2)  # all go where the only cell goes, and it turns first
        >>> way.tolist(), share.tolist()
        ([[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]], [[1.0, 1.0, 1.0, 1.0]])
        """
        way = self.ends - self.starts
        carried = torch.cat([way / torch.tensor(self.grid, dtype=way.dtype), self.turns[:, None]], dim=1)
        field = kernel_mean(self.starts + t * way, carried, self.grid, smooth, self.weights).permute(2, 0, 1).to(dtype)
        if size != self.grid:
            field = F.interpolate(field[None], size, mode=mode, align_corners=False)[0]
        moment = field[2].clamp(0, 1)  # cubics overshoot
        shown = smoothstep(((t * (1 + turn) - moment) / turn).clamp(0, 1))
        return field[:2].permute(1, 2, 0) * torch.tensor(size, dtype=dtype), shown


def find_movements(a: Tensor, b: Tensor, near: float, together: float, report: Report = silent) -> Movements:
    """Find how the cells of one code get to those of another.

    Args:
        a: the first code, `[c, h, w]`.
        b: the last code, of the same shape.
        near: as of `Transport`.
        together: as of `Transport`.
        report: called with progress.

    Returns:
        The movements; of grids of more than 1600 cells, those of blocks of cells.
    """
    peak = max(float(a.abs().max()), float(b.abs().max())) or 1.0
    a, b = a / peak, b / peak
    before, after = (pool(local_detail(code)[None]).flatten() for code in (a, b))
    a, b = pool(a), pool(b)
    height, width = a.shape[1:]
    starts = cell_positions(height, width)
    to = match_cells(a, b, near, together * max(height, width), report)
    gain, both = after[to] - before, after[to] + before
    usual = float(both.mean()) or 1.0
    return Movements((height, width), starts, starts[to], 1 - ranks(gain / (both + 1e-6 * usual)), both / usual + _FLAT)


def match_cells(a: Tensor, b: Tensor, near: float, width: float, report: Report = silent) -> Tensor:
    """Match each cell of one code to a cell of the other: a bijection of least cost.

    The cost of a pair is the pairwise cost of the cells, alone and with their surroundings, and `near` times their
    squared distance, each in units of its mean over all pairs. Such an assignment (Kuhn 1955) is optimal transport
    between uniform distributions, and tears what is connected. So it is solved again, three times, with a cost for
    going another way than what starts or ends within about `width` cells goes on average.

    Args:
        a: the first code, `[c, h, w]`.
        b: the last code, of the same shape.
        near: the weight of the distance.
        width: in cells; 0 to solve it once.
        report: called with progress.

    Returns:
        For each cell of `a`, row by row, the cell of `b`: int64 `[h * w]`.
    """
    shape = a.shape[1], a.shape[2]
    here = cell_positions(*shape)
    way = squared_distances(here, here)
    unit = way.mean()
    alone, within = pairwise_cost(a, b), pairwise_cost(blur(a, _AROUND), blur(b, _AROUND))
    cost = (1 - CONTEXT) * alone + CONTEXT * within + near * way / unit
    to = solve_assignment(cost)
    rounds = _ROUNDS if width > 0 else 0
    report(Event("match", 1, 1 + rounds))
    for done in range(rounds):
        there = here + kernel_mean(here, here[to] - here, shape, width).flatten(0, 1)
        back = here + kernel_mean(here, here[to.argsort()] - here, shape, width).flatten(0, 1)
        stray = (squared_distances(there, here) + squared_distances(here, back)) / (2 * unit)
        to = solve_assignment(cost + stray)
        report(Event("match", 2 + done, 1 + rounds))
    return to


def solve_assignment(cost: Tensor) -> Tensor:
    """Solve the linear assignment problem exactly.

    Taking a number from all of a row or of a column changes no choice. The dual potentials of entropic transport
    (Cuturi 2013, arXiv 1306.0895) leave little to search for: six times as fast on matched frames.

    Args:
        cost: what each row costs in each column, `[n, n]`.

    Returns:
        The column of each row in the assignment of least cost, `[n]`.

    >>> cost = torch.tensor([[1.0, 0.0, 3.0], [0.0, 4.0, 3.0], [2.0, 0.5, 1.0]], dtype=torch.float64)
    >>> solve_assignment(cost).tolist()
    [1, 0, 2]
    """
    from scipy.optimize import linear_sum_assignment

    potentials = _dual_potentials(cost)
    left = cost - potentials
    return torch.from_numpy(linear_sum_assignment((left - left.amin(dim=1, keepdim=True)).numpy())[1])


def _dual_potentials(cost: Tensor) -> Tensor:
    """About what each column is worth, `[n]`; zeros where the numbers do not allow to say."""
    softness = SOFTNESS * float(cost.mean())
    if not softness > 0:
        return torch.zeros_like(cost[0])
    kernel = torch.exp((cost.amin(dim=1, keepdim=True) - cost) / softness).float()
    rows, columns = torch.ones(len(cost)), torch.ones(len(cost))
    for _ in range(SINKHORN):
        rows = 1 / (kernel @ columns)
        columns = 1 / (kernel.T @ rows)
    potentials = softness * columns.double().log()
    return potentials if potentials.isfinite().all() else torch.zeros_like(potentials)


def warp_and_blend(a: Tensor, b: Tensor, moves: Movements, turn: float) -> Callable[[Tensor], Tensor]:
    """Displacement interpolation: both codes warped along the movements, and blended; see `Transport`.

    Args:
        a: the first code, `[c, h, w]`.
        b: the last code, of the same shape.
        moves: how their cells move.
        turn: as of `Transport`.

    Returns:
        The function of positions `[m]` in [0, 1] to codes `[m, c, h, w]`.
    """
    height, width = a.shape[1:]
    here = cell_positions(height, width).reshape(height, width, 2)

    def at(t: float) -> Tensor:
        way, share = moves.displace(t, (height, width), turn)
        return torch.lerp(sample(a, here - t * way), sample(b, here + (1 - t) * way), share)

    return lambda t: torch.stack([at(value) for value in t.tolist()]) if len(t) else a.new_empty(0, *a.shape)


def cell_positions(height: int, width: int) -> Tensor:
    """The row and the column of each cell of a grid, `[height * width, 2]`."""
    return torch.cartesian_prod(torch.arange(height), torch.arange(width)).double()


def kernel_mean(
    at: Tensor, values: Tensor, grid: tuple[int, int], width: float, weights: Tensor | float = 1.0
) -> Tensor:
    """Average scattered values at each place of a grid, the near ones above all.

    Kernel regression (Nadaraya 1964; Watson 1964) with `exp(1 - sqrt(1 + (x / width)^2))` along rows and along columns,
    which falls as a Gaussian nearby and more slowly far off, so that every place has a mean.

    Args:
        at: where the values are, row and column, `[n, 2]`.
        values: `[n, k]`.
        grid: rows h and columns w.
        width: of the kernel, in cells.
        weights: of the values, `[n]`.

    Returns:
        Means, `[h, w, k]`.
    """
    rows, columns = (
        torch.exp(1 - torch.hypot(torch.ones(()).double(), (torch.arange(side)[:, None] - at[:, axis]) / width))
        for axis, side in enumerate(grid)
    )
    rows = rows * weights
    mass = (rows @ columns.T).clamp(min=1e-300)
    return torch.stack([(rows * value) @ columns.T / mass for value in values.T], dim=2)


def blur(code: Tensor, width: float) -> Tensor:
    """A code `[c, h, w]` averaged over neighbourhoods of a `width` in cells."""
    grid = code.shape[1], code.shape[2]
    return kernel_mean(cell_positions(*grid), code.flatten(1).T, grid, width).permute(2, 0, 1)


def local_detail(code: Tensor) -> Tensor:
    """How much each cell differs from its neighbourhood, about that neighbourhood: squares, `[h, w]`."""
    return blur((code - blur(code, _AROUND)).square().sum(0)[None], _AROUND / 2)[0]


def pool(code: Tensor) -> Tensor:
    """A code in blocks of as few cells as leave at most 1600."""
    height, width = code.shape[1:]
    block = 1
    while -(-height // block) * -(-width // block) > _MOST:
        block += 1
    blocks: Tensor = F.adaptive_avg_pool2d(code, (-(-height // block), -(-width // block)))
    return blocks


def pairwise_cost(a: Tensor, b: Tensor) -> Tensor:
    """How unlike the cells of two codes are.

    Args:
        a: a code, `[c, h, w]`.
        b: another, of the same shape.

    Returns:
        The squared distances of all pairs, in units of their mean, `[h * w, h * w]`; zeros where all are equal.
    """
    away = squared_distances(a.flatten(1).T, b.flatten(1).T)
    mean = away.mean()
    return away / mean if mean > 0 else away


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """The squared distances `[n, m]` between the rows of `x` `[n, d]` and of `y` `[m, d]`; of equal rows exactly 0."""
    # Not by products of vectors: equal ones are to be 0 apart.
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist").square()


def ranks(values: Tensor) -> Tensor:
    """The rank of each value, from 0 for the least to 1: the share of values below, those equal counting half.

    Args:
        values: `[n]`, of which those that are equal to six digits share their mean rank.

    Returns:
        `[n]`, in (0, 1).

    >>> ranks(torch.tensor([5.0, 1.0, 1.0, 7.0])).tolist()
    [0.625, 0.25, 0.25, 0.875]
    """
    _, which, counts = torch.unique(values.double().round(decimals=6), return_inverse=True, return_counts=True)
    shares: Tensor = (counts.cumsum(0) - counts / 2) / len(values)
    return shares[which]


def sample(code: Tensor, at: Tensor) -> Tensor:
    """Sample a code between its cells, bicubic; beyond the edge it goes on as at the edge.

    Args:
        code: `[c, h, w]`.
        at: rows and columns, `[h, w, 2]`.

    Returns:
        The code there, `[c, h, w]`.
    """
    height, width = code.shape[1:]
    spots = torch.stack([(2 * at[..., 1] + 1) / width - 1, (2 * at[..., 0] + 1) / height - 1], dim=-1)
    return F.grid_sample(code[None], spots[None], "bicubic", "border", align_corners=False)[0]
