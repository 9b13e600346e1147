"""Where the two models put the digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from segue.commands.map import MapRequest, Projection, project, run_map
from segue.commands.studies.ae_vs_vae.context import Context
from segue.commands.studies.workspace import Numbers
from segue.core.errors import InputError
from segue.core.images import to_float
from segue.core.neighbours import nearest_others
from segue.core.progress import silent
from segue.core.types import Labels, Points
from segue.data.datasets import ImageSet
from segue.latent.space import encode
from segue.models.autoencoder import ConvAutoencoder
from segue.render.report import Picture, Section, Table
from segue.training.methods.vae import draw

NEIGHBOURS, _CENTRAL = 10, 0.9  # of a code; the share of a class that its hull is drawn about


def report_spaces(context: Context) -> tuple[Section, Numbers]:
    """Both latent spaces projected in the same ways, and numbers of what they look like."""
    from segue.render.panels import draw_panels

    workspace = context.workspace
    test = context.test.sample(workspace.either(2000, 3000), workspace.seed)
    labels = _labels(test)
    codes = {name: encode(model, test.images).double().numpy() for name, model in context.models.items()}
    shown, axes, planes = _project_both(context, codes)
    file = workspace.figure_path("spaces.png")
    draw_panels(shown, labels, context.reader.names, file, axes=axes)
    numbers: Numbers = {name: _measure(each, planes[name], labels) for name, each in codes.items()}
    drawn = _draw_posterior(context.models["VAE"], test.images, workspace.seed)
    numbers["VAE"]["purity of draws"] = measure_purity(drawn, labels).mean()
    kl = workspace.figure_path("map-vae.png")
    workspace.run_job(run_map, MapRequest(context.runs["VAE"], kl, limit=workspace.either(2000, 5000)))
    rows = tuple((title, numbers["AE"].get(key), numbers["VAE"].get(key)) for key, title in TITLES.items())
    ae, vae = numbers["AE"], numbers["VAE"]
    return Section(
        "Two latent spaces",
        f"""
        What is seen on a plane depends on how the codes got there, so that both spaces are projected in the same way,
        and the numbers are of the codes themselves, with all their dimensions.

        Purity is the share of a code's {NEIGHBOURS} nearest neighbours that are of its class. The silhouette (Rousseeuw
        1987) is 1 where classes are tight and far apart, and 0 where they touch. Overlap is the share of codes that
        lie, on the plane of the principal axes, inside the hull of another class's central nine tenths, averaged over
        the other classes.""",
        (
            Picture(
                file,
                f"""The codes of the same {len(test):,} held-out digits in both models. Of the AE's neighbours
                {ae["purity"]:.0%} are of the same class, of the VAE's {vae["purity"]:.0%}; the silhouettes are
                {ae["silhouette"]:.2f} and {vae["silhouette"]:.2f}. Scales differ: the mean distance between two codes
                is {ae["distance"]:.1f} in the AE and {vae["distance"]:.1f} in the VAE.""",
            ),
            Table("spaces", "Both spaces in numbers.", ("", "AE", "VAE"), rows),
            Picture(
                kl.with_name("map-vae-kl.png"),
                """How much each dimension of the VAE's code says about an image, in nats,
                the largest first. A dimension near zero is not used.""",
            ),
        ),
    ), numbers


TITLES = {
    "purity": "purity",
    "purity of draws": "purity of draws from the posterior",
    "purity of 0": "purity of the 0s",
    "silhouette": "silhouette",
    "plane silhouette": "silhouette on the plane",
    "overlap": "overlap on the plane",
    "overlap of 0": "overlap of the 0s on the plane",
    "distance": "mean distance between two codes",
    "norm": "mean norm of a code",
    "deviation": "mean deviation of a dimension",
}


def _project_both(
    context: Context, codes: dict[str, Points]
) -> tuple[dict[str, Points], dict[str, tuple[str, str]], dict[str, Points]]:
    """By title, both spaces on the principal axes, and by t-SNE where that is installed; and the former by name."""
    ways: tuple[Projection, ...] = ("pca", "tsne")
    shown, axes, planes = {}, {}, {}
    for how in ways:
        for name, each in codes.items():
            try:
                points, shares = project(each, how, context.workspace.seed, context.workspace.report)
            except InputError:  # openTSNE is an extra
                continue
            title = f"{name}, {'principal axes' if shares else 't-SNE'}"
            shown[title] = points
            if shares:
                planes[name] = points
                axes[title] = tuple(f"axis {i + 1} ({share:.0%})" for i, share in enumerate(shares))
    return shown, axes, planes  # type: ignore[return-value]


def _measure(codes: Points, plane: Points, labels: Labels) -> dict[str, float]:
    from sklearn.metrics import silhouette_score

    same, inside, zeros = measure_purity(codes, labels), measure_overlap(plane, labels), labels == 0
    distances = torch.pdist(torch.from_numpy(codes))
    return {
        "purity": float(same.mean()),
        "purity of 0": float(same[zeros].mean()),
        "silhouette": float(silhouette_score(codes, labels)),
        "plane silhouette": float(silhouette_score(plane, labels)),
        "overlap": float(inside.mean()),
        "overlap of 0": float(inside[zeros].mean()),
        "distance": float(distances.mean()),
        "norm": float(np.linalg.norm(codes, axis=1).mean()),
        "deviation": float(codes.std(0).mean()),
    }


def measure_purity(codes: Points, labels: Labels) -> Points:
    """Measure how many neighbours of a code have its label.

    Args:
        codes: `[n, d]`.
        labels: `[n]`.

    Returns:
        The share of each code's ten nearest neighbours that have its label, `[n]`.

    >>> measure_purity(np.array([[0.0], [0.1], [5.0], [5.1]]), np.array([0, 0, 1, 1])).round(2).tolist()
    [0.33, 0.33, 0.33, 0.33]
    """
    near, _ = nearest_others(codes, min(NEIGHBOURS, len(codes) - 1), silent)
    same: Points = (labels[near] == labels[:, None]).mean(1)
    return same


def measure_overlap(plane: Points, labels: Labels) -> Points:
    """Measure how far classes cover each other on a plane.

    Args:
        plane: Points `[n, 2]`.
        labels: `[n]`.

    Returns:
        The share of the other classes within whose hull each point lies, `[n]`. The hull is that of the nine tenths of
        a class that are nearest to its median.
    """
    from scipy.spatial import Delaunay, QhullError

    present = np.unique(labels)
    inside = np.zeros((len(plane), len(present)))
    for place, label in enumerate(present):
        own = plane[labels == label]
        away = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        try:
            hull = Delaunay(own[away <= np.quantile(away, _CENTRAL)])
        except (QhullError, ValueError):  # too few points, or all on a line
            continue
        inside[:, place] = (hull.find_simplex(plane) >= 0) & (labels != label)
    shares: Points = inside.sum(1) / max(1, len(present) - 1)
    return shares


@torch.no_grad()
def _draw_posterior(model: ConvAutoencoder, images: Any, seed: int) -> Points:
    """A code of each image drawn from its posterior."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for start in range(0, len(images), 256):
        mean, log_variance, _ = model.statistics(to_float(images[start : start + 256]))
        assert log_variance is not None  # noqa: S101 - the model is a VAE
        found.append(draw(mean, log_variance, generator))
    drawn: Points = torch.cat(found).double().numpy()
    return drawn


def _labels(images: ImageSet) -> Labels:
    assert images.labels is not None  # noqa: S101 - this set has labels
    return images.labels
