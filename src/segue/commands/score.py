"""Score every path by every metric on pairs of held-out images, with controls, and show what the numbers mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from segue.commands.runs import DATA, RUN, DataOptions, load_images, open_model
from segue.commands.score_cache import SCORES, SHEETS, ScoreCache, write_text
from segue.core.choices import Checked, needed, option
from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels, check_writable, write_image
from segue.core.jsonable import write_json
from segue.core.own_choices import TRUST_CODE
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet, LoadOptions
from segue.evaluation.leaderboard import (
    LINEAR,
    Benchmark,
    Kind,
    Leaderboard,
    LeaderboardRow,
    PairEvaluation,
    Score,
    choose_metrics,
    find_truth,
    make_benchmark,
    score_path,
)
from segue.evaluation.metrics import Metric
from segue.evaluation.metrics.metric import Better
from segue.latent.paths import LEADERBOARD_PATHS, PathChoice, choose_path
from segue.models.autoencoder import Autoencoder, has_weights, model_digest
from segue.render.score_sheets import choose_ordering, draw_overview, draw_sheet

IN_MEMORY = 1 << 30
"""Bytes of frames that stay in memory for the contact sheets; beyond that, the frames of a sheet are computed again."""


@dataclass(frozen=True)
class ScoreRequest(Checked):
    """What `segue score` asks for."""

    examples = (
        "score runs/mnist -o scores",
        "score runs/mnist -o scores --paths 'slerp graph+smooth+pace' --metrics 'excess jerk' --pairs 100",
    )

    run: Path = needed(help=RUN)
    out: Path = needed(help="folder for the scores: tables, and contact sheets to check them by eye")
    pairs: int = option(
        16, "number of image pairs to interpolate between, drawn at random", low=1, high=100_000, group="Measurement"
    )
    kind: Kind = option(
        "any",
        "which pairs: any, of one label or of two; where factors are known, pairs that differ in one or in all factors",
        group="Measurement",
    )
    steps: int = option(16, "frames of each interpolation, both ends included", low=3, high=1000, group="Paths")
    paths: str | tuple[str | PathChoice, ...] = option(
        " ".join(LEADERBOARD_PATHS), "paths, separated by blanks; linear is always among them", group="Paths"
    )
    metrics: str | tuple[str | Metric, ...] | None = option(
        None, "metrics, separated by blanks: 'excess jerk pace:by=pixel' (default: all)", group="Measurement"
    )
    nodes: int = option(
        10_000, "number of training images, drawn at random, that graph and geodesic paths use", low=2, group="Paths"
    )
    among: int = option(
        10_000, "number of training images, drawn at random, that frames are compared with", low=2, group="Measurement"
    )
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    force: bool = option(False, "overwrite existing scores of another request", group="Output")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class ScoreResult:
    """The leaderboard of a run, and what was written to `out`.

    The ends are of `part`; of train where there is no other, so that the model has seen them. They are left out of the
    `nodes` images that paths use and of the `among` that frames are compared with. `better` says of each metric which
    values are good. `leaderboard` has the same rows as a value of its own.
    """

    out: Path
    files: tuple[Path, ...]
    run: str
    part: Literal["train", "test"]
    pairs: int
    steps: int
    nodes: int
    among: int
    better: dict[str, Better]
    rows: tuple[LeaderboardRow, ...]
    notes: tuple[str, ...]
    leaderboard: Leaderboard = field(repr=False, metadata={"json": None})

    def _repr_html_(self) -> str:
        """In a notebook: the leaderboard as a table."""
        return self.leaderboard._repr_html_()


def run_score(request: ScoreRequest, report: Report = silent) -> ScoreResult:
    """Go between pairs of a run's held-out images by every path, measure, and write tables and sheets into a folder.

    Ctrl-C leaves the scores of the pairs so far, from which the same request goes on.

    Args:
        request: The run, the folder, and what to score.
        report: Called with progress.

    Returns:
        The leaderboard and the files written.

    Raises:
        InputError: For a run, images, paths, metrics or pairs that do not exist, and for a folder that cannot be
            written or has other scores.
        Stopped: At Ctrl-C.
    """
    paths = {str(choice): choice for choice in map(choose_path, (LINEAR, *_several(request.paths)))}
    metrics, notes = choose_metrics(None if request.metrics is None else _several(request.metrics), report)
    check_writable(request.out / SCORES)
    model, about = open_model(request.run, request.data, trust_code=request.trust_code)
    data = load_images(about, request.data_dir, report)
    options = {name: getattr(request, name) for name in ("pairs", "kind", "steps", "nodes", "among", "seed")}
    benchmark = make_run_benchmark(model, about, data, paths, **options, report=report)
    cache = ScoreCache(request.out, tuple(map(str, metrics)), tuple(pair.names for pair in benchmark.pairs))
    identity = _identity(request, model, data, tuple(paths), metrics)
    cache.open(identity, request.force)
    evaluate = _evaluator(benchmark)
    _score(benchmark, metrics, cache, evaluate, report)
    scores = {name: [cache.scores[pair, name] for pair in range(len(benchmark.pairs))] for name in benchmark.names}
    leaderboard = Leaderboard.from_scores(scores, benchmark.controls, metrics, request.seed, notes)
    result = ScoreResult(
        out=request.out,
        files=(),
        run=_name(request.run),
        part="train" if data.test is None else "test",
        pairs=len(benchmark.pairs),
        steps=request.steps,
        nodes=len(benchmark.context.space),
        among=len(benchmark.reference.images),
        better={str(metric): metric.better for metric in metrics},
        rows=leaderboard.rows,
        notes=leaderboard.notes,
        leaderboard=leaderboard,
    )
    files = [*_write_tables(result, identity), *_write_sheets(request.out, scores, metrics, evaluate, report)]
    return replace(result, files=tuple(files))


def format_result(result: ScoreResult) -> str:
    """The result in words, as a terminal shows it."""
    lines = [format_leaderboard(result), "", f"scores      {result.out}"]
    lines += [f"            {file}" for file in result.files if file.parent == result.out]
    sheets = [file for file in result.files if file.parent != result.out]
    if sheets:
        lines.append(f"            {sheets[0].parent}: {len(sheets)} sheets, of the best, median and worst pairs")
    return "\n".join([*lines, *(f"note        {note}" for note in result.notes)])


def format_leaderboard(result: ScoreResult) -> str:
    """The leaderboard in words, as a terminal shows it."""
    ends = "held-out images" if result.part == "test" else "training images"
    head = f"{result.pairs} pairs of {ends}, {result.steps} frames each; {result.among:,} images to compare with"
    how = "means, and half their 95 % intervals; * the best path, controls beneath the line"
    return f"{head}\n{how}\n\n{result.leaderboard}"


def make_run_benchmark(
    model: Autoencoder, about: dict[str, Any], data: DataSet, paths: Mapping[str, PathChoice], **options: Any
) -> Benchmark:
    """Set up a benchmark of a run: ends of its test part (of train where there is no other), and its truth.

    Args:
        model: The model of the run.
        about: What the run's file says of it.
        data: Its images.
        paths: The paths to try, by name.
        options: As of `make_benchmark`.
    """
    images = DataOptions.from_json(about.get("images", {}))
    size = None if images.size is None else (images.size[0], images.size[-1])
    parts = [part for part in (data.train, data.test) if part is not None]
    truth = find_truth(about["data"], parts, LoadOptions(size, images.fit, images.channels))
    return make_benchmark(model, data.train, paths, held_out=data.test, truth=truth, **options)


def _several(value: str | tuple[Any, ...]) -> tuple[Any, ...]:
    several = tuple(value.split()) if isinstance(value, str) else value
    if not several:
        raise InputError("an empty list", "one or more, blanks between them", "naming one, or leaving it out")
    return several


def _identity(
    request: ScoreRequest, model: Autoencoder, data: DataSet, paths: tuple[str, ...], metrics: tuple[Metric, ...]
) -> dict[str, Any]:
    """What decides the scores, without the folders of files: the same scores for the same."""
    plain = {name: value for name, value in request.to_json().items() if name not in ("out", "data_dir", "force")}
    plain |= {"run": _name(request.run), "paths": " ".join(paths), "metrics": " ".join(map(str, metrics))}
    digest = model_digest(model) if has_weights(model) else str(request.run)
    return {**plain, "data": Path(data.name).name, "model_digest": digest, "data_digest": data.digest()}


def _name(run: Path) -> str:
    """What a run is called, without the place where it is."""
    return (run.resolve().parent if run.is_file() else run.resolve()).name


def _evaluator(benchmark: Benchmark) -> Callable[[int], PairEvaluation]:
    """Makes the evaluation of each pair; cached, with all its frames, where there is room for all of them."""

    def evaluate(pair: int) -> PairEvaluation:
        return PairEvaluation(benchmark, benchmark.pairs[pair])

    # The truth has eight times as many frames as a path has.
    frames = benchmark.steps * (len(benchmark.names) + 8 * (benchmark.truth is not None))
    size = benchmark.reference.images[0].nbytes * frames
    return cache(evaluate) if size * len(benchmark.pairs) <= IN_MEMORY else evaluate


def _score(
    benchmark: Benchmark,
    metrics: tuple[Metric, ...],
    cache: ScoreCache,
    evaluate: Callable[[int], PairEvaluation],
    report: Report,
) -> None:
    """Score what has no score yet. Raises `Stopped` at Ctrl-C, with all scores so far in the folder."""
    total = len(benchmark.pairs) * len(benchmark.names)
    try:
        for pair in range(len(benchmark.pairs)):
            left = [name for name in benchmark.names if (pair, name) not in cache.scores]
            evaluation = evaluate(pair)
            for name in left:
                cache.scores[pair, name] = score_path(evaluation, name, metrics)
                report(Event("score", len(cache.scores), total))
            if left:
                cache.save()
    except KeyboardInterrupt:
        cache.save()
        raise Stopped(f"stopped; {cache.folder} keeps the scores so far, and the same command goes on") from None


def _write_tables(result: ScoreResult, identity: dict[str, Any]) -> Iterator[Path]:
    board = result.leaderboard
    title = f"{identity['run']}: {result.pairs} pairs of {identity['data']}"
    write_text(result.out / "leaderboard.md", board.to_markdown(title))
    write_text(result.out / "leaderboard.csv", board.to_csv())
    about = {
        "request": identity,
        "part": result.part,
        "pairs": result.pairs,
        "nodes": result.nodes,
        "among": result.among,
        "metrics": {str(metric): {"better": metric.better, "unit": metric.unit} for metric in board.metrics},
        "rows": result.rows,
        "notes": list(result.notes),
    }
    write_json(result.out / "scores.json", about)
    yield from (result.out / name for name in ("leaderboard.md", "leaderboard.csv", "scores.json", SCORES))


def _write_sheets(
    out: Path,
    scores: dict[str, list[Score]],
    metrics: tuple[Metric, ...],
    evaluate: Callable[[int], PairEvaluation],
    report: Report,
) -> Iterator[Path]:
    metric = choose_ordering(scores, metrics)
    if metric is None:
        return
    for done, name in enumerate(scores):
        picture = draw_sheet(name, scores, metric, evaluate)
        if picture is not None:
            yield _write_picture(out / SHEETS / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.png", picture)
        report(Event("sheets", done + 1, len(scores)))
    yield _write_picture(out / "best.png", draw_overview(scores, metric, evaluate))


def _write_picture(file: Path, picture: Pixels) -> Path:
    write_image(file, picture)
    return file
