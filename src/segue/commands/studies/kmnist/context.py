"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.commands.runs import open_model
from segue.commands.studies.study import StudyContext, load_parts
from segue.commands.studies.workspace import Numbers, Workspace
from segue.core.images import Pixels
from segue.latent.interpolation import decode
from segue.latent.space import encode

SET, LATENT, BATCH, _LR = "kmnist", 32, 64, 2e-3
_METHODS = {"set": "vae:likelihood=gaussian", "pixel": "vae:likelihood=gaussian,sigma=pixel"}
SIGMAS = {"set": "one, learned", "pixel": "of each pixel"}
PAIRS = (("o", "ki"), ("su", "tsu"), ("na", "ha"), ("ma", "ya"), ("re", "wo"))
DRAWN, SHOWN, SURE = 200, 10, 0.9  # draws that are measured, and shown; the probability of a sure reading
FROM_TO, FPS = 16, 16  # frames from character to character, and each second


@dataclass(frozen=True)
class Context(StudyContext):
    """Runs by whose sigma it is, the epochs that they kept, the images, and a classifier of real ones."""

    epochs: tuple[int, ...]
    note: str

    @property
    def run(self) -> Path:
        """The run whose sigma is one for all."""
        return self.runs["set"]

    def reconstruct(self, images: Pixels, run: Path | None = None) -> Pixels:
        """Reconstruct images.

        Args:
            images: uint8 `[n, h, w, c]`.
            run: By which run; without it, the one with one sigma for all.
        """
        model, _ = open_model(run or self.run)
        return decode(model, encode(model, images))

    def share_sure(self, images: Pixels) -> float:
        """The share of images, in percent, of whose character the classifier is sure."""
        return 100 * float((self.reader.probabilities(images).max(1) >= SURE).mean())


def prepare(workspace: Workspace) -> Context:
    """Train both models and the classifier."""
    last, limit = workspace.either(12, 30, tiny=3), workspace.either(7000, 12_000)
    epochs = tuple(sorted({1, max(2, last // 3), last}))
    stages = workspace.either(12, 30)
    options: Numbers = {"latent": LATENT, "width": 16, "batch": BATCH, "epochs": last, "limit": limit, "lr": _LR}
    options["keep"] = "+".join(map(str, epochs))
    options["show"] = "+".join(f"label:{name}" for pair in PAIRS for name in pair)
    runs = {
        name: workspace.train(f"vae-{name}", SET, method=method, pictures=stages if name == "set" else 0, **options)
        for name, method in _METHODS.items()
    }
    train, test, notes = load_parts(workspace, SET, limit)
    return Context(
        workspace=workspace,
        train=train,
        test=test,
        runs=runs,
        reader=workspace.train_classifier(train, workspace.either(300, 1500)),
        epochs=epochs,
        note="; ".join(notes),
    )
