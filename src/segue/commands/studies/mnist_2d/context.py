"""What the sections of the report work with."""

from __future__ import annotations

from dataclasses import dataclass

from segue.commands.runs import open_model
from segue.commands.studies.study import StudyContext, load_parts
from segue.commands.studies.transitions import TRANSITION_STEPS
from segue.commands.studies.workspace import Numbers, Workspace
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
class Context(StudyContext):
    """Three models with the codes that their paths use, training and held-out digits, and a classifier of these."""

    models: dict[str, Autoencoder]
    path_contexts: dict[str, PathContext]

    @property
    def near(self) -> int:
        """How many images the graph is made of."""
        return self.workspace.either(1000, 4000)


def prepare(workspace: Workspace) -> Context:
    """Train the three models and the classifier."""
    limit = workspace.either(20_000, None)
    common: Numbers = {"width": workspace.either(8, 16), "limit": limit, "pictures": 0}
    plain = "ae:loss=bce"
    runs = {
        "vae": workspace.train("vae", SET, method="vae", latent=2, steps=workspace.either(1600, 4500), **common),
        "ae-2": workspace.train("ae-2", SET, method=plain, latent=2, steps=workspace.either(1200, 2500), **common),
        "ae-32": workspace.train("ae-32", SET, method=plain, latent=32, steps=workspace.either(500, 1500), **common),
    }
    train, test, _ = load_parts(workspace, SET, limit)
    models = {name: open_model(run)[0] for name, run in runs.items()}
    near = train.sample(workspace.either(1000, 4000), workspace.seed)
    return Context(
        workspace=workspace,
        train=train,
        test=test,
        runs=runs,
        reader=workspace.train_classifier(train, workspace.either(500, 2000)),
        models=models,
        path_contexts={
            name: make_context(model, near, TRANSITION_STEPS, workspace.report) for name, model in models.items()
        },
    )
