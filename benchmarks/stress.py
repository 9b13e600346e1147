"""Stress tests on Fashion-MNIST: can an autoencoder undo random rotations and a 2x2 jigsaw?

Three runs of the same networks for 20 epochs: trained on rotated images, on jigsawed ones, and, the control, on images
as they are; the target is always the upright, whole image. Each is measured on 10,000 test images after epochs 1 and
20, the control under both corruptions.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from machine import data_dir, write

from segue.commands.runs import DataOptions
from segue.commands.stress import StressRequest, run_stress
from segue.commands.train import TrainRequest, run_train
from segue.training import Training

CORRUPTIONS = ("rotate90", "jigsaw:grid=2")
EPOCHS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=None, help="training images, else all 60,000")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sheets", type=Path, default=None, help="folder for the sheets")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        sheets = options.sheets or Path(folder)
        for trained_on in (None, *CORRUPTIONS):
            run = Path(folder) / f"{trained_on}".partition(":")[0]
            run_train(
                TrainRequest(
                    data="fashion-mnist",
                    out=run,
                    method="ae",
                    corrupt=trained_on,
                    width=16,
                    latent=32,
                    pictures=0,
                    keep=f"1+{EPOCHS}",
                    training=Training(epochs=EPOCHS, batch=64),
                    data_dir=data_dir(),
                    images=DataOptions(limit=options.limit),
                )
            )
            for corrupt in (trained_on,) if trained_on else CORRUPTIONS:
                sheet = sheets / f"stress-{run.name}-{corrupt.partition(':')[0]}.png"
                request = StressRequest(
                    run, sheet, corrupt=corrupt, epoch=f"1+{EPOCHS}", images=10_000, data_dir=data_dir()
                )
                rows.append({"trained_on": trained_on, **asdict(run_stress(request)), "out": None})
                print(trained_on, corrupt, [epoch["clean"]["mse"] for epoch in rows[-1]["epochs"]], flush=True)
    count = options.limit or 60_000
    command = "python benchmarks/stress.py" + (f" --limit {options.limit}" if options.limit else "")
    write("stress", command, {"training_images": count, "epochs": EPOCHS, "width": 16, "latent": 32, "rows": rows})


if __name__ == "__main__":
    main()
