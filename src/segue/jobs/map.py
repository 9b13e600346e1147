"""Map the latent space of a trained run: where its images lie, what lies between, which dimensions are used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.choices import Checked, needed, option
from segue.datasets import DataSet, ImageSet
from segue.errors import InputError
from segue.images import Pixels, check_writable, to_float
from segue.interpolation import decode
from segue.jobs.runs import DATA, RUN, has_posterior, images_of, method_of, open_run, some
from segue.latent import LatentSpace, central_range, middles, plane
from segue.methods.vae import kl_to_prior
from segue.model import Autoencoder, ConvAutoencoder
from segue.progress import Report, silent

SIDE = 20  # of the decoded grid

Part = Literal["train", "test"]
Projection = Literal["direct", "pca"]


@dataclass(frozen=True)
class MapRequest(Checked):
    """What `segue map` asks for."""

    run: Path = needed(RUN)
    out: Path = needed("the map (.png or .pdf); a decoded grid and the KL divergences are put beside it")
    part: Part | None = option(None, "which images: train or test; else test where there is one")
    limit: int = option(5000, "map at most so many images, drawn at random", low=2)
    seed: int = option(0, "seed of that draw", low=0, high=2**31 - 1)
    data: str | None = option(None, DATA)
    data_dir: Path | None = option(None, "where named sets are; else SEGUE_DATA, else a cache")


@dataclass(frozen=True)
class MapResult:
    """The map and what was put beside it; how the codes were projected; how many dimensions are in use.

    `explained_variance` has the share of each axis (None unless projected), `kl` the nats of each dimension (None
    without a posterior).
    """

    out: Path
    files: tuple[Path, ...]
    part: Part
    images: int
    latent: int
    projection: Projection
    explained_variance: tuple[float, ...] | None
    active_units: int
    kl: tuple[float, ...] | None


def run_map(request: MapRequest, report: Report = silent) -> MapResult:
    """Encode images of the run's own set and draw their codes, coloured by label.

    Raises `InputError` for a run or a part that is not there, for fewer than two images, and for what cannot be
    written.
    """
    from segue.render.figures import check_suffix
    from segue.render.latent_map import decoded_grid, kl_bars, latent_map

    out = request.out
    check_suffix(out)
    model, about = open_run(request.run, request.data)
    grid, bars = (out.with_name(f"{out.stem}-{what}{out.suffix}") for what in ("grid", "kl"))
    beside = [grid] * (model.latent_shape == (2,)) + [bars] * has_posterior(model)
    for path in (out, *beside):
        check_writable(path)
    part, images = _part(images_of(about, request.data_dir, report), request)
    space = LatentSpace.of(model, images, report)
    codes = space.codes.flatten(1).double().numpy()
    points, shares = (codes, None) if codes.shape[1] <= 3 else project(codes, request.seed)
    name = f"{Path(about['data']).name}, {method_of(about).upper()}"
    latent_map(
        points, out, labels=space.labels, names=space.label_names, axes=_axes(points.shape[1], shares),
        title=f"{name}: codes of {len(images)} {part} images",
    )  # fmt: skip
    if grid in beside:
        decoded, extent = decoded_plane(model, space.codes)
        decoded_grid(decoded, grid, extent, title=f"{name}: decoded codes")
    kl = mean_kl(model, images.images).double().numpy() if has_posterior(model) else None
    if kl is not None:
        kl_bars(kl, bars)
    return MapResult(
        out, tuple(beside), part, len(images), codes.shape[1], "direct" if shares is None else "pca", shares,
        space.active_units(), None if kl is None else tuple(kl.tolist()),
    )  # fmt: skip


def _part(data: DataSet, request: MapRequest) -> tuple[Part, ImageSet]:
    if request.part == "test" and data.test is None:
        raise InputError("--part test", "train", f"{data.name} has no test part")
    part: Part = request.part or ("train" if data.test is None else "test")
    images = data.train if part == "train" or data.test is None else data.test
    if len(images) < 2:
        raise InputError(f"{len(images)} {part} image", "two or more", "map the other part, or a larger set")
    return part, some(images, request.limit, request.seed)


def project(codes: npt.NDArray[np.float64], seed: int) -> tuple[npt.NDArray[np.float64], tuple[float, ...]]:
    """Codes `[n, d]` on their two principal axes `[n, 2]`, and the share of the variance along each.

    The shares are NaN for codes that are all the same.
    """
    from sklearn.decomposition import PCA

    pca = PCA(2, random_state=seed)
    with np.errstate(invalid="ignore"):
        points = pca.fit_transform(codes)
    return points, tuple(pca.explained_variance_ratio_.tolist())


def _axes(count: int, shares: tuple[float, ...] | None) -> list[str]:
    if shares is None:
        return [f"z{i + 1}" for i in range(count)]
    of = ["" if math.isnan(share) else f" ({share:.0%} of the variance)" for share in shares]
    return [f"Principal axis {i + 1}{share}" for i, share in enumerate(of)]


def decoded_plane(model: Autoencoder, codes: Tensor) -> tuple[Pixels, tuple[float, float, float, float]]:
    """A grid over the central range of two-dimensional codes, decoded, and its left, right, bottom and top."""
    low, high = central_range(codes)
    high = torch.maximum(high, low + 1e-6)  # codes that are all the same have a place, but no extent
    lines = low + (high - low) * middles(SIDE)[:, None]
    images = decode(model, plane(lines[:, 0], lines[:, 1]).float())
    return images, (float(low[0]), float(high[0]), float(low[1]), float(high[1]))


@torch.no_grad()
def mean_kl(model: ConvAutoencoder, images: Pixels, batch: int = 256) -> Tensor:
    """The KL divergence of the posterior to N(0, I) per entry of a code, in nats: its mean over the images."""
    parts = [images[start : start + batch] for start in range(0, len(images), batch)]
    sums = []
    for part in parts:
        mean, log_variance, _ = model.statistics(to_float(part))
        assert log_variance is not None  # noqa: S101 - for the type checker; the caller asks of posteriors alone
        sums.append(kl_to_prior(mean, log_variance).double().sum(0).flatten())
    return torch.stack(sums).sum(0) / len(images)
