"""Score paths: every path and control on every pair of a benchmark, by every metric."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet, ImageSet, LoadOptions
from segue.evaluation.leaderboard.benchmark import LINEAR, PairEvaluation, make_benchmark
from segue.evaluation.leaderboard.pairs import Kind
from segue.evaluation.leaderboard.rows import Score
from segue.evaluation.leaderboard.table import Leaderboard
from segue.evaluation.leaderboard.truth import Truth, find_truth
from segue.evaluation.metrics import LEADERBOARD_METRICS, METRICS, Metric
from segue.latent.paths import LEADERBOARD_PATHS, PathChoice, choose_path
from segue.models.autoencoder import Autoencoder
from segue.training.losses import perceptual


def score_paths(
    model: Autoencoder,
    images: Pixels | ImageSet | DataSet,
    paths: Sequence[str | PathChoice] = LEADERBOARD_PATHS,
    metrics: Sequence[str | Metric] | None = None,
    *,
    held_out: ImageSet | None = None,
    truth: Truth | None = None,
    pairs: int | Sequence[tuple[int, int]] = 16,
    kind: Kind = "any",
    steps: int = 16,
    nodes: int = 10_000,
    among: int = 10_000,
    seed: int = 0,
    report: Report = silent,
) -> Leaderboard:
    """Go between pairs of images by every path, and measure every interpolation by every metric.

    This is what `segue score` does, without a run folder. The straight line and the controls are always among the rows.

    Args:
        model: Anything with `encode` and `decode` for images of this shape.
        images: uint8 `[n, h, w, c]`, an `ImageSet`, or a `DataSet`, whose held-out part the ends are then drawn from.
        paths: Paths as text ("graph+smooth+pace") or as instances, also of an own class.
        metrics: Metrics as text ("pace:by=pixel") or as instances, also of an own class. Without them all that the
            leaderboard shows by default, less those that look through a network whose weights are not at hand.
        held_out: The images that ends are drawn from; without it those of the data set, or else `images`.
        truth: The true interpolations; found for a `DataSet` whose truth is known.
        pairs: How many pairs to draw, or the pairs themselves, as indices into the images that ends are drawn from.
        kind: How the two images of a drawn pair are related.
        steps: Frames of each interpolation, both ends included; 3 or more.
        nodes: The most images that graphs and geodesics use, drawn by the seed.
        among: The most images that frames are compared with, drawn by the seed.
        seed: Seed of every draw; the same seed gives the same leaderboard.
        report: Called with progress.

    Returns:
        The leaderboard, a row for each path and then for each control.

    Raises:
        InputError: For images, paths, metrics or pairs that do not exist or do not fit.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> images = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 1)).astype(np.uint8)
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=8)
    >>> board = score_paths(model, images, ["slerp"], ["jerk", "ghosting"], pairs=[(0, 1), (2, 3)], steps=5)
    >>> [row.path for row in board.rows]
    ['linear', 'slerp', 'snap', 'cross-fade', 'cut']
    """
    if steps < 3:
        raise InputError(f"{steps} steps", "3 or more", "more frames")
    part = _as_set(images.train if isinstance(images, DataSet) else images)
    if isinstance(images, DataSet):
        held_out = images.test if held_out is None else held_out
        channels, *size = images.train.image_shape
        parts = [part, *([] if images.test is None else [images.test])]
        truth = truth or find_truth(
            images.name, parts, LoadOptions((size[0], size[1]), channels=1 if channels == 1 else 3)
        )
    chosen, notes = choose_metrics(metrics, report)
    benchmark = make_benchmark(
        model,
        part,
        {str(choice): choice for choice in map(choose_path, (LINEAR, *paths))},
        held_out=held_out,
        truth=truth,
        pairs=pairs,
        kind=kind,
        steps=steps,
        nodes=nodes,
        among=among,
        seed=seed,
        report=report,
    )
    scores: dict[str, list[Score]] = {name: [] for name in benchmark.names}
    for index, pair in enumerate(benchmark.pairs):
        evaluation = PairEvaluation(benchmark, pair)
        for name in benchmark.names:
            scores[name].append(score_path(evaluation, name, chosen))
        report(Event("score", index + 1, len(benchmark.pairs)))
    return Leaderboard.from_scores(scores, benchmark.controls, chosen, seed, notes)


def score_path(evaluation: PairEvaluation, name: str, metrics: Sequence[Metric]) -> Score:
    """Measure what one path or control makes of one pair.

    Args:
        evaluation: The pair.
        name: One of `Benchmark.names`.
        metrics: What to measure.

    Returns:
        The score: all NaN, with the reason, where there is no path.
    """
    try:
        made = evaluation.make_frames(name)
    except InputError as error:
        return Score({str(metric): math.nan for metric in metrics}, failed=str(error))
    case = evaluation.make_case(name)
    values = {str(metric): metric.measure(case) for metric in metrics}
    scalars = {key: float(value) for key, value in made.info.items() if isinstance(value, bool | int | float)}
    return Score(values, {key: value for key, value in scalars.items() if math.isfinite(value)})


def choose_metrics(
    metrics: Sequence[str | Metric] | None, report: Report = silent
) -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """Read the metrics to show.

    Args:
        metrics: As text or as instances; None for those of `LEADERBOARD_METRICS`.
        report: Called with the progress of a download.

    Returns:
        The metrics, each once, and notes on those of `LEADERBOARD_METRICS` that are left out because a network's
        weights are not at hand.

    Raises:
        InputError: For a metric that does not exist, and for one that was asked for and lacks its weights.
    """
    wanted: Sequence[str | Metric] = LEADERBOARD_METRICS if metrics is None else metrics
    chosen = {str(metric): metric for metric in (choose(each, METRICS, "metric") for each in wanted)}
    seeing = [name for name, metric in chosen.items() if metric.sees]
    if not seeing:
        return tuple(chosen.values()), ()
    try:
        perceptual.prepare(report)
    except InputError as error:
        if metrics is not None:
            raise
        left = tuple(metric for metric in chosen.values() if not metric.sees)
        return left, (f"without {', '.join(seeing)}: {error}",)
    return tuple(chosen.values()), ()


def _as_set(images: Pixels | ImageSet) -> ImageSet:
    if isinstance(images, ImageSet):
        return images
    return ImageSet(np.asarray(images), tuple(map(str, range(len(images)))))
