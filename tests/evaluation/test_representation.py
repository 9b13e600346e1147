"""Evaluation of a latent space: known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Generator, Tensor

from segue.evaluation import representation as evaluation
from segue.evaluation.representation import (
    assign_clusters,
    bits_per_value,
    importance_bound,
    match_clusters,
    predict_linear,
    share_interval,
    whiten,
)


def blobs(n: int, spread: float, seed: int = 0) -> tuple[Tensor, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Codes `[n, 2, 1]` around three corners."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    corners = np.array([[0, 0], [10, 0], [0, 10]])
    return torch.from_numpy(corners[labels] + spread * rng.normal(size=(n, 2)))[..., None], labels


def test_blobs_are_separated_by_lines_and_found_as_clusters() -> None:
    (codes, labels), (test, truth) = blobs(200, 0.5), blobs(100, 0.5, 1)
    assert (predict_linear(codes, labels, test) == truth).all()
    assert (match_clusters(assign_clusters(codes, test, 3, restarts=5), truth) == truth).all()


def test_noise_tells_nothing() -> None:
    rng = np.random.default_rng(0)
    codes, test = (torch.from_numpy(rng.normal(size=(1000, 4))) for _ in range(2))
    labels, truth = rng.integers(0, 4, (2, 1000))
    assert 0.15 < (predict_linear(codes, labels, test) == truth).mean() < 0.35
    assert 0.2 < (match_clusters(assign_clusters(codes, test, 4, restarts=3), truth) == truth).mean() < 0.4


def test_clusters_do_not_depend_on_scale_and_turn() -> None:
    (codes, _), (test, _) = blobs(200, 2), blobs(100, 2, 1)
    squeezed = torch.tensor([[100.0, 3.0], [0.01, -5.0]], dtype=torch.float64)
    one = assign_clusters(codes, test, 3, restarts=20)
    other = assign_clusters(codes.flatten(1) @ squeezed + 7, test.flatten(1) @ squeezed + 7, 3, restarts=20)
    assert (match_clusters(one, other) == other).mean() > 0.98


def test_clusters_fit_all_codes_not_those_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "_MOST_CLUSTERED", 12)
    codes = torch.from_numpy(np.random.default_rng(0).normal(size=(2000, 2)))
    found = assign_clusters(codes, codes, 5, restarts=2)
    white = whiten(codes, codes)[0]
    means = np.stack([white[found == place].mean(0) for place in range(5)])
    nearest = np.square(white[:, None] - means).sum(2).argmin(1)
    assert (nearest == found).mean() > 0.999  # k-means stands still: every code is nearest to its own cluster's mean


def test_whitened_codes_have_no_covariance_but_one() -> None:
    codes = blobs(500, 1)[0].flatten(1) @ torch.tensor([[3.0, 1.0, 0.0], [0.0, 0.1, 0.0]], dtype=torch.float64)
    white, same = whiten(codes, codes)
    assert white.shape == (500, 2)  # the third direction has no variance
    assert np.allclose(white.T @ white / 500, np.eye(2), atol=1e-8) and np.array_equal(white, same)


def test_the_names_of_clusters_do_not_matter() -> None:
    labels = np.random.default_rng(0).integers(0, 10, 300)
    names = np.random.default_rng(1).permutation(10)
    assert (match_clusters(names[labels], labels) == labels).all()


def test_codes_all_alike() -> None:
    codes = torch.zeros(20, 3)
    labels = np.arange(20) % 2
    assert len(predict_linear(codes, labels, codes)) == 20
    assert len(assign_clusters(codes, codes, 2, restarts=2)) == 20


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_intervals_hold_the_share(share: float) -> None:
    value, low, high = share_interval(np.arange(1000) < 1000 * share)
    assert low <= value <= high and low >= 0 and high <= 100 and high - low < 7


def test_the_bound_reaches_the_truth_of_a_linear_gaussian() -> None:
    """`z ~ N(0, 1)`, `x|z ~ N(2 z, 1)`: `x ~ N(0, 5)`, and the posterior is `N(0.4 x, 0.2)`."""
    x = torch.tensor([0.5, -3.0, 4.0])

    def log_likelihood(z: Tensor, index: Tensor) -> Tensor:
        return torch.distributions.Normal(2 * z[:, 0], 1).log_prob(x[index])

    truth = torch.distributions.Normal(0, math.sqrt(5)).log_prob(x)
    mean, log_variance = 0.4 * x[:, None], torch.full((3, 1), math.log(0.2))
    exact = importance_bound(log_likelihood, mean, log_variance, 3, Generator().manual_seed(0))
    assert torch.allclose(exact, truth, atol=1e-5)  # under the true posterior each sample gives the truth
    wide, off = torch.zeros(3, 1), mean + 0.3
    one, many = (
        torch.stack(
            [importance_bound(log_likelihood, off, wide, k, Generator().manual_seed(seed)) for seed in range(200)]
        ).mean(0)
        for k in (1, 50)
    )
    posterior = torch.distributions.Normal(mean, math.sqrt(0.2))
    gap = torch.distributions.kl_divergence(torch.distributions.Normal(off, 1.0), posterior)[:, 0]
    assert torch.allclose(one, truth - gap, atol=0.6)
    assert (one < many).all() and torch.allclose(many, truth, atol=0.1)


def test_bits() -> None:
    assert bits_per_value(torch.tensor([-8 * math.log(2)]), 4).item() == pytest.approx(2)
