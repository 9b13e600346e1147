"""Rotated characters, after arXiv 2505.18230: how far paths are from the images, and from the true rotation.

Seven glyphs, 32x32, every degree; codes of 64 numbers by a plain autoencoder that knows no angles (there they are
trained into it); pairs of one glyph, 100 points on a path. D-RMSE is the root of the mean squared distance from the
path to the nearest image of the set, gamma-RMSE that to the true rotation, point by point, the better way round where
both are as short. The paper does not say in which units, so both are given for codes and for decoded images (vectors
of values from 0 to 1), and as a share of the straight line's, which has none: there 0.11 / 2.96 and 0.40 / 3.52.
"""

from __future__ import annotations

import argparse
from pathlib import Path as File
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from machine import write

from segue.commands.runs import open_model
from segue.core.images import to_float
from segue.data.datasets.worlds import Glyphs
from segue.latent.interpolation import even_steps
from segue.latent.paths import PathContext, choose_path
from segue.latent.space import LatentSpace, encode

POINTS = 100
PATHS = (
    "linear",
    "slerp",
    "linear+pace",
    "graph",
    "graph+pace",
    "graph+smooth+pace",
    "graph:k=2+smooth+pace",
    "graph:density=kernel,power=1+smooth+pace",
    "graph:weight=decoded+smooth+pace",
    "geodesic+pace",
    "geodesic:metric=latent+pace",
)
PUBLISHED = {"linear": (2.96, 3.52), "energy": (0.11, 0.40), "1/p": (0.14, 0.44)}

Floats = npt.NDArray[np.float64]


def to_nearest(points: torch.Tensor, among: torch.Tensor) -> Floats:
    """Squared distances `[n]` from points `[n, d]` to the nearest of others `[m, d]`."""
    nearest: Floats = torch.cdist(points.double(), among.double()).min(1).values.square().numpy()
    return nearest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=File, help="segue train worlds:glyphs --method ae --latent 64 -o RUN")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--few", type=int, default=10, help="pairs for geodesics, which are slow")
    options = parser.parse_args()
    model, about = open_model(options.run)
    world = Glyphs()
    values = world.factors()
    images = world.render(values)
    codes = encode(model, images)
    context = PathContext(model, LatentSpace(codes, tuple(map(str, range(len(codes))))), POINTS)
    generator = np.random.default_rng(0)
    first = generator.integers(0, len(values), options.pairs)
    last = np.array([generator.choice(np.flatnonzero(values[:, 0] == values[i, 0])) for i in first])
    real = to_float(images).flatten(1)
    rows: dict[str, Any] = {}
    for path in PATHS:
        count = options.few if "geodesic" in path else options.pairs
        errors = [
            one(model, world, path, context, values[i], values[j], codes, (i, j), real)
            for i, j in zip(first[:count], last[:count], strict=True)
        ]
        names = ("d_rmse_codes", "gamma_rmse_codes", "d_rmse_images", "gamma_rmse_images")
        rows[path] = {
            name: float(np.sqrt(np.mean(value))) for name, value in zip(names, np.array(errors).T, strict=True)
        }
        rows[path]["pairs"] = count
        shares = {f"{name}_share": rows[path][name] / rows["linear"][name] for name in names}
        rows[path].update(shares)
        print(path, {name: round(value, 4) for name, value in rows[path].items()}, flush=True)
    with torch.no_grad():
        floor = (model.decode(codes) - to_float(images)).square().flatten(1).sum(1)
    write(
        "glyphs",
        "python benchmarks/glyphs.py RUN",
        {
            "trained": about["training"],
            "published": PUBLISHED,
            "reconstruction_rmse": float(floor.mean().sqrt()),
            "rows": rows,
        },
    )


@torch.no_grad()
def one(
    model: Any,
    world: Glyphs,
    path: str,
    context: PathContext,
    a: Floats,
    b: Floats,
    codes: torch.Tensor,
    ends: tuple[int, int],
    real: torch.Tensor,
) -> tuple[float, float, float, float]:
    """Mean squared distances of one path, to the nearest and to the truth: of its codes, of its images."""
    t = even_steps(POINTS)
    z = choose_path(path).between(codes[ends[0]], codes[ends[1]], context)(t)
    x = model.decode(z).flatten(1)
    truths = [world.render(way) for way in world.truths(a, b, t.numpy())]
    in_codes = [(z - encode(model, truth)).square().sum(1).mean() for truth in truths]
    in_images = [(x - to_float(truth).flatten(1)).square().sum(1).mean() for truth in truths]
    nearest = (float(to_nearest(points, among).mean()) for points, among in ((z, codes), (x, real)))
    return next(nearest), float(min(in_codes)), next(nearest), float(min(in_images))


if __name__ == "__main__":
    main()
