"""What the losses cost: milliseconds of a training step of the plain autoencoder, side by side in one run.

The rounds alternate, and the ratios are to MSE. VGG-16 gets random weights, on which its cost does not depend;
SqueezeNet's come from the folder of real data.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from machine import data_dir, write
from safetensors.torch import save_file

from segue.models.precision import Precision
from segue.training.losses.vgg import VGG16
from segue.training.methods import AE, Batch
from segue.training.networks import Networks, make_networks

BATCH, WIDTH, LATENT = 32, 32, 32
SHAPES = {"64x64x3": (3, 64, 64), "28x28x1": (1, 28, 28)}
PRECISIONS = {"fp32": Precision("fp32", True), "bf16": Precision("bf16", True)}


def methods(folder: Path) -> dict[str, AE]:
    """The plain autoencoder by each loss."""
    scales = {name: math.sqrt(2 / math.prod(shape[1:])) for name, shape in VGG16.shapes.items()}
    weights = folder / "vgg16.safetensors"
    save_file({name: scales[name] * torch.randn(shape) for name, shape in VGG16.shapes.items()}, weights)
    made = [AE(loss="mse"), AE(loss="ssim"), AE(loss="perceptual"), AE(loss="vgg16/relu2_2"), AE(loss="vgg16")]
    return {method.loss: method.prepare(weights if "vgg" in method.loss else None, data_dir()) for method in made}


def stepper(method: AE, shape: tuple[int, int, int], precision: Precision) -> Callable[[], None]:
    """What does one training step."""
    torch.manual_seed(0)
    model = precision.place(method.build(shape, latent=LATENT, width=WIDTH))
    networks = Networks(make_networks(model, method, 0), lr=1e-3)
    images = precision.arrange(torch.rand(BATCH, *shape))
    batch = Batch(images, images, torch.Generator().manual_seed(0))

    def step() -> None:
        with precision.autocast(images.device):
            terms = method.terms(model, batch)
        networks.learn(terms, clip=1.0)

    return step


def milliseconds(step: Callable[[], None], steps: int) -> float:
    """Of one step, the mean over `steps` of them."""
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return 1000 * (time.perf_counter() - start) / steps


def compare(chosen: dict[str, AE], shape: tuple[int, int, int], rounds: int, steps: int) -> dict[str, dict[str, float]]:
    """Milliseconds a step and the ratio to MSE, medians of the rounds, by loss and precision."""
    steppers = {
        (loss, numbers): stepper(method, shape, precision)
        for loss, method in chosen.items()
        for numbers, precision in PRECISIONS.items()
    }
    took: dict[tuple[str, str], list[float]] = {key: [] for key in steppers}
    for step in steppers.values():
        step()  # the first warms up
    for _ in range(rounds):
        for key, step in steppers.items():
            took[key].append(milliseconds(step, steps))
    median = {key: statistics.median(times) for key, times in took.items()}
    rows: dict[str, dict[str, float]] = {}
    for (loss, numbers), time_ in median.items():
        row = rows.setdefault(loss, {})
        row[f"ms {numbers}"] = round(time_, 1)
        row[f"ratio {numbers}"] = round(time_ / median["mse", numbers], 2)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="steps a round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        chosen = methods(Path(folder))
    results = {
        "what": f"a step of ae, {LATENT}-D latent, width {WIDTH}, batch {BATCH}, channels last, random images; "
        f"{options.rounds} rounds of {options.steps} steps; SqueezeNet v1.0 (fire2, fire4), VGG-16 with random "
        "weights (relu2_2, relu3_3; relu2_2 alone), both on 64x64",
        **{name: compare(chosen, shape, options.rounds, options.steps) for name, shape in SHAPES.items()},
    }
    command = f"python benchmarks/losses.py --rounds {options.rounds} --steps {options.steps}"
    print(write("losses", command, results).read_text())


if __name__ == "__main__":
    main()
