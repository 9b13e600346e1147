"""The autoencoder family on MNIST, after ACAI's own evaluation: every method, the same networks, the same steps.

A row is a run of `segue train` on all 60,000 training images and of `segue evaluate` on the 10,000 test images. The
published figures (Berthelot et al. 2018, arXiv 1807.07543, tables 2 and 3; as recalled, see `PUBLISHED`) are of 16.8
million images seen by other networks, 4x4 codes, and a mean over several seeds; ours see what the steps allow. Rows
that are there with the same budget are kept, so that a stopped table goes on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from machine import RESULTS, data_dir, write

from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.train import TrainRequest, run_train
from segue.training import Training

BATCH = 64

ROWS: dict[str, tuple[str, str | None]] = {
    "ae": ("ae", None),
    "denoising": ("ae", "gaussian:sigma=0.5"),
    "masking": ("ae", "mask:ratio=0.5"),
    "vae": ("vae", None),
    "vae, learned sigma": ("vae:likelihood=gaussian", None),
    "vae, sigma per pixel": ("vae:likelihood=gaussian,sigma=pixel", None),
    "aae": ("aae", None),
    "acai": ("acai", None),
    "aeai": ("aeai", None),
    "vae/gan": ("vaegan", None),
    "ae, conditional": ("ae:conditional=true", None),
    "vae, conditional": ("vae:conditional=true", None),
    "ae, spatial": ("ae", None),
}

PUBLISHED: dict[int, dict[str, tuple[float, float]]] = {
    32: {
        "ae": (94.90, 77.56),
        "denoising": (96.00, 82.59),
        "vae": (96.56, 75.74),
        "aae": (70.74, 79.19),
        "acai": (98.25, 94.38),
    },
    256: {
        "ae": (93.94, 53.70),
        "denoising": (98.51, 70.89),
        "vae": (98.74, 83.44),
        "aae": (90.03, 81.00),
        "acai": (99.00, 96.17),
    },
}
"""Linear classifier and k-means accuracy in percent, by latent size; the classifier's recalled, not re-read."""


def measure(name: str, latent: int, steps: int) -> dict[str, Any]:
    """Train and evaluate one row."""
    method, corrupt = ROWS[name]
    each, grid = (latent // 16, 4) if "spatial" in name else (latent, None)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        training = Training(steps=steps, batch=BATCH)
        trained = run_train(
            TrainRequest(
                data="mnist",
                out=out,
                method=method,
                corrupt=corrupt,
                width=16,
                training=training,
                pictures=0,
                data_dir=data_dir(),
                latent=each,
                grid=grid,
            )
        )
        found = run_evaluate(EvaluateRequest(out, bounded=1000 if latent == 32 else 0, data_dir=data_dir()))
    published = PUBLISHED[latent].get(name, (None, None))
    return {
        "method": method,
        "corrupt": corrupt,
        "steps": steps,
        "images_seen": trained.steps * BATCH,
        "seconds": round(trained.seconds),
        "precision": trained.precision,
        "notes": trained.notes,
        **asdict(found),
        "published_linear": published[0],
        "published_kmeans": published[1],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latent", type=int, default=32, choices=sorted(PUBLISHED))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=list(ROWS), choices=list(ROWS))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    name = f"family-{options.latent}"
    file = RESULTS / f"{name}.json"
    rows: dict[str, Any] = json.loads(file.read_text())["rows"] if file.exists() else {}
    for row in options.only:
        if rows.get(row, {}).get("steps") == options.steps:
            continue
        rows[row] = measure(row, options.latent, options.steps)
        write(name, f"python benchmarks/family.py --latent {options.latent} --steps {options.steps}", {"rows": rows})
        print(row, {key: rows[row][key] for key in ("images_seen", "linear", "kmeans", "psnr", "ssim")}, flush=True)


if __name__ == "__main__":
    main()
