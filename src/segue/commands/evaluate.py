"""Figures of a trained run on images held out: reconstruction, representation, and for a VAE the likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from segue.commands.runs import DATA, RUN, has_posterior, load_images, open_model
from segue.core.choices import Checked, choose, needed, option
from segue.core.errors import InputError
from segue.core.images import to_float
from segue.core.own_choices import TRUST_CODE, check_trust
from segue.core.progress import Event, Report, silent
from segue.core.types import Interval
from segue.data.datasets import DataSet, ImageSet
from segue.evaluation.representation import (
    assign_clusters,
    bits_per_value,
    importance_bound,
    match_clusters,
    predict_linear,
    share_interval,
)
from segue.latent.space import LatentSpace, limit_batch
from segue.models.autoencoder import Autoencoder, ConvAutoencoder
from segue.training.losses import psnr, structural_similarity
from segue.training.methods import METHODS, VAE
from segue.training.methods.vae import draw, kl_to_prior


@dataclass(frozen=True)
class EvaluateRequest(Checked):
    """What `segue evaluate` asks for."""

    examples = (
        "evaluate runs/mnist",
        "evaluate runs/mnist --images 2000 --bounded 0 --json",
    )

    run: Path = needed(help=RUN)
    images: int = option(
        10_000, "number of test images to encode and decode, drawn at random", low=2, group="Measurement"
    )
    bounded: int = option(
        1000, "for a vae: number of these images whose likelihood is bounded; 0 for none", low=0, group="Measurement"
    )
    samples: int = option(
        500, "posterior samples per image for the importance-weighted bound", low=1, high=1_000_000, group="Measurement"
    )
    restarts: int = option(
        100, "restarts of k-means; the tightest clustering counts", low=1, high=10_000, group="Measurement"
    )
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class LikelihoodFigures:
    """Means over images in nats: the evidence lower bound with its two parts, and the importance-weighted bound.

    `bits_per_value` is the latter in bits for each of an image's values, of the probability of its 256 levels; None for
    a Bernoulli likelihood, whose grey values are probabilities. A conditional model knows the labels: its
    figures are of `log p(x|label)`.
    """

    images: int
    samples: int
    elbo: Interval
    reconstruction: float
    kl: float
    importance_bound: Interval
    bits_per_value: Interval | None


@dataclass(frozen=True)
class EvaluateResult:
    """The figures, each with its 95 % interval.

    `psnr` in dB and `ssim` are means over images; `linear` and `kmeans` accuracies in percent, None without labels.
    Intervals are of the draw of images alone: of k-means another seed may differ by more. Where `part` is train,
    nothing is held out.
    """

    part: str
    images: int
    latent: int
    active_units: int
    psnr: Interval
    ssim: Interval
    mse: Interval
    linear: Interval | None
    kmeans: Interval | None
    likelihood: LikelihoodFigures | None


def run_evaluate(request: EvaluateRequest, report: Report = silent) -> EvaluateResult:
    """Measure a run on the test part of its own image set, or on the training part where it has no test part.

    Args:
        request: the run, and how many images, samples and restarts.
        report: receives the progress.

    Returns:
        the figures; `part` says which part they are of.

    Raises:
        InputError: the run or its images are not there.
    """
    model, about = open_model(request.run, request.data, trust_code=request.trust_code)
    data = load_images(about, request.data_dir, report)
    part, whole = ("train", data.train) if data.test is None else ("test", data.test)
    test = whole.sample(request.images, request.seed)
    space = LatentSpace.of(model, test, report)
    linear, kmeans = _measure_labels(model, data, test, space, request, report)
    decibels, similarity, error = _measure_reconstruction(model, test, space.codes, report)
    return EvaluateResult(
        part=part,
        images=len(test),
        latent=space.codes[0].numel(),
        active_units=space.active_units(),
        psnr=decibels,
        ssim=similarity,
        mse=error,
        linear=linear,
        kmeans=kmeans,
        likelihood=_measure_likelihood(model, about, test, request, report),
    )


def format_result(result: EvaluateResult) -> str:
    """The result in words, as a terminal shows it."""
    lines = [
        f"images      {result.images} of the {result.part} part",
        f"codes       {result.active_units} of {result.latent} entries vary over the images",
        f"decoded     {_format_interval(result.psnr, 'dB')}, SSIM {_format_interval(result.ssim, digits=4)}",
    ]
    if result.linear is not None and result.kmeans is not None:
        accuracies = [_format_interval(accuracy, "%") for accuracy in (result.linear, result.kmeans)]
        lines.append(f"labels      linear classifier {accuracies[0]}, k-means {accuracies[1]}")
    if result.likelihood is not None:
        found = result.likelihood
        parts = f"-{found.reconstruction:.2f} - KL {found.kl:.2f}"
        lines.append(f"likelihood  of {found.images} images: ELBO {_format_interval(found.elbo, 'nats')} ({parts})")
        bound = f"bound with {found.samples} samples {_format_interval(found.importance_bound, 'nats')}"
        bits = "" if found.bits_per_value is None else f", {_format_interval(found.bits_per_value, 'bits/dim', 3)}"
        lines.append(f"            {bound}{bits}")
    return "\n".join(lines)


def _format_interval(figure: Interval, unit: str = "", digits: int = 2) -> str:
    value, low, high = figure
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f}) {unit}".rstrip()


def mean_interval(values: Tensor) -> Interval:
    """The mean of values and its 95 % interval, by the normal distribution.

    Args:
        values: `[n]`, n of 1 or more; infinities stay.

    Returns:
        The mean and the ends of its interval, which are NaN for one value.

    >>> mean_interval(torch.tensor([1.0, 3.0]))[0]
    2.0
    """
    mean = float(values.double().mean())
    half = 1.96 * float(values.double().std(correction=1)) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return mean, mean - half, mean + half


@torch.no_grad()
def _measure_reconstruction(
    model: Autoencoder, test: ImageSet, codes: Tensor, report: Report
) -> tuple[Interval, Interval, Interval]:
    found: list[Tensor] = []
    batch = limit_batch(256, model)
    for start in range(0, len(test), batch):
        clean = to_float(test.images[start : start + batch])
        decoded = model.decode(codes[start : start + batch])
        mse = (decoded - clean).square().flatten(1).mean(1)
        found.append(torch.stack([psnr(decoded, clean), structural_similarity(decoded, clean), mse]))
        report(Event("decode", min(start + batch, len(test)), len(test)))
    decibels, similarity, error = torch.cat(found, 1)
    return mean_interval(decibels), mean_interval(similarity), mean_interval(error)


def _measure_labels(
    model: Autoencoder, data: DataSet, test: ImageSet, space: LatentSpace, request: EvaluateRequest, report: Report
) -> tuple[Interval | None, Interval | None]:
    """The accuracies of the linear classifier and of k-means, fitted to the training part, on the test part."""
    if data.train.labels is None or test.labels is None:
        return None, None
    codes = LatentSpace.of(model, data.train, report).codes
    report(Event("classify", note="fitting the linear classifier"))
    linear = share_interval(predict_linear(codes, data.train.labels, space.codes) == test.labels)
    report(Event("cluster", note=f"clustering, {request.restarts} times"))
    classes = len(data.train.label_names)
    found = assign_clusters(codes, space.codes, classes, request.restarts, request.seed)
    return linear, share_interval(match_clusters(found, test.labels) == test.labels)


@torch.no_grad()
def _measure_likelihood(
    model: Autoencoder, about: dict[str, Any], test: ImageSet, request: EvaluateRequest, report: Report
) -> LikelihoodFigures | None:
    check_trust(about.get("method"), f"method of {request.run}", request.trust_code)
    method = _find_vae(model, about)
    if method is None or not has_posterior(model) or not request.bounded:
        return None
    images = test.sample(request.bounded, request.seed)
    x = to_float(images.images)
    labels = None if images.labels is None else torch.from_numpy(images.labels)
    mass = method.likelihood != "bernoulli"
    mean, log_variance = _encode_posterior(model, x)

    def log_likelihood(z: Tensor, index: Tensor) -> Tensor:
        return method.log_likelihood(model, model.code(z, None if labels is None else labels[index]), x[index], mass)

    generator = torch.Generator().manual_seed(request.seed)
    drawn = draw(mean, log_variance, generator)
    batches = torch.split(torch.arange(len(x)), 256)
    reconstruction = -torch.cat([log_likelihood(drawn[indices], indices) for indices in batches])
    kl = kl_to_prior(mean, log_variance).flatten(1).sum(1)
    bound = importance_bound(log_likelihood, mean, log_variance, request.samples, generator, report)
    bits = mean_interval(bits_per_value(bound, x[0].numel()))
    return LikelihoodFigures(
        images=len(x),
        samples=request.samples,
        elbo=mean_interval(-reconstruction - kl),
        reconstruction=float(reconstruction.mean()),
        kl=float(kl.mean()),
        importance_bound=mean_interval(bound),
        bits_per_value=bits if mass else None,
    )


def _encode_posterior(model: ConvAutoencoder, x: Tensor) -> tuple[Tensor, Tensor]:
    found = [model.statistics(part) for part in torch.split(x, 256)]
    return torch.cat([f.mean for f in found]), torch.cat([f.log_variance for f in found if f.log_variance is not None])


def _find_vae(model: Autoencoder, about: dict[str, Any]) -> VAE | None:
    try:
        method = choose(str(about.get("method")), METHODS, "method")
    except InputError:
        return None
    return method if isinstance(method, VAE) else None
