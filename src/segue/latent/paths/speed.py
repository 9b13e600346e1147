"""Even pace: equal steps between the frames that a path is shown in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from segue.core.choices import option
from segue.core.types import Floats
from segue.latent.graph import Steps, perceptual_steps, pixel_steps
from segue.latent.paths.curve import shares
from segue.latent.paths.path import Path, PathContext, PathTransform, require_context
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of

_FINE = 8
"""Places looked at first between two frames."""

EVEN, _ROUNDS = 0.005, 60
"""Steps are even when they differ from what is wanted by less than this share; how often they are set right."""

EASES: dict[str, Callable[[Floats], Floats]] = {
    "none": lambda t: t,
    "in": lambda t: t * t,
    "out": lambda t: t * (2 - t),
    "in-out": lambda t: t * t * (3 - 2 * t),
}


@dataclass(frozen=True)
class ConstantSpeed(PathTransform):
    """Equal distances between neighbouring frames, or distances that `ease` shapes; the path's course is kept.

    Even in the images is not even in the code: a decoder rushes where images differ much. The positions are set for as
    many frames as the surroundings say, so that steps from frame to frame are equal, which an even speed does not give
    along a curved way. `by`: `decoded`, pixels; `perceptual`, a network's features; `latent`, the codes.
    A path along which nothing changes is returned as it is. What it tells: `uneven`, the largest departure of a step
    from what was wanted, as a share of it; more than 0.01 where the decoder leaps.
    """

    name = "pace"
    needs = "model"
    by: Literal["decoded", "perceptual", "latent"] = option("decoded", "what is to be even: pixels, features, codes")
    ease: Literal["none", "in", "out", "in-out"] = option("none", "slow at the beginning, the end, or both")

    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        context = require_context(context, self)
        wanted = np.diff(EASES[self.ease](np.linspace(0, 1, context.frames)))
        positions, uneven = positions_of(path, wanted, self._distances(context.model))
        info = {**path.info, "uneven": uneven}
        if positions is None:
            return Path(path.at, path.stops, info)
        at_even = np.linspace(0, 1, len(positions))
        from scipy.interpolate import PchipInterpolator

        there = PchipInterpolator(at_even, positions)
        inner = [float(there.solve(stop, extrapolate=False)[0]) for stop in path.stops[1:-1]]

        def at(t: Tensor) -> Tensor:
            moved = torch.from_numpy(np.asarray(there(t.detach().to("cpu", torch.float64).numpy())).clip(0, 1))
            return path(torch.where((t == 0) | (t == 1), t.to(moved), moved))

        return Path(at, (0.0, *inner, 1.0), info)

    def _distances(self, model: Autoencoder) -> Callable[[Tensor], Floats]:
        steps = {"decoded": pixel_steps, "perceptual": perceptual_steps}.get(self.by)
        return _of_codes if steps is None else _of_images(model, steps)


def positions_of(path: Path, wanted: Floats, distances: Callable[[Tensor], Floats]) -> tuple[Floats | None, float]:
    """Positions `[n + 1]` from 0 to 1 whose n steps along a path are to each other as `wanted` `[n]`; the departure.

    `distances` gives the steps `[m - 1]` between codes `[m, ...]`. Each round moves the positions to where the wanted
    shares of the way lie by the last round's steps, a fixed point that only such positions are. None where nothing
    changes.
    """
    fine = np.linspace(0, 1, _FINE * len(wanted) + 1)
    goal = shares(wanted)
    positions, best, least = _moved(fine, distances(path(torch.from_numpy(fine))), goal), None, np.inf
    for _ in range(_ROUNDS):
        if positions is None:
            break
        steps = distances(path(torch.from_numpy(positions)))
        if not steps.any():
            break
        uneven = float(np.abs(steps / steps.sum() / (np.diff(goal) + 1e-12) - 1).max())
        if uneven < least:
            best, least = positions, uneven
        if uneven < EVEN:
            break
        positions = _moved(positions, steps, goal)
    return best, least if best is not None else 0.0


def _moved(positions: Floats, steps: Floats, goal: Floats) -> Floats | None:
    """Where the shares `goal` of the way lie, if `steps` lead from each of the positions to the next."""
    if not steps.any():
        return None
    # A stretch without change would leave open where on it to be; a trace of its own length settles that.
    way = shares(steps + 1e-9 * steps.sum() * np.diff(positions))
    return np.interp(goal, way, positions)


def _of_codes(codes: Tensor) -> Floats:
    steps: Floats = codes.detach().flatten(1).double().cpu().diff(dim=0).norm(dim=1).numpy()
    return steps


def _of_images(model: Autoencoder, steps: Steps) -> Callable[[Tensor], Floats]:
    @torch.no_grad()
    def distances(codes: Tensor) -> Floats:
        found, batch = [], limit_batch(64, model)
        last: Tensor | None = None
        for part in codes.split(batch):  # type: ignore[no-untyped-call]
            frames = model.decode(part.to(device_of(model)))
            found.append(steps((frames if last is None else torch.cat([last, frames]))[None])[0].double().cpu())
            last = frames[-1:]
        array: Floats = torch.cat(found).numpy()
        return array

    return distances
