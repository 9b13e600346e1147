"""The shortest path through a neighbour graph of real images' codes: surfing the manifold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from segue.core.choices import option
from segue.core.errors import InputError
from segue.core.types import Floats, Indices
from segue.latent.graph import (
    Graph,
    Length,
    LogDensity,
    cache_lengths,
    decoded_length,
    density_aware_length,
    euclidean_length,
    kernel_density,
    knn_density,
    knn_graph,
    perceptual_steps,
    pixel_steps,
    radius_graph,
    shortest_path,
)
from segue.latent.graph.search import flatten_codes
from segue.latent.paths.curve import as_path, polyline, shares
from segue.latent.paths.path import Path, PathChoice, PathContext, require_context
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of, model_digest

POINTS = 4
"""Images by which the decoded length of an edge is taken; edges are short."""


@dataclass(frozen=True)
class GraphPath(PathChoice):
    """Piecewise linear, along the shortest way through a neighbour graph (Tenenbaum et al. 2000; Dijkstra 1959).

    The nodes are the codes of the surroundings; the ends need not be among them, and are linked in. Its position goes
    at one pace by the graph's own length. `density` makes an edge long where codes are sparse: by the distance to the
    8th nearest code (`knn`), a Gaussian kernel (`kernel`), or the model's own energy, how far a code moves when it is
    decoded and encoded again (`energy`); `power` says how strongly, 1/d where none is given, d being the code's length.

    It tells its `cost`, the ids of its `nodes` (None for an end that is not among the images), and how many codes each
    of the graph's `components` has. Raises `InputError` where no way leads from end to end, with both components.

    >>> from segue.latent.space import LatentSpace
    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> codes = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    >>> context = PathContext(ConvAutoencoder((1, 8, 8), latent=2, width=8), LatentSpace(codes, tuple("abcd")))
    >>> GraphPath(k=1).between(codes[0], codes[3], context)(torch.tensor([0.0, 0.5, 1.0])).tolist()
    [[0.0, 0.0], [0.5, 1.0], [1.0, 0.0]]
    """

    name = "graph"
    needs = "images"
    k: int | None = option(8, "nearest neighbours; none for the fewest that connect", low=1)
    kind: Literal["knn", "mutual", "radius"] = option("knn", "who is joined: the nearest, mutual ones, all in a radius")
    radius: float | None = option(None, "of the radius graph; none for the least that connects", low=0)
    mst: bool = option(True, "complete it by a minimum spanning tree, so that it connects")
    weight: Literal["euclidean", "decoded", "perceptual"] = option("euclidean", "an edge's length: of codes, of images")
    density: Literal["none", "knn", "kernel", "energy"] = option("none", "make edges long where codes are sparse")
    power: float | None = option(None, "of 1/density; none for 1/d", low=0, high=100)

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        context = require_context(context, self)
        graph = self.graph(context)
        route = shortest_path(graph, a, b)
        steps = graph.measure(route.codes, _in_turn(len(route.codes)))
        ids = [None if node < 0 else context.space.ids[node] for node in route.nodes]
        info = {"cost": route.cost, "nodes": ids, "components": graph.sizes}
        return Path(as_path(polyline(route.codes, shares(steps)), a, b), info=info)

    def graph(self, context: PathContext) -> Graph:
        """The neighbour graph of the surroundings, made once for all paths."""
        return context.once(self, lambda: self._graph(context))

    def _graph(self, context: PathContext) -> Graph:
        codes, length = context.space.codes, self._length(context)
        if self.kind == "radius":
            return radius_graph(codes, self.radius, mst=self.mst, length=length, report=context.report)
        mutual = self.kind == "mutual"
        return knn_graph(codes, self.k, mutual=mutual, mst=self.mst, length=length, report=context.report)

    def _length(self, context: PathContext) -> Length:
        length: Length = euclidean_length
        if self.weight != "euclidean":
            steps = {"decoded": pixel_steps, "perceptual": perceptual_steps}[self.weight]
            length = decoded_length(context.model, steps, points=POINTS, report=context.report)
            if isinstance(context.model, nn.Module):
                options = {"weight": self.weight, "points": POINTS}
                length = cache_lengths(length, model_digest(context.model), options, context.report)
        if self.density == "none":
            return length
        codes = flatten_codes(context.space.codes)
        power = 1 / codes.shape[1] if self.power is None else self.power
        return density_aware_length(self._log_density(codes, context.model), codes, base=length, power=power)

    def _log_density(self, codes: Floats, model: Autoencoder) -> LogDensity:
        if self.density == "energy":
            return energy_density(model, codes)
        return knn_density(codes) if self.density == "knn" else kernel_density(codes)


def energy_density(model: Autoencoder, codes: Floats) -> LogDensity:
    """The model's own log density: `-|E(D(z)) - z|^2`, in units of its median over `codes` `[n, d]`.

    A trained autoencoder moves what lies off the data towards it (Alain and Bengio 2014, arXiv 1211.4246).
    Raises `InputError` for a model whose codes are all their own reconstructions, which says nothing of where data are.
    """

    @torch.no_grad()
    def moved(places: Floats) -> Floats:
        found: list[Tensor] = []
        for part in torch.from_numpy(places).split(limit_batch(256, model)):  # type: ignore[no-untyped-call]
            z = part.to(device_of(model), torch.float32).reshape(-1, *model.latent_shape)
            found.append((model.encode(model.decode(z)) - z).flatten(1).double().square().sum(1).cpu())
        squares: Floats = torch.cat(found).numpy()
        return squares

    middle = float(torch.from_numpy(moved(codes[:1024])).median())
    if middle == 0:
        raise InputError("a model that encodes what it decodes to the same code", "another density", "choose kernel")
    return lambda places: -moved(places) / middle


def _in_turn(count: int) -> Indices:
    """The edges of a polyline."""
    return np.stack([np.arange(count - 1), np.arange(1, count)], axis=1)
