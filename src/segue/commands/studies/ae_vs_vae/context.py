"""What the sections of the report work with."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from segue.commands.record import METRICS_FILE
from segue.commands.runs import open_run
from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.data.datasets import ImageSet
from segue.evaluation.classifier import Classifier
from segue.models.autoencoder import ConvAutoencoder

SET, LATENT, _EPOCHS = "mnist", 32, 5
MODEL_METHODS = {"AE": "ae:loss=bce", "VAE": "vae"}
"""The same networks and the same reconstruction loss; what the VAE has besides is noise and the KL divergence."""


@dataclass(frozen=True)
class StudyContext:
    """An AE and a VAE by name, training and held-out digits, and a classifier of these."""

    bench: Workspace
    train: ImageSet
    test: ImageSet
    runs: dict[str, Path]
    models: dict[str, ConvAutoencoder]
    reader: Classifier

    def read(self, frames: Pixels) -> list[str]:
        """What the classifier reads in each frame."""
        return [self.reader.names[label] for label in self.reader.probabilities(frames).argmax(1)]


def prepared(bench: Workspace) -> StudyContext:
    """Train the two models and the classifier."""
    common = options(bench)
    runs = {
        name: bench.train(f"{name.lower()}-{LATENT}", SET, method=method, latent=LATENT, epochs=_EPOCHS, **common)
        for name, method in MODEL_METHODS.items()
    }
    data = bench.images(SET, limit=common["limit"])
    assert data.test is not None  # noqa: S101 - this set has a test part
    reader = bench.classifier(data.train, bench.either(500, 2000))
    return StudyContext(bench, data.train, data.test, runs, {name: opened(run) for name, run in runs.items()}, reader)


def options(bench: Workspace) -> Numbers:
    """What all trainings have in common."""
    return {"width": bench.either(8, 16), "limit": bench.either(16_000, None), "pictures": 0}


def opened(run: Path) -> ConvAutoencoder:
    """The model of one of this study's runs."""
    model, _ = open_run(run)
    assert isinstance(model, ConvAutoencoder)  # noqa: S101 - as all that are trained here
    return model


def history(run: Path) -> list[dict[str, float]]:
    """A run's figures, a row for each epoch."""
    with (run / METRICS_FILE).open(newline="", encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(file)]
