"""Neighbour graphs over a latent space, how long their edges are, and the shortest paths through them."""

from __future__ import annotations

from segue.latent.graph.build import Graph, knn_graph, radius_graph
from segue.latent.graph.lengths import (
    Length,
    LogDensity,
    Steps,
    cache_lengths,
    decoded_length,
    density_aware_length,
    euclidean_length,
    kernel_density,
    knn_density,
    perceptual_steps,
    pixel_steps,
)
from segue.latent.graph.routes import Route, shortest_path, shortest_path_through, shortest_paths

__all__ = [
    "Graph",
    "Length",
    "LogDensity",
    "Route",
    "Steps",
    "cache_lengths",
    "decoded_length",
    "density_aware_length",
    "euclidean_length",
    "kernel_density",
    "knn_density",
    "knn_graph",
    "perceptual_steps",
    "pixel_steps",
    "radius_graph",
    "shortest_path",
    "shortest_path_through",
    "shortest_paths",
]
