"""Smoothing: the kinks of a path rounded off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segue.core.choices import option
from segue.core.types import Floats, Indices
from segue.latent.paths.curve import as_paths, codes_at, splines
from segue.latent.paths.path import Path, PathBatch, PathContext, PathTransform

_GRID = 256
"""Steps of t in which a path is smoothed."""


@dataclass(frozen=True)
class Smooth(PathTransform):
    """Rounds the kinks of a path, by `smooth_curves`; what is straight stays straight.

    Args:
        width: waves shorter than this share of the path are damped by half and more, in [0, 1].

    >>> import torch
    >>> kinked = Path(lambda t: torch.stack([t, (t - 0.5).abs()], 1))
    >>> Smooth().apply(kinked)([0.0, 0.5, 1.0])[:, 1].round(decimals=2).tolist()
    [0.5, 0.01, 0.5]
    """

    name = "smooth"
    width: float = option(0.1, "waves shorter than this share of the path are damped by half and more", low=0, high=1)

    def apply(self, path: Path, context: PathContext | None = None) -> Path:
        return self.apply_to_all(PathBatch.of([path]))[0]

    def apply_to_all(self, paths: PathBatch, context: PathContext | None = None) -> PathBatch:
        if len(set(paths.stops)) > 1:  # each has a grid of its own
            return PathBatch.of([self.apply(path) for path in paths])
        stops = np.array(paths.stops[0])
        grid = np.unique(np.concatenate([np.linspace(0, 1, _GRID + 1), stops]))
        points = smooth_curves(codes_at(paths, grid), grid, np.searchsorted(grid, stops), self.width)
        return as_paths(splines(points, grid), paths(0.0), paths(1.0), paths)


def smooth_curves(points: Floats, t: Floats, fixed: Indices, width: float) -> Floats:
    """Smooth curves, all at the same positions.

    The least of `integral |x - p|^2 + (width / 2 pi)^4 integral |x''|^2` (Whittaker 1923; Reinsch 1967), which halves
    a wave as long as `width` and passes longer ones.

    Args:
        points: points p of n curves, `[n, m, d]`, m from 4 up.
        t: their positions, rising, `[m]`.
        fixed: which of the points stay where they are. The first two and the last two always do, so that a curve keeps
            its ends and its directions there.
        width: the length of the waves that are halved, in units of t.

    Returns:
        The points x, `[n, m, d]`.

    >>> t = np.linspace(0, 1, 5)
    >>> smooth_curves(t[None, :, None], t, np.array([0, 4]), 0.5).round(6).ravel().tolist()
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
    fixed = np.unique(np.concatenate([fixed, [0, 1, len(t) - 2, len(t) - 1]])).astype(int)
    free = np.setdiff1d(np.arange(len(t)), fixed)
    system = stiffness + np.diag(weights)
    columns = np.moveaxis(points, 1, 0).reshape(len(t), -1)
    right = weights[:, None] * columns - system[:, fixed] @ columns[fixed]
    found = columns.copy()
    found[free] = np.linalg.solve(system[np.ix_(free, free)], right[free])
    return np.moveaxis(found.reshape(len(t), len(points), -1), 0, 1)
