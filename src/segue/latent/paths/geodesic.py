"""Geodesics: paths of least energy under a metric that the decoder and the data give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from segue.core.choices import option
from segue.core.types import Floats
from segue.latent.graph.lengths import KERNELS, kernel_log_density
from segue.latent.paths.curve import arc_shares, as_paths, codes_at, splines, step_lengths
from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathBatch, PathChoice, PathContext, check_pair, require_context
from segue.latent.paths.smooth import Smooth
from segue.latent.re_encoding import re_encoding_offsets
from segue.latent.space import flatten_codes, limit_batch
from segue.models.autoencoder import Autoencoder, device_of
from segue.training.losses.features import perceptual_distance

Energy: TypeAlias = Callable[[Tensor], Tensor]
"""Codes along a curve `[m, *latent_shape]`, at even steps, to its energy."""

STEEPEST = 12.0


@dataclass(frozen=True)
class Geodesic(PathChoice):
    """A spline of least energy, started from the graph's shortest path.

    The energy of a curve in m even steps is `m sum_i q_i |D(z_i+1) - D(z_i)|^2`, by the decoder's pull-back metric
    (Shao et al. 2018, arXiv 1711.08014; Chen et al. 2018, arXiv 1711.01204) in pixels, in a network's features, or
    between the codes themselves; its minimum is the shortest curve, at an even speed. What keeps it where the images
    are is the factor q, a product of two penalties: of density, `(p_median / p)^power` by a Gaussian kernel on the
    nearest codes, as a conformal metric (arXiv 2505.18230); and of re-encoding, `1 + reencode |E(D(z)) - z|^2` in units
    of the median over the images, since a trained autoencoder moves what lies off the data towards it (Alain and Bengio
    2014, arXiv 1211.4246). L-BFGS (Liu and Nocedal 1989) moves the spline's inner knots.

    Its info: whether it `converged`; the `energy` at the start and at the end; the `iterations`.

    Args:
        metric: what a step is measured in: decoded pixels, a network's features, or the code.
        density: the power of the density penalty, 0 for none.
        reencode: the weight of the re-encoding penalty, 0 for none.
        k: neighbours in the graph of the start; None for the fewest that connect.
        weight: of that graph's edges, as in `GraphPath`.
        knots: pieces of the spline.
        points: steps in which the energy is summed.
        iterations: of L-BFGS, at most.
        tolerance: the gain of an iteration, as a share of the first energy, below which it has converged.

    >>> from segue.latent.space import LatentSpace
    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> codes = torch.randn(20, 2, generator=torch.Generator().manual_seed(0))
    >>> context = PathContext(model, LatentSpace(codes, tuple(map(str, range(20)))))
    >>> path = Geodesic(iterations=2, knots=3, points=4).between(codes[0], codes[1], context)
    >>> path.info["energy"][1] <= path.info["energy"][0]
    True
    """

    name = "geodesic"
    needs = "images"
    metric: Literal["decoder", "perceptual", "latent"] = option("decoder", "what a step is measured in")
    density: float = option(0.0, "power of 1/density, 0 for none", low=0, high=100)
    reencode: float = option(1.0, "weight of the re-encoding distance, 0 for none", low=0)
    k: int | None = option(8, "neighbours in the graph of the start; none for the fewest that connect", low=1)
    weight: Literal["euclidean", "decoded", "perceptual"] = option("euclidean", "of that graph's edges")
    knots: int = option(12, "pieces of the spline", low=2, high=1000)
    points: int = option(32, "steps in which the energy is summed", low=4, high=10_000)
    iterations: int = option(60, "at most", low=1)
    tolerance: float = option(
        1e-4, "gain of an iteration, as a share of the first energy, below which it has converged", low=0, high=1
    )

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        check_pair(a, b)
        context = require_context(context, self)
        start = Smooth().apply(GraphPath(k=self.k, weight=self.weight).between(a, b, context))
        if torch.equal(a, b):
            return Path(start.at, info={"converged": True, "energy": [0.0, 0.0], "iterations": 0})
        knots = np.linspace(0, 1, self.knots + 1)
        fine = np.linspace(0, 1, 257)
        one = PathBatch.of([start])
        even = np.interp(knots, arc_shares(step_lengths(codes_at(one, fine)[0])), fine)
        found = minimize_energy(
            codes_at(one, even)[0], self.points, self.energy(context), context.model, self.iterations, self.tolerance
        )
        path = as_paths(splines(found.points[None], knots), a[None], b[None])[0]
        energy = [found.before, found.after]
        return Path(path.at, info={"converged": found.converged, "energy": energy, "iterations": found.iterations})

    def energy(self, context: PathContext) -> Energy:
        """The energy of curves under a model; what depends on the images alone is computed once."""
        steps = _STEPS[self.metric]
        factor = context.once((type(self), self.density, self.reencode), lambda: self._factor(context))

        def energy(codes: Tensor) -> Tensor:
            images = context.model.decode(codes)
            q = factor(codes, images)
            return (len(codes) - 1) * ((q[1:] + q[:-1]) / 2 * steps(codes, images)).sum()

        return energy

    def _factor(self, context: PathContext) -> Callable[[Tensor, Tensor], Tensor]:
        terms: list[Callable[[Tensor, Tensor], Tensor]] = []
        if self.density:
            terms.append(_density_penalty(context.space.codes, self.density))
        if self.reencode:
            terms.append(_re_encoding_penalty(context.model, context.space.codes, self.reencode))

        def factor(codes: Tensor, images: Tensor) -> Tensor:
            q = codes.new_ones(len(codes))
            for term in terms:
                q = q * term(codes, images)
            return q

        return factor


class Minimum(NamedTuple):
    """Knots `[k, d]` of a spline, the energy before and after, the iterations, and whether they came to an end."""

    points: Floats
    before: float
    after: float
    iterations: int
    converged: bool


@torch.enable_grad()
def minimize_energy(
    points: Floats, steps: int, energy: Energy, model: Autoencoder, iterations: int, tolerance: float
) -> Minimum:
    """Move the knots of a cubic spline, all but both ends, to where its energy is least.

    Args:
        points: the knots at the start, `[k, d]`.
        steps: how many even steps the energy is summed over.
        energy: codes along the curve, `[steps + 1, *latent_shape]`, to their energy.
        model: on whose device the energy is computed.
        iterations: of L-BFGS, at most.
        tolerance: the gain of an iteration, as a share of the first energy, below which it has converged.

    Returns:
        The best that was found.
    """
    knots = np.linspace(0, 1, len(points))
    # A spline is linear in its knots.
    basis = torch.from_numpy(
        splines(np.eye(len(points))[None], knots)(np.zeros(1, int), np.linspace(0, 1, steps + 1)[None])[0]
    )
    basis, fixed = (of.to(device_of(model), torch.float32) for of in (basis, torch.from_numpy(points)))
    scale = step_lengths(points).mean()
    inner = (fixed[1:-1] / scale).requires_grad_()
    values: list[float] = []
    best = fixed[1:-1]

    def measure() -> Tensor:
        nonlocal best
        codes = basis @ torch.cat([fixed[:1], scale * inner, fixed[-1:]])
        value = energy(codes.reshape(-1, *model.latent_shape))
        inner.grad = torch.autograd.grad(value, inner)[0] / (values[0] if values else float(value.detach()))
        values.append(float(value.detach()))
        if values[-1] <= min(values):
            best = scale * inner.detach()
        return value.detach() / values[0]

    optimizer = torch.optim.LBFGS(
        [inner],
        max_iter=iterations,
        max_eval=3 * iterations,
        tolerance_change=tolerance,
        history_size=10,
        line_search_fn="strong_wolfe",
    )
    if float(measure()) > 0:
        optimizer.step(measure)  # type: ignore[no-untyped-call]
    took = int(optimizer.state[inner].get("n_iter", 0))
    found = torch.cat([fixed[:1], best, fixed[-1:]]).double().cpu().numpy()
    found[[0, -1]] = points[[0, -1]]
    return Minimum(found, values[0], float(np.nanmin(values)), took, took < iterations and len(values) < 3 * iterations)


def _density_penalty(codes: Tensor, power: float) -> Callable[[Tensor, Tensor], Tensor]:
    """`(p_median / p)^power` of codes, p being a Gaussian kernel on the 64 nearest of the images' codes."""
    nodes = torch.from_numpy(flatten_codes(codes)).float()
    few = min(KERNELS, len(nodes))
    # The 8th nearest but for the code itself, of some codes.
    reach = _nearest(nodes[:: max(1, len(nodes) // 1000)], nodes, min(9, few))[:, -1]
    bandwidth = float(reach.median().sqrt()) or 1.0

    def log_density(z: Tensor) -> Tensor:
        return kernel_log_density(_nearest(z.flatten(1), nodes.to(z.device), few), bandwidth)

    middle = float(log_density(nodes[:: max(1, len(nodes) // 1000)]).median())
    return lambda z, images: (power * (middle - log_density(z))).clamp(max=STEEPEST).exp()


def _nearest(z: Tensor, nodes: Tensor, k: int) -> Tensor:
    """Squared distances `[n, k]` from z to the nearest nodes, through which gradients flow."""
    with torch.no_grad():
        nearest = torch.cdist(z, nodes).topk(k, largest=False).indices
    return (z[:, None] - nodes[nearest]).square().sum(2)


def _re_encoding_penalty(model: Autoencoder, codes: Tensor, weight: float) -> Callable[[Tensor, Tensor], Tensor]:
    """`1 + weight |E(D(z)) - z|^2`, in units of the median over the images."""

    def penalty(z: Tensor, images: Tensor | None = None) -> Tensor:
        return re_encoding_offsets(model, z, images).square().sum(1)

    with torch.no_grad():
        some = codes[:: max(1, len(codes) // 500)].to(device_of(model))
        parts = some.split(limit_batch(256, model))  # type: ignore[no-untyped-call]
        usual = float(torch.cat([penalty(z) for z in parts]).median()) or 1.0
    return lambda z, images: 1 + weight * penalty(z, images) / usual


_STEPS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "decoder": lambda codes, images: images.diff(dim=0).flatten(1).square().sum(1),
    "perceptual": lambda codes, images: perceptual_distance(images[1:], images[:-1]),
    "latent": lambda codes, images: codes.diff(dim=0).flatten(1).square().sum(1),
}
