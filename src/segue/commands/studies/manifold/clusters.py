"""A third factor of few values: whether it splits the latent space into clusters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from segue.commands.runs import open_model
from segue.commands.studies.manifold.losses import train
from segue.commands.studies.manifold.plan import Plan
from segue.commands.studies.workspace import Workspace
from segue.core.choices import choose
from segue.core.neighbours import nearest_others
from segue.core.progress import silent
from segue.data.datasets import WORLDS, generated
from segue.latent.graph import knn_graph
from segue.latent.space import LatentSpace
from segue.render.report import Picture, Section

NEAR = 8  # neighbours that purity is measured by
FACTOR = "height"


@dataclass(frozen=True)
class ClusterSplit:
    """How a factor splits codes: the share of the 8 nearest codes that have the same value (`purity`), what it would be

    without any order (`chance`), the mean silhouette (Rousseeuw 1987; -1 to 1, above 0.25 groups lie apart), how many
    components the graph of 8 neighbours has, and the smallest k that connects it.
    """

    values: int
    purity: float
    chance: float
    silhouette: float
    components: int
    k: int


def measure_split(codes: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> ClusterSplit:
    """Measure how labels split codes.

    Args:
        codes: `[n, d]`.
        labels: `[n]`.

    >>> codes = np.concatenate([np.arange(20.0), 1000 + np.arange(20.0)])[:, None]
    >>> found = measure_split(codes, np.repeat([0, 1], 20))
    >>> found.purity, found.chance.__round__(2), found.components
    (1.0, 0.49, 2)
    """
    from sklearn.metrics import silhouette_score

    near = min(NEAR, len(codes) - 1)
    others, _ = nearest_others(codes, near, silent)
    _, counts = np.unique(labels, return_counts=True)
    graph, connected = knn_graph(codes, near), knn_graph(codes)
    return ClusterSplit(
        values=len(counts),
        purity=float((labels[others] == labels[:, None]).mean()),
        chance=float((counts * (counts - 1)).sum() / (len(labels) * (len(labels) - 1))),
        silhouette=float(silhouette_score(codes, labels, sample_size=min(len(codes), 2000), random_state=0)),
        components=len(graph.sizes),
        k=connected.k or 0,
    )


def report_clusters(workspace: Workspace, plan: Plan) -> tuple[Section, ClusterSplit, Path]:
    """The map of an image set of three factors, coloured by the third, and how that splits it."""
    from segue.render.latent_map import draw_latent_map

    run = train(workspace, plan, "three-factors", data=plan.three, latent=3)
    model, _ = open_model(run)
    images = workspace.images(plan.three).train
    assert images.factors is not None  # noqa: S101 - for the type checker; both sets have factors
    codes = LatentSpace.of(model, images).codes.double().numpy()
    labels = images.factors[:, images.factor_names.index(FACTOR)].round().astype(np.int64)
    found, names = measure_split(codes, labels), _name_heights(plan.three)
    file = workspace.figure_path("three-factors.png")
    draw_latent_map(
        codes, file, labels=labels, names=names, title=f"Codes of {len(images):,} images by the camera's height"
    )
    caption = (
        "A code of three numbers for images of three factors, coloured by the third, the camera's height. Of the "
        f"{NEAR} codes nearest to each, {found.purity:.0%} have the same height ({found.chance:.0%} if there were no "
        "order); "
        f"silhouette {found.silhouette:.2f}, where 1 is tight clusters far apart and 0 none. The graph of {NEAR} "
        f"neighbours falls into {found.components} part{'s' * (found.components > 1)}; k = {found.k} connects all."
    )
    return Section("Three degrees of freedom", _TEXT, (Picture(file, caption),)), found, run


def _name_heights(data: str) -> tuple[str, ...]:
    if generated.reads(data):
        space = choose(data, WORLDS, "world").space
        return next(factor.names for factor in space if factor.name == FACTOR)
    return ("top", "center", "bottom")


_TEXT = """
Two angles take many values; the camera's height has three. The source found images of different heights in different
areas of its latent space. Whether they are apart is measured here by the nearest neighbours of every code, and by how
many of them it takes until a graph leads from one height to another.
"""
