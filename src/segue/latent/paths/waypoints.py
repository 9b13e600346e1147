"""Paths through several codes in turn, and back to the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths.curve import lengths, places_of, shares
from segue.latent.paths.path import Path, PathChoice, PathContext
from segue.latent.paths.pipeline import PathPipeline

_SAMPLES = 65
"""Places at which the length of a leg is taken."""


def connect_waypoints(
    choice: PathChoice, stops: Sequence[Tensor], context: PathContext | None = None, *, closed: bool = False
) -> Path:
    """From the first of the codes `stops` through the others to the last, or with `closed` on to the first again.

    Each leg is the choice's path, and gets a share of the time as its length in the latent space; the steps of a chain
    are applied to the whole, which still passes the stops, so that a smooth path has no kink there.
    Raises `InputError` for fewer than two stops, and as the choice does.

    >>> from segue.latent.paths import Linear
    >>> corners = [torch.tensor([0.0, 0.0]), torch.tensor([3.0, 0.0]), torch.tensor([3.0, 1.0])]
    >>> path = connect_waypoints(Linear(), corners)
    >>> path.stops, path(torch.tensor([0.75])).tolist()
    ((0.0, 0.75, 1.0), [[3.0, 0.0]])
    """
    if len(stops) < 2:
        raise InputError(f"{len(stops)} stops", "2 or more", "give at least both ends")
    if len(stops) == 2 and not closed:
        return choice.between(stops[0], stops[1], context)
    first, steps = (choice.first, choice.steps) if isinstance(choice, PathPipeline) else (choice, ())
    around_all = [*stops, stops[0]] if closed else list(stops)
    legs = [first.between(a, b, context) for a, b in pairwise(around_all)]
    t = np.linspace(0, 1, _SAMPLES)
    knots = torch.from_numpy(shares(np.array([lengths(places_of(leg, t)).sum() for leg in legs])))

    def at(t: Tensor) -> Tensor:
        t = t.detach().to("cpu", torch.float64)
        which = torch.searchsorted(knots, t, right=True).sub(1).clamp(0, len(legs) - 1)
        codes = stops[0].new_empty(len(t), *stops[0].shape)
        for place in range(len(legs)):
            here = which == place
            low, high = knots[place], knots[place + 1]
            share = torch.where(t[here] == high, torch.ones(()), (t[here] - low) / (high - low).clamp(min=1e-300))
            codes[here.to(codes.device)] = legs[place](share.clamp(0, 1))
        return codes

    info = {"legs": [dict(leg.info) for leg in legs]}
    path = Path(at, tuple(knots.tolist()), info)
    for step in steps:
        path = step.apply(path, context)
    return path
