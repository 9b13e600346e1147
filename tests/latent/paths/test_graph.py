"""Shortest paths through graphs, as paths."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.latent.paths import GraphPath, PathContext, choose_path

Around = Callable[..., PathContext]


def circle(count: int) -> Tensor:
    angle = 2 * math.pi * torch.arange(count) / count
    return torch.stack([angle.cos(), angle.sin()], 1)


def test_it_goes_round_where_the_codes_are(context: Around) -> None:
    near = context((2,), circle(40))
    a, b = circle(40)[0], circle(40)[15]
    path = GraphPath(k=2).between(a, b, near)
    assert path.info["nodes"] == [str(i) for i in range(16)] and path.info["components"] == [40]
    found = path(torch.linspace(0, 1, 16))
    torch.testing.assert_close(found, circle(40)[:16], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("weight", ["euclidean", "decoded"])
@pytest.mark.parametrize("density", ["none", "knn", "kernel"])
@pytest.mark.parametrize("kind", ["knn", "mutual", "radius"])
def test_all_kinds_and_weights_lead_there(kind: str, weight: str, density: str, context: Around) -> None:
    path = choose_path(f"graph:kind={kind},k=none,weight={weight},density={density}")
    found = path.between(torch.tensor([1.0, 0.1]), torch.tensor([-1.0, 0.2]), context((2,), circle(30)))
    radii = found(torch.linspace(0, 1, 9)).norm(dim=1)
    assert radii.min() > 0.9 and radii.max() < 1.1


def test_the_models_own_energy_shuns_what_it_moves(context: Around) -> None:
    class Drawn(torch.nn.Module):
        """Encodes all to the unit circle, and so moves what lies off it."""

        image_shape, latent_shape = (1, 1, 2), (2,)

        def encode(self, x: Tensor) -> Tensor:
            return torch.nn.functional.normalize(x.flatten(1))

        def decode(self, z: Tensor) -> Tensor:
            return z.reshape(-1, 1, 1, 2)

    grid = torch.cartesian_prod(*[torch.linspace(-1.2, 1.2, 25)] * 2) + 0.01
    ids = tuple(map(str, range(len(grid))))
    near = PathContext(Drawn(), type(context((2,)).space)(grid, ids))
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 0.0])
    straight = GraphPath().between(a, b, near)(torch.linspace(0, 1, 21))
    round_ = GraphPath(density="energy", power=1).between(a, b, near)(torch.linspace(0, 1, 21))
    assert straight.norm(dim=1).min() < 0.1 and round_.norm(dim=1).min() > 0.7


def test_a_model_that_moves_nothing_has_no_energy(context: Around) -> None:
    class Still(torch.nn.Module):
        image_shape, latent_shape = (1, 1, 2), (2,)

        def encode(self, x: Tensor) -> Tensor:
            return x.flatten(1)

        def decode(self, z: Tensor) -> Tensor:
            return z.reshape(-1, 1, 1, 2)

    space = context((2,)).space
    with pytest.raises(InputError, match="another density"):
        GraphPath(density="energy").between(space.codes[0], space.codes[1], PathContext(Still(), space))


def test_components_are_told(context: Around) -> None:
    codes = torch.cat([circle(10), circle(10) + 10])
    apart = context((2,), codes)
    with pytest.raises(InputError, match=r"components 0 \(10 codes\) and 1 \(10\)"):
        GraphPath(k=2, mst=False).between(codes[0], codes[10], apart)
    assert GraphPath(k=2).between(codes[0], codes[10], apart).info["components"] == [20]
