"""Images a second of every method's training step, as a ratio to the plain autoencoder's on the same networks.

MNIST's shape, batch 128, width 32, latent 32. In every round each method makes a few steps, in turn, so that a busy
moment is nobody's alone; the ratio is of the medians over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
from machine import write

from segue.models.precision import Precision
from segue.training.methods import METHODS, Batch, Method
from segue.training.networks import Networks, make_networks

BATCH = 128


def make(method: Method, precision: Precision) -> Networks:
    torch.manual_seed(0)
    return Networks(precision.place(make_networks(method.build((1, 28, 28), classes=10), method, 0)), 1e-3)


def seconds(method: Method, networks: Networks, precision: Precision, steps: int) -> float:
    """The time of a step, a mean over `steps`."""
    images = precision.arrange(torch.rand(BATCH, 1, 28, 28, generator=torch.Generator().manual_seed(0)))
    generator = torch.Generator().manual_seed(0)
    start = time.perf_counter()
    for _ in range(steps):
        with precision.autocast(torch.device("cpu")):
            terms = method.terms(networks.model, Batch(images, images, generator), networks.critics)
        networks.learn(terms, 1.0)
    return (time.perf_counter() - start) / steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    precision = Precision("bf16", channels_last=True)
    methods = [method() for method in METHODS]
    networks = {method.name: make(method, precision) for method in methods}
    times: dict[str, list[float]] = {name: [] for name in networks}
    for round_ in range(options.rounds + 1):
        for method in methods:
            took = seconds(method, networks[method.name], precision, options.steps)
            if round_:  # the first warms up
                times[method.name].append(took)
    medians = {name: statistics.median(values) for name, values in times.items()}
    rows = {
        name: {"images_per_second": BATCH / median, "ratio_to_ae": medians["ae"] / median}
        for name, median in medians.items()
    }
    for name, row in rows.items():
        print(f"{name:8} {row['images_per_second']:7.0f} images/s  {row['ratio_to_ae']:.2f}")
    write("methods", "python benchmarks/methods.py", {"precision": "bf16", "batch": BATCH, "rows": rows})


if __name__ == "__main__":
    main()
