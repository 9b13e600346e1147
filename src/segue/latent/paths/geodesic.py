"""Geodesics: paths of least energy under a metric that the decoder and the data give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from segue.core.choices import option
from segue.latent.graph.search import flatten_codes
from segue.latent.paths.curve import as_path, lengths, places_of, shares, spline
from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathChoice, PathContext, require_context
from segue.latent.paths.smooth import Smooth
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of
from segue.training.losses.features import perceptual_distance

Energy: TypeAlias = Callable[[Tensor], Tensor]
"""Codes along a curve `[m, *latent_shape]`, at even steps, to its energy."""

_KERNELS, STEEPEST = 64, 12.0


@dataclass(frozen=True)
class Geodesic(PathChoice):
    """A spline of least energy, started from the graph's shortest path.

    The energy of a curve in m even steps is `m sum_i q_i |D(z_i+1) - D(z_i)|^2`, by the decoder's pull-back metric
    (Shao et al. 2018, arXiv 1711.08014; Chen et al. 2018, arXiv 1711.01204) in pixels, in a network's features, or
    between the codes themselves; its least is the shortest curve, at an even speed. What keeps it where the images are
    is the factor q: `(p_median / p)^power` by a Gaussian kernel on the nearest codes, as a conformal metric (arXiv
    2505.18230), and `1 + reencode |E(D(z)) - z|^2` in units of the median over the images: a trained autoencoder moves
    what lies off the data towards it (Alain and Bengio 2014, arXiv 1211.4246).

    L-BFGS (Liu and Nocedal 1989) moves the spline's inner knots until an iteration gains less than `tolerance`; info
    are `converged`, the `energy` at the start and at the end, and the `iterations`.
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
        context = require_context(context, self)
        start = Smooth().apply(GraphPath(k=self.k, weight=self.weight).between(a, b, context))
        if torch.equal(a, b):
            return Path(start.at, info={"converged": True, "energy": [0.0, 0.0], "iterations": 0})
        knots = np.linspace(0, 1, self.knots + 1)
        even = np.interp(knots, *_even(start))
        found = relaxed(
            places_of(start, even), self.points, self.energy(context), context.model, self.iterations, self.tolerance
        )
        info = {"converged": found.converged, "energy": [found.before, found.after], "iterations": found.iterations}
        return Path(as_path(spline(found.places, knots), a, b), info=info)

    def energy(self, context: PathContext) -> Energy:
        """The energy of a curve; what depends on the images alone is computed once."""
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
            terms.append(_sparseness(context.space.codes, self.density))
        if self.reencode:
            terms.append(_restlessness(context.model, context.space.codes, self.reencode))

        def factor(codes: Tensor, images: Tensor) -> Tensor:
            q = codes.new_ones(len(codes))
            for term in terms:
                q = q * term(codes, images)
            return q

        return factor


class Relaxed(NamedTuple):
    """Knots `[k, d]` of a spline, the energy before and after, the iterations it took, and whether it came to rest."""

    places: Any
    before: float
    after: float
    iterations: int
    converged: bool


@torch.enable_grad()
def relaxed(places: Any, points: int, energy: Energy, model: Autoencoder, iterations: int, tolerance: float) -> Relaxed:
    """The knots `[k, d]` of a cubic spline moved, all but both ends, to where the energy at `points` steps is least."""
    knots = np.linspace(0, 1, len(places))
    # A spline is linear in its knots.
    basis = torch.from_numpy(spline(np.eye(len(places)), knots)(np.linspace(0, 1, points + 1)))
    basis, fixed = (of.to(device_of(model), torch.float32) for of in (basis, torch.from_numpy(places)))
    scale = lengths(places).mean()
    inner = (fixed[1:-1] / scale).requires_grad_()
    values: list[float] = []
    best = fixed[1:-1]

    def measured() -> Tensor:
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
    if float(measured()) > 0:
        optimizer.step(measured)  # type: ignore[no-untyped-call]
    took = int(optimizer.state[inner].get("n_iter", 0))
    found = torch.cat([fixed[:1], best, fixed[-1:]]).double().cpu().numpy()
    found[[0, -1]] = places[[0, -1]]
    return Relaxed(found, values[0], float(np.nanmin(values)), took, took < iterations and len(values) < 3 * iterations)


def _even(path: Path) -> tuple[Any, Any]:
    """Shares of a path's length, and the positions where it has come so far."""
    t = np.linspace(0, 1, 257)
    return shares(lengths(places_of(path, t))), t


def _sparseness(codes: Tensor, power: float) -> Callable[[Tensor, Tensor], Tensor]:
    """`(p_median / p)^power` of codes, p being a Gaussian kernel on the 64 nearest of the images' codes."""
    nodes = torch.from_numpy(flatten_codes(codes)).float()
    few = min(_KERNELS, len(nodes))
    reach = _nearest(nodes[:: max(1, len(nodes) // 1000)], nodes, min(9, few))[:, -1]
    bandwidth = float(reach.median().sqrt()) or 1.0

    def log_density(z: Tensor) -> Tensor:
        return (-_nearest(z.flatten(1), nodes.to(z.device), few) / (2 * bandwidth**2)).logsumexp(1)

    middle = float(log_density(nodes[:: max(1, len(nodes) // 1000)]).median())
    return lambda z, images: (power * (middle - log_density(z))).clamp(max=STEEPEST).exp()


def _nearest(z: Tensor, nodes: Tensor, k: int) -> Tensor:
    """Squared distances `[n, k]` from z to the nearest nodes, through which gradients flow."""
    with torch.no_grad():
        places = torch.cdist(z, nodes).topk(k, largest=False).indices
    return (z[:, None] - nodes[places]).square().sum(2)


def _restlessness(model: Autoencoder, codes: Tensor, weight: float) -> Callable[[Tensor, Tensor], Tensor]:
    """`1 + weight |E(D(z)) - z|^2`, in units of the median over the images."""

    def moved(z: Tensor, images: Tensor) -> Tensor:
        return (model.encode(images) - z).flatten(1).square().sum(1)

    with torch.no_grad():
        some = codes[:: max(1, len(codes) // 500)].to(device_of(model))
        parts = some.split(limit_batch(256, model))  # type: ignore[no-untyped-call]
        usual = float(torch.cat([moved(z, model.decode(z)) for z in parts]).median()) or 1.0
    return lambda z, images: 1 + weight * moved(z, images) / usual


_STEPS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "decoder": lambda codes, images: images.diff(dim=0).flatten(1).square().sum(1),
    "perceptual": lambda codes, images: perceptual_distance(images[1:], images[:-1]),
    "latent": lambda codes, images: codes.diff(dim=0).flatten(1).square().sum(1),
}
