"""Geodesics: known answers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from segue.latent.paths import Geodesic, PathContext
from segue.latent.space import LatentSpace

Around = Callable[..., PathContext]
T = torch.linspace(0, 1, 17, dtype=torch.float64)


@pytest.mark.parametrize("metric", ["decoder", "latent"])
def test_a_flat_decoders_geodesic_is_straight(metric: str, context: Around) -> None:
    near = context((2,))
    a, b = torch.tensor([-1.5, 0.3]), torch.tensor([1.2, 0.9])
    path = Geodesic(metric=metric, reencode=0, tolerance=1e-8, iterations=300).between(a, b, near)  # type: ignore[arg-type]
    straight = a + T[:, None].float() * (b - a)
    torch.testing.assert_close(path(T), straight, rtol=0.01, atol=0.01)
    assert path.info["converged"] and path.info["energy"][1] <= path.info["energy"][0]


class Sphere(nn.Module):
    """Decodes longitude and latitude to a place on the unit sphere."""

    image_shape, latent_shape = (1, 1, 3), (2,)

    def decode(self, z: Tensor) -> Tensor:
        (u, v) = z.flatten(1).unbind(1)
        return torch.stack([v.cos() * u.cos(), v.cos() * u.sin(), v.sin()], 1).reshape(-1, 1, 1, 3)

    def encode(self, x: Tensor) -> Tensor:
        (x_, y, z) = x.flatten(1).unbind(1)
        return torch.stack([torch.atan2(y, x_), torch.asin(z.clamp(-1, 1))], 1)


def test_on_a_sphere_it_is_the_great_circle() -> None:
    codes = torch.cartesian_prod(torch.linspace(-0.5, 2.5, 16), torch.linspace(0, 1.4, 8))
    near = PathContext(Sphere(), LatentSpace(codes, tuple(map(str, range(len(codes))))))
    a, b = torch.tensor([0.0, 0.7]), torch.tensor([2.0, 0.7])
    path = Geodesic(reencode=0, tolerance=1e-7, iterations=300).between(a, b, near)
    places = Sphere().decode(path(T)).flatten(1).double()
    normal = torch.linalg.cross(places[0], places[-1])
    assert (places @ normal / normal.norm()).abs().max() < 0.01
    steps = places.diff(dim=0).norm(dim=1)
    assert steps.std() / steps.mean() < 0.02
    angle = math.acos(float(places[0] @ places[-1]))
    assert float(steps.sum()) == pytest.approx(angle, rel=0.01)


def ring(count: int) -> Tensor:
    angle = 2 * math.pi * torch.arange(count) / count
    return torch.stack([angle.cos(), angle.sin()], 1)


def test_density_keeps_it_near_the_codes(context: Around) -> None:
    near = context((2,), ring(60))
    a, b = ring(60)[0], ring(60)[25]
    without = Geodesic(reencode=0, metric="latent").between(a, b, near)(T).norm(dim=1)
    kept = Geodesic(reencode=0, density=4, metric="latent").between(a, b, near)(T).norm(dim=1)
    assert without.min() < 0.3 and kept.min() > 0.75


class Ring(nn.Module):
    """Encodes to the unit circle: what lies off it moves when it is decoded and encoded again."""

    image_shape, latent_shape = (1, 1, 2), (2,)

    def encode(self, x: Tensor) -> Tensor:
        return 0.2 * x.flatten(1) + 0.8 * nn.functional.normalize(x.flatten(1))

    def decode(self, z: Tensor) -> Tensor:
        return z.reshape(-1, 1, 1, 2)


def test_so_does_the_reencoding_distance() -> None:
    codes = ring(30) * (1 + 0.05 * torch.randn(30, 1, generator=torch.Generator().manual_seed(0)))
    near = PathContext(Ring(), LatentSpace(codes, tuple(map(str, range(30)))))
    kept = Geodesic().between(codes[0], codes[12], near)(T).norm(dim=1)
    assert kept.min() > 0.8


def test_what_did_not_converge_says_so(context: Around) -> None:
    near = context((2,), ring(60))
    path = Geodesic(iterations=1).between(ring(60)[0], ring(60)[20], near)
    assert path.info["converged"] is False and path.info["iterations"] == 1
