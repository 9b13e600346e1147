"""Images from the latent space of a trained run: from its prior, a mixture, a grid, or between classes."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Generator, Tensor

from segue.commands.runs import DATA, RUN, has_prior, load_images, open_model
from segue.core.choices import Checked, needed, option
from segue.core.errors import InputError
from segue.core.images import PICTURES, atomic_write, check_writable, write_image
from segue.core.own_choices import TRUST_CODE
from segue.core.progress import Report, silent
from segue.data.datasets import ImageSet, find_label
from segue.latent.interpolation import decode
from segue.latent.space import LatentSpace, central_range, middles, normal_grid, plane
from segue.models.autoencoder import Autoencoder, ConvAutoencoder
from segue.render.strip import sheet

_KINDS = (".npz", *PICTURES)
COMPONENTS = 10  # of the mixture
WIDEST = 256  # codes to which whole covariances are fitted; of longer ones, variances alone
_SPREAD = 0.5
_MOST = 10_000  # training images that are encoded, of each label where labels are asked for

_By = Literal["prior", "mixture", "grid", "label"]


@dataclass(frozen=True)
class SampleRequest(Checked):
    """What `segue sample` asks for."""

    examples = (
        "sample runs/mnist -o samples.png",
        "sample runs/mnist -o between.png --labels 0+8 --weights 0.3+0.7",
        "sample runs/mnist -o samples.npz --count 1000 --by mixture",
    )

    run: Path = needed(help=RUN)
    out: Path = needed(help="a sheet of images (.png), or images and codes (.npz)")
    count: int = option(
        64, "number of images; for a grid, the nearest square number", low=1, high=10_000, group="Samples"
    )
    by: _By | None = option(
        None,
        "where codes come from: the prior N(0, I), a mixture fitted to the training codes, a grid of 2-D codes, or "
        "labels (default: label with --labels, prior for a vae or aae, else mixture)",
        group="Samples",
    )
    labels: str | None = option(None, "classes to sample between, by name or number: 0+8", group="Samples")
    weights: str | None = option(None, "the share of each class: 0.5+0.5 (default: equal)", group="Samples")
    mix: Literal["means", "pairs"] | None = option(
        None,
        "mix the classes' means, or each image of the first class with its nearest of the others (default: means)",
        group="Samples",
    )
    spread: float | None = option(
        None, "scatter around the means; 1 is as wide as the classes (default: 0.5)", low=0, high=100, group="Samples"
    )
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class SampleResult:
    """The file, where the codes came from, how many, and the labels with their weights (which sum to 1)."""

    out: Path
    by: _By
    count: int
    labels: tuple[str, ...]
    weights: tuple[float, ...]


def run_sample(request: SampleRequest, report: Report = silent) -> SampleResult:
    """Draw codes, decode them, and write a sheet, or the arrays `images` `[n, h, w, c]` and `codes` `[n, latent]`.

    Args:
        request: the run, and where the codes come from.
        report: receives the progress.

    Returns:
        the file, and where its codes came from.

    Raises:
        InputError: a run, a label or training images are not there, options contradict each other, a grid is asked for
            of codes that are not two-dimensional, or the file cannot be written.
    """
    out = request.out
    if out.suffix.lower() not in _KINDS:
        raise InputError(f"output {out.name}", ", ".join(_KINDS), "a name that ends in one of these")
    check_writable(out)
    model, about = open_model(request.run, request.data, trust_code=request.trust_code)
    by = _choose_source(request, model, about)
    labels: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    generator = torch.Generator().manual_seed(request.seed)
    if by == "prior":
        # Only segue's own models have a prior.
        assert isinstance(model, ConvAutoencoder)  # noqa: S101
        codes = model.draw(request.count, generator)
    elif by == "grid" and has_prior(model, about):
        codes = normal_grid(_grid_side(request.count))
    else:
        training = load_images(about, request.data_dir, report).train
        if by == "label":
            labels, weights = _choose_mix(request, training)
            codes = _draw_between(model, training, labels, weights, request, generator, report)
        else:
            space = LatentSpace.of(model, training.sample(_MOST, request.seed), report)
            codes = (
                _make_range_grid(space, _grid_side(request.count))
                if by == "grid"
                else _draw_mixture(space, request, generator)
            )
    images = decode(model, codes)
    if out.suffix.lower() == ".npz":
        with atomic_write(out) as beside:
            np.savez_compressed(beside, images=images, codes=codes.numpy())
    else:
        write_image(out, sheet(images, _grid_side(request.count) if by == "grid" else None))
    return SampleResult(out=out, by=by, count=len(codes), labels=labels, weights=weights)


def format_result(result: SampleResult) -> str:
    """The result in words, as a terminal shows it."""
    mix = " + ".join(f"{weight:.3g} of {name}" for name, weight in zip(result.labels, result.weights, strict=True))
    return f"sample      {result.out}\n            {result.count} images by {result.by}{mix and ': ' + mix}"


def _choose_source(request: SampleRequest, model: Autoencoder, about: dict[str, Any]) -> _By:
    """The source of codes; options that it does not use are refused."""
    by: _By = request.by or (
        "label" if request.labels is not None else "prior" if has_prior(model, about) else "mixture"
    )
    if by == "grid" and model.latent_shape != (2,):
        raise InputError(
            f"`by=grid` of codes {list(model.latent_shape)}", "codes of two numbers", "a model trained with `latent=2`"
        )
    if by == "label" and request.labels is None:
        raise InputError("`by=label` without `labels`", "labels, as 0+8", "naming one or more")
    if request.mix == "pairs" and request.spread is not None:
        raise InputError("`spread` with `mix=pairs`", "`spread` with `mix=means`", "leaving one of them out")
    for name in ("labels", "weights", "mix", "spread"):
        if by != "label" and getattr(request, name) is not None:
            raise InputError(f"`{name}` with `by={by}`", f"`{name}` with `by=label`", "leaving one of them out")
    return by


def _grid_side(count: int) -> int:
    return round(math.sqrt(count))


def _make_range_grid(space: LatentSpace, side: int) -> Tensor:
    """A grid over the central range of the codes."""
    low, high = central_range(space.codes)
    lines = low + (high - low) * middles(side)[:, None]
    return plane(lines[:, 0], lines[:, 1]).float()


def _draw_mixture(space: LatentSpace, request: SampleRequest, generator: Generator) -> Tensor:
    """Codes from a mixture of Gaussians fitted to those of a latent space, in no order."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    codes = space.codes.flatten(1).double()
    if len(codes) < 2:
        raise InputError("a mixture of one code", "two or more training images", "training on a larger set")
    centre, scale = codes.mean(0), codes.std().clamp(min=1e-12)  # the fit's least variance is absolute
    shape = "full" if codes.shape[1] <= WIDEST else "diag"
    mixture = GaussianMixture(min(COMPONENTS, len(codes)), covariance_type=shape, random_state=request.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of few or equal codes, and of a slow fit: good enough
        drawn = mixture.fit(((codes - centre) / scale).numpy()).sample(request.count)[0]
    order = torch.randperm(request.count, generator=generator)
    return (torch.from_numpy(drawn)[order] * scale + centre).float().reshape(-1, *space.codes.shape[1:])


def _choose_mix(request: SampleRequest, images: ImageSet) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The names of the labels to mix, and their weights, which sum to 1."""
    if images.labels is None:
        raise InputError("`by=label` of images without labels", "a set that has them", "another `by`")
    present = set(np.unique(images.labels).tolist())
    found = [find_label(name.strip(), images.label_names) for name in (request.labels or "").split("+")]
    for label in found:
        if label not in present:
            raise InputError(f"label {images.label_names[label]}", "labels of training images", "another one")
    words = ["1"] * len(found) if request.weights is None else request.weights.split("+")
    try:
        weights = [float(word) for word in words]
    except ValueError:
        weights = [-1.0]
    if len(words) != len(found):
        raise InputError(f"{len(words)} weights for {len(found)} labels", "one for each", "the form 0.5+0.5")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not 0 < sum(weights) < math.inf:
        raise InputError(f"`weights={request.weights}`", "numbers from 0 up, not all 0", "the form 0.5+0.5")
    names = tuple(images.label_names[label] for label in found)
    return names, tuple(weight / sum(weights) for weight in weights)


def _draw_between(
    model: Autoencoder,
    images: ImageSet,
    labels: tuple[str, ...],
    weights: tuple[float, ...],
    request: SampleRequest,
    generator: Generator,
    report: Report,
) -> Tensor:
    """Codes between classes, by the weights.

    Of `means`: around the weighted mean of the classes' means, as scattered as the classes are, times `spread`. Of
    `pairs`: images of the first class, drawn at random, each mixed with the nearest image of every other class.
    """
    spaces = []
    for name in labels:
        of_label = images.subset(np.flatnonzero(images.labels == images.label_names.index(name)))
        spaces.append(LatentSpace.of(model, of_label.sample(_MOST, request.seed), report))
    if request.mix == "pairs":
        first = spaces[0].codes
        drawn = first[torch.randint(len(first), (request.count,), generator=generator)]
        nearest = [torch.stack([space.codes[space.nearest(code)[0]] for code in drawn]) for space in spaces[1:]]
        return torch.stack([w * codes for w, codes in zip(weights, [drawn, *nearest], strict=True)]).sum(0)
    mean, variance = torch.zeros(model.latent_shape), torch.zeros(model.latent_shape)
    for space, weight in zip(spaces, weights, strict=True):
        mean += weight * space.codes.mean(0)
        variance += weight * space.codes.var(0, correction=0)
    noise = torch.randn(request.count, *model.latent_shape, generator=generator)
    spread = _SPREAD if request.spread is None else request.spread
    return mean + spread * variance.sqrt() * noise
