"""Curves through given points: polylines and cubic splines, many at once, as functions of t."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from segue.core.types import Floats, Indices
from segue.latent.paths.path import PathBatch, exact_ends

Curves: TypeAlias = Callable[[Indices, Floats], Floats]
"""Which curves `[k]`, and positions on each of them `[k, m]`, to points `[k, m, d]`."""


def polylines(points: Sequence[Floats], knots: Sequence[Floats]) -> Curves:
    """Curves that go straight from point to point.

    Args:
        points: of each curve `[p, d]`, p from 2 up and not the same for all.
        knots: the position of each point `[p]`, rising from 0 to 1. Points at one knot should be equal.

    Returns:
        The curves.

    >>> line = polylines([np.array([[0.0], [1.0], [5.0]])], [np.array([0.0, 0.5, 1.0])])
    >>> line(np.array([0]), np.array([[0.25, 0.75]])).tolist()
    [[[0.5], [3.0]]]
    """
    most = max(map(len, knots))
    all_points = np.stack([np.concatenate([own, np.repeat(own[-1:], most - len(own), 0)]) for own in points])
    all_knots = np.stack([np.pad(own, (0, most - len(own)), constant_values=1.0) for own in knots])

    def curves(rows: Indices, t: Floats) -> Floats:
        own = all_knots[rows]
        upper = (own[:, None, :] < t[..., None]).sum(2).clip(1, most - 1)
        low, high = np.take_along_axis(own, upper - 1, 1), np.take_along_axis(own, upper, 1)
        share = ((t - low) / np.where(high > low, high - low, 1))[..., None]
        here = rows[:, None]
        between: Floats = (1 - share) * all_points[here, upper - 1] + share * all_points[here, upper]
        return between

    return curves


def splines(points: Floats, knots: Floats) -> Curves:
    """Natural cubic splines: the curves through given points that bend least, with continuous second derivatives.

    Args:
        points: of each curve, `[n, p, d]`, p from 2 up.
        knots: the positions of the points, the same for all curves: `[p]`, rising from 0 to 1.

    Returns:
        The curves.

    >>> line = splines(np.array([[[0.0], [1.0], [2.0]]]), np.array([0.0, 0.5, 1.0]))
    >>> line(np.array([0]), np.array([[0.25]])).tolist()
    [[[0.5]]]
    """
    from scipy.interpolate import CubicSpline

    # Second derivatives at the knots are linear in the points, and with these they say all of a cubic spline.
    second = CubicSpline(knots, np.eye(len(knots)), bc_type="natural")(knots, 2)
    bends = second @ points

    def curves(rows: Indices, t: Floats) -> Floats:
        piece = np.searchsorted(knots[1:-1], t, side="right")
        width = np.diff(knots)[piece][..., None]
        after = (t - knots[piece])[..., None] / width
        before, here, sixth = 1 - after, rows[:, None], width**2 / 6
        found: Floats = before * points[here, piece] + after * points[here, piece + 1]
        found += sixth * (before**3 - before) * bends[here, piece]
        found += sixth * (after**3 - after) * bends[here, piece + 1]
        return found

    return curves


def step_lengths(points: Floats) -> Floats:
    """The straight distances `[..., p - 1]` between points `[..., p, d]` that follow each other."""
    away: Floats = np.linalg.norm(np.diff(points, axis=-2), axis=-1)
    return away


def arc_shares(steps: Floats) -> Floats:
    """The share of the whole length at which each point of a polyline lies.

    Args:
        steps: the lengths of its steps, `[..., p - 1]`.

    Returns:
        Knots `[..., p]` from 0 to 1, as far apart as the steps are long; even ones where all steps are 0.

    >>> arc_shares(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.0, 0.25, 1.0], [0.0, 0.5, 1.0]]
    """
    steps = np.where(steps.any(-1, keepdims=True), steps, 1.0)
    knots = np.concatenate([np.zeros_like(steps[..., :1]), np.cumsum(steps, -1)], -1)
    return np.asarray(knots / knots[..., -1:], np.float64)


def as_paths(curves: Curves, a: Tensor, b: Tensor, paths: PathBatch | None = None) -> PathBatch:
    """Curves of flat codes as paths, of the shape, type and device of the codes, exact at both ends.

    Args:
        curves: n curves from the codes `a` to the codes `b`.
        a: first codes, `[n, *latent_shape]`.
        b: last codes, of the same shape.
        paths: whose stops and info the paths have; by default none.

    Returns:
        The paths.
    """

    def at(rows: Tensor, t: Tensor) -> Tensor:
        return exact_ends(torch.from_numpy(curves(rows.numpy(), t.numpy())), a[rows], b[rows], t)

    return PathBatch.plain(at, len(a)) if paths is None else PathBatch(at, paths.stops, paths.info)


def codes_at(paths: PathBatch, t: Floats) -> Floats:
    """The codes of all paths at positions `[m]`, flat: `[n, m, d]`."""
    codes: Floats = paths(t).detach().flatten(2).to("cpu", torch.float64).numpy()
    return codes
