"""What the trials of a sweep are measured by: figures of train, of evaluate, and metrics of paths."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from segue.commands.evaluate import EvaluateRequest, EvaluateResult, run_evaluate
from segue.commands.record import read_history
from segue.commands.runs import load_images, open_model
from segue.commands.score import make_run_benchmark
from segue.core.choices import choose
from segue.core.errors import InputError, unknown
from segue.core.own_choices import split_own
from segue.core.progress import Report, silent
from segue.data.datasets import DataSet
from segue.evaluation.leaderboard import PairEvaluation
from segue.evaluation.metrics import METRICS, Metric
from segue.evaluation.metrics.metric import Better
from segue.latent.paths import PathChoice, choose_path
from segue.training import score
from segue.training.losses import perceptual
from segue.training.methods import Method

EVALUATED: dict[str, Better] = {
    "psnr": "high",
    "ssim": "high",
    "mse": "low",
    "linear": "high",
    "kmeans": "high",
    "active_units": "none",
    "elbo": "high",
    "importance_bound": "high",
    "bits_per_value": "low",
}
"""The figures of evaluate; those in `LIKELIHOOD` are of a VAE, those in `LABELLED` of images with labels."""

LIKELIHOOD, LABELLED = ("elbo", "importance_bound", "bits_per_value"), ("linear", "kmeans")
_FRAMES, NODES, AMONG = 16, 2000, 2000  # of each path; the images that paths go by, and that frames are compared with
_SAMPLES = 100  # of the posterior for each image's bound


@dataclass(frozen=True)
class Measure:
    """A figure of a finished run by its `name`, which values are `better`, and where it is from.

    A metric of paths is the mean over pairs of held-out images of `metric` on `path`.
    """

    name: str
    better: Better
    source: Literal["train", "evaluate", "score"]
    metric: Metric | None = None
    path: PathChoice | None = None


def parse_measure(text: str, trained: Collection[str]) -> Measure:
    """Read the spelling of a measure.

    Args:
        text: A figure of training or of evaluate, or `METRIC@PATH`; the path is linear where none is named.
        trained: The names of the figures that training gives.

    Returns:
        The measure. Of training's figures PSNR is good when it is high, and all others, being losses, when they are
        low.

    Raises:
        InputError: For any other text.

    >>> parse_measure("excess @ graph+pace", ()).name, parse_measure("test_psnr", ["test_psnr"]).better
    ('excess@graph+pace', 'high')
    """
    name, at, path = (part.strip() for part in text.partition("@"))
    if not at and name in trained:
        return Measure(name, "high" if name.endswith("psnr") else "low", "train")
    if not at and name in EVALUATED:
        return Measure(name, EVALUATED[name], "evaluate")
    if name.partition(":")[0] not in [cls.name for cls in METRICS] and split_own(name) is None:
        raise unknown("metric", name, [*trained, *EVALUATED, *(cls.name for cls in METRICS)])
    metric, way = choose(name, METRICS, "metric"), choose_path(path or "linear")
    return Measure(f"{metric}@{way}", metric.better, "score", metric=metric, path=way)


def list_training_figures(method: Method, data: DataSet) -> tuple[str, ...]:
    """List the figures that training by a method gives, which is found by trying on two images.

    Args:
        method: The method.
        data: The images.

    Returns:
        Their names.
    """
    images = data.train if data.test is None else data.test
    model = method.build(images.image_shape, latent=2, width=2, classes=len(data.train.label_names))
    labels = None if images.labels is None else torch.tensor(images.labels[:2])
    tested = score(model, method, torch.tensor(images.images[:2]), labels=labels)
    own = [name.removeprefix("test_") for name in tested if name != "test_psnr"]
    return tuple(own if data.test is None else [*own, *tested])


def check_measures(measures: Sequence[Measure], data: DataSet, report: Report = silent) -> None:
    """Check that a sweep can be measured as asked for.

    Args:
        measures: The measures, the first of which decides.
        data: The images.
        report: Called with the progress of a download.

    Raises:
        InputError: Where the first cannot decide, where the images have no labels that a measure needs, and where the
            weights of a network are missing.
    """
    first = measures[0]
    if first.better == "none":
        raise InputError(f"`metric={first.name}`", "one that says what is good", "it as a column, in `also`")
    for measure in measures:
        if measure.name in LABELLED and data.train.labels is None:
            raise InputError(f"{measure.name} of images without labels", "a set with labels", "another figure")
    if any(measure.metric is not None and measure.metric.sees for measure in measures):
        perceptual.prepare(report)


def measure_run(
    run: Path,
    measures: Sequence[Measure],
    *,
    patience: bool = False,
    pairs: int = 8,
    data_dir: Path | None = None,
    report: Report = silent,
) -> dict[str, float]:
    """Measure a finished run.

    Args:
        run: Its folder.
        measures: What to measure.
        patience: Whether training's figures are those of the epoch whose weights were kept, and not of the last.
        pairs: Pairs of images that a metric of paths is a mean over.
        data_dir: Where named sets are.
        report: Called with progress.

    Returns:
        The figures by name; those that are undefined are left out.

    Raises:
        InputError: Where the run cannot be measured so.
    """
    history = read_history(run)
    row = min(history, key=lambda row: row["test_loss"]) if patience else history[-1]
    found = {measure.name: row[measure.name] for measure in measures if measure.name in row}
    evaluated = [measure.name for measure in measures if measure.source == "evaluate"]
    if evaluated:
        bounded = 1000 if set(evaluated) & set(LIKELIHOOD) else 0
        restarts = 20 if "kmeans" in evaluated else 1
        request = EvaluateRequest(
            run, bounded=bounded, samples=_SAMPLES, restarts=restarts, data_dir=data_dir, trust_code=True
        )
        figures = dict(_list_figures(run_evaluate(request, report)))
        found |= {name: figures[name] for name in evaluated if name in figures}
    scored = [measure for measure in measures if measure.source == "score"]
    found |= _score(run, scored, pairs, data_dir, report) if scored else {}
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _list_figures(result: EvaluateResult) -> Iterator[tuple[str, float]]:
    yield "active_units", result.active_units
    intervals = {"psnr": result.psnr, "ssim": result.ssim, "mse": result.mse}
    labelled = {"linear": result.linear, "kmeans": result.kmeans}
    of_vae = result.likelihood
    bounds = {} if of_vae is None else {name: getattr(of_vae, name) for name in LIKELIHOOD}
    for name, interval in (intervals | labelled | bounds).items():
        if interval is not None:
            yield name, interval[0]


def _score(
    run: Path, measures: Sequence[Measure], pairs: int, data_dir: Path | None, report: Report
) -> dict[str, float]:
    model, about = open_model(run, trust_code=True)
    data = load_images(about, data_dir, silent)
    paths = {str(measure.path): measure.path for measure in measures if measure.path is not None}
    benchmark = make_run_benchmark(
        model, about, data, paths, pairs=pairs, steps=_FRAMES, nodes=NODES, among=AMONG, report=report
    )
    values: dict[str, list[float]] = {measure.name: [] for measure in measures}
    for pair in benchmark.pairs:
        evaluation = PairEvaluation(benchmark, pair)
        for measure in measures:
            values[measure.name].append(_measure(evaluation, measure))
    return {
        name: float(np.mean([x for x in found if not math.isnan(x)] or [math.nan])) for name, found in values.items()
    }


def _measure(evaluation: PairEvaluation, measure: Measure) -> float:
    """The metric on one pair; NaN where it is undefined, or the path finds no way."""
    if measure.metric is None:
        return math.nan
    try:
        case = evaluation.make_case(str(measure.path))
    except InputError:
        return math.nan
    return measure.metric.measure(case)
