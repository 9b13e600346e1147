"""Smoothing: the kinks of a path rounded off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from segue.core.choices import option
from segue.core.types import Floats, Indices
from segue.latent.paths.curve import as_path, places_of, spline
from segue.latent.paths.path import Path, PathContext, PathTransform

GRID = 256
"""Steps of t in which a path is smoothed."""


@dataclass(frozen=True)
class Smooth(PathTransform):
    """No kinks: see `smoothed`.

    >>> kinked = Path(lambda t: torch.stack([t, (t - 0.5).abs()], 1))
    >>> Smooth().apply(kinked)(torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))[:, 1].round(decimals=2).tolist()
    [0.5, 0.01, 0.5]
    """

    name = "smooth"
    width: float = option(0.1, "waves shorter than this share of the path are damped by half and more", low=0, high=1)

    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        a, b = path(torch.tensor([0.0, 1.0], dtype=torch.float64))
        t = np.linspace(0, 1, GRID + 1)
        fixed = np.array(path.stops)
        grid = np.unique(np.concatenate([t, fixed]))
        curve = spline(smoothed(places_of(path, grid), grid, np.searchsorted(grid, fixed), self.width), grid)
        return Path(as_path(curve, a, b), path.stops, path.info)


def smoothed(places: Floats, t: Floats, fixed: Indices, width: float) -> Floats:
    """Places `[m, d]` at times `t` `[m]`, smoothed: those at `fixed` kept, and the directions at both ends.

    The least of `integral |x - p|^2 + (width / 2 pi)^4 integral |x''|^2` (Whittaker 1923; Reinsch 1967), which halves
    a wave as long as `width` and passes longer ones. A path that is straight stays as it is.

    >>> t = np.linspace(0, 1, 5)
    >>> smoothed(t[:, None], t, np.array([0, 4]), 0.5).round(6).ravel().tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    before, after = np.diff(t)[:-1], np.diff(t)[1:]
    rows = np.arange(len(t) - 2)
    bend = np.zeros((len(t) - 2, len(t)))
    bend[rows, rows] = 2 / (before * (before + after))
    bend[rows, rows + 1] = -2 / (before * after)
    bend[rows, rows + 2] = 2 / (after * (before + after))
    weights = np.gradient(t)
    stiffness = (width / (2 * np.pi)) ** 4 * (bend.T * weights[1:-1]) @ bend
    kept = np.unique(np.concatenate([fixed, [0, 1, len(t) - 2, len(t) - 1]])).astype(int)
    free = np.setdiff1d(np.arange(len(t)), kept)
    system = stiffness + np.diag(weights)
    right = weights[:, None] * places - system[:, kept] @ places[kept]
    found = places.copy()
    found[free] = np.linalg.solve(system[np.ix_(free, free)], right[free])
    return found
