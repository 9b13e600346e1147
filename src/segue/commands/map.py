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

from segue.commands.runs import DATA, RUN, has_posterior, load_images, method_name, open_model
from segue.core.choices import Checked, needed, option
from segue.core.errors import InputError
from segue.core.images import Pixels, check_writable, to_float
from segue.core.own_choices import TRUST_CODE
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet, ImageSet
from segue.latent.interpolation import decode
from segue.latent.space import LatentSpace, central_range, middles, plane
from segue.models.autoencoder import Autoencoder, ConvAutoencoder
from segue.training.methods.vae import kl_to_prior

_SIDE = 20  # of the decoded grid

_Part = Literal["train", "test"]
Projection = Literal["direct", "pca", "tsne"]


@dataclass(frozen=True)
class MapRequest(Checked):
    """What `segue map` asks for."""

    examples = (
        "map runs/mnist -o map.png",
        "map runs/mnist -o map.pdf --projection tsne --thumbnails 100",
    )

    run: Path = needed(help=RUN)
    out: Path = needed(help="the map (.png or .pdf); a decoded grid and the KL divergences are written beside it")
    part: _Part | None = option(None, "which images to map (default: test, where there is such a part)", group="Images")
    limit: int = option(5000, "maximum number of images, drawn at random", low=2, group="Images")
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    projection: Projection | None = option(
        None,
        "how codes are shown in the plane (default: up to three numbers directly, longer codes by pca)",
        group="Map",
    )
    thumbnails: int = option(0, "maximum number of images shown at their codes", low=0, high=1000, group="Map")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class MapResult:
    """The map and what was put beside it; how the codes were projected; how many dimensions are in use.

    `explained_variance` has the share of each axis (None unless projected), `kl` the nats of each dimension (None
    without a posterior).
    """

    out: Path
    files: tuple[Path, ...]
    part: _Part
    images: int
    latent: int
    projection: Projection
    explained_variance: tuple[float, ...] | None
    active_units: int
    kl: tuple[float, ...] | None


def run_map(request: MapRequest, report: Report = silent) -> MapResult:
    """Encode images of the run's own set and draw their codes, coloured by label.

    Args:
        request: the run, the images, and how codes are projected.
        report: receives the progress.

    Returns:
        the files, and what they show.

    Raises:
        InputError: the run or the part is not there, there are fewer than two images, or a file cannot be written.
    """
    from segue.render.figures import check_suffix
    from segue.render.latent_map import draw_decoded_grid, draw_kl_bars, draw_latent_map

    out = request.out
    check_suffix(out)
    model, about = open_model(request.run, request.data, trust_code=request.trust_code)
    grid, bars = (out.with_name(f"{out.stem}-{what}{out.suffix}") for what in ("grid", "kl"))
    beside = [grid] * (model.latent_shape == (2,)) + [bars] * has_posterior(model)
    for path in (out, *beside):
        check_writable(path)
    part, images = _choose_part(load_images(about, request.data_dir, report), request)
    space = LatentSpace.of(model, images, report)
    codes = space.codes.flatten(1).double().numpy()
    how = _choose_projection(request, codes.shape[1])
    points, shares = (codes, None) if how == "direct" else project(codes, how, request.seed, report)
    name = f"{Path(about['data']).name}, {method_name(about).upper()}"
    draw_latent_map(
        points,
        out,
        labels=space.labels,
        names=space.label_names,
        axes=_name_axes(how, points.shape[1], shares),
        title=f"{name}: codes of {len(images)} {part} images",
        images=images.images,
        thumbnails=request.thumbnails,
    )
    if grid in beside:
        decoded, extent = decode_plane(model, space.codes)
        draw_decoded_grid(decoded, grid, extent, title=f"{name}: decoded codes")
    kl = mean_kl(model, images.images).double().numpy() if has_posterior(model) else None
    if kl is not None:
        draw_kl_bars(kl, bars)
    return MapResult(
        out=out,
        files=tuple(beside),
        part=part,
        images=len(images),
        latent=codes.shape[1],
        projection=how,
        explained_variance=shares,
        active_units=space.active_units(),
        kl=None if kl is None else tuple(kl.tolist()),
    )


def format_result(result: MapResult) -> str:
    """The result in words, as a terminal shows it."""
    used = f"{result.active_units} of {result.latent} dimensions vary over the images"
    lines = [f"map         {result.out}", *(f"            {file}" for file in result.files)]
    lines.append(f"codes       of {result.images} {result.part} images; {used}")
    if result.explained_variance is not None:
        shares = " and ".join(f"{share:.1%}" for share in result.explained_variance)
        lines.append(f"projected   on two principal axes, with {shares} of the variance")
    if result.kl is not None:
        most = sorted(result.kl, reverse=True)
        shown = " ".join(f"{value:.2f}" for value in most[:8]) + (" ..." if len(most) > 8 else "")
        lines.append(f"KL          {sum(most):.2f} nats to the prior, by dimension {shown}")
    return "\n".join(lines)


