"""Score every path by every metric on pairs of held-out images, with controls, and show what the numbers mean."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from torch import nn

from segue.commands.runs import DATA, RUN, images_of, open_run
from segue.commands.score_benchmark import field_of
from segue.commands.score_cache import SCORES, SHEETS, Kept, write_json, write_text
from segue.core.choices import Checked, choose, needed, option
from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels, check_writable, write_image
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet
from segue.evaluation.leaderboard import Benchmark, Kind, LeaderboardRow, PairEvaluation, Score, standings
from segue.evaluation.leaderboard.benchmark import LINEAR
from segue.evaluation.leaderboard.table import markdown, table_csv, text
from segue.evaluation.metrics import LEADERBOARD_METRICS, METRICS, Metric
from segue.evaluation.metrics.metric import Better
from segue.latent.paths import LEADERBOARD_PATHS as PATHS
from segue.latent.paths import PathChoice, path_of
from segue.models.autoencoder import Autoencoder, model_digest
from segue.render.score_sheets import all_on_one, ordering, sheet_of
from segue.training.losses import perceptual

IN_MEMORY = 1 << 30
"""Bytes of frames that are kept for the sheets; of more, those that are shown are made again."""


@dataclass(frozen=True)
class ScoreRequest(Checked):
    """What `segue score` asks for."""

    run: Path = needed(RUN)
    out: Path = needed("folder of the scores: tables, and sheets to check them by eye")
    pairs: int = option(16, "pairs of images to go between, drawn at random", low=1, high=100_000)
    kind: Kind = option(
        "any",
        "which pairs: any, same-label, other-label; where factors are known one-factor (the only one that "
        "differs) and all-factors",
    )
    steps: int = option(16, "frames of each interpolation, both ends included", low=3, high=1000)
    paths: str | tuple[str | PathChoice, ...] = option(" ".join(PATHS), "paths, blanks between them; linear always is")
    metrics: str | tuple[str | Metric, ...] | None = option(
        None, "metrics, blanks between them: 'excess jerk pace:by=pixel'; else all"
    )
    nodes: int = option(10_000, "images of the set that graphs and geodesics go by, drawn at random", low=2)
    among: int = option(10_000, "images of the set that frames are compared with, drawn at random", low=2)
    seed: int = option(0, "seed of every draw", low=0, high=2**31 - 1)
    force: bool = option(False, "overwrite the scores of another request")
    data: str | None = option(None, DATA)
    data_dir: Path | None = option(None, "where named sets are; else SEGUE_DATA, else a cache")


@dataclass(frozen=True)
class ScoreResult:
    """The leaderboard: a row for each path, then for each control, and what was written to `out`.

    The ends are of `part`; of train where there is no other, so that the model has seen them. They are left out of the
    `nodes` images that paths go by and of the `among` that frames are compared with. `better` says of each metric which
    values are good.
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


def run_score(request: ScoreRequest, report: Report = silent) -> ScoreResult:
    """Go between pairs of a run's held-out images by every path, measure, and write tables and sheets into a folder.

    Ctrl-C leaves the scores of the pairs so far; the same request goes on. Raises `InputError` for a run, images,
    paths, metrics or pairs that are not there, and for a folder that cannot be written or has other scores.
    """
    paths = {str(choice): choice for choice in map(path_of, (LINEAR, *_several(request.paths)))}
    metrics, notes = _metrics(request, report)
    check_writable(request.out / SCORES)
    model, about = open_run(request.run, request.data)
    data = images_of(about, request.data_dir, report)
    field = field_of(
        model,
        about,
        data,
        paths,
        pairs=request.pairs,
        kind=request.kind,
        steps=request.steps,
        nodes=request.nodes,
        among=request.among,
        seed=request.seed,
        report=report,
    )
    kept = Kept(request.out, tuple(map(str, metrics)), tuple(pair.names for pair in field.pairs))
    asked = _asked(request, model, data, tuple(paths), metrics)
    kept.open(asked, request.force)
    evaluation = _trials(field)
    _score(field, metrics, kept, evaluation, report)
    scores = {name: [kept.scores[pair, name] for pair in range(len(field.pairs))] for name in field.rows}
    rows = standings(scores, field.controls, metrics, request.seed)
    notes += _failures(scores)
    result = ScoreResult(
        request.out,
        (),
        _name(request.run),
        "train" if data.test is None else "test",
        len(field.pairs),
        request.steps,
        len(field.around.space),
        len(field.among.images),
        {str(metric): metric.better for metric in metrics},
        rows,
        notes,
    )
    files = [*_tables(result, metrics, asked), *_sheets(request.out, scores, metrics, evaluation, report)]
    return replace(result, files=tuple(files))


def told(result: ScoreResult) -> str:
    """The leaderboard in words, as a terminal shows it."""
    metrics = [choose(name, METRICS, "metric") for name in result.better]
    ends = "held-out images" if result.part == "test" else "training images"
    head = f"{result.pairs} pairs of {ends}, {result.steps} frames each; {result.among:,} images to compare with"
    how = "means, and half their 95 % intervals; * the best path, controls beneath the line"
    return f"{head}\n{how}\n\n{text(result.rows, metrics, result.pairs)}"


def _several(value: str | tuple[Any, ...]) -> tuple[Any, ...]:
    several = tuple(value.split()) if isinstance(value, str) else value
    if not several:
        raise InputError("an empty list", "one or more, blanks between them", "name one, or leave the option out")
    return several


