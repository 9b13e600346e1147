"""How long an edge is: functions of codes `[n, d]` and edges `[m, 2]` to lengths `[m]`, which compose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from segue.core.cache import LENGTHS, Entry, cached, digest
from segue.core.errors import InputError
from segue.core.neighbours import distances, make_search
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats, Indices
from segue.latent.space import flatten_codes, limit_batch
from segue.models.autoencoder import Autoencoder, device_of
from segue.training.losses.features import perceptual_distance

Length: TypeAlias = Callable[[Floats, Indices], Floats]
"""Codes float64 `[n, d]` and edges int64 `[m, 2]`, indices of codes, to lengths float64 `[m]`, 0 or more."""

Steps: TypeAlias = Callable[[Tensor], Tensor]
"""Frames `[m, points, c, h, w]` in [0, 1] to the distances `[m, points - 1]` between neighbours."""

LogDensity: TypeAlias = Callable[[Floats], Floats]
"""Codes `[n, d]` to the logarithm of their density `[n]`, up to a constant."""

CONTRAST = 1000.0
"""A place counts at most so many times as sparse, or as dense, as the codes' median."""

MANY = 256
"""Edges from which a file of the cache pays."""

KERNELS = 64
"""The nearest codes whose kernels make a density; further ones add next to nothing."""


def euclidean_length(codes: Floats, edges: Indices) -> Floats:
    """The straight distance in the latent space.

    Args:
        codes: float64 `[n, d]`.
        edges: int64 `[m, 2]`, indices of codes.

    Returns:
        Lengths `[m]`.

    >>> euclidean_length(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0, 1]])).tolist()
    [5.0]
    """
    return distances(codes[edges[:, 0]], codes[edges[:, 1]])


def pixel_steps(frames: Tensor) -> Tensor:
    """Euclidean distances between neighbouring frames, as vectors of values in [0, 1].

    Args:
        frames: `[m, points, c, h, w]`.

    Returns:
        Distances `[m, points - 1]`.

    >>> pixel_steps(torch.tensor([0.0, 0.0, 0.5]).reshape(1, 3, 1, 1, 1)).tolist()
    [[0.0, 0.5]]
    """
    steps: Tensor = torch.linalg.vector_norm(frames.diff(dim=1).flatten(2), dim=2)
    return steps


def perceptual_steps(frames: Tensor) -> Tensor:
    """Distances between neighbouring frames in a network's features.

    The square roots of `perceptual_distance`, which is a square: so they add up along a path.

    Args:
        frames: `[m, points, c, h, w]`, values in [0, 1].

    Returns:
        Distances `[m, points - 1]`.
    """
    before, after = frames[:, :-1], frames[:, 1:]
    squares = perceptual_distance(before.flatten(0, 1), after.flatten(0, 1))
    return squares.clamp(min=0).sqrt().reshape(before.shape[:2])


