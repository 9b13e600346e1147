"""How long edges are, and that expensive lengths are computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.progress import Event
from segue.latent.graph import (
    Length,
    cache_lengths,
    decoded_length,
    density_aware_length,
    euclidean_length,
    kernel_density,
    knn_density,
    knn_graph,
    perceptual_steps,
    shortest_path,
)
from segue.latent.graph.lengths import kernel_log_density
from segue.models.autoencoder import ConvAutoencoder
from segue.training.losses import perceptual_distance

Codes = npt.NDArray[np.float64]
Build = Callable[..., ConvAutoencoder]
EDGES = np.array([[0, 1], [1, 2], [0, 2]])


class Bend:
    """Decodes an angle to a point of a quarter circle, in two pixels."""

    image_shape, latent_shape = (1, 1, 2), (1,)

    def encode(self, x: Tensor) -> Tensor:
        return torch.atan2(x[:, 0, 0, 1], x[:, 0, 0, 0])[:, None]

    def decode(self, z: Tensor) -> Tensor:
        assert len(z) <= 64
        return torch.stack([z.cos(), z.sin()], dim=2)[:, None].reshape(-1, 1, 1, 2)


@pytest.mark.parametrize(("points", "wrong"), [(2, 0.1), (8, 3e-3), (64, 3e-5)])
def test_decoded_lengths_are_arcs(points: int, wrong: float) -> None:
    codes, events = np.array([[0.0], [0.5], [1.5]]), list[Event]()
    lengths = decoded_length(Bend(), points=points, batch=64, report=events.append)(codes, EDGES)
    np.testing.assert_allclose(lengths, [0.5, 1, 1.5], rtol=wrong)
    assert (lengths <= np.array([0.5, 1, 1.5]) + 1e-6).all()
    assert (events[-1].done, events[-1].total) == (3, 3)


def test_batches_change_nothing(build: Build, scattered: Callable[..., Codes]) -> None:
    model, codes = build().eval(), scattered(12, 4)
    edges = knn_graph(codes, 3).edges.copy()
    one, many = decoded_length(model, points=4, batch=4)(codes, edges), decoded_length(model, points=4)(codes, edges)
    np.testing.assert_allclose(one, many, rtol=1e-4)
    frames = model.decode(torch.from_numpy(codes).float()).detach()
    straight = decoded_length(model, points=2)(codes, edges)
    apart = (frames[edges[:, 0]] - frames[edges[:, 1]]).flatten(1).norm(dim=1)
    np.testing.assert_allclose(straight, apart, rtol=1e-4)
    assert (many >= straight * (1 - 1e-5)).all()


def test_steps_as_one_likes(build: Build, scattered: Callable[..., Codes]) -> None:
    def brightness(frames: Tensor) -> Tensor:
        return frames.mean((2, 3, 4)).diff(dim=1).abs()

    codes = scattered(3, 4)
    assert decoded_length(build().eval(), brightness, points=5)(codes, EDGES).shape == (3,)
    assert len(decoded_length(build().eval(), brightness)(codes, EDGES[:0])) == 0
    with pytest.raises(InputError, match="1 points"):
        decoded_length(build(), points=1)


def test_perceptual_steps(data_dir: Path) -> None:
    frames = torch.rand(2, 3, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        steps = perceptual_steps(frames)
        own = perceptual_distance(frames[1, 1:2], frames[1, 2:3]).sqrt()
    assert steps.shape == (2, 2) and torch.allclose(steps[1, 1], own[0], atol=1e-4)


@pytest.mark.parametrize("d", [2, 12])
@pytest.mark.parametrize("density", [knn_density, kernel_density])
def test_sparse_places_are_far(
    density: Callable[..., Callable[[Codes], Codes]], d: int, scattered: Callable[..., Codes]
) -> None:
    codes = scattered(300, d)
    logs = density(codes)
    near, far = logs(np.zeros((1, d))), logs(np.full((1, d), 6.0))
    assert near > far and np.isfinite(logs(np.full((1, d), 1e6))).all()
    ends = np.array([np.zeros(d), np.full(d, 0.05), np.full(d, 6.0), np.full(d, 6.05)])
    lengths = density_aware_length(logs, codes)(ends, np.array([[0, 1], [2, 3]]))
    assert lengths[1] > 10 * lengths[0]
    assert lengths.max() <= 1001 * euclidean_length(ends, np.array([[0, 1], [2, 3]])).max()


def test_kernels_by_hand() -> None:
    squares = torch.tensor([[2.0, 2.0], [0.0, 200.0]], dtype=torch.float64, requires_grad=True)
    logs = kernel_log_density(squares, 1.0)
    assert logs.tolist() == pytest.approx([np.log(2) - 1, 0.0])
    (slope,) = torch.autograd.grad(logs.sum(), squares)
    assert slope.numpy() == pytest.approx(np.array([[-0.25, -0.25], [-0.5, 0.0]]))
    assert kernel_log_density(torch.tensor([[1e8]]), 1.0).isfinite().all()  # far from all codes
    logs_of = kernel_density(np.array([[0.0], [3.0]]), 2.0)
    assert logs_of(np.array([[0.0]])).tolist() == pytest.approx([np.log(1 + np.exp(-9 / 8))])


def test_the_kernel_density_of_a_line() -> None:
    """Codes at even distances of one dimension have the same density everywhere, but at the ends."""
    line = np.arange(100.0)[:, None]
    logs = kernel_density(line, 3.0)(np.linspace(40, 60, 57)[:, None])
    np.testing.assert_allclose(np.exp(logs), 3 * np.sqrt(2 * np.pi), rtol=1e-6)


def test_one_over_p_by_hand() -> None:
    def log_density(codes: Codes) -> Codes:
        return -codes[:, 0]

    codes = np.array([[0.0], [1.0], [2.0]])
    for power, points in ((1.0, 2), (0.5, 3)):
        t = np.linspace(0, 1, points)
        weights = np.exp(power * (t - 1))  # the median is at 1
        expected = (weights[:-1] + weights[1:]).mean() / 2
        length = density_aware_length(log_density, codes, points=points, power=power)
        assert length(codes, EDGES[:1]) == pytest.approx([expected])
        twice: Length = density_aware_length(
            log_density, codes, base=lambda codes, edges: 2 * euclidean_length(codes, edges), points=points, power=power
        )
        assert twice(codes, EDGES) == pytest.approx(2 * length(codes, EDGES))
    with pytest.raises(InputError, match="1 points"):
        density_aware_length(log_density, codes, points=1)


def test_the_density_leads_around_a_gap() -> None:
    turn = np.linspace(0, np.pi, 60)
    arch = np.concatenate([np.stack([r * np.cos(turn), r * np.sin(turn)], axis=1) for r in (0.97, 1.0, 1.03)])
    straight = np.array([[-0.5, 0.0], [0.0, 0.0], [0.5, 0.0]])
    codes = np.concatenate([arch, straight])
    plain, dense = (
        knn_graph(codes, 4, mst=True, length=length)
        for length in (euclidean_length, density_aware_length(knn_density(codes, 5), codes))
    )
    assert {180, 181, 182} <= set(shortest_path(plain, codes[60], codes[119]).nodes.tolist())
    assert not {180, 181, 182} & set(shortest_path(dense, codes[60], codes[119]).nodes.tolist())


@pytest.mark.parametrize("density", [knn_density, kernel_density])
def test_a_density_of_few_or_equal_codes(density: Callable[..., Callable[[Codes], Codes]]) -> None:
    for codes in (np.zeros((1, 2)), np.zeros((20, 2)), np.array([[0.0, 0], [1, 1]])):
        lengths = knn_graph(codes, length=density_aware_length(density(codes), codes)).lengths
        assert np.isfinite(lengths).all() and len(lengths) == len(codes) - 1
    with pytest.raises(InputError, match="k = 0"):
        knn_density(np.zeros((3, 2)), 0)
    with pytest.raises(InputError, match="bandwidth"):
        kernel_density(np.zeros((3, 2)), -1.0)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "segue"))
    return tmp_path / "segue" / "lengths"


def test_expensive_lengths_are_computed_once(cache: Path, scattered: Callable[..., Codes]) -> None:
    calls: list[int] = []

    def expensive(codes: Codes, edges: npt.NDArray[np.int64]) -> Codes:
        calls.append(len(edges))
        return euclidean_length(codes, edges)

    codes = scattered(200, 2)
    first, again = (
        knn_graph(codes, 4, length=cache_lengths(expensive, codes, "model", {"points": 8})) for _ in range(2)
    )
    assert calls == [len(first.edges)] and np.array_equal(first.lengths, again.lengths)
    shortest_path(again, np.zeros(2), codes[0])
    assert len(list(cache.iterdir())) == 1 and max(calls[1:]) <= 8, "links of a query are not kept"
    calls.clear()
    for model, options, nodes in (
        ("other", {"points": 8}, codes),
        ("model", {"points": 9}, codes),
        ("model", {"points": 8}, codes + 1),
    ):
        knn_graph(nodes, 4, length=cache_lengths(expensive, nodes, model, options))
    assert len(calls) == 3 and len(list(cache.iterdir())) == 4


def test_a_damaged_file_is_replaced_and_a_lost_folder_forgiven(cache: Path, scattered: Callable[..., Codes]) -> None:
    codes = scattered(200, 2)
    length = cache_lengths(euclidean_length, codes, "model", {})
    whole = knn_graph(codes, 4, length=length).lengths
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[:40])
    assert np.array_equal(knn_graph(codes, 4, length=length).lengths, whole) and file.stat().st_size > 40
    file.unlink()
    cache.rmdir()
    cache.write_text("in the way")
    assert np.array_equal(knn_graph(codes, 4, length=length).lengths, whole)
