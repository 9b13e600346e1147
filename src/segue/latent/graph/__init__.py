"""Neighbour graphs over a latent space, how long their edges are, and the shortest paths through them."""

from __future__ import annotations

from segue.latent.graph.build import Graph, knn_graph, radius_graph
from segue.latent.graph.length_cache import cached, digest_of, kept, model_digest
from segue.latent.graph.lengths import (
    Length,
    LogDensity,
    Steps,
    decoded,
    density_aware,
    euclidean,
    kernel_density,
    knn_density,
    perceptual_steps,
    pixel_steps,
)
from segue.latent.graph.routes import Route, shortest, tour

__all__ = [
    "Graph",
    "Length",
    "LogDensity",
    "Route",
    "Steps",
    "cached",
    "decoded",
    "density_aware",
    "digest_of",
    "euclidean",
    "kept",
    "kernel_density",
    "knn_density",
    "knn_graph",
    "model_digest",
    "perceptual_steps",
    "pixel_steps",
    "radius_graph",
    "shortest",
    "tour",
]
