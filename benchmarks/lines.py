"""ACAI's lines: (a) every method's straight line; (b) every path through a plain autoencoder, by how many real images.

The protocol of Berthelot et al. 2018 (arXiv 1807.07543): 16 frames with both ends, Mean Distance and Smoothness against
10,000 evenly spaced lines; ends held out. Ours differ in the budget (`--steps` of 64 images; there 16.8 million), in
the networks (a code of 64 numbers; there 2x2x16), and in one evaluation where theirs is the median of 20. Smoothness is
given both ways: undefined interpolations left out, and, as published, counted as perfect.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path as File
from typing import Any

import numpy as np
import torch
from machine import RESULTS, write

from segue.commands.runs import open_model
from segue.commands.train import TrainRequest, run_train
from segue.core.images import Pixels
from segue.data.datasets.worlds.lines import Lines, reference
from segue.evaluation.metrics.acai import both_means, mean_distance, smoothness
from segue.latent.interpolation import cross_fade, decode, even_steps
from segue.latent.paths import PathContext, choose_path
from segue.latent.space import LatentSpace, encode
from segue.models.autoencoder import Autoencoder
from segue.training import Training

FRAMES, PAIRS, BATCH = 16, 256, 64
METHODS = {
    "ae": ("ae", None),
    "denoising": ("ae", "gaussian:sigma=0.5"),
    "vae": ("vae", None),
    "aae": ("aae", None),
    "acai": ("acai", None),
    "aeai": ("aeai", None),
    "vae/gan": ("vaegan", None),
}
PUBLISHED = {
    "ae": (6.88, 0.44),
    "denoising": (4.21, 0.66),
    "vae": (1.21, 0.49),
    "aae": (3.26, 0.14),
    "acai": (0.24, 0.10),
}
"""Mean Distance in thousandths, Smoothness; all but the first and last Mean Distance recalled, not re-read."""

NODES = (4000, 1000, 256, 64)
PATHS = (
    "linear",
    "slerp",
    "linear+pace",
    "graph",
    "graph+smooth",
    "graph+pace",
    "graph+smooth+pace",
    "graph+smooth:width=0.2+pace",
    "graph:k=2+smooth+pace",
    "graph:k=none+smooth+pace",
    "graph:kind=radius+smooth+pace",
    "graph:kind=mutual,k=none+smooth+pace",
    "graph:weight=decoded+smooth+pace",
    "graph:density=knn,power=1+smooth+pace",
    "graph:density=kernel,power=1+smooth+pace",
    "graph:density=energy,power=1+smooth+pace",
)
GEODESICS = ("geodesic+pace", "geodesic:reencode=0+pace", "geodesic:reencode=0,density=1+pace")
"""Slow, so of fewer pairs."""


def figures(frames: Pixels) -> dict[str, Any]:
    """The two figures of interpolations `[pairs, 16, 32, 32, 1]`."""
    lines, angles = reference()
    distances, turns = mean_distance(frames, lines), smoothness(frames, lines, angles)
    defined, published = both_means(turns)
    half = 1.96 * float(np.nanstd(distances)) / len(frames) ** 0.5
    return {
        "pairs": len(frames),
        "mean_distance_e3": 1e3 * float(np.nanmean(distances)),
        "mean_distance_half_interval_e3": 1e3 * half,
        "smoothness": defined,
        "smoothness_as_published": published,
        "undefined": int(np.isnan(turns).sum()),
    }


def images(count: int, seed: int) -> Pixels:
    world = Lines(count=count, seed=seed)
    return world.render(world.factors())


def trained(name: str, folder: File, steps: int, width: int) -> Autoencoder:
    """The model of a method, trained once."""
    method, corrupt = METHODS[name]
    out = folder / f"lines-{name.replace('/', '')}-{steps}-{width}"
    if not (out / "model.safetensors").exists():
        run_train(
            TrainRequest(
                data="worlds:lines:count=40000,seed=1",
                out=out,
                method=method,
                corrupt=corrupt,
                latent=64,
                width=width,
                training=Training(steps=steps, batch=BATCH),
                resume=(out / "checkpoint.safetensors").exists(),
                pictures=0,
            )
        )
    return open_model(out)[0]


def decode_pairs(
    model: Autoencoder, ends: torch.Tensor, path: str, context: PathContext | None
) -> tuple[Pixels, float]:
    """The frames of a path between pairs of codes `[pairs, 2, 64]`, and the seconds for each."""
    start = time.perf_counter()
    codes = choose_path(path).between_pairs(ends[:, 0], ends[:, 1], context)(even_steps(FRAMES))
    frames = decode(model, codes.flatten(0, 1))
    return frames.reshape(len(ends), FRAMES, *frames.shape[1:]), (time.perf_counter() - start) / len(ends)


def controls(ends: Pixels) -> dict[str, Pixels]:
    """Frames of each control between pairs of images `[pairs, 2, 32, 32, 1]`."""
    world, t = Lines(), np.linspace(0, 1, FRAMES)
    values = Lines(count=2 * len(ends), seed=99).factors().reshape(-1, 2, 1)
    half = np.arange(FRAMES) >= FRAMES // 2
    return {
        "truth": np.stack([world.frames(world.truths(a, b, t))[0] for a, b in values]),
        "cut": np.stack([np.where(half[:, None, None, None], b, a) for a, b in ends]),
        "cross-fade": np.stack([cross_fade(a, b, FRAMES) for a, b in ends]),
    }


def snapped(frames: Pixels, among: Pixels) -> Pixels:
    """Every frame replaced by the nearest of real images."""
    from segue.evaluation.metrics import Reference

    flat = frames.reshape(-1, *frames.shape[-3:])
    return among[Reference(among).nearest(flat).indices].reshape(frames.shape)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--runs", type=File, default=File("runs"))
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--few", type=int, default=16, help="pairs for geodesics")
    parser.add_argument("--ae", type=File, help="a trained run for part (b); else that of part (a)")
    parser.add_argument("--part", choices=("a", "b"))
    options = parser.parse_args()
    ends = ends_of(options.pairs)
    if options.part != "b":
        by_method(options, ends)
    if options.part != "a":
        model = open_model(options.ae)[0] if options.ae else trained("ae", options.runs, options.steps, options.width)
        by_path(model, options, ends)


def read_figures(name: str) -> dict[str, Any]:
    """What was measured before."""
    file = RESULTS / f"{name}.json"
    page: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return page


def ends_of(pairs: int) -> Pixels:
    return images(2 * pairs, seed=99).reshape(pairs, 2, 32, 32, 1)


def by_method(options: argparse.Namespace, ends: Pixels) -> None:
    rows = read_figures("lines-methods").get("rows", {})
    for name in options.methods:
        model = trained(name, options.runs, options.steps, options.width)
        codes = encode(model, ends.reshape(-1, 32, 32, 1)).reshape(len(ends), 2, -1)
        frames, _ = decode_pairs(model, codes, "linear", None)
        rows[name] = {
            **figures(frames),
            "images_seen": options.steps * BATCH,
            "width": options.width,
            "floor_e3": 1e3 * float(mean_distance(decode(model, codes.flatten(0, 1))[:, None], reference()[0]).mean()),
            "published": PUBLISHED.get(name),
        }
        print("methods", name, rows[name], flush=True)
        write("lines-methods", "python benchmarks/lines.py --part a", {"rows": rows})


def by_path(model: Autoencoder, options: argparse.Namespace, ends: Pixels) -> None:
    found: dict[str, Any] = {"paths": read_figures("lines").get("paths", {})}
    codes = encode(model, ends.reshape(-1, 32, 32, 1)).reshape(len(ends), 2, -1)
    found["floor_e3"] = 1e3 * float(mean_distance(decode(model, codes.flatten(0, 1))[:, None], reference()[0]).mean())
    found["controls"] = {name: figures(frames) for name, frames in controls(ends).items()}
    for count in NODES:
        nodes = images(count, seed=77)
        context = PathContext(model, LatentSpace(encode(model, nodes), tuple(map(str, range(count)))), FRAMES)
        rows = found["paths"].setdefault(str(count), {})
        rows["snap"] = figures(snapped(decode_pairs(model, codes, "linear", None)[0], nodes))
        for path in (*PATHS, *GEODESICS):
            frames, took = decode_pairs(model, codes[: options.few] if path in GEODESICS else codes, path, context)
            rows[path] = {**figures(frames), "seconds_per_path": took}
            print(count, path, rows[path], flush=True)
            write("lines", "python benchmarks/lines.py --part b", found)


if __name__ == "__main__":
    main()
