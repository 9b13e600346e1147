"""Transport: what is in a code moves, and does not fade."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FilePath

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import fit, read_image, to_float
from segue.core.progress import Event
from segue.latent.paths import Linear, PathChoice, PathContext, Transport, lerp
from segue.latent.paths.transport import cell_positions, kernel_mean, match_cells, pool, sample, solve_assignment
from segue.latent.space import LatentSpace
from segue.models.foreign import TAEF2


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def even(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps, dtype=torch.float64)


def disc(height: int, width: int, row: float, column: float, radius: float = 2.5) -> Tensor:
    """A soft disc of ones on zeros, `[h, w]`."""
    down, across = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (radius + 0.5 - torch.hypot(down - float(row), across - float(column))).clamp(0, 1)


def middle(image: Tensor) -> tuple[float, float]:
    """The centre of mass of `[h, w]`, row and column."""
    mass = image.clamp(min=0) / image.clamp(min=0).sum()
    return tuple(float((cell_positions(*image.shape)[:, axis] * mass.flatten()).sum()) for axis in (0, 1))  # type: ignore[return-value]


def test_a_disc_moves_and_does_not_fade() -> None:
    a, b = disc(16, 24, 5, 5)[None], disc(16, 24, 9, 17)[None]
    found = Transport().between(a, b)(even(5))[:, 0]
    for image, t in zip(found, even(5).tolist(), strict=True):
        assert image.max() > 0.9 and 0.7 < image.sum() / a.sum() < 1.3
        assert middle(image) == pytest.approx((5 + 4 * t, 5 + 12 * t), abs=0.75)
    faded = Linear().between(a, b)(even(5))[2, 0]
    assert faded.max() == 0.5 and found[2, 5, 5] < 0.1 and found[2, 9, 17] < 0.1


def test_two_discs_go_their_own_ways() -> None:
    a = torch.stack([disc(20, 20, 5, 4), disc(20, 20, 14, 15)])
    b = torch.stack([disc(20, 20, 5, 14), disc(20, 20, 14, 5)])
    found = Transport().between(a, b)(torch.tensor([0.5]))[0]
    assert middle(found[0]) == pytest.approx((5, 9), abs=0.75) and middle(found[1]) == pytest.approx((14, 10), abs=0.75)
    assert found.flatten(1).max(1).values.min() > 0.9


@pytest.mark.parametrize("axis", [1, 2])
def test_what_has_shifted_shifts(axis: int) -> None:
    patch = torch.zeros(6, 20, 20)
    patch[:, 5:12, 5:12] = noise(6, 7, 7)
    truth = [patch.roll(steps, axis) for steps in range(5)]
    found = Transport().between(truth[0], truth[4])(even(5))
    for steps in 1, 2, 3:
        away = (found[steps] - truth[steps]).square().sum() / truth[steps].square().sum()
        faded = (torch.lerp(truth[0], truth[4], steps / 4) - truth[steps]).square().sum() / truth[steps].square().sum()
        assert away < 0.1 < 0.5 < faded


def test_each_place_shows_one_end_or_the_other() -> None:
    a, b = torch.zeros(1, 16, 16), torch.ones(1, 16, 16)
    a[:, ::2, :8], b[:, ::2, 8:] = 0.1, 0.9  # so that the left loses detail, and turns late
    halfway = Transport(turn=0.01).between(a, b)(torch.tensor([0.5]))[0, 0]
    assert ((halfway < 0.2) | (halfway > 0.8)).double().mean() > 0.8
    assert halfway[:, :6].mean() < 0.2 and halfway[:, 10:].mean() > 0.8


@pytest.mark.parametrize("shape", [(7,), (3, 1, 1), (2, 3), (2, 3, 4, 5)], ids=str)
def test_what_is_no_grid_goes_straight(shape: tuple[int, ...]) -> None:
    a, b = noise(*shape), noise(*shape, seed=1)
    path = Transport().between(a, b)
    assert torch.equal(path(even(5)), lerp(a, b, even(5), batched=False)) and path.info == {"cells": 1, "moved": 0}


@settings(max_examples=25)
@given(
    st.tuples(st.integers(1, 4), st.integers(1, 7), st.integers(1, 7)),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from([1e-30, 1.0, 1e30]),
    st.sampled_from([0.0, 0.1, 1.0]),
)
def test_any_grid(shape: tuple[int, int, int], seed: int, flat: bool, size: float, together: float) -> None:
    a, b = noise(*shape, seed=seed), noise(*shape, seed=seed + 1)
    a, b = (size * (code.round() if flat else code) for code in (a, b))
    choice = Transport(together=together)
    there, back = choice.between(a, b)(even(5)), choice.between(b, a)(even(5))
    assert there.isfinite().all() and torch.equal(there[0], a) and torch.equal(there[-1], b)
    torch.testing.assert_close(back.flip(0), there, rtol=1e-5, atol=1e-5 * size)
    assert there.abs().max() <= 2 * max(a.abs().max(), b.abs().max())


def test_it_leaves_and_arrives_without_a_leap() -> None:
    a, b = noise(3, 6, 6), noise(3, 6, 6, seed=1)
    found = Transport(turn=0.5).between(a, b)(torch.tensor([0, 1e-7, 1 - 1e-7, 1], dtype=torch.float64))
    torch.testing.assert_close(found[1], found[0], atol=0.2, rtol=0)
    torch.testing.assert_close(found[2], found[3], atol=0.2, rtol=0)


def test_cells_are_matched_one_to_one_and_like_to_like() -> None:
    a, b = noise(4, 5, 6).double(), noise(4, 5, 6, seed=5).double()
    here = torch.arange(30)
    assert torch.equal(match_cells(a, a, 0.1, 2.0), here)
    assert torch.equal(match_cells(a, a.flip(2), 1e-4, 0.0), here.reshape(5, 6).flip(1).flatten())
    assert torch.equal(match_cells(a, b, 0.1, 2.0).sort().values, here)


def test_dear_ways_are_short_and_what_holds_together_goes_together() -> None:
    a, b = noise(4, 12, 12), noise(4, 12, 12, seed=1)
    moved = [Transport(near=near).between(a, b).info["moved"] for near in (0.01, 1.0, 100.0)]
    assert moved == sorted(moved, reverse=True) and moved[0] > 0.2 and moved[-1] < 0.02

    def tearing(together: float) -> float:
        here = cell_positions(12, 12)
        way = (here[match_cells(a.double(), b.double(), 0.1, together)] - here).reshape(12, 12, 2)
        return float(way.diff(dim=1).norm(dim=2).mean())

    assert tearing(2.0) < 0.8 * tearing(0)


def test_large_grids_are_matched_by_blocks() -> None:
    a, b = disc(51, 90, 20, 20, 9)[None], disc(51, 90, 30, 70, 9)[None]
    path = Transport().between(a, b)
    found = path(even(3))[1, 0]
    assert path.info["cells"] == 26 * 45 and pool(a).shape == (1, 26, 45)
    assert found.max() > 0.9 and middle(found) == pytest.approx((25, 45), abs=2)


def test_a_place_far_from_all_cells_has_a_mean() -> None:
    gathered = kernel_mean(
        torch.full((4, 2), 20.0).double(), torch.tensor([[1.0], [2], [3], [6]]).double(), (41, 41), 0.4
    )
    torch.testing.assert_close(gathered, torch.full((41, 41, 1), 3.0, dtype=torch.float64))


def test_codes_are_taken_where_they_are() -> None:
    code, here = noise(2, 4, 5).double(), cell_positions(4, 5).reshape(4, 5, 2)
    torch.testing.assert_close(sample(code, here), code)
    torch.testing.assert_close(sample(code, here + torch.tensor([0.0, 1.0]))[:, :, :-1], code[:, :, 1:])
    torch.testing.assert_close(sample(code, here - 9), code[:, :1, :1].expand(2, 4, 5))


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_codes_have_to_be_finite(value: float) -> None:
    a, b = noise(2, 3, 3), noise(2, 3, 3, seed=1)
    b[0, 1, 2] = value
    with pytest.raises(InputError, match="not finite"):
        Transport().between(a, b)


def test_it_tells_how_far_it_is(context: Callable[..., PathContext]) -> None:
    heard: list[Event] = []
    near = context((2, 3, 3))
    listened = PathContext(near.model, LatentSpace(near.space.codes, near.space.ids), report=heard.append)
    Transport().between(noise(2, 3, 3), noise(2, 3, 3, seed=1), listened)
    assert [(event.done, event.total) for event in heard] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def explained(image: Tensor, a: Tensor, b: Tensor) -> float:
    """The share of an image's variance that a mix of the ends explains, mean over channels."""
    shares = []
    for values, *ends in zip(image.flatten(1), a.flatten(1), b.flatten(1), strict=True):
        mix = torch.stack([*ends, torch.ones_like(values)], dim=1).double()
        left = values.double() - mix @ torch.linalg.lstsq(mix, values.double()[:, None]).solution[:, 0]
        shares.append(1 - float(left.var() / values.double().var()))
    return sum(shares) / len(shares)


