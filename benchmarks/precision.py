"""Training steps a second by number format and memory layout, for networks from the smallest to the largest in use.

The table `FASTEST` of `segue.models.precision`, and the layouts of `Precision.of`, are chosen by this. In every round
each candidate makes a few steps, in turn, so that a busy moment is nobody's alone; of each the fastest round counts.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import get_args

import torch
from machine import write

from segue.models.precision import NumberFormat, Precision, capability
from segue.training.methods import VAE, Batch
from segue.training.networks import Networks, make_networks

CANDIDATES = [Precision(numbers, last) for numbers in get_args(NumberFormat) for last in (False, True)]

NETWORKS = (
    ((1, 8, 8), 2, 16),
    ((1, 8, 8), 16, 128),
    ((1, 28, 28), 8, 128),
    ((1, 28, 28), 32, 16),
    ((1, 28, 28), 32, 128),
    ((3, 64, 64), 8, 32),
    ((3, 64, 64), 32, 32),
    ((3, 112, 192), 16, 4),
)
"""Shape of an image, width and batch: digits, MNIST, small colour pictures, the frames of a dream."""

ROUND_SECONDS = 0.25


class Candidate:
    """One network at one precision, and the best time of a step so far, in seconds."""

    def __init__(self, precision: Precision, shape: tuple[int, int, int], width: int, batch: int) -> None:
        self.precision, self.method, self.seconds = precision, VAE(), math.inf
        torch.manual_seed(0)
        networks = make_networks(self.method.build(shape, width=width), self.method, 0)
        self.networks = Networks(precision.place(networks), 1e-3)
        self.images = precision.arrange(torch.rand(batch, *shape))
        self.generator = torch.Generator().manual_seed(0)

    def step(self) -> None:
        with self.precision.autocast(torch.device("cpu")):
            batch = Batch(self.images, self.images, self.generator)
            terms = self.method.terms(self.networks.model, batch, self.networks.critics)
        self.networks.learn(terms, 1.0)

    def round(self, seconds: float) -> None:
        """Steps for so many seconds, at least two."""
        start, steps = time.perf_counter(), 0
        while steps < 2 or time.perf_counter() - start < seconds:
            self.step()
            steps += 1
        self.seconds = min(self.seconds, (time.perf_counter() - start) / steps)


def measure(shape: tuple[int, int, int], width: int, batch: int, rounds: int) -> dict[str, float]:
    """Steps a second of each candidate, by its name."""
    candidates = [Candidate(precision, shape, width, batch) for precision in CANDIDATES]
    for candidate in candidates:
        candidate.step()
    for _ in range(rounds):
        for candidate in candidates:
            candidate.round(ROUND_SECONDS)
    return {str(candidate.precision): 1 / candidate.seconds for candidate in candidates}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12, help="rounds for each network, of about a second each")
    options = parser.parse_args()
    rows = []
    for shape, width, batch in NETWORKS:
        steps = measure(shape, width, batch, options.rounds)
        base = steps[str(CANDIDATES[0])]
        rows.append({"image_shape": shape, "width": width, "batch": batch, "steps_per_second": steps})
        ratios = "  ".join(f"{name} {value / base:.2f}" for name, value in steps.items())
        print(
            f"{'x'.join(map(str, shape)):10} width {width:2} batch {batch:3}  {base:7.1f} steps/s  {ratios}", flush=True
        )
    write(
        "precision",
        f"python benchmarks/precision.py --rounds {options.rounds}",
        {"processor": capability(torch.device("cpu")), "rows": rows},
    )


if __name__ == "__main__":
    main()
