"""Paths through several codes in turn, and back to the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths.choose import choose_path
from segue.latent.paths.curve import arc_shares, codes_at, step_lengths
from segue.latent.paths.path import Path, PathChoice, PathContext
from segue.latent.paths.pipeline import PathPipeline
from segue.latent.space import check_codes

_SAMPLES = 65
"""Positions between which the length of a leg is summed."""


def connect_waypoints(
    path: str | PathChoice | Callable[..., Tensor],
    stops: Sequence[Tensor] | Tensor,
    context: PathContext | None = None,
    *,
    closed: bool = False,
) -> Path:
    """Find a path that passes several codes in turn.

    Each leg is a path of its own, and gets a share of the time as its length in the latent space. The transforms of a
    pipeline are applied to the whole, which still passes the stops, so that a smooth path has no kink there.

    Args:
        path: the path of each leg: a name, an instance, or a function, as `choose_path` takes.
        stops: the codes to pass, two or more, `[*latent_shape]` each.
        context: the model and the codes of images, for paths that need them.
        closed: whether to go on from the last stop to the first.

    Returns:
        The path; its `stops` are the positions at which it passes the codes.

    Raises:
        InputError: for fewer than two stops, for codes of unequal shapes, and as the path does.

    >>> corners = [torch.tensor([0.0, 0.0]), torch.tensor([3.0, 0.0]), torch.tensor([3.0, 1.0])]
    >>> path = connect_waypoints("linear", corners)
    >>> path.stops, path(0.75).tolist()
    ((0.0, 0.75, 1.0), [3.0, 0.0])
    """
    choice = choose_path(path)
    if len(stops) < 2:
        raise InputError(f"{len(stops)} stops", "2 or more", "both ends")
    for stop in stops:
        check_codes(stop, stops[0].shape, "a code")
    if len(stops) == 2 and not closed:
        return choice.between(stops[0], stops[1], context)
    first, transforms = (choice.first, choice.transforms) if isinstance(choice, PathPipeline) else (choice, ())
    codes = torch.stack([*stops, stops[0]] if closed else list(stops))
    legs = first.between_pairs(codes[:-1], codes[1:], context)
    lengths = step_lengths(codes_at(legs, np.linspace(0, 1, _SAMPLES))).sum(1)
    knots = torch.from_numpy(arc_shares(lengths))

    def at(t: Tensor) -> Tensor:
        leg = torch.searchsorted(knots, t, right=True).sub(1).clamp(0, len(legs) - 1)
        low, high = knots[leg], knots[leg + 1]
        share = torch.where(t == high, torch.ones(()).double(), (t - low) / (high - low).clamp(min=1e-300))
        return legs.at(leg, share.clamp(0, 1)[:, None])[:, 0]

    whole = Path(at, tuple(knots.tolist()), {"legs": [dict(info) for info in legs.info]})
    for transform in transforms:
        whole = transform.apply(whole, context)
    return whole
