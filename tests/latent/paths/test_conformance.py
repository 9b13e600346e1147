"""What holds for every path of `PATHS`, among the codes of images, and for every step of `TRANSFORMS`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths import (
    PATHS,
    TRANSFORMS,
    Auto,
    Linear,
    PathChoice,
    PathContext,
    PathPipeline,
    PathTransform,
    Slerp,
    choose_path,
    connect_waypoints,
)

Around = Callable[..., PathContext]
STEPPED: tuple[PathChoice, ...] = tuple(PathPipeline(Slerp(), (step(),)) for step in TRANSFORMS)
ALL: tuple[PathChoice, ...] = (*(path() for path in PATHS), *STEPPED, choose_path("graph+smooth+pace"))
SHAPES = ((1,), (2,), (64,), (3, 4, 5))
every_path = pytest.mark.parametrize("path", ALL, ids=str)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_step = pytest.mark.parametrize("step", [step() for step in TRANSFORMS], ids=str)


def random(*shape: int, kind: torch.dtype = torch.float32, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=kind)


def even(steps: int) -> Tensor:
    return torch.linspace(0, 1, steps, dtype=torch.float64)


@every_path
def test_the_spelling_is_read_back(path: PathChoice) -> None:
    assert choose_path(str(path)) == path


@every_path
@every_shape
@pytest.mark.parametrize("kind", [torch.float32, torch.float64], ids=str)
def test_ends_are_exact_and_inputs_untouched(
    path: PathChoice, shape: tuple[int, ...], kind: torch.dtype, context: Around
) -> None:
    a, b, t, near = random(*shape, kind=kind), random(*shape, kind=kind, seed=1), even(7), context(shape)
    before = a.clone(), b.clone(), t.clone(), near.space.codes.clone()
    found = path.between(a, b, near)(t)
    assert found.shape == (7, *shape) and found.dtype == kind and found.isfinite().all()
    assert torch.equal(found[0], a) and torch.equal(found[-1], b)
    assert not found.requires_grad
    assert all(torch.equal(now, then) for now, then in zip((a, b, t, near.space.codes), before, strict=True))


@every_path
@every_shape
def test_a_path_from_a_code_to_itself_stays_there(path: PathChoice, shape: tuple[int, ...], context: Around) -> None:
    a = random(*shape)
    torch.testing.assert_close(path.between(a, a.clone(), context(shape))(even(9)), a.expand(9, *shape))


@every_path
@pytest.mark.parametrize("t", [0.0, 0.25, 1.0])
def test_a_position_is_worth_the_same_alone(path: PathChoice, t: float, context: Around) -> None:
    go = path.between(random(3, 4, 5), random(3, 4, 5, seed=1), context((3, 4, 5)))
    alone = go(torch.tensor([t]))
    assert alone.shape == (1, 3, 4, 5)
    torch.testing.assert_close(alone[0], go(even(5))[[0.0, 0.25, 0.5, 0.75, 1.0].index(t)], rtol=1e-6, atol=1e-6)


@every_path
def test_order_and_direction_do_not_matter(path: PathChoice, context: Around) -> None:
    a, b, near = random(2), random(2, seed=1), context((2,))
    there = path.between(a, b, near)(even(9))
    assert torch.equal(path.between(a, b, near)(even(9).flip(0)), there.flip(0))
    torch.testing.assert_close(path.between(b, a, near)(even(9)).flip(0), there, rtol=0.05, atol=0.05)


@every_path
def test_steps_are_small_where_positions_are_near(path: PathChoice, context: Around) -> None:
    found = path.between(random(8), random(8, seed=1), context((8,)))(even(1001))
    assert found.diff(dim=0).norm(dim=1).max() <= 0.2


@every_path
def test_the_same_request_gives_the_same_codes(path: PathChoice, context: Around) -> None:
    a, b = random(3), random(3, seed=1)
    assert torch.equal(path.between(a, b, context((3,)))(even(9)), path.between(a, b, context((3,)))(even(9)))


@pytest.mark.parametrize("path", [path for path in ALL if path.needs != "nothing" and path != Auto()], ids=str)
def test_what_needs_surroundings_says_so(path: PathChoice) -> None:
    with pytest.raises(InputError, match="without a context"):
        path.between(random(2), random(2, seed=1))


@every_path
def test_through_stops_and_round(path: PathChoice, context: Around) -> None:
    stops = [random(2, seed=seed) for seed in range(3)]
    found = connect_waypoints(path, stops, context((2,)), closed=True)
    assert len(found.stops) == 4 and found.stops[0] == 0 and found.stops[-1] == 1
    at_stops = found(torch.tensor(found.stops, dtype=torch.float64))
    torch.testing.assert_close(at_stops, torch.stack([*stops, stops[0]]), rtol=1e-3, atol=1e-3)
    assert torch.equal(found(even(5))[[0, -1]], torch.stack([stops[0], stops[0]]))


def test_one_stop_is_no_way() -> None:
    with pytest.raises(InputError, match="1 stops"):
        connect_waypoints(Linear(), [random(2)])


@every_step
def test_a_step_needs_a_path(step: PathTransform) -> None:
    with pytest.raises(InputError, match="a path first"):
        choose_path(f"{step}+linear")


def test_unknown_parts_are_named() -> None:
    with pytest.raises(InputError, match="smoth"):
        choose_path("linear+smoth")
    with pytest.raises(InputError, match="grpah"):
        choose_path("grpah")
