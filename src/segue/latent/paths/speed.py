"""Constant speed: equal steps between the frames that a path is shown in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from torch import Tensor

from segue.core.choices import option
from segue.core.numerics import smoothstep
from segue.core.types import Floats, Indices
from segue.latent.graph import Steps, perceptual_steps, pixel_steps
from segue.latent.paths.curve import arc_shares
from segue.latent.paths.path import Path, PathBatch, PathContext, PathTransform, require_context
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of

EVEN = 0.005
"""Steps are even when they differ from what is wanted by less than this share."""

_ROUNDS = 60
"""How often positions are corrected at most."""

Distances: TypeAlias = Callable[[Indices, Tensor], Floats]
"""Which paths `[k]`, and codes from end to end of each, `[k, m, *latent_shape]`, to the distances `[k, m - 1]` between
those that follow each other."""

EASES: dict[str, Callable[[Floats], Floats]] = {
    "none": lambda t: t,
    "in": lambda t: t * t,
    "out": lambda t: t * (2 - t),
    "in-out": smoothstep,
}


@dataclass(frozen=True)
class ConstantSpeed(PathTransform):
    """Moves along a path in equal steps, or in steps that `ease` shapes; the course of the path stays as it is.

    Even in the images is not even in the code: a decoder rushes where images differ much. The positions are set for as
    many frames as the context says, so that steps from frame to frame are equal, which an even speed does not give
    along a curve. Where nothing changes along a path, it stays as it is.

    Its info is `uneven`, the largest departure of a step from what was wanted, as a share of it; more than 0.01 where
    the decoder leaps.

    Args:
        by: what is to be even: distances in `decoded` pixels, in a network's features (`perceptual`) or between codes
            (`latent`).
        ease: `in`, `out` or `in-out`: slow at the beginning, at the end, or at both.

    >>> from segue.latent.space import LatentSpace
    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> context = PathContext(model, LatentSpace(torch.zeros(0, 2), ()), frames=3)
    >>> rushing = Path(lambda t: torch.stack([t**3, t**3], 1))
    >>> ConstantSpeed(by="latent").apply(rushing, context)([0.0, 0.5, 1.0])[:, 0].round(decimals=2).tolist()
    [0.0, 0.5, 1.0]
    """

    name = "pace"
    needs = "model"
    by: Literal["decoded", "perceptual", "latent"] = option("decoded", "what is to be even: pixels, features, codes")
    ease: Literal["none", "in", "out", "in-out"] = option("none", "slow at the beginning, the end, or both")

    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        return self.apply_to_all(PathBatch.of([path]), context)[0]

    def apply_to_all(self, paths: PathBatch, context: PathContext | None = None) -> PathBatch:
        from scipy.interpolate import PchipInterpolator

        context = require_context(context, self)
        even = np.linspace(0, 1, context.frames)
        positions, uneven = even_positions(paths, EASES[self.ease](even), self._distances(context.model, paths))
        warp = PchipInterpolator(even, positions, axis=1)

        def at(rows: Tensor, t: Tensor) -> Tensor:
            warped = torch.from_numpy(_evaluate(warp, rows.numpy(), t.numpy()).clip(0, 1))
            return paths.at(rows, torch.where((t == 0) | (t == 1), t, warped))

        def when(row: int, stops: tuple[float, ...]) -> tuple[float, ...]:
            if len(stops) == 2:
                return stops
            own = PchipInterpolator(even, positions[row])
            return 0.0, *(float(own.solve(stop, extrapolate=False)[0]) for stop in stops[1:-1]), 1.0

        stops = tuple(when(row, own) for row, own in enumerate(paths.stops))
        return PathBatch(
            at, stops, tuple({**info, "uneven": float(u)} for info, u in zip(paths.info, uneven, strict=True))
        )

    def _distances(self, model: Autoencoder, paths: PathBatch) -> Distances:
        steps = {"decoded": pixel_steps, "perceptual": perceptual_steps}.get(self.by)
        return _code_distances if steps is None else _image_distances(model, steps, paths)


def even_positions(paths: PathBatch, goal: Floats, distances: Distances) -> tuple[Floats, Floats]:
    """Find positions between which paths go in steps of given shares of their length.

    Each round moves the positions to where the wanted shares of the way lie by the last round's steps, a fixed point
    that only the positions sought are; a path leaves the rounds when its steps are even.

    Args:
        paths: n paths.
        goal: the share of the way at which each position should be, rising from 0 to 1, `[m]`, m from 2 up.
        distances: the steps between codes.

    Returns:
        Positions `[n, m]`, and for each path the largest departure of a step from what was wanted, as a share of it:
        `[n]`. Where nothing changes along a path, even positions, and 0.
    """
    positions = np.tile(np.linspace(0, 1, len(goal)), (len(paths), 1))
    best, least = positions.copy(), np.full(len(paths), np.inf)
    rows = np.arange(len(paths))
    for _ in range(_ROUNDS):
        steps = distances(rows, paths.at(torch.from_numpy(rows), torch.from_numpy(positions)))
        moving = steps.any(1)
        least[rows[~moving & np.isinf(least[rows])]] = 0
        rows, positions, steps = rows[moving], positions[moving], steps[moving]
        uneven = np.abs(steps / steps.sum(1, keepdims=True) / (np.diff(goal) + 1e-12) - 1).max(1)
        better = uneven < least[rows]
        best[rows[better]], least[rows[better]] = positions[better], uneven[better]
        left = uneven >= EVEN
        rows = rows[left]
        if len(rows) == 0:
            break
        positions = _move(positions[left], steps[left], goal)
    return best, least


def _evaluate(curves: Any, rows: Indices, t: Floats) -> Floats:
    """Piecewise polynomials of `scipy`, of one axis, at positions `[k, m]` of their own for each row."""
    piece = np.searchsorted(curves.x[1:-1], t, side="right")
    step, found = t - curves.x[piece], np.zeros_like(t)
    for coefficients in curves.c:
        found = found * step + coefficients[piece, rows[:, None]]
    return found


def _move(positions: Floats, steps: Floats, goal: Floats) -> Floats:
    """Where the shares `goal` of the way lie, if `steps` lead from each of the positions to the next."""
    # A stretch without change would leave open where on it to be; a trace of its own length settles that.
    ways = arc_shares(steps + 1e-9 * steps.sum(1, keepdims=True) * np.diff(positions))
    return np.stack([np.interp(goal, way, own) for way, own in zip(ways, positions, strict=True)])


def _code_distances(rows: Indices, codes: Tensor) -> Floats:
    """The distances between codes that follow each other."""
    steps: Floats = codes.detach().flatten(2).double().cpu().diff(dim=1).norm(dim=2).numpy()
    return steps


@torch.no_grad()
def _image_distances(model: Autoencoder, steps: Steps, paths: PathBatch) -> Distances:
    """Distances between decoded images; the ends are decoded once, the others as many at a time as memory allows."""
    most, device = max(2, limit_batch(64, model)), device_of(model)

    def decode(codes: Tensor) -> Tensor:
        return torch.cat([model.decode(part.to(device)) for part in codes.split(most)])  # type: ignore[no-untyped-call]

    first, last = decode(paths(0.0))[:, None], decode(paths(1.0))[:, None]

    @torch.no_grad()
    def stretch(rows: Tensor, codes: Tensor, start: int, stop: int) -> Tensor:
        inner = codes[:, max(start, 1) : min(stop, codes.shape[1] - 1)]
        frames = [first[rows]] if start == 0 else []
        if inner.shape[1]:
            frames.append(decode(inner.flatten(0, 1)).reshape(*inner.shape[:2], *first.shape[2:]))
        if stop == codes.shape[1]:
            frames.append(last[rows])
        return steps(torch.cat(frames, 1)).double().cpu()

    def distances(rows: Indices, codes: Tensor) -> Floats:
        count, parts = codes.shape[1], list[Tensor]()
        chosen = torch.from_numpy(rows)
        for start in range(0, count - 1, most - 1):
            stop = min(start + most, count)
            many = max(1, most // (stop - start))
            some = range(0, len(codes), many)
            parts.append(torch.cat([stretch(chosen[i : i + many], codes[i : i + many], start, stop) for i in some]))
        array: Floats = torch.cat(parts, 1).numpy()
        return array

    return distances
