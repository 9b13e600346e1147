"""Curves through given places: polylines and cubic splines, as functions of t."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from segue.core.types import Floats
from segue.latent.paths.path import exactly

Curve = Callable[[Floats], Floats]
"""Positions `[n]` to places `[n, d]`."""


def polyline(places: Floats, knots: Floats) -> Curve:
    """Straight from place to place `[m, d]`, each passed at its knot `[m]`, rising from 0 to 1.

    Of places at one knot, which lie on each other, any is as good.

    >>> polyline(np.array([[0.0], [1.0], [5.0]]), np.array([0.0, 0.5, 1.0]))(np.array([0.25, 0.75])).tolist()
    [[0.5], [3.0]]
    """

    def curve(t: Floats) -> Floats:
        upper = np.searchsorted(knots, t).clip(1, len(knots) - 1)
        low, high = knots[upper - 1], knots[upper]
        share = ((t - low) / np.where(high > low, high - low, 1))[:, None]
        between: Floats = (1 - share) * places[upper - 1] + share * places[upper]
        return between

    return curve


def spline(places: Floats, knots: Floats) -> Curve:
    """The cubic spline through places `[m, d]` at knots `[m]`, m from 2 up: the least bending there is, C2.

    >>> spline(np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 0.5, 1.0]))(np.array([0.25]))
    array([[0.5]])
    """
    from scipy.interpolate import CubicSpline

    smooth = CubicSpline(knots, places, bc_type="natural")
    return lambda t: np.asarray(smooth(t), np.float64)


def lengths(places: Floats) -> Floats:
    """The straight distances `[m - 1]` between places `[m, d]` that follow each other."""
    away: Floats = np.linalg.norm(np.diff(places, axis=0), axis=1)
    return away


def shares(steps: Floats) -> Floats:
    """Knots `[m + 1]` from 0 to 1, as far apart as steps `[m]` are long; even ones where all are 0.

    >>> shares(np.array([1.0, 3.0])).tolist(), shares(np.zeros(2)).tolist()
    ([0.0, 0.25, 1.0], [0.0, 0.5, 1.0])
    """
    total = steps.sum()
    knots = np.concatenate([[0.0], np.cumsum(steps if total > 0 else np.ones_like(steps))])
    knots /= knots[-1]
    return knots


def as_path(curve: Curve, a: Tensor, b: Tensor) -> Callable[[Tensor], Tensor]:
    """A curve of flat codes as a function of tensors, of the codes' shape, type and device, exact at both ends."""

    def at(t: Tensor) -> Tensor:
        places = torch.from_numpy(curve(t.detach().to("cpu", torch.float64).numpy()))
        return exactly(places, a, b, t)

    return at


def places_of(at: Callable[[Tensor], Tensor], t: Floats) -> Floats:
    """The codes of a path at `t` `[n]`, flat: `[n, d]`."""
    codes: Floats = at(torch.from_numpy(t)).detach().flatten(1).to("cpu", torch.float64).numpy()
    return codes
