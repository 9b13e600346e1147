"""The commands: each a request class, a job and a way to tell its result.

Options, their defaults, bounds and help come from the request's fields, so a new field is a new option.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from segue.cli import tell
from segue.commands import cache
from segue.commands.cache import CacheRequest, run_cache
from segue.commands.demo import DemoRequest, run_demo
from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.info import InfoRequest, run_info
from segue.commands.interpolate import InterpolateRequest, run_interpolate
from segue.commands.map import MapRequest, run_map
from segue.commands.sample import SampleRequest, run_sample
from segue.commands.score import ScoreRequest, run_score
from segue.commands.slow import SlowRequest, run_slow
from segue.commands.stress import StressRequest, run_stress
from segue.commands.studies.command import ReproduceRequest, run_reproduce
from segue.commands.sweep.command import SweepRequest, run_sweep
from segue.commands.train import TrainRequest, run_train
from segue.core.choices import Checked, Choice, spelled
from segue.core.progress_bar import show_progress
from segue.join.request import JoinRequest
from segue.join.run import run_join


@dataclass(frozen=True)
class Command:
    """One command: its name, what it takes, what it does, and its result in words."""

    name: str
    help: str
    request: type[Checked]
    job: Callable[..., Any]
    tell: Callable[[Any], str]


COMMANDS = (
    Command("join", "Join clips by generated transitions.", JoinRequest, run_join, tell.join),
    Command("slow", "Slow a clip down, with new frames between its own.", SlowRequest, run_slow, tell.slow),
    Command("train", "Train an autoencoder on an image set.", TrainRequest, run_train, tell.train),
    Command("sweep", "Train at many points, and find the best.", SweepRequest, run_sweep, tell.sweep),
    Command(
        "interpolate",
        "Go from one image to another, as a strip, a GIF or a film.",
        InterpolateRequest,
        run_interpolate,
        tell.interpolate,
    ),
    Command("map", "Draw a run's latent space: its codes, what is between them.", MapRequest, run_map, tell.latent_map),
    Command("sample", "Draw new images from a run's latent space.", SampleRequest, run_sample, tell.sample),
    Command("evaluate", "Measure a run on held-out images.", EvaluateRequest, run_evaluate, tell.evaluate),
    Command(
        "score",
        "Score every path by every metric, with controls.",
        ScoreRequest,
        run_score,
        tell.score,
    ),
    Command("stress", "Reconstruct corrupted images, and measure how well.", StressRequest, run_stress, tell.stress),
    Command(
        "reproduce",
        "Do a small study again, and report beside its source.",
        ReproduceRequest,
        run_reproduce,
        tell.reproduce,
    ),
    Command("info", "Say what a file is.", InfoRequest, run_info, tell.info),
    Command("cache", "Show what is in the cache, or clear it.", CacheRequest, run_cache, cache.format_result),
    Command("demo", "Generate two clips and join them.", DemoRequest, run_demo, tell.join),
)

JSON_HELP = "print the result as one JSON object on stdout"


def add(app: App, command: Command) -> None:
    """Make a command of the app that runs a job and tells its result."""
    parameters = [_parameter(field) for field in _flat(command.request)]
    flag = Annotated[bool, Parameter(name="--json", negative="", help=JSON_HELP)]
    parameters.append(inspect.Parameter("json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=flag))
    signature = inspect.Signature(sorted(parameters, key=lambda p: (p.kind, p.default is not p.empty)))

    def run(*args: Any, **options: Any) -> None:
        given = signature.bind(*args, **options).arguments
        as_json = given.pop("json", False)
        request = _request(command.request, given)
        with show_progress(sys.stderr) as report:
            result = command.job(request, report)
        text = json.dumps(_plain(result)) if as_json else command.tell(result)
        sys.stdout.write(text + "\n")

    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__doc__ = command.help
    app.command(run, name=command.name)


def _flat(request: type[Checked]) -> Iterator[dataclasses.Field[Any]]:
    """All fields of a request and of the requests within it."""
    hints = typing.get_type_hints(request)
    for field in dataclasses.fields(request):  # type: ignore[arg-type]
        kind = hints[field.name]
        if isinstance(kind, type) and issubclass(kind, Checked) and not issubclass(kind, Choice):
            yield from _flat(kind)
        else:
            yield field


def _parameter(field: dataclasses.Field[Any]) -> inspect.Parameter:
    """A field as a parameter. Values stay text: the request reads and checks them, and says what is wrong."""
    needed = field.default is dataclasses.MISSING
    positional = (needed and field.name != "out") or field.metadata.get("word", False)
    place = inspect.Parameter.POSITIONAL_ONLY if positional else inspect.Parameter.KEYWORD_ONLY
    option = spelled(field.name)
    names = () if positional else (option, "-o") if field.name == "out" else (option,)
    default = inspect.Parameter.empty if needed else field.default if isinstance(field.default, bool) else None
    shown = "" if needed or field.default in (None, False, ()) else f" \\[{field.default}]"
    # A value may be -1; a word in its own place that begins so is a misspelt option.
    note = Parameter(
        name=names or None,
        help=field.metadata["help"] + shown,
        negative="",
        show_default=False,
        allow_leading_hyphen=bool(names),
    )
    kind: Any = bool if isinstance(field.default, bool) else str if needed else str | None
    if isinstance(field.default, tuple):
        kind = list[str] | None  # may be given several times
    return inspect.Parameter(field.name, place, default=default, annotation=Annotated[kind, note])


def _request(kind: type[Checked], given: dict[str, Any]) -> Checked:
    """The request that the given options make; what was not given keeps its default."""
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, Checked):
            values[field.name] = _request(hint, given)
        elif given.get(field.name) is not None:
            values[field.name] = given[field.name]
    return kind(**values)


def _plain(value: Any) -> Any:
    """A result as JSON values."""
    if dataclasses.is_dataclass(value):
        # A field may have another key, where its name has changed since the key was published, or none.
        keys = {field.name: field.metadata.get("json", field.name) for field in dataclasses.fields(value)}
        return {key: _plain(getattr(value, name)) for name, key in keys.items() if key is not None}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return float(value)
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        return None
    return str(value) if isinstance(value, Path) else value
