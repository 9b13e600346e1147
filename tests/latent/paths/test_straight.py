"""The straight line and the great circle: what holds for any codes, and known answers."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from segue.core.choices import choose
from segue.latent.paths import Linear, PathChoice, Slerp, lerp, slerp

STRAIGHT: tuple[type[PathChoice], ...] = (Linear, Slerp)
SPELLED: tuple[PathChoice, ...] = tuple(path() for path in STRAIGHT)
SHAPES = ((1,), (2,), (64,), (3, 4, 5))
every_path = pytest.mark.parametrize("path", SPELLED, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_type = pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)


def random(*shape: int, kind: torch.dtype = torch.float32, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=kind)


def even(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps, dtype=torch.float64)


def bits(code: Tensor) -> Tensor:
    """To tell -0.0 from 0.0."""
    return code.view({torch.float32: torch.int32, torch.float64: torch.int64}[code.dtype])


def magnitudes(low: int, high: int) -> st.SearchStrategy[float]:
    """Numbers of either sign from `10^low` to `10^high`, each power as likely."""
    mantissas = st.floats(1, 9) | st.floats(-9, -1)
    return st.builds(lambda mantissa, power: mantissa * 10.0**power, mantissas, st.integers(low, high))


def codes(kind: torch.dtype) -> st.SearchStrategy[tuple[Tensor, Tensor]]:
    """Two codes of one length, of any magnitude that the type holds."""
    most = {torch.float32: 37, torch.float64: 300}[kind]
    value = st.sampled_from([0.0, -0.0, 1.0, -1.0]) | magnitudes(-most, most) | st.floats(-3, 3)
    return st.integers(1, 5).flatmap(
        lambda n: st.tuples(*[st.lists(value, min_size=n, max_size=n).map(lambda v: torch.tensor(v, dtype=kind))] * 2)
    )


@every_path
def test_the_spelling_is_read_back(path: PathChoice) -> None:
    assert choose(str(path), STRAIGHT, "path") == path


@every_path
@every_shape
@every_type
def test_ends_are_exact_and_inputs_untouched(path: PathChoice, shape: tuple[int, ...], kind: torch.dtype) -> None:
    a, b, t = random(*shape, kind=kind), random(*shape, kind=kind, seed=1), even(7)
    before = a.clone(), b.clone(), t.clone()
    found = path.between(a, b)(t)
    assert found.shape == (7, *shape) and found.dtype == kind and found.isfinite().all()
    assert torch.equal(found[0], a) and torch.equal(found[-1], b)
    assert all(torch.equal(now, then) for now, then in zip((a, b, t), before, strict=True))


@every_path
@every_shape
def test_a_path_from_a_code_to_itself_stays_there(path: PathChoice, shape: tuple[int, ...]) -> None:
    a = random(*shape)
    assert torch.equal(path.between(a, a.clone())(even(9)), a.expand(9, *shape))


@every_path
@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
def test_a_position_is_worth_the_same_alone(path: PathChoice, t: float) -> None:
    a, b = random(3, 4, 5), random(3, 4, 5, seed=1)
    go = path.between(a, b)
    alone = go(torch.tensor([t]))
    assert alone.shape == (1, 3, 4, 5)
    assert torch.equal(alone[0], go(even(5))[[0.0, 0.25, 0.5, 0.75, 1.0].index(t)])


@every_path
def test_order_and_layout_do_not_matter(path: PathChoice) -> None:
    a, b = random(4, 6), random(4, 6, seed=1)
    there = path.between(a, b)(even(5))
    assert torch.equal(path.between(a, b)(even(5).flip(0)), there.flip(0))
    assert torch.equal(path.between(a.mT, b.mT)(even(5)), there.mT)
    torch.testing.assert_close(path.between(b, a)(even(5)).flip(0), there)


@every_path
def test_steps_are_small_where_positions_are_near(path: PathChoice) -> None:
    for a, b in (random(8), random(8, seed=1)), (random(8), -random(8)), (torch.zeros(8), random(8)):
        found = path.between(a, b)(even(1001))
        assert found.diff(dim=0).norm(dim=1).max() <= 4 * (a.norm() + b.norm()) / 1000


@every_path
@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@given(st.data(), st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_any_codes(path: PathChoice, kind: torch.dtype, data: st.DataObject, at: list[float]) -> None:
    a, b = data.draw(codes(kind))
    found = path.between(a, b)(torch.tensor([0.0, *at, 1.0], dtype=torch.float64))
    assert found.isfinite().all()
    assert torch.equal(bits(found[0]), bits(a)) and torch.equal(bits(found[-1]), bits(b))
    # In units of the longer code no path of these leaves the ball that holds both.
    size = max(float(a.abs().max()), float(b.abs().max())) or 1.0
    longest = max((code.double() / size).norm() for code in (a, b))
    assert ((found.double() / size).norm(dim=1) <= longest * (1 + 1e-6)).all()


@given(codes(torch.float32), st.floats(0, 1))
def test_the_straight_line_stays_between_its_ends(pair: tuple[Tensor, Tensor], t: float) -> None:
    a, b = pair
    z = lerp(a, b, torch.tensor([t], dtype=torch.float64))[0]
    assert (torch.minimum(a, b) <= z).all() and (z <= torch.maximum(a, b)).all()


def test_the_straight_line() -> None:
    found = lerp(torch.tensor([0.0, 4.0]), torch.tensor([2.0, 0.0]), torch.tensor([0.0, 0.25, 0.5, 1.0]))
    assert found.tolist() == [[0, 4], [0.5, 3], [1, 2], [2, 0]]


def test_the_great_circle_on_known_points() -> None:
    third = slerp(torch.tensor([1.0, 0, 0]), torch.tensor([0, 1.0, 0]), torch.tensor([1 / 3]))[0]
    torch.testing.assert_close(third, torch.tensor([math.cos(math.pi / 6), math.sin(math.pi / 6), 0]))
    longer = slerp(torch.tensor([1.0, 0]), torch.tensor([0, 3.0]), torch.tensor([0.5]))[0]
    torch.testing.assert_close(longer, 2 * torch.tensor([math.sqrt(0.5)] * 2))


@pytest.mark.parametrize("shape", SHAPES[1:], ids=str)
@pytest.mark.parametrize("radius", [1e-30, 1.0, 1e30])
def test_codes_of_one_norm_keep_it(shape: tuple[int, ...], radius: float) -> None:
    a, b = (radius * code / code.norm() for code in (random(*shape).double(), random(*shape, seed=1).double()))
    norms = slerp(a, b, even(11)).flatten(1).norm(dim=1)
    torch.testing.assert_close(norms / radius, torch.ones_like(norms))


@pytest.mark.parametrize("angle", [1e-6, 0.3, math.pi / 2, 3.0, math.pi - 1e-6])
def test_steps_turn_by_one_angle(angle: float) -> None:
    a, b = torch.tensor([[2.0, 0, 0], [5 * math.cos(angle), 5 * math.sin(angle), 0]], dtype=torch.float64)
    found = slerp(a, b, even(9))
    u = found / found.norm(dim=1, keepdim=True)
    turns = 2 * torch.atan2((u[1:] - u[:-1]).norm(dim=1), (u[1:] + u[:-1]).norm(dim=1))
    torch.testing.assert_close(turns, torch.full_like(turns, angle / 8), rtol=1e-6, atol=1e-12)
    torch.testing.assert_close(found.norm(dim=1), torch.linspace(2, 5, 9, dtype=torch.float64))


@pytest.mark.parametrize("factor", [1.0, 3.0, 1 + 1e-7, 1e-20, 1e20])
def test_parallel_codes_go_straight(factor: float) -> None:
    a = random(6)
    b = a * factor
    torch.testing.assert_close(slerp(a, b, even(5)), lerp(a, b, even(5)))


@every_shape
@pytest.mark.parametrize("factor", [-1.0, -2.0, -1 - 1e-7, -1e-20])
def test_opposite_codes_go_round(shape: tuple[int, ...], factor: float) -> None:
    a = random(*shape)
    b = a * factor
    found = slerp(a, b, even(5))
    assert found.isfinite().all() and torch.equal(found[0], a) and torch.equal(found[-1], b)
    if a.numel() > 1:
        assert found[2].norm() == pytest.approx(float(a.norm() + b.norm()) / 2, rel=1e-5)
        assert abs((found[2] * a).sum() / (found[2].norm() * a.norm())) < 1e-5
    else:
        torch.testing.assert_close(found, lerp(a, b, even(5)))


def test_a_zero_code_goes_straight() -> None:
    a, zero = random(6), torch.zeros(6)
    for ends in (a, zero), (zero, a), (zero, zero), (zero, -zero):
        assert torch.equal(slerp(*ends, even(5)), lerp(*ends, even(5)))


def test_one_number_is_a_code() -> None:
    for a, b in (1.0, 3.0), (-1.0, 3.0), (0.0, 0.0):
        ends = torch.tensor([a]), torch.tensor([b])
        torch.testing.assert_close(slerp(*ends, even(3)), torch.tensor([[a], [(a + b) / 2], [b]]))
