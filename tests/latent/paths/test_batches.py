"""Many pairs at once: the same paths as one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths import (
    PATHS,
    TRANSFORMS,
    Linear,
    Path,
    PathBatch,
    PathChoice,
    PathContext,
    PathPipeline,
    Slerp,
    Smooth,
    choose_path,
    lerp,
    slerp,
)

MakeContext = Callable[..., PathContext]


@dataclass(frozen=True)
class Bow(PathChoice):
    """A path of one's own: a straight line that swings out."""

    name = "bow"
    swing: float = 0.3

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        def at(t: Tensor) -> Tensor:
            out = (self.swing * torch.sin(torch.pi * t)).reshape(-1, *(1 for _ in a.shape)).to(a)
            return torch.where(out.abs() > 1e-7, Linear().between(a, b).at(t) + out, Linear().between(a, b).at(t))

        return Path(at)


def ease(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    return a + (b - a) * t**2


ALL: tuple[PathChoice, ...] = (
    *(path() for path in PATHS),
    *(PathPipeline(Slerp(), (transform(),)) for transform in TRANSFORMS),
    *map(choose_path, ("graph+smooth+pace", "graph:weight=decoded+pace:ease=in-out", "linear+pace+smooth")),
    Bow(),
    choose_path(ease),
)
every_path = pytest.mark.parametrize("path", ALL, ids=str)
T = torch.tensor([0.0, 0.3, 0.55, 1.0], dtype=torch.float64)


def pairs(*shape: int, context: PathContext | None = None) -> tuple[Tensor, Tensor]:
    """Seven pairs: two share an end, one is the same code twice, and, with a context, one is between its images."""
    a, b = torch.randn(2, 7, *shape, generator=torch.Generator().manual_seed(5))
    a[1], a[2] = a[0], b[2]
    if context is not None:
        a[3], b[3] = context.space.codes[4], context.space.codes[9]
    return a, b


@every_path
@pytest.mark.parametrize("shape", [(2,), (64,), (3, 4, 5)], ids=str)
def test_a_batch_is_its_pairs(path: PathChoice, shape: tuple[int, ...], context: MakeContext) -> None:
    near = context(shape)
    a, b = pairs(*shape, context=near)
    batch = path.between_pairs(a, b, near)
    found = batch(T)
    alone = [path.between(start, end, near) for start, end in zip(a, b, strict=True)]
    torch.testing.assert_close(found, torch.stack([one(T) for one in alone]), rtol=1e-6, atol=1e-6)
    assert torch.equal(found[:, 0], a) and torch.equal(found[:, -1], b)
    assert len(batch) == 7 and batch.stops == tuple(one.stops for one in alone)
    for own, one in zip(batch.info, alone, strict=True):
        assert own.keys() == one.info.keys() and own.get("nodes") == one.info.get("nodes")


@every_path
def test_one_of_a_batch_is_a_path(path: PathChoice, context: MakeContext) -> None:
    near = context((3,))
    a, b = pairs(3)
    batch = path.between_pairs(a, b, near)
    torch.testing.assert_close(batch[6](T), batch(T)[6], rtol=1e-6, atol=1e-6)
    assert batch[-1].info == batch.info[-1] and len(list(batch)) == 7


@pytest.mark.parametrize("formula", [lerp, slerp])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)], ids=str)
def test_closed_forms_take_batches(formula: Callable[..., Tensor], shape: tuple[int, ...]) -> None:
    a, b = pairs(*shape)
    found = formula(a, b, T)
    assert found.shape == (7, 4, *shape)
    for row in range(7):
        torch.testing.assert_close(found[row], formula(a[row], b[row], T), rtol=1e-6, atol=1e-6)
    assert torch.equal(formula(a, b, 0.3), found[:, 1])
    own = torch.linspace(0, 1, 14).reshape(7, 2)
    torch.testing.assert_close(formula(a, b, own)[3], formula(a[3], b[3], own[3]), rtol=1e-6, atol=1e-6)
    assert formula(a, b, T, batched=False).shape == (4, 7, *shape)
    assert formula(a[0], b[0], T, batched=False).shape == (4, *shape)


def test_positions_may_differ_from_pair_to_pair() -> None:
    a, b = pairs(2)
    batch = Slerp().between_pairs(a, b)
    own = torch.linspace(0, 1, 14).reshape(7, 2)
    assert torch.equal(batch(own)[2], batch[2](own[2])) and torch.equal(batch(0.5), batch([0.5])[:, 0])
    with pytest.raises(InputError, match=r"positions \[3, 2\]"):
        batch(torch.zeros(3, 2))


def test_paths_with_stops_of_their_own_are_smoothed_each_by_itself() -> None:
    def kink(at: float) -> Path:
        return Path(lambda t: torch.stack([t, (t - at).abs()], 1), stops=(0.0, at, 1.0))

    batch = Smooth().apply_to_all(PathBatch.of([kink(0.5), kink(0.25)]))
    torch.testing.assert_close(batch(T)[1], Smooth().apply(kink(0.25))(T))
    assert float(batch[0](0.5)[1]) == pytest.approx(0, abs=1e-9) == float(batch[1](0.25)[1])


def test_pairs_that_are_none() -> None:
    with pytest.raises(InputError, match=r"\[3, 2\]; expected \[4, 2\]"):
        Linear().between_pairs(torch.zeros(4, 2), torch.zeros(3, 2))
    with pytest.raises(InputError, match="pairs"):
        Linear().between_pairs(torch.zeros(2), torch.zeros(2))
