"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.commands.runs import open_run
from segue.commands.studies.transitions import TRANSITION_STEPS
from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.data.datasets import ImageSet
from segue.evaluation.classifier import Classifier
from segue.latent.context import make_context
from segue.latent.paths import PathContext
from segue.models.autoencoder import Autoencoder

SET = "mnist"
GRAPH = "graph:weight=decoded+smooth+pace"
LINE, BENT, SHORT, LONG, CROSS_FADE = (
    "VAE, straight",
    "VAE, by the graph",
    "AE of 2 numbers",
    "AE of 32 numbers",
    "cross-fade",
)
WAYS = {LINE: ("vae", "linear"), BENT: ("vae", GRAPH), SHORT: ("ae-2", "linear"), LONG: ("ae-32", "linear")}
"""From digit to digit: by which model, by which path."""
MODEL_NAMES = {"vae": "VAE of 2 numbers", "ae-2": SHORT, "ae-32": LONG}


@dataclass(frozen=True)
class StudyContext:
    """Three models with the codes about them, training and held-out digits, and a classifier of these."""

    bench: Workspace
    train: ImageSet
    test: ImageSet
    runs: dict[str, Path]
    models: dict[str, Autoencoder]
    around: dict[str, PathContext]
    reader: Classifier

    @property
    def near(self) -> int:
        """How many images the graph goes by."""
        return self.bench.either(1000, 4000)

    def read(self, frames: Pixels) -> list[str]:
        """What the classifier reads in each frame."""
        return [self.reader.names[label] for label in self.reader.probabilities(frames).argmax(1)]


def prepared(bench: Workspace) -> StudyContext:
    """Train the three models and the classifier."""
    limit = bench.either(20_000, None)
    common: Numbers = {"width": bench.either(8, 16), "limit": limit, "pictures": 0}
    plain = "ae:loss=bce"
    runs = {
        "vae": bench.train("vae", SET, method="vae", latent=2, steps=bench.either(1600, 4500), **common),
        "ae-2": bench.train("ae-2", SET, method=plain, latent=2, steps=bench.either(1200, 2500), **common),
        "ae-32": bench.train("ae-32", SET, method=plain, latent=32, steps=bench.either(500, 1500), **common),
    }
    data = bench.images(SET, limit=limit)
    assert data.test is not None  # noqa: S101 - this set has a test part
    reader = bench.classifier(data.train, bench.either(500, 2000))
    models = {name: open_run(run)[0] for name, run in runs.items()}
    near = data.train.sample(bench.either(1000, 4000), bench.seed)
    around = {name: make_context(model, near, TRANSITION_STEPS, bench.report) for name, model in models.items()}
    return StudyContext(bench, data.train, data.test, runs, models, around, reader)
