"""Codes of an image set, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.core.progress import Event
from segue.data.datasets import ImageSet
from segue.latent.interpolation import decode
from segue.latent.space import LatentSpace, central_range, encode, middles, plane
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import VAE

Build = Callable[..., ConvAutoencoder]


@pytest.mark.parametrize("batch", [1, 5, 16, 100])
def test_codes_are_the_models_own_in_the_order_of_the_images(batch: int, build: Build, discs: Pixels) -> None:
    model, events = build(VAE()).eval(), list[Event]()
    with torch.no_grad():
        own = model.encode(to_float(discs))
    codes = encode(model, discs, batch, events.append)
    assert torch.allclose(codes, own, atol=1e-5) and not codes.requires_grad
    assert (events[-1].done, events[-1].total) == (16, 16) and len(events) == -(-16 // batch)


def test_large_images_come_a_few_at_a_time() -> None:
    class Mean:
        image_shape, latent_shape = (1, 1024, 512), (1,)

        def encode(self, x: torch.Tensor) -> torch.Tensor:
            assert len(x) <= 2
            return x.mean((1, 2, 3))[:, None]

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            assert len(z) <= 2
            return z[:, :, None, None].expand(-1, *self.image_shape)

    images = np.repeat(np.arange(5, dtype=np.uint8) * 50, 1024 * 512).reshape(5, 1024, 512, 1)
    codes, events = encode(Mean(), images), list[Event]()
    assert codes.flatten().tolist() == pytest.approx([i * 50 / 255 for i in range(5)])
    assert np.array_equal(decode(Mean(), codes, report=events.append), images)
    assert [(event.done, event.total) for event in events] == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("shape", [(0, 16, 16, 1), (2, 8, 16, 1), (2, 16, 16, 3)])
def test_images_that_do_not_fit(shape: tuple[int, ...], build: Build) -> None:
    with pytest.raises(InputError, match="1 or more, 16, 16, 1"):
        encode(build(), np.zeros(shape, np.uint8))


def test_a_space_keeps_ids_and_labels(build: Build, discs: Pixels) -> None:
    ids = tuple(f"disc-{i}" for i in range(16))
    labels = np.arange(16) % 3
    space = LatentSpace.of(build().eval(), ImageSet(discs, ids, labels, ("left", "none", "right", "unused")))
    assert len(space) == 16 and space.ids == ids and space.label_names[3] == "unused"
    assert torch.equal(space.of_label(1), space.codes[1::3]) and len(space.of_label(3)) == 0
    means = space.class_means()
    assert list(means) == [0, 1, 2]
    assert torch.allclose(means[2], space.codes[2::3].mean(0))


def test_a_space_without_labels() -> None:
    space = LatentSpace(torch.zeros(4, 2), tuple("abcd"))
    assert space.class_means() == {} and len(space.of_label(0)) == 0


def test_distances_of_classes_are_in_their_own_measure() -> None:
    codes = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    codes[20:40, 0] += 3
    codes[40:, 0] += 9
    labels = np.repeat([0, 1, 2], 20)
    space = LatentSpace(codes, tuple(map(str, range(60))), labels)
    apart = space.class_distances()
    assert list(apart) == [(0, 1), (1, 2), (0, 2)]
    larger = LatentSpace(5 * codes + 7, space.ids, labels).class_distances()
    assert larger == pytest.approx(apart, rel=1e-4)
    a, b = codes[:20].mean(0), codes[20:40].mean(0)
    radii = [float((codes[i : i + 20] - mean).norm(dim=1).mean()) for i, mean in ((0, a), (20, b))]
    assert apart[0, 1] == pytest.approx(float((a - b).norm()) / np.mean(radii), rel=1e-5)
    single = LatentSpace(torch.tensor([[0.0], [1.0]]), ("a", "b"), np.array([0, 1]))
    assert single.class_distances() == {(0, 1): np.inf}
    assert LatentSpace(codes, space.ids).class_distances() == {}


def test_each_code_is_nearest_to_itself() -> None:
    codes = torch.randn(30, 2, 3, generator=torch.Generator().manual_seed(0))
    space = LatentSpace(codes, tuple(map(str, range(30))))
    for i in range(30):
        found = space.nearest(codes[i], 30)
        away = (codes[found] - codes[i]).flatten(1).norm(dim=1)
        assert found[0] == i and (away.diff() >= 0).all() and sorted(found.tolist()) == list(range(30))
    assert len(space.nearest(codes[0], 99)) == 30
    with pytest.raises(InputError, match="1 or more"):
        space.nearest(codes[0], 0)


def test_active_units_are_those_that_vary() -> None:
    codes = torch.randn(1000, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1, 0.2, 0.05, 0])
    assert LatentSpace(codes + 100, ()).active_units() == 2
    assert LatentSpace(codes[:1], ()).active_units() == 0


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_plane_reads_as_a_picture_does(columns: int, rows: int) -> None:
    grid = plane(middles(columns), middles(rows)).reshape(rows, columns, 2)
    assert (grid[..., 0].diff(dim=1) > 0).all() and (grid[..., 1].diff(dim=0) < 0).all()
    assert torch.allclose(grid.mean((0, 1)), torch.tensor([0.5, 0.5]).double())


def test_the_central_range_leaves_the_tails_out() -> None:
    codes = torch.stack([torch.linspace(0, 1, 1001), torch.full((1001,), 3.0)], dim=1)
    codes[0, 0] = -1000
    assert central_range(codes).flatten().tolist() == pytest.approx([0.01, 3, 0.99, 3])
