"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass

from segue.commands.record import epoch_file
from segue.commands.runs import open_model
from segue.commands.studies.study import StudyContext, load_parts
from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.latent.interpolation import decode
from segue.latent.space import encode

SET, LATENT, BATCH, _LR = "fashion-mnist", 32, 64, 3e-3
MIXES = (("t-shirt", "bag"), ("sandal", "sneaker", "boot"))
CORRUPTED = {"rotated": "rotate90", "jigsawed": "jigsaw:grid=2"}
MODEL_NAMES = {"plain": "plain", "vae": "VAE", "rotated": "trained on rotated", "jigsawed": "trained on jigsawed"}
NEW, SHOWN = 200, 10  # new items that are measured, and items that a picture shows


@dataclass(frozen=True)
class Context(StudyContext):
    """Four runs of `last` epochs, training and held-out items, and a classifier of real ones."""

    last: int

    def reconstruct(self, run: str, epoch: int, images: Pixels) -> Pixels:
        """Reconstruct images by the model of an epoch.

        Args:
            run: The name of the run.
            epoch: The epoch.
            images: uint8 `[n, h, w, c]`.
        """
        model, _ = open_model(epoch_file(self.runs[run], epoch))
        return decode(model, encode(model, images))

    def share_right(self, images: Pixels) -> float:
        """The share, in percent, of pictures of the held-out items that the classifier reads as their class."""
        return 100 * float((self.reader.probabilities(images).argmax(1) == self.test.labels).mean())


def prepare(workspace: Workspace) -> Context:
    """Train the four models and the classifier."""
    limit, last = workspace.either(5000, 12_000), workspace.either(8, 20, tiny=3)
    common: Numbers = {"latent": LATENT, "width": 16, "batch": BATCH, "epochs": last, "limit": limit, "lr": _LR}
    common |= {"keep": f"1+{last}", "pictures": 0}
    runs = {"plain": workspace.train("plain", SET, method="ae", **common)}
    runs |= {name: workspace.train(name, SET, method="ae", corrupt=how, **common) for name, how in CORRUPTED.items()}
    runs["vae"] = workspace.train("vae", SET, method="vae", **common)
    train, test, _ = load_parts(workspace, SET, limit)
    return Context(
        workspace=workspace,
        train=train,
        test=test.sample(workspace.either(2000, 5000), workspace.seed),
        runs=runs,
        reader=workspace.train_classifier(train, workspace.either(500, 2000)),
        last=last,
    )
