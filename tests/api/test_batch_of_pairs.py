"""A stranger's script: thousands of pairs at once, by formula, through a model of one's own, and along a graph."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

import segue


class Halves:
    """A model that nobody trained: it shrinks images to half their size, and enlarges them again."""

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(x, 2).flatten(1)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return z.reshape(-1, 1, 4, 4).repeat_interleave(2, 2).repeat_interleave(2, 3)


def images(count: int, seed: int) -> np.ndarray:
    """Soft discs at random places, uint8 `[count, 8, 8, 1]`."""
    rows, columns, places = *np.mgrid[:8, :8], np.random.default_rng(seed).uniform(1, 6, (count, 2, 1, 1))
    away = np.hypot(rows - places[:, 0], columns - places[:, 1])
    return (255 * (3 - away).clip(0, 1)).astype(np.uint8)[..., None]


def test_ten_thousand_pairs_of_codes_by_formula() -> None:
    a, b = torch.randn(2, 10_000, 32, generator=torch.Generator().manual_seed(0))
    begin = time.perf_counter()
    found = segue.slerp(a, b, np.linspace(0, 1, 10))
    assert time.perf_counter() - begin < 20 and found.shape == (10_000, 10, 32)
    assert torch.equal(found[:, 0], a) and torch.equal(found[:, -1], b)
    assert torch.allclose(found[77], segue.slerp(a[77], b[77], np.linspace(0, 1, 10)), atol=1e-6)
    assert torch.equal(segue.lerp(a, b, 0.25)[5], segue.lerp(a[5], b[5], 0.25))


@pytest.mark.parametrize(
    "path", ["linear", "slerp", "graph+smooth", "auto", segue.lerp], ids=lambda path: getattr(path, "__name__", path)
)
def test_pairs_of_images_are_those_one_by_one(path: str) -> None:
    nodes = images(100, seed=1)
    space = segue.LatentSpace(segue.encode(Halves(), nodes), tuple(map(str, range(100))))
    model = segue.as_autoencoder(Halves(), (1, 8, 8))
    context = segue.PathContext(model, space)
    a, b = images(40, seed=2), np.concatenate([images(20, seed=3), nodes[:20]])
    found = segue.interpolate_pairs(model, a, b, path, steps=7, context=context)
    assert len(found) == 40 and found.frames.shape == (40, 7, 8, 8, 1)
    for pair in (0, 19, 39):
        alone = segue.interpolate_images(model, a[pair], b[pair], path, steps=7, context=context)
        torch.testing.assert_close(found[pair].codes, alone.codes, rtol=1e-6, atol=1e-6)
        assert np.abs(found[pair].frames.astype(int) - alone.frames).max() <= 1


def test_what_is_no_pair_is_refused_in_one_line() -> None:
    a, b = images(2, seed=0), images(3, seed=1)
    for wrong, said in (
        ((a, b), r"\[2, 8, 8, 1\] and \[3, 8, 8, 1\]"),
        ((a / 255.0, a / 255.0), "float64; expected uint8"),
        ((a.astype(np.int64), a.astype(np.int64)), "int64; expected uint8"),
        ((a > 9, a > 9), "bool; expected uint8"),
        ((torch.zeros(2, 1, 8, 8), torch.zeros(2, 1, 8, 8)), "Tensor"),
    ):
        with pytest.raises(segue.InputError, match=said):
            segue.interpolate_pairs(Halves(), *wrong, "slerp")
        with pytest.raises(segue.InputError, match=said):
            segue.interpolate_images(Halves(), *wrong, "slerp")
    model = segue.ConvAutoencoder((1, 16, 16), latent=2, width=8)
    with pytest.raises(segue.InputError, match=r"16, 16"):
        segue.interpolate_images(model, a[0], a[1], "slerp")
