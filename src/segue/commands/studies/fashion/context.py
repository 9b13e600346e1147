"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.commands.record import epoch_file
from segue.commands.runs import open_run
from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.data.datasets import ImageSet
from segue.evaluation.classifier import Classifier
from segue.latent.interpolation import decode
from segue.latent.space import encode

SET, LATENT, BATCH, _LR = "fashion-mnist", 32, 64, 3e-3
MIXES = (("t-shirt", "bag"), ("sandal", "sneaker", "boot"))
SPOILT = {"rotated": "rotate90", "jigsawed": "jigsaw:grid=2"}
MODEL_NAMES = {"plain": "plain", "vae": "VAE", "rotated": "trained on rotated", "jigsawed": "trained on jigsawed"}
NEW, SHOWN = 200, 10  # new items that are measured, and items that a picture shows


@dataclass(frozen=True)
class StudyContext:
    """Four runs of `last` epochs, training and held-out items, and a classifier of real ones."""

    bench: Workspace
    last: int
    train: ImageSet
    test: ImageSet
    runs: dict[str, Path]
    reader: Classifier

    def again(self, run: str, epoch: int, images: Pixels) -> Pixels:
        """What the model of an epoch gives back of images."""
        model, _ = open_run(epoch_file(self.runs[run], epoch))
        return decode(model, encode(model, images))

    def right(self, images: Pixels) -> float:
        """The share, in percent, of pictures of the held-out items that the classifier reads as their class."""
        return 100 * float((self.reader.probabilities(images).argmax(1) == self.test.labels).mean())


def prepared(bench: Workspace) -> StudyContext:
    """Train the four models and the classifier."""
    limit, last = bench.either(5000, 12_000), bench.either(8, 20, tiny=3)
    common: Numbers = {"latent": LATENT, "width": 16, "batch": BATCH, "epochs": last, "limit": limit, "lr": _LR}
    common |= {"keep": f"1+{last}", "pictures": 0}
    runs = {"plain": bench.train("plain", SET, method="ae", **common)}
    runs |= {name: bench.train(name, SET, method="ae", corrupt=how, **common) for name, how in SPOILT.items()}
    runs["vae"] = bench.train("vae", SET, method="vae", **common)
    data = bench.images(SET, limit=limit)
    assert data.test is not None  # noqa: S101 - this set has a test part
    reader = bench.classifier(data.train, bench.either(500, 2000))
    return StudyContext(bench, last, data.train, data.test.sample(bench.either(2000, 5000), bench.seed), runs, reader)