def _metrics(request: ScoreRequest, report: Report) -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """The metrics, and a note on those that are left out for want of a network's weights."""
    asked = None if request.metrics is None else _several(request.metrics)
    metrics = {
        str(m): m for m in (LEADERBOARD_METRICS if asked is None else [choose(m, METRICS, "metric") for m in asked])
    }
    seeing = [name for name, metric in metrics.items() if metric.sees]
    if not seeing:
        return tuple(metrics.values()), ()
    try:
        perceptual.prepare(report)
    except InputError as error:
        if asked is not None:
            raise
        left = tuple(metric for metric in metrics.values() if not metric.sees)
        return left, (f"without {', '.join(seeing)}: {error}",)
    return tuple(metrics.values()), ()


def _asked(
    request: ScoreRequest, model: Autoencoder, data: DataSet, paths: tuple[str, ...], metrics: tuple[Metric, ...]
) -> dict[str, Any]:
    """What was asked for and of what, without the places of files; the same scores for the same."""
    plain = {name: value for name, value in request.to_json().items() if name not in ("out", "data_dir", "force")}
    plain |= {"run": _name(request.run), "paths": " ".join(paths), "metrics": " ".join(map(str, metrics))}
    digest = model_digest(model) if isinstance(model, nn.Module) else str(request.run)
    return {**plain, "data": Path(data.name).name, "model_digest": digest, "data_digest": data.digest()}


def _name(run: Path) -> str:
    """What a run is called, without the place where it is."""
    return (run.resolve().parent if run.is_file() else run.resolve()).name


def _trials(field: Benchmark) -> Callable[[int], PairEvaluation]:
    """The trial of each pair; kept, with all its frames, where there is room for all of them."""

    def evaluation(pair: int) -> PairEvaluation:
        return PairEvaluation(field, field.pairs[pair])

    # The truth has eight times as many frames as a path has.
    size = field.among.images[0].nbytes * field.steps * (len(field.rows) + 8 * (field.truth is not None))
    return cache(evaluation) if size * len(field.pairs) <= IN_MEMORY else evaluation


def _score(
    field: Benchmark,
    metrics: tuple[Metric, ...],
    kept: Kept,
    evaluation: Callable[[int], PairEvaluation],
    report: Report,
) -> None:
    """Score what has no score yet. Raises `Stopped` at Ctrl-C, with all scores so far in the folder."""
    total = len(field.pairs) * len(field.rows)
    try:
        for pair in range(len(field.pairs)):
            left = [name for name in field.rows if (pair, name) not in kept.scores]
            here = evaluation(pair)
            for name in left:
                kept.scores[pair, name] = _scored(here, name, metrics)
                report(Event("score", len(kept.scores), total))
            if left:
                kept.save()
    except KeyboardInterrupt:
        kept.save()
        raise Stopped(f"stopped; {kept.folder} keeps the scores so far, and the same command goes on") from None


def _scored(evaluation: PairEvaluation, name: str, metrics: tuple[Metric, ...]) -> Score:
    try:
        shown = evaluation.shown(name)
    except InputError as error:
        return Score({str(metric): math.nan for metric in metrics}, {}, str(error))
    case = evaluation.case(name)
    values = {str(metric): metric.measure(case) for metric in metrics}
    scalars = {key: float(value) for key, value in shown.told.items() if isinstance(value, bool | int | float)}
    return Score(values, {key: value for key, value in scalars.items() if math.isfinite(value)})


def _failures(scores: dict[str, list[Score]]) -> tuple[str, ...]:
    """Why a path found no way, once for each path and reason."""
    reasons = dict.fromkeys((name, score.failed) for name, row in scores.items() for score in row if score.failed)
    return tuple(f"{name}: {reason}" for name, reason in reasons)


def _tables(result: ScoreResult, metrics: tuple[Metric, ...], asked: dict[str, Any]) -> Iterator[Path]:
    rows, pairs = result.rows, result.pairs
    title = f"{asked['run']}: {pairs} pairs of {asked['data']}"
    write_text(result.out / "leaderboard.md", markdown(rows, metrics, pairs, title))
    write_text(result.out / "leaderboard.csv", table_csv(rows, metrics, pairs))
    about = {
        "request": asked,
        "part": result.part,
        "pairs": pairs,
        "nodes": result.nodes,
        "among": result.among,
        "metrics": {str(metric): {"better": metric.better, "unit": metric.unit} for metric in metrics},
        "rows": [_finite(asdict(row)) for row in rows],
        "notes": list(result.notes),
    }
    write_json(result.out / "scores.json", about)
    yield from (result.out / name for name in ("leaderboard.md", "leaderboard.csv", "scores.json", SCORES))


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


def _sheets(
    out: Path,
    scores: dict[str, list[Score]],
    metrics: tuple[Metric, ...],
    evaluation: Callable[[int], PairEvaluation],
    report: Report,
) -> Iterator[Path]:
    metric = ordering(scores, metrics)
    if metric is None:
        return
    for done, name in enumerate(scores):
        picture = sheet_of(name, scores, metric, evaluation)
        if picture is not None:
            yield _written(out / SHEETS / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.png", picture)
        report(Event("sheets", done + 1, len(scores)))
    yield _written(out / "best.png", all_on_one(scores, metric, evaluation))


def _written(file: Path, picture: Pixels) -> Path:
    write_image(file, picture)
    return file