def decoded_length(
    model: Autoencoder, steps: Steps = pixel_steps, *, points: int = 8, batch: int = 256, report: Report = silent
) -> Length:
    """Measure edges by the images along them.

    The length is the sum of `steps` between the images that even points of the edge decode to. It tends to the length
    of the edge under the decoder's pull-back metric (Shao et al. 2018, arXiv 1711.08014; Chen et al. 2018, arXiv
    1711.01204), from below.

    Args:
        model: the autoencoder that decodes.
        steps: the distances between neighbouring images.
        points: images on an edge, both ends included, from 2 up.
        batch: images decoded at a time.
        report: called with progress.

    Returns:
        The function of codes and edges to lengths.

    Raises:
        InputError: for fewer than two points.
    """
    if points < 2:
        raise InputError(f"{points} points of a segment", "2 or more", "2, for the two ends")

    @torch.no_grad()
    def length(codes: Floats, edges: Indices) -> Floats:
        device, many = device_of(model), max(1, limit_batch(batch, model) // points)
        t = np.linspace(0, 1, points)
        lengths = np.empty(len(edges))
        for start in range(0, len(edges), many):
            part = slice(start, start + many)
            segments = torch.from_numpy(_along(codes, edges[part], t)).to(device, torch.float32)
            frames = model.decode(segments.reshape(-1, *model.latent_shape))
            frames = frames.reshape(*segments.shape[:2], *frames.shape[1:])
            lengths[part] = steps(frames).double().sum(1).cpu().numpy()
            report(Event("decoded lengths", min(start + many, len(edges)), len(edges)))
        return lengths

    return length


def density_aware_length(
    log_density: LogDensity, codes: Floats, *, base: Length = euclidean_length, points: int = 3, power: float = 1.0
) -> Length:
    """Make edges long where codes are sparse: `base` times the mean of `(median p / p)^power` along the edge.

    p is the density; its median is over the reference codes, so that an edge of middling density keeps its length. The
    mean is by the trapezoid rule, and the factor is held between 1/1000 and 1000. A power of 1 is the 1/p metric (for
    latent spaces arXiv 2505.18230); 1/d makes it independent of the dimension d, as power-weighted distances are
    (Hwang, Damelin and Hero 2016, arXiv 1202.0045). In many dimensions densities differ by orders of magnitude, and 1/p
    soon stands at its bounds.

    Args:
        log_density: codes to the logarithm of their density, up to a constant.
        codes: the reference codes, `[n, d]`.
        base: the length that is weighted.
        points: where the density is taken on an edge, both ends included, from 2 up.
        power: of 1/p.

    Returns:
        The function of codes and edges to lengths.

    Raises:
        InputError: for fewer than two points.
    """
    if points < 2:
        raise InputError(f"{points} points of a segment", "2 or more", "2, for the two ends")
    codes = flatten_codes(codes)
    middle = float(np.median(log_density(codes)))
    t = np.linspace(0, 1, points)

    def slowness(points: Floats) -> Floats:
        most = np.log(CONTRAST)
        factor: Floats = np.exp((power * (middle - log_density(points))).clip(-most, most))
        return factor

    def length(codes: Floats, edges: Indices) -> Floats:
        if len(edges) == 0:
            return np.zeros(0)
        used, where = np.unique(edges, return_inverse=True)
        ends = slowness(codes[used])[where.reshape(edges.shape)]
        total = ends.sum(1) / 2
        if points > 2:
            inner = _along(codes, edges, t[1:-1])
            total = total + slowness(inner.reshape(-1, codes.shape[1])).reshape(len(edges), -1).sum(1)
        weighted: Floats = base(codes, edges) * total / (points - 1)
        return weighted

    return length


def knn_density(codes: Floats, k: int = 8) -> LogDensity:
    """Estimate density by the distance r to the k-th nearest code: `log p = -d log r`.

    The estimate of Loftsgaarden and Quesenberry 1965. A code of the set is its own first neighbour. r is
    at least 1e-6 of its median, so that copies stay finite.

    Args:
        codes: `[n, d]`.
        k: which of the nearest, from 1 up; at most n.

    Returns:
        The function of codes `[m, d]` to log densities `[m]`, up to a constant.

    Raises:
        InputError: for k below 1.
    """
    codes = flatten_codes(codes)
    find, d, k = make_search(codes), codes.shape[1], _between(k, len(codes))
    middle = float(np.median(find(codes, k, silent).distances[:, -1]))
    least = 1e-6 * middle or 1.0

    def log_density(points: Floats) -> Floats:
        reach: Floats = find(points, k, silent).distances[:, -1]
        logs: Floats = -d * np.log(np.maximum(reach, least))
        return logs

    return log_density


def kernel_density(codes: Floats, bandwidth: float | None = None) -> LogDensity:
    """Estimate density by a Gaussian kernel on each code (Parzen 1962), of which the 64 nearest count.

    Far from all codes the logarithm falls with the square of the distance, and stays finite.

    Args:
        codes: `[n, d]`.
        bandwidth: the kernel's standard deviation; None for the median distance to the 8th nearest code.

    Returns:
        The function of codes `[m, d]` to log densities `[m]`, up to a constant.

    Raises:
        InputError: for a bandwidth that is not above 0 and finite.
    """
    codes = flatten_codes(codes)
    find = make_search(codes)
    if bandwidth is None:
        reach = find(codes, _between(8, len(codes)), silent).distances[:, -1]
        bandwidth = float(np.median(reach)) or 1.0
    if not 0 < bandwidth < np.inf:
        raise InputError(f"bandwidth {bandwidth:g}", "above 0", "leaving it out")
    deviation = bandwidth

    def log_density(points: Floats) -> Floats:
        away = torch.from_numpy(find(points, min(KERNELS, len(codes)), silent).distances)
        logs: Floats = kernel_log_density(away.square(), deviation).numpy()
        return logs

    return log_density


def kernel_log_density(squares: Tensor, bandwidth: float) -> Tensor:
    """The logarithm of a sum of Gaussian kernels: `log sum_i exp(-r_i^2 / (2 h^2))` (Parzen 1962).

    Args:
        squares: the squared distances `r^2` of points to the codes that count, `[m, k]`; gradients flow through them.
        bandwidth: the kernel's standard deviation h, above 0.

    Returns:
        Log densities `[m]`, up to a constant.

    >>> kernel_log_density(torch.tensor([[8.0], [18.0]]), 2.0).tolist()
    [-1.0, -2.25]
    """
    return (-squares / (2 * bandwidth**2)).logsumexp(1)


def cache_lengths(
    length: Length, codes: Floats, model: str, options: Mapping[str, Any], report: Report = silent
) -> Length:
    """Keep the lengths between the codes of a set in the cache, where there are enough of them to pay for a file.

    Args:
        length: what is expensive to compute.
        codes: the codes of the set, `[n, d]`.
        model: the digest of the model, as of `model_digest`.
        options: all else that the length depends on, in JSON values: which it is, its points, its steps.
        report: called with a note where an entry is damaged, or the cache cannot be written.

    Returns:
        The same length. Calls with other codes, as a query's, or with fewer than 256 edges are computed each time.
    """

    def compute(edges: Indices) -> Entry:
        return Entry({"lengths": torch.from_numpy(np.ascontiguousarray(length(codes, edges), np.float64))})

    def cached_length(asked: Floats, edges: Indices) -> Floats:
        if len(edges) < MANY or not np.array_equal(asked, codes):
            return length(asked, edges)
        key = {"codes": digest(codes), "edges": digest(edges), "model": model, "options": dict(options)}
        lengths: Floats = cached(LENGTHS, key, lambda: compute(edges), report).tensors["lengths"].numpy()
        return lengths

    return cached_length


def _between(k: int, n: int) -> int:
    if k < 1:
        raise InputError(f"k = {k} nearest codes", "1 or more", "1")
    return min(k, n)


def _along(codes: Floats, edges: Indices, t: Floats) -> Floats:
    """Points `[m, len(t), d]` at `t` of the segments."""
    a, b = codes[edges[:, 0], None], codes[edges[:, 1], None]
    return (1 - t[:, None]) * a + t[:, None] * b
