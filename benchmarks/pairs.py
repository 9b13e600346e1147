"""Ten thousand pairs of digits at once, and some of them one by one: seconds, and how far the results differ.

Both in one run, since machines differ: `pairs.py [--pairs 10000] [--single 1000]`. The model is small: codes of 8
numbers, width 16, 300 steps of 32.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from machine import data_dir, write

from segue.data.datasets import load
from segue.latent.interpolation import interpolate_images, interpolate_pairs
from segue.latent.paths import PathContext
from segue.latent.space import LatentSpace
from segue.training import Training, train
from segue.training.methods import AE

FRAMES = 10
PATHS = ("linear", "slerp", "auto")


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What some work gives, and its seconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--single", type=int, default=1000, help="pairs that are also done one by one")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    digits = load("digits", data_dir=data_dir()).train
    model = AE().build((1, *digits.images.shape[1:3]), latent=8, width=16)
    train(model, AE(), digits.images, Training(steps=300, batch=32))
    model = model.cpu().eval()
    context = PathContext(model, LatentSpace.of(model, digits), FRAMES)
    ends = digits.images[np.random.default_rng(0).integers(0, len(digits), (options.pairs, 2))]
    rows: dict[str, Any] = {}
    for path in PATHS:
        # The graph is built before the clock starts.
        interpolate_images(model, *ends[0], path, FRAMES, context=context)
        found, clock, processor = timed(
            lambda path=path: interpolate_pairs(model, ends[:, 0], ends[:, 1], path, FRAMES, context=context)
        )
        single, clock_single, processor_single = timed(
            lambda path=path: [
                interpolate_images(model, a, b, path, FRAMES, context=context) for a, b in ends[: options.single]
            ]
        )
        codes = torch.stack([one.codes for one in single])
        rows[path] = {
            "pairs": options.pairs,
            "seconds": clock,
            "processor_seconds": processor,
            "single_pairs": options.single,
            "single_seconds": clock_single,
            "single_processor_seconds": processor_single,
            "largest_difference": float((found.codes[: options.single] - codes).abs().max()),
        }
        print(path, rows[path], flush=True)
    write("pairs", "python benchmarks/pairs.py", {"frames": FRAMES, "threads": options.threads, "rows": rows})


if __name__ == "__main__":
    main()
