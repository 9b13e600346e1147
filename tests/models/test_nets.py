"""Networks: any image size, one dial."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from segue.models import nets
from segue.models.nets import ImageShape

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 70), st.integers(1, 70))


def size_of(net: nn.Module) -> int:
    return sum(parameter.numel() for parameter in net.parameters())


@settings(max_examples=30)
@given(SHAPES, st.integers(2, 12), st.integers(1, 2), st.integers(1, 5))
def test_any_size_goes_in_and_comes_out(shape: ImageShape, width: int, n: int, code: int) -> None:
    codes = nets.encoder(shape, code, width)(torch.rand(n, *shape))
    assert codes.shape == (n, code)
    assert nets.decoder(shape, code, width)(codes).shape == (n, *shape)


@given(SHAPES, st.integers(1, 64))
def test_stages_halve_to_a_short_side_of_at_most_four(shape: ImageShape, width: int) -> None:
    stages = nets.stages(shape, width)
    patch = nets.patch_size(*shape[1:])
    assert stages[0] == (width, math.ceil(shape[1] / patch), math.ceil(shape[2] / patch))
    assert min(stages[-1][1:]) <= 4 and all(min(stage[1:]) > 4 for stage in stages[:-1])
    assert all(width <= channels <= 4 * width for channels, *_ in stages)


@pytest.mark.parametrize("width", range(2, 18))
def test_every_width_will_do(width: int) -> None:
    groups = nets.Residual(width).norm.num_groups
    assert width % groups == 0 and width // groups >= 2
    assert nets.Residual(width)(torch.rand(1, width, 1, 1)).shape == (1, width, 1, 1)


def test_one_dial_sets_the_size() -> None:
    sizes = [size_of(nets.encoder((1, 28, 28), 2, width)) for width in (8, 16, 32)]
    assert sizes[0] < sizes[1] < sizes[2]
    assert sizes[2] < 1_000_000


def test_the_same_seed_gives_the_same_weights() -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return nn.utils.parameters_to_vector(nets.encoder((1, 8, 8), 2, 8).parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_a_residual_starts_as_the_identity() -> None:
    x = torch.randn(2, 8, 5, 6)
    assert torch.equal(nets.Residual(8)(x), x)


def test_padding_repeats_the_edge() -> None:
    x = torch.arange(6.0).reshape(1, 1, 2, 3)
    assert nets.PadTo(4)(x)[0, 0].tolist() == [[0, 1, 2, 2], *[[3, 4, 5, 5]] * 3]
    assert nets.PadTo(1)(x) is x


def test_enlarging_is_bilinear() -> None:
    x = torch.tensor([[[[1.0, 2.0]]]])
    assert nets.Enlarge(1, 4)(x).tolist() == [[[[1, 1.25, 1.75, 2]]]]
    assert nets.Enlarge(2, 3)(x).shape == (1, 1, 2, 3)


@pytest.mark.parametrize("side", [28, 64])
def test_no_grid_shows_off_the_manifold(side: int) -> None:
    """Decoded noise changes as much across the encoder's patches as within them."""
    torch.manual_seed(0)
    decode, patch = nets.decoder((1, side, side), 8, 16), nets.patch_size(side, side)
    with torch.no_grad():
        steps = decode(torch.randn(256, 8)).diff(dim=3).abs().mean((0, 1, 2))[side // 4 : -side // 4]
    across = torch.arange(side // 4, side // 4 + len(steps)) % patch == patch - 1
    assert steps[across].mean() / steps[~across].mean() == pytest.approx(1, abs=0.1)
