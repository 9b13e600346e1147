"""The commands as cyclopts has them: options made of a request, and its result as words or JSON.

Options, their types, defaults, bounds and help come from the request's fields, so a new field is a new option.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cyclopts import App

from segue.cli.options import make_parameters, make_request, rename_aliases
from segue.commands import COMMANDS, Command
from segue.core.interrupts import interrupts
from segue.core.progress import Event, Report, silent

SUMMARY = "The natural way from one image to another, through an autoencoder's latent space."


def run_words(words: Sequence[str]) -> None:
    """Carry out a command line. Only the command that it names is loaded."""
    asked = [command for command in COMMANDS if words and command.name == words[0]]
    app = make_app(COMMANDS if "--install-completion" in words else asked)
    if asked:
        words = [words[0], *rename_aliases(asked[0].load_request(), words[1:])]
    app(list(words), exit_on_error=False, print_error=False)


def make_app(loaded: Sequence[Command]) -> App:
    """The app with all commands; of those that are not `loaded`, the names and the help alone."""
    app = App(
        name="segue",
        help=SUMMARY,
        help_epilogue="segue COMMAND --help: the options of a command, and examples.",
        help_format="plaintext",
        version=lambda: version("segue"),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    app.register_install_completion_command(help="Make the shell complete commands and options.")
    for command in COMMANDS:
        if command in loaded:
            _add(app, command)
        else:
            app.command(App(name=command.name, help=command.help))
    return app


def _add(app: App, command: Command) -> None:
    """Make a command of the app that runs a job and prints its result."""
    with interrupts() as interrupted:  # noted, for libraries swallow it while they load one another
        request = command.load_request()
    if interrupted.is_set():
        raise KeyboardInterrupt
    signature = inspect.Signature(make_parameters(request))

    def run(*args: Any, **options: Any) -> None:
        values = signature.bind(*args, **options).arguments
        flags = {name: values.pop(name, False) for name in ("json", "quiet", "verbose")}
        made = make_request(request, values)
        with interrupts() as interrupted:
            job, format_result = command.load_run(), command.load_format()
        if interrupted.is_set():
            raise KeyboardInterrupt
        with _reporting(flags["quiet"], flags["verbose"]) as report:
            result = job(made, report)
        text = json.dumps(to_json(result)) if flags["json"] else format_result(result)
        sys.stdout.write(text + "\n")

    run.__signature__ = signature  # type: ignore[attr-defined]
    epilogue = "\n".join(["Examples:", *(f"  segue {example}" for example in request.examples)])
    app.command(run, name=command.name, help=command.help, help_epilogue=epilogue)


@contextmanager
def _reporting(quiet: bool, verbose: bool) -> Iterator[Report]:
    """What shows progress on stderr."""
    if quiet:
        yield silent
        return
    from segue.core.progress_bar import show_progress

    began = time.monotonic()
    stages: set[str] = set()

    with show_progress(sys.stderr) as report:

        def report_times(event: Event) -> None:
            if event.stage not in stages or not event.total:
                stages.add(event.stage)
                note = f"{time.monotonic() - began:8.2f} s  {event.note or event.stage}"
                report(Event(event.stage, note=note))
            if event.total:
                report(event)

        yield report_times if verbose else report
        if verbose:
            report(Event("done", note=f"{time.monotonic() - began:8.2f} s  done"))


def to_json(value: Any) -> Any:
    """A result as JSON values; NaN and infinity, which JSON has not, as null.

    Args:
        value: a result, or any part of one.

    Returns:
        Dicts, lists, texts, numbers, booleans and None.

    >>> to_json({"mse": float("nan"), "size": (2, 3)})
    {'mse': None, 'size': [2, 3]}
    """
    if dataclasses.is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, Fraction):
        return float(value)
    if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
        return None
    return str(value) if isinstance(value, Path) else value
