"""How good a latent space is: what a line separates in it, what clusters in it, and how probable it makes images.

The first two are the protocol of ACAI (Berthelot et al. 2018, arXiv 1807.07543), the last that of the
importance-weighted autoencoder (Burda et al. 2016, arXiv 1509.00519).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from segue.core.progress import Event, Report, silent
from segue.core.types import Labels

_ROUNDS = 500
"""L-BFGS iterations of the linear classifier at most."""

FITTED = 20_000
"""Codes that the restarts of k-means see at most, drawn by the seed."""

_DRAWN = 500
"""Codes that go through the decoder at a time."""


def linear_predictions(codes: Tensor, labels: Labels, test_codes: Tensor) -> Labels:
    """The labels `[m]` that a single-layer classifier on frozen codes gives to `test_codes` `[m, ...]`.

    Multinomial logistic regression, unregularised as in ACAI, on codes `[n, ...]` standardised by their own mean and
    deviation; trained on all of them at once by L-BFGS until it stands still, or for 500 iterations.

    >>> codes = torch.tensor([[0.0], [1.0], [9.0], [10.0]])
    >>> linear_predictions(codes, np.array([0, 0, 1, 1]), torch.tensor([[2.0], [8.0]])).tolist()
    [0, 1]
    """
    flat, test = codes.flatten(1).float(), test_codes.flatten(1).float()
    mean, deviation = flat.mean(0), flat.std(0, correction=0).clamp(min=1e-8)
    flat, test = (flat - mean) / deviation, (test - mean) / deviation
    target = torch.from_numpy(labels)
    layer = torch.nn.Linear(flat.shape[1], int(labels.max()) + 1)
    torch.nn.init.zeros_(layer.weight)
    torch.nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=_ROUNDS, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(layer(flat), target)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        return layer(test).argmax(1).numpy()  # type: ignore[no-any-return]


def clusters(codes: Tensor, test_codes: Tensor, k: int, restarts: int = 100, seed: int = 0) -> Labels:
    """The cluster, 0 to k - 1, of each of `test_codes` `[m, ...]`, `[m]`: k-means of whitened codes.

    Codes `[n, ...]` are whitened by their singular value decomposition, at most 20,000 of them are clustered
    `restarts` times, and the clustering with the least sum of squares is carried on over all codes until it stands
    still. Directions without variance are left out. Whitened codes of many numbers are nearly round: clusterings that
    are equally tight to a thousandth may agree with labels ten points apart, so compare several seeds.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    fit, test = (found.astype(np.float32) for found in whitened(codes, test_codes))
    some = fit[np.random.default_rng(seed).permutation(len(fit))[:FITTED]] if len(fit) > FITTED else fit
    k = min(k, len(fit))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of fewer different codes than clusters
        means = KMeans(k, n_init=restarts, random_state=seed).fit(some)
        means = KMeans(k, n_init=1, init=means.cluster_centers_, tol=0, random_state=seed).fit(fit)
    return means.predict(test).astype(np.int64)  # type: ignore[no-any-return]


def whitened(codes: Tensor, others: Tensor) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Codes, and others by the same map, turned and scaled so that the codes' covariance is the identity."""
    flat, other = codes.flatten(1).double(), others.flatten(1).double()
    mean = flat.mean(0)
    _, scale, turn = torch.linalg.svd(flat - mean, full_matrices=False)
    kept = scale >= 1e-6 * scale[0]  # at least one, though it be 0
    matrix = turn[kept].T / scale[kept].clamp(min=1e-300) * math.sqrt(len(flat))
    return ((flat - mean) @ matrix).numpy(), ((other - mean) @ matrix).numpy()


def matched(found: Labels, labels: Labels) -> Labels:
    """Clusters renamed to labels, one to one, such that most agree (Kuhn 1955); a cluster without a label is -1.

    >>> matched(np.array([1, 1, 0, 2]), np.array([0, 0, 1, 1])).tolist()
    [0, 0, 1, -1]
    """
    from scipy.optimize import linear_sum_assignment

    counts = np.zeros((int(found.max()) + 1, int(labels.max()) + 1), np.int64)
    np.add.at(counts, (found, labels), 1)
    names = np.full(len(counts), -1, np.int64)
    rows, columns = linear_sum_assignment(counts, maximize=True)
    names[rows] = columns
    return names[found]


def share_interval(right: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """The share of True in percent, and its 95 % interval (Wilson 1927), which holds near 0 and 100 as well.

    >>> [round(x, 1) for x in share_interval(np.ones(100, bool))]
    [100.0, 96.3, 100.0]
    """
    n, p, z = len(right), float(right.mean()), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return 100 * p, 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


@torch.no_grad()
def importance_bound(
    log_likelihood: Callable[[Tensor, Tensor], Tensor],
    mean: Tensor,
    log_variance: Tensor,
    samples: int,
    generator: Generator,
    report: Report = silent,
) -> Tensor:
    """A lower bound on `log p(x)` in nats per image, `[n]`, which more samples tighten (Burda et al. 2016):

    `log(mean over k samples z of q(z|x) of p(x|z) p(z) / q(z|x))`, prior `N(0, I)`; with one sample, the usual bound,
    in expectation. `mean` and `log_variance`, `[n, ...]`, are those of the posterior q; `log_likelihood(codes, index)`
    gives `log p(x|z)` `[m]` for codes `[m, ...]` of the images at `index` `[m]`, of which it sees 500 at a time.
    """
    deviation = (log_variance / 2).exp()
    bounds = []
    for i in range(len(mean)):
        weights = []
        for start in range(0, samples, _DRAWN):
            count = min(_DRAWN, samples - start)
            noise = torch.randn((count, *mean.shape[1:]), generator=generator).to(mean)
            z = mean[i] + deviation[i] * noise
            # log p(z) - log q(z|x): the constants cancel.
            ratio = ((noise.square() - z.square() + log_variance[i]) / 2).flatten(1).sum(1)
            weights.append(log_likelihood(z, torch.full((count,), i)) + ratio)
        bounds.append(torch.cat(weights).double().logsumexp(0) - math.log(samples))
        report(Event("bound", i + 1, len(mean)))
    return torch.stack(bounds).float()


def bits_per_value(nats: Tensor, values: int) -> Tensor:
    """Nats per image as bits per value (bits/dim), of images of so many values."""
    return -nats / (values * math.log(2))
