"""From a path to frames."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float, to_uint8
from segue.data.datasets import ImageSet
from segue.latent.interpolation import (
    cross_fade,
    decode,
    decode_path,
    even_steps,
    interpolate,
    interpolate_images,
    interpolate_pairs,
)
from segue.latent.paths import PATHS, Linear, PathChoice, PathContext, lerp
from segue.latent.space import LatentSpace
from segue.models.autoencoder import ConvAutoencoder

Build = Callable[..., ConvAutoencoder]


@pytest.mark.parametrize("choice", [path() for path in PATHS if path.needs == "nothing"], ids=str)
@pytest.mark.parametrize("steps", [2, 3, 10])
def test_both_ends_are_included(choice: PathChoice, steps: int, build: Build, discs: Pixels) -> None:
    model = build().eval()
    with torch.no_grad():
        a, b = model.encode(to_float(discs[:2]))
        decoded = to_uint8(model.decode(torch.stack([a, b])))
    found = decode_path(model, choice.between(a, b), steps)
    assert found.frames.shape == (steps, 16, 16, 1) and found.codes.shape == (steps, 4)
    assert found.t.tolist() == pytest.approx([i / (steps - 1) for i in range(steps)])
    assert torch.equal(found.codes[0], a) and torch.equal(found.codes[-1], b)
    assert np.abs(found.frames[[0, -1]].astype(int) - decoded).max() <= 1


def test_from_an_image_to_itself_all_frames_are_one(build: Build, discs: Pixels) -> None:
    model = build().eval()
    with torch.no_grad():
        a = model.encode(to_float(discs[:1]))[0]
    for choice in (path for path in PATHS if path.needs == "nothing"):
        found = decode_path(model, choice().between(a, a.clone()), 5)
        assert torch.equal(found.codes, a.expand(5, -1))
        assert (found.frames == found.frames[0]).all()


def test_batches_make_no_difference(build: Build) -> None:
    model = build().eval()
    codes = torch.randn(9, 4, generator=torch.Generator().manual_seed(0))
    whole, parts = decode(model, codes), decode(model, codes, batch=2)
    assert np.abs(whole.astype(int) - parts).max() <= 1


def test_a_foreign_model_will_do() -> None:
    class Plain:
        image_shape: tuple[int, int, int] = (1, 2, 2)
        latent_shape: tuple[int, ...] = (1, 2, 2)

        def encode(self, x: torch.Tensor) -> torch.Tensor:
            return x

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return z

    found = decode_path(Plain(), Linear().between(torch.zeros(1, 2, 2), torch.ones(1, 2, 2)), 3)
    assert found.frames[:, 0, 0, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("steps", [1, 0, -3, 100_001])
def test_steps_that_cannot_be(steps: int) -> None:
    with pytest.raises(InputError, match=f"`steps={steps}`;"):
        even_steps(steps)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(2, 50))
def test_the_cross_fade_is_the_straight_line_of_pixels(a: int, b: int, steps: int) -> None:
    found = cross_fade(np.full((2, 3, 1), a, np.uint8), np.full((2, 3, 1), b, np.uint8), steps)
    assert found.shape == (steps, 2, 3, 1) and found.dtype == np.uint8
    assert np.abs(found[:, 0, 0, 0] - np.linspace(a, b, steps)).max() <= 0.5 + 1e-9


class Plain:
    """Encodes and decodes, and says nothing of shapes."""

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return z.reshape(-1, 1, 2, 3)


def test_shapes_are_found_by_trying_an_image() -> None:
    dark, light = np.zeros((2, 3, 1), np.uint8), np.full((2, 3, 1), 200, np.uint8)
    found = interpolate_images(Plain(), dark, light, "linear", 3)
    assert found.frames[:, 0, 0, 0].tolist() == [0, 100, 200] and found.codes.shape == (3, 6)
    assert np.array_equal(interpolate(Plain(), *found.codes[[0, 2]], path="linear", steps=3).frames, found.frames)
    pairs = interpolate_pairs(Plain(), np.stack([dark, light]), np.stack([light, dark]), lerp, 3)
    assert np.array_equal(pairs[0].frames, found.frames) and np.array_equal(pairs[1].frames, found.frames[::-1])


def test_images_that_are_none_are_refused(build: Build, discs: Pixels) -> None:
    model = build().eval()
    a, b = discs[:2]
    for wrong, said in (
        (a / 255.0, "float64; expected uint8"),
        (a.astype(np.int64), "int64; expected uint8"),
        (a > 0, "bool; expected uint8"),
        (a[..., 0], r"images \[16, 16\]"),
        (a[:8], r"8, 16"),
    ):
        for pair in ((wrong, b), (b, wrong), (wrong, wrong)):
            with pytest.raises(InputError, match=said):
                interpolate_images(model, *pair, "linear", 3)
        with pytest.raises(InputError, match=said):
            cross_fade(wrong, b, 3)
    with pytest.raises(InputError, match=r"codes \[2, 3\]; expected \[n, 4\]"):
        decode(model, torch.zeros(2, 3))
    with pytest.raises(InputError, match="Tensor"):
        interpolate_images(model, to_float(discs[:1])[0], to_float(discs[1:2])[0], "linear", 3)  # type: ignore[arg-type]


def test_a_context_serves_any_number_of_frames(build: Build, discs: Pixels) -> None:
    model = build().eval()
    space = LatentSpace.of(model, ImageSet(discs, tuple(map(str, range(len(discs))))))
    context = PathContext(model, space, frames=3)
    found = interpolate_images(model, discs[0], discs[5], "linear+pace:by=latent", 7, context=context)
    steps = found.codes.diff(dim=0).norm(dim=1)
    assert steps.std() < 0.01 * steps.mean() and context.frames == 3
    assert interpolate_images(model, discs[0], discs[5], steps=7).info["picked"] == "linear+pace"
