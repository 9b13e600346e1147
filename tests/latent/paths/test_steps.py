"""Smoothing and even pace: known answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from segue.latent.paths import ConstantSpeed, Linear, Path, PathContext, Slerp, Smooth, choose_path
from segue.latent.paths.speed import EASES

Around = Callable[..., PathContext]
EVEN = torch.linspace(0, 1, 9, dtype=torch.float64)


def corner(t: Tensor) -> Tensor:
    """Along one axis, then along the other."""
    return torch.stack([(2 * t).clamp(max=1), (2 * t - 1).clamp(min=0)], 1)


@pytest.mark.parametrize("width", [0.05, 0.2, 0.5])
def test_a_kink_is_rounded_and_the_ends_keep_their_direction(width: float) -> None:
    t = torch.linspace(0, 1, 2001, dtype=torch.float64)
    smooth = Smooth(width=width).apply(Path(corner))(t)
    steps = smooth.diff(dim=0) / t.diff()[:, None]
    # The kink turns the velocity by 2 sqrt 2 within one step; a smooth path spreads that.
    assert steps.diff(dim=0).norm(dim=1).max() < 0.1 * 2 * 2**0.5
    torch.testing.assert_close(steps[[0, -1]], torch.tensor([[2.0, 0], [0, 2]], dtype=torch.float64), atol=1e-2, rtol=0)
    away = (smooth - corner(t)).norm(dim=1)
    assert 0 < away.max() < width and away[:100].max() < away.max() / 10


def test_more_width_smoothes_more_and_none_nothing() -> None:
    away = [float((Smooth(width=w).apply(Path(corner))(EVEN) - corner(EVEN)).norm()) for w in (0, 0.05, 0.2, 0.5)]
    assert away[0] < 1e-9 and away == sorted(away)


def test_a_straight_line_stays_as_it_is(context: Around) -> None:
    a, b = torch.tensor([0.0, 1.0]), torch.tensor([3.0, -1.0])
    line = Linear().between(a, b)
    for spelled in "linear+smooth:width=1", "linear+pace", "linear+smooth+pace:by=latent":
        found = choose_path(spelled).between(a, b, context((2,)))(EVEN)
        torch.testing.assert_close(found, line(EVEN), rtol=1e-3, atol=1e-3)


def test_stops_are_kept() -> None:
    bent = Path(corner, stops=(0.0, 0.5, 1.0))
    found = Smooth(width=0.5).apply(bent)
    torch.testing.assert_close(found(torch.tensor([0.5])), torch.tensor([[1.0, 0.0]], dtype=torch.float64))


@pytest.mark.parametrize("by", ["decoded", "latent"])
@pytest.mark.parametrize("ease", sorted(EASES))
@pytest.mark.parametrize("frames", [2, 3, 9, 30])
def test_steps_are_even_within_a_hundredth(by: str, ease: str, frames: int, context: Around) -> None:
    rushing = Path(lambda t: torch.stack([torch.cos(6 * t**3), torch.sin(6 * t**3)], 1).float())
    path = choose_path(f"linear+pace:by={by},ease={ease}")
    near = context((2,), frames=frames)
    paced = ConstantSpeed(by=by, ease=ease).apply(rushing, near)  # type: ignore[arg-type]
    assert str(path) and paced.info["uneven"] < 0.01
    codes = paced(torch.linspace(0, 1, frames, dtype=torch.float64))
    steps = codes.diff(dim=0).norm(dim=1).double().numpy()
    wanted = np.diff(EASES[ease](np.linspace(0, 1, frames)))
    np.testing.assert_allclose(steps / steps.sum(), wanted / wanted.sum(), rtol=0.01)


def test_the_course_is_kept(context: Around) -> None:
    a, b = torch.tensor([2.0, 0.0]), torch.tensor([0.0, 2.0])
    found = ConstantSpeed(ease="in-out").apply(Slerp().between(a, b), context((2,)))(EVEN)
    torch.testing.assert_close(found.norm(dim=1), torch.full((9,), 2.0))


def test_a_leap_is_told(context: Around) -> None:
    leaping = Path(lambda t: torch.stack([(t > 0.5).float(), 0.01 * t], 1).float())
    assert ConstantSpeed().apply(leaping, context((2,))).info["uneven"] > 0.5


def test_where_nothing_changes_nothing_is_done(context: Around) -> None:
    still = Path(lambda t: torch.ones(len(t), 2))
    paced = ConstantSpeed().apply(still, context((2,)))
    assert torch.equal(paced(EVEN), torch.ones(9, 2)) and paced.info["uneven"] == 0
