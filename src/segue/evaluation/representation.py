"""How good a latent space is: by a linear classifier of its codes, by clustering them, and by the likelihood of images.

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

_Labels = npt.NDArray[np.int64]

_ROUNDS = 500
"""L-BFGS iterations of the linear classifier at most."""

_MOST_CLUSTERED = 20_000
"""Codes that the restarts of k-means see at most, drawn by the seed."""

_BATCH = 500
"""Codes that go through the decoder at a time."""


def predict_linear(codes: Tensor, labels: _Labels, test_codes: Tensor) -> _Labels:
    """Classify codes by a single layer that is trained on other codes.

    Multinomial logistic regression, unregularised as in ACAI, on codes standardised by their own mean and deviation;
    trained on all of them at once by L-BFGS until it converges, or for 500 iterations.

    Args:
        codes: Codes to train on, `[n, ...]`.
        labels: Their labels, int64 `[n]`, from 0.
        test_codes: Codes to classify, `[m, ...]`.

    Returns:
        Labels `[m]`.

    >>> codes = torch.tensor([[0.0], [1.0], [9.0], [10.0]])
    >>> predict_linear(codes, np.array([0, 0, 1, 1]), torch.tensor([[2.0], [8.0]])).tolist()
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


def assign_clusters(codes: Tensor, test_codes: Tensor, k: int, restarts: int = 100, seed: int = 0) -> _Labels:
    """Cluster codes by k-means, and find the cluster of other codes.

    Codes are whitened by their singular value decomposition; directions without variance are left out. At most 20,000
    of them are clustered `restarts` times, and the clustering with the least sum of squares is continued over all codes
    until it converges. Whitened codes of many numbers are nearly round: clusterings that are equally tight to a
    thousandth may agree with labels ten points apart, so compare several seeds.

    Args:
        codes: Codes to cluster, `[n, ...]`.
        test_codes: Codes whose clusters are wanted, `[m, ...]`.
        k: How many clusters; at most n are made.
        restarts: How many clusterings to start from different centres.
        seed: Seed of the draws.

    Returns:
        Clusters `[m]`, 0 to k - 1.

    >>> codes = torch.tensor([[0.0], [0.1], [9.0], [9.1]])
    >>> first, second = assign_clusters(codes, torch.tensor([[1.0], [8.0]]), k=2, restarts=2).tolist()
    >>> first != second
    True
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    fit, test = (found.astype(np.float32) for found in whiten(codes, test_codes))
    some = (
        fit[np.random.default_rng(seed).permutation(len(fit))[:_MOST_CLUSTERED]] if len(fit) > _MOST_CLUSTERED else fit
    )
    k = min(k, len(fit))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of fewer different codes than clusters
        means = KMeans(k, n_init=restarts, random_state=seed).fit(some)
        means = KMeans(k, n_init=1, init=means.cluster_centers_, tol=0, random_state=seed).fit(fit)
    return means.predict(test).astype(np.int64)  # type: ignore[no-any-return]


def whiten(codes: Tensor, others: Tensor) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Rotate and scale codes such that their covariance is the identity, and others by the same map.

    Args:
        codes: `[n, ...]`.
        others: `[m, ...]`.

    Returns:
        Both, `[n, d]` and `[m, d]`, d being the directions in which the codes vary.

    >>> one, other = whiten(torch.tensor([[1.0], [3.0]]), torch.tensor([[4.0]]))
    >>> one.std().round(6).tolist(), np.abs(other).round(6).tolist()
    (1.0, [[2.0]])
    """
    flat, other = codes.flatten(1).double(), others.flatten(1).double()
    mean = flat.mean(0)
    _, scale, turn = torch.linalg.svd(flat - mean, full_matrices=False)
    varying = scale >= 1e-6 * scale[0]  # at least one, though it be 0
    matrix = turn[varying].T / scale[varying].clamp(min=1e-300) * math.sqrt(len(flat))
    return ((flat - mean) @ matrix).numpy(), ((other - mean) @ matrix).numpy()


def match_clusters(found: _Labels, labels: _Labels) -> _Labels:
    """Rename clusters to labels, one to one, such that as many as possible agree (Kuhn 1955).

    Args:
        found: The cluster of each code, `[n]`.
        labels: The label of each code, `[n]`.

    Returns:
        Labels `[n]`; -1 for a cluster that is left without a label.

    >>> match_clusters(np.array([1, 1, 0, 2]), np.array([0, 0, 1, 1])).tolist()
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
    """Compute the share of True, and its 95 % interval by Wilson 1927, which holds near 0 and 100 as well.

    Args:
        right: `[n]`, n of 1 or more.

    Returns:
        The share and both ends of its interval, in percent.

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
    """Compute a lower bound on log p(x), which more samples tighten (Burda et al. 2016, arXiv 1509.00519).

    log(mean over k samples z of q(z|x) of p(x|z) p(z) / q(z|x)), with the prior N(0, I). With one sample it is, in
    expectation, the usual evidence lower bound.

    Args:
        log_likelihood: Gives log p(x|z) `[m]` for codes `[m, ...]` of the images at indices `[m]`; it is called with at
            most 500 codes at a time.
        mean: The means of the posteriors q, `[n, ...]`.
        log_variance: The logarithms of their variances, of the same shape.
        samples: k, 1 or more.
        generator: Draws the samples.
        report: Called with progress.

    Returns:
        Nats per image, `[n]`.
    """
    deviation = (log_variance / 2).exp()
    bounds = []
    for i in range(len(mean)):
        weights = []
        for start in range(0, samples, _BATCH):
            count = min(_BATCH, samples - start)
            noise = torch.randn((count, *mean.shape[1:]), generator=generator).to(mean)
            z = mean[i] + deviation[i] * noise
            # log p(z) - log q(z|x): the constants cancel.
            ratio = ((noise.square() - z.square() + log_variance[i]) / 2).flatten(1).sum(1)
            weights.append(log_likelihood(z, torch.full((count,), i)) + ratio)
        bounds.append(torch.cat(weights).double().logsumexp(0) - math.log(samples))
        report(Event("bound", i + 1, len(mean)))
    return torch.stack(bounds).float()


def bits_per_value(nats: Tensor, values: int) -> Tensor:
    """Convert log-likelihoods to bits per value (bits/dim).

    Args:
        nats: Log-likelihoods per image, in nats.
        values: Values of an image, channels times height times width.

    Returns:
        -nats / (values log 2), of the same shape; low is good.

    >>> round(float(bits_per_value(torch.tensor(-693.147), 1000)), 3)
    1.0
    """
    return -nats / (values * math.log(2))
