"""Ten thousand pairs of digits at once, and some of them one by one: seconds, and how far the results differ.

Both in one run, since machines differ: `pairs.py [--pairs 10000] [--single 1000]`. The model is small: codes of 8
numbers, width 16, 300 steps of 32.
"""

from __future__ import annotations

import argparse
import time
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


class Clock:
    """Seconds by the clock and of the processor, since it was made."""

    def __init__(self) -> None:
        self.start, self.processor_start = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self.start, time.process_time() - self.processor_start


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
    first, last = digits.images[np.random.default_rng(0).integers(0, len(digits), (2, options.pairs))]
    rows: dict[str, Any] = {}
    for path in PATHS:
        # The graph is built before the clock starts.
        interpolate_images(model, first[0], last[0], path, FRAMES, context=context)
        clock = Clock()
        found = interpolate_pairs(model, first, last, path, FRAMES, context=context)
        seconds, processor = clock.read()
        some = range(options.single)
        clock = Clock()
        single = [interpolate_images(model, first[i], last[i], path, FRAMES, context=context) for i in some]
        seconds_single, processor_single = clock.read()
        codes = torch.stack([one.codes for one in single])
        rows[path] = {
            "pairs": options.pairs,
            "seconds": seconds,
            "processor_seconds": processor,
            "single_pairs": options.single,
            "single_seconds": seconds_single,
            "single_processor_seconds": processor_single,
            "largest_difference": float((found.codes[: options.single] - codes).abs().max()),
        }
        print(path, rows[path], flush=True)
    write("pairs", "python benchmarks/pairs.py", {"frames": FRAMES, "threads": options.threads, "rows": rows})


if __name__ == "__main__":
    main()
