"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from segue.commands.studies.study import StudyContext, load_parts
from segue.commands.studies.workspace import Numbers, Workspace
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import load_model

SET, LATENT, _EPOCHS = "mnist", 32, 5
MODEL_METHODS = {"AE": "ae:loss=bce", "VAE": "vae"}
"""The same networks and the same reconstruction loss; what the VAE has besides is noise and the KL divergence."""


@dataclass(frozen=True)
class Context(StudyContext):
    """An AE and a VAE by name, training and held-out digits, and a classifier of these."""

    models: dict[str, ConvAutoencoder]


def prepare(workspace: Workspace) -> Context:
    """Train the two models and the classifier."""
    common = train_options(workspace)
    runs = {
        name: workspace.train(f"{name.lower()}-{LATENT}", SET, method=method, latent=LATENT, epochs=_EPOCHS, **common)
        for name, method in MODEL_METHODS.items()
    }
    train, test, _ = load_parts(workspace, SET, common["limit"])
    return Context(
        workspace=workspace,
        train=train,
        test=test,
        runs=runs,
        reader=workspace.train_classifier(train, workspace.either(500, 2000)),
        models={name: open_own(run) for name, run in runs.items()},
    )


def train_options(workspace: Workspace) -> Numbers:
    """What all trainings have in common."""
    return {"width": workspace.either(8, 16), "limit": workspace.either(16_000, None), "pictures": 0}


def open_own(run: Path) -> ConvAutoencoder:
    """The model of one of this study's runs."""
    model, _ = load_model(run)
    assert isinstance(model, ConvAutoencoder)  # noqa: S101 - as all that are trained here
    return model
