"""The shortest path through a neighbour graph of real images' codes: surfing the manifold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from segue.core.choices import option
from segue.core.errors import InputError
from segue.core.progress import silent
from segue.core.types import Floats
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
    shortest_paths,
)
from segue.latent.paths.curve import arc_shares, as_paths, polylines
from segue.latent.paths.path import Path, PathBatch, PathChoice, PathContext, check_pair, check_pairs, require_context
from segue.latent.re_encoding import re_encoding_distances
from segue.latent.space import flatten_codes
from segue.models.autoencoder import Autoencoder, has_weights, model_digest

POINTS = 4
"""Images by which the decoded length of an edge is taken; edges are short."""


@dataclass(frozen=True)
class GraphPath(PathChoice):
    """Piecewise linear, along the shortest path through a neighbour graph (Tenenbaum et al. 2000; Dijkstra 1959).

    The nodes are the codes of the context's images; the ends need not be among them, and are linked to the nearest.
    Equal steps of t are equal lengths, as the graph measures them.

    Its info: the `cost`, which is the length; the ids of its `nodes` (None for an end that is not among the images);
    how many codes each of the graph's `components` has.

    Args:
        k: how many nearest neighbours each code is joined to, from 1 up; None for the fewest that connect.
        kind: who is joined: `knn`, each code and its nearest; `mutual`, two codes each of which is among the nearest of
            the other; `radius`, all within a radius.
        radius: of the radius graph; None for the least that connects.
        mst: whether components that remain are joined by a minimum spanning tree.
        weight: what an edge's length is measured in: the code (`euclidean`), the images along it (`decoded`) or a
            network's features of these (`perceptual`).
        density: makes edges long where codes are sparse, by the distance to the 8th nearest code (`knn`), by a Gaussian
            kernel (`kernel`), or by how far a code moves when it is decoded and encoded again (`energy`).
        power: of 1/density; None for 1/d, d being the length of a code.

    `between` raises `InputError` where no path leads from end to end, with the sizes of both components.

    >>> from segue.latent.space import LatentSpace
    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> codes = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    >>> context = PathContext(ConvAutoencoder((1, 8, 8), latent=2, width=8), LatentSpace(codes, tuple("abcd")))
    >>> GraphPath(k=1).between(codes[0], codes[3], context)([0.0, 0.5, 1.0]).tolist()
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
        check_pair(a, b)
        return self.between_pairs(a[None], b[None], context)[0]

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        check_pairs(a, b)
        context = require_context(context, self)
        graph, ids = self.graph(context), context.space.ids
        routes = shortest_paths(graph, a, b, report=context.report if len(a) > 1 else silent)
        curves = polylines([route.codes for route in routes], [arc_shares(route.lengths) for route in routes])
        sizes = graph.sizes
        info = tuple(
            {
                "cost": route.cost,
                "nodes": [None if node < 0 else ids[node] for node in route.nodes],
                "components": sizes,
            }
            for route in routes
        )
        return replace(as_paths(curves, a, b), info=info)

    def graph(self, context: PathContext) -> Graph:
        """The neighbour graph of the context's codes, made once for all paths."""
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
            if has_weights(context.model):
                digest = model_digest(context.model)
                options = {"weight": self.weight, "points": POINTS}
                length = cache_lengths(length, flatten_codes(context.space.codes), digest, options, context.report)
        if self.density == "none":
            return length
        codes = flatten_codes(context.space.codes)
        power = 1 / codes.shape[1] if self.power is None else self.power
        return density_aware_length(self._log_density(codes, context.model), codes, base=length, power=power)

    def _log_density(self, codes: Floats, model: Autoencoder) -> LogDensity:
        if self.density == "energy":
            return re_encoding_density(model, codes)
        return knn_density(codes) if self.density == "knn" else kernel_density(codes)


def re_encoding_density(model: Autoencoder, codes: Floats) -> LogDensity:
    """The model's own log density: `-|E(D(z)) - z|^2`, in units of its median over the codes of images.

    A trained autoencoder moves what lies off the data towards it (Alain and Bengio 2014, arXiv 1211.4246).

    Args:
        model: the autoencoder: encoder E, decoder D.
        codes: the codes of images, `[n, d]`, of which the first 1,024 are looked at.

    Returns:
        The function of codes `[m, d]` to log densities `[m]`.

    Raises:
        InputError: for a model whose codes are all their own re-encodings, which says nothing of where data are.
    """

    def penalty(points: Floats) -> Floats:
        z = torch.from_numpy(points).float().reshape(-1, *model.latent_shape)
        squares: Floats = re_encoding_distances(model, z, batch=256).square().numpy()
        return squares

    middle = float(torch.from_numpy(penalty(codes[:1024])).median())
    if middle == 0:
        raise InputError("a model that encodes what it decodes to the same code", "another density", "`kernel`")
    return lambda points: -penalty(points) / middle
