"""Training throughput of the MNIST network: segue's defaults against bare PyTorch on the same network.

The peer is what a tutorial would write: float32, contiguous, `DataLoader` over a `TensorDataset`, Adam, no fusing.
Both train the same network from the same weights for the same number of steps; the rounds alternate, and
the ratio is of the medians. Then both train for two epochs, to see that quality holds.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
import torch
from machine import data_dir, write
from torch.utils.data import DataLoader, TensorDataset

from segue.core.images import Pixels, to_float
from segue.data.datasets import load
from segue.models.autoencoder import ConvAutoencoder
from segue.models.precision import capability
from segue.training import Training, score, train
from segue.training.methods import VAE, Batch

ROUNDS, STEPS, BATCH = 5, 60, 128
QUALITY_IMAGES, QUALITY_EPOCHS = 20_000, 3


def build() -> ConvAutoencoder:
    torch.manual_seed(0)
    return VAE().build((1, 28, 28), latent=2, width=32)


def bare(images: Pixels, steps: int, lr: float = 1e-3) -> tuple[ConvAutoencoder, float]:
    """The same network trained in float32 by a plain loop; images a second."""
    model, method = build(), VAE()
    loader = DataLoader(TensorDataset(to_float(images).contiguous()), batch_size=BATCH, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    generator, done, seen = torch.Generator().manual_seed(0), 0, 0
    start = time.perf_counter()
    while done < steps:
        for (x,) in loader:
            optimizer.zero_grad()
            loss = method.terms(model, Batch(x, x, generator))["loss"]
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            done, seen = done + 1, seen + len(x)
            if done == steps:
                break
    return model, seen / (time.perf_counter() - start)


def ours(images: Pixels, steps: int, precision: str) -> tuple[ConvAutoencoder, float, str]:
    """segue's own training; images a second, and the precision taken."""
    model = build()
    options = Training(steps=steps, batch=BATCH, precision=precision)  # type: ignore[arg-type]
    trained = train(model, VAE(), images, options)
    return model, trained.steps * BATCH / trained.seconds, str(trained.precision)


def main() -> None:
    data = load("mnist", data_dir=data_dir())
    images = data.train.images
    assert data.test is not None  # noqa: S101 - for the type checker
    speed: dict[str, list[float]] = {"bare fp32": [], "segue fp32": [], "segue bf16": []}
    for round_ in range(ROUNDS + 1):
        rates = {
            "bare fp32": bare(images, STEPS)[1],
            "segue fp32": ours(images, STEPS, "fp32")[1],
            "segue bf16": ours(images, STEPS, "bf16")[1],
        }
        if round_:  # the first warms up
            for name, rate in rates.items():
                speed[name].append(rate)
        print({name: round(rate) for name, rate in rates.items()}, flush=True)
    median = {name: statistics.median(rates) for name, rates in speed.items()}
    part, steps = images[:QUALITY_IMAGES], QUALITY_EPOCHS * -(-QUALITY_IMAGES // BATCH)
    held = torch.from_numpy(np.ascontiguousarray(data.test.images))
    quality = {
        "bare fp32": score(bare(part, steps)[0], VAE(), held),
        "segue fp32": score(ours(part, steps, "fp32")[0], VAE(), held),
        "segue bf16": score(ours(part, steps, "bf16")[0], VAE(), held),
    }
    results = {
        "what": f"convolutional VAE, 2-D latent, width 32, MNIST, batch {BATCH}; {ROUNDS} rounds of {STEPS} steps",
        "processor": capability(torch.device("cpu")),
        "auto": ours(images[:BATCH], 1, "auto")[2],
        "images_per_second": {name: round(rate) for name, rate in median.items()},
        "ratio_to_bare": {name: round(rate / median["bare fp32"], 2) for name, rate in median.items()},
        "quality_after": f"{QUALITY_EPOCHS} epochs of {QUALITY_IMAGES} images, on the 10,000 test images",
        "quality": {name: {key: round(value, 3) for key, value in row.items()} for name, row in quality.items()},
    }
    print(write("throughput", "python benchmarks/throughput.py", results).read_text())


if __name__ == "__main__":
    main()