def _choose_part(data: DataSet, request: MapRequest) -> tuple[_Part, ImageSet]:
    if request.part == "test" and data.test is None:
        raise InputError(f"`part=test` of {data.name}, which has no test part", "a part that it has", "`part=train`")
    part: _Part = request.part or ("train" if data.test is None else "test")
    images = data.train if part == "train" or data.test is None else data.test
    if len(images) < 2:
        raise InputError(f"{len(images)} {part} image", "two or more", "the other part, or a larger set")
    return part, images.sample(request.limit, request.seed)


def _choose_projection(request: MapRequest, length: int) -> Projection:
    how: Projection = request.projection or ("direct" if length <= 3 else "pca")
    if how == "direct" and length > 3:
        raise InputError(
            f"`projection=direct` of {length} numbers", "up to three", "`projection=pca` or `projection=tsne`"
        )
    if how != "direct" and length < 2:
        raise InputError(f"`projection={how}` of one number", "two or more", "leaving it out")
    if request.thumbnails and how == "direct" and length != 2:
        raise InputError(f"`thumbnails` on a map of {length} numbers", "a plane", "`projection=pca`")
    return how


def project(
    codes: npt.NDArray[np.float64], how: Projection, seed: int, report: Report = silent
) -> tuple[npt.NDArray[np.float64], tuple[float, ...] | None]:
    """Project codes on a plane.

    Args:
        codes: `[n, d]`, d of 2 or more.
        how: `pca`; or `tsne`, openTSNE's (Policar et al. 2019, doi 10.1101/731877), started from the principal axes:
            distances on it mean little beyond the nearest.
        seed: of the projection.
        report: receives the progress.

    Returns:
        Points `[n, 2]`, and for `pca` the share of the variance along each principal axis, which is NaN for codes that
        are all the same.

    Raises:
        InputError: openTSNE is needed and not installed.
    """
    if how == "tsne":
        return _project_tsne(codes, seed, report), None
    from sklearn.decomposition import PCA

    pca = PCA(2, random_state=seed)
    with np.errstate(invalid="ignore"):
        points = pca.fit_transform(codes)
    return points, tuple(pca.explained_variance_ratio_.tolist())


def _project_tsne(codes: npt.NDArray[np.float64], seed: int, report: Report) -> npt.NDArray[np.float64]:
    try:
        from openTSNE import TSNE
    except ImportError:
        raise InputError(
            "`projection=tsne` without openTSNE", "an install of it", "`pip install 'segue[tsne]'`"
        ) from None
    report(Event("project", note=f"t-SNE of {len(codes)} codes"))
    perplexity = min(30.0, max(1.0, (len(codes) - 1) / 3))
    return np.asarray(TSNE(perplexity=perplexity, random_state=seed, n_jobs=1).fit(codes), np.float64)


def _name_axes(how: Projection, count: int, shares: tuple[float, ...] | None) -> list[str]:
    if shares is None:
        return [f"{'t-SNE ' if how == 'tsne' else 'z'}{i + 1}" for i in range(count)]
    of = ["" if math.isnan(share) else f" ({share:.0%} of the variance)" for share in shares]
    return [f"Principal axis {i + 1}{share}" for i, share in enumerate(of)]


def decode_plane(
    model: Autoencoder, codes: Tensor, side: int = _SIDE
) -> tuple[Pixels, tuple[float, float, float, float]]:
    """Decode a square grid over the central range of two-dimensional codes.

    Args:
        model: the model.
        codes: `[n, 2]`.
        side: points along each side of the grid.

    Returns:
        Images uint8 `[side * side, h, w, c]`, row by row, and the grid's left, right, bottom and top.
    """
    low, high = central_range(codes)
    high = torch.maximum(high, low + 1e-6)  # codes that are all the same have a place, but no extent
    lines = low + (high - low) * middles(side)[:, None]
    images = decode(model, plane(lines[:, 0], lines[:, 1]).float())
    return images, (float(low[0]), float(high[0]), float(low[1]), float(high[1]))


@torch.no_grad()
def mean_kl(model: ConvAutoencoder, images: Pixels, batch: int = 256) -> Tensor:
    """The KL divergence of the posterior to N(0, I) per entry of a code, in nats: its mean over the images.

    Args:
        model: a model with a posterior.
        images: uint8 `[n, h, w, c]`.
        batch: how many images are encoded at a time.

    Returns:
        float64 `[d]`, d the length of a code.
    """
    parts = [images[start : start + batch] for start in range(0, len(images), batch)]
    sums = []
    for part in parts:
        mean, log_variance, _ = model.statistics(to_float(part))
        assert log_variance is not None  # noqa: S101 - for the type checker; the caller asks of posteriors alone
        sums.append(kl_to_prior(mean, log_variance).double().sum(0).flatten())
    return torch.stack(sums).sum(0) / len(images)
