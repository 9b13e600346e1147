"""Interpolations of known quality: the truth of a generated world, and what may pass for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from segue.core.images import Pixels, to_float, to_uint8
from segue.data.datasets.worlds import Discs, Lines, World
from segue.evaluation.metrics import Case, Reference
from segue.latent.interpolation import cross_fade
from segue.latent.space import encode

Cases = dict[str, Case]
Scene = Callable[..., Cases]

STEPS, FINE = 16, 8
ENDS: dict[type[World], tuple[list[float], list[float]]] = {
    Discs: ([9, 9, 5, 0.65], [23, 23, 5, 0.65]),
    Lines: ([0.5], [2.5]),
}
SETS: dict[type[World], World] = {Discs: Discs(), Lines: Lines(count=300)}


class Principal(nn.Module):
    """The linear autoencoder of an image set: its principal components. Codes are found again, but for clipping."""

    def __init__(self, images: Pixels, latent: int = 16) -> None:
        super().__init__()
        x = to_float(images)
        self.image_shape = (int(x.shape[1]), int(x.shape[2]), int(x.shape[3]))
        self.latent_shape: tuple[int, ...] = (latent,)
        self.mean = nn.Parameter(x.mean(0).flatten())
        self.basis = nn.Parameter(torch.linalg.svd(x.flatten(1) - self.mean, full_matrices=False)[2][:latent])

    def encode(self, x: Tensor) -> Tensor:
        return (x.flatten(1) - self.mean) @ self.basis.mT

    def decode(self, z: Tensor) -> Tensor:
        return (self.mean + z @ self.basis).clamp(0, 1).reshape(-1, *self.image_shape)


def tinted(images: Pixels, channels: int) -> Pixels:
    """`[..., 1]` as it is, or `[..., 3]` in three shades that are no shades of one another."""
    if channels == 1:
        return images
    return np.concatenate([images, images // 2, 255 - images], -1)


def controls(truth: Pixels, a: Pixels, b: Pixels, reference: Reference) -> dict[str, Pixels]:
    """The truth, and five paths that are none."""
    m, rng = len(truth), np.random.default_rng(0)
    fade = cross_fade(a, b, m)
    noisy = truth + rng.normal(0, 30, truth.shape)
    return {
        "truth": truth,
        "cut": np.concatenate([np.repeat(a[None], m // 2, 0), np.repeat(b[None], m - m // 2, 0)]),
        "fade": fade,
        "noise": noisy.clip(0, 255).astype(np.uint8),
        "snap": reference.images[reference.nearest(fade).indices],
        "shuffled": truth[[0, *rng.permutation(np.arange(1, m - 1)), m - 1]],
    }


@pytest.fixture(scope="session")
def scene() -> Scene:
    """Makes the controls of a world, and `astray`: codes far from those of images. The same ones each time."""
    made: dict[object, Cases] = {}
    sets: dict[object, Reference] = {}

    def cases(world: type[World] = Discs, channels: int = 1, steps: int = STEPS) -> Cases:
        key = world, channels, steps
        if key[:2] not in sets:
            sets[key[:2]] = _reference(SETS[world], channels)
        if key not in made:
            made[key] = _cases(SETS[world], sets[key[:2]], channels, steps)
        return made[key]

    return cases


def _reference(world: World, channels: int) -> Reference:
    images = tinted(world.render(world.factors()), channels)
    images.flags.writeable = False
    return Reference(images, Principal(images), world.factors(), world.space)


def _cases(world: World, reference: Reference, channels: int, steps: int) -> Cases:
    a, b = ENDS[type(world)]
    model = reference.model
    assert isinstance(model, Principal)
    fine = tinted(world.frames(world.truths(a, b, np.linspace(0, 1, FINE * (steps - 1) + 1))), channels)
    first, last = tinted(world.render([a, b]), channels)
    for array in (fine, first, last):
        array.flags.writeable = False
    found: Cases = {}
    for name, frames in controls(fine[0, ::FINE], first, last, reference).items():
        found[name] = Case(frames, first, last, reference, encode(model, frames), fine)
    codes = 5 * encode(model, fine[0, ::FINE])
    with torch.no_grad():
        found["astray"] = Case(to_uint8(model.decode(codes)), first, last, reference, codes, fine)
    return found


@pytest.fixture
def weights(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights of the perceptual loss are found."""
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))
