"""Neighbour graphs over a latent space, how long their edges are, and the shortest paths through them."""

from __future__ import annotations

from segue.latent.graph.build import Graph, knn_graph, radius_graph
from segue.latent.graph.lengths import (
    Length,
    LogDensity,
    Steps,
    cache_lengths,
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
    "cache_lengths",
    "decoded",
    "density_aware",
    "euclidean",
    "kernel_density",
    "knn_density",
    "knn_graph",
    "perceptual_steps",
    "pixel_steps",
    "radius_graph",
    "shortest",
    "tour",
]