def edges(image: Tensor) -> float:
    """The mean squared difference between neighbouring pixels."""
    return float(image.diff(dim=1).square().mean() + image.diff(dim=2).square().mean())


@torch.no_grad()
def test_photos_are_no_ghosts_and_stay_sharp(data_dir: FilePath) -> None:
    photos = [fit(read_image(data_dir / "photos" / f"{name}.png", 3), 128, 128) for name in ("chelsea", "astronaut")]
    model = TAEF2(size=128, weights=str(data_dir / "weights" / "taef2")).open()
    a, b = model.encode(torch.cat([to_float(photo[None]) for photo in photos]))

    def frames(path: PathChoice) -> Tensor:
        return model.decode(path.between(a, b)(even(3)))

    straight, moved = frames(Linear()), frames(Transport())
    assert explained(moved[1], moved[0], moved[2]) < 0.75 * explained(straight[1], straight[0], straight[2])
    assert edges(moved[1]) > 1.15 * edges(straight[1])


@given(
    n=st.integers(1, 12),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([0.0, 1e-9, 1.0, 1e6]),
    whole=st.booleans(),
)
def test_an_assignment_costs_as_little_as_can_be(n: int, seed: int, scale: float, whole: bool) -> None:
    cost = torch.from_numpy(np.random.default_rng(seed).random((n, n)) ** 4 * scale)
    cost = cost.round(decimals=1) if whole else cost  # ties
    found, least = solve_assignment(cost), linear_sum_assignment(cost.numpy())
    assert sorted(found.tolist()) == list(range(n))
    assert float(cost[torch.arange(n), found].sum()) == pytest.approx(float(cost.numpy()[least].sum()), rel=1e-9)
