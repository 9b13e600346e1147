"""The commands as cyclopts has them: options made of a request, and its result as words or JSON.

Options, their types, defaults, bounds and help come from the request's fields, so a new field is a new option.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from cyclopts import App

from segue.cli.options import make_parameters, make_request, rename_aliases
from segue.commands import COMMANDS, Command
from segue.core.choices import Checked
from segue.core.interrupts import interrupts
from segue.core.jsonable import to_json
from segue.core.progress import Event, Report, silent

SUMMARY = "The natural way from one image to another, through an autoencoder's latent space."


@dataclass(frozen=True)
class Call:
    """What a command line comes to: a command, its request, and how to show progress and the result."""

    command: Command
    request: Checked
    json: bool
    quiet: bool
    verbose: bool

    def run(self) -> None:
        """Do the job, and print its result on stdout."""
        with _uninterrupted_imports():
            job, format_result = self.command.load_run(), self.command.load_format()
        with _show_progress(self.quiet, self.verbose) as report:
            result = job(self.request, report)
        sys.stdout.write((json.dumps(to_json(result)) if self.json else format_result(result)) + "\n")


def parse(words: Sequence[str]) -> Call | None:
    """Read a command line. Only the command that it names is loaded.

    Args:
        words: the command line, without the program's name.

    Returns:
        What to do; None where help, the version or a shell's completion was asked for, and is printed already.

    Raises:
        CycloptsError: for words that are no command, no option, or are wanting.
        InputError: for values that the request refuses.
    """
    named = [command for command in COMMANDS if words and command.name == words[0]]
    app = make_app(COMMANDS if "--install-completion" in words else named)
    if named:
        words = [words[0], *rename_aliases(named[0].load_request(), words[1:])]
    call = app(list(words), exit_on_error=False, print_error=False)
    return call if isinstance(call, Call) else None


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
    """Make a command of the app that returns what to do."""
    with _uninterrupted_imports():
        request = command.load_request()
    signature = inspect.Signature(make_parameters(request))

    def call(*args: Any, **options: Any) -> Call:
        values = signature.bind(*args, **options).arguments
        flags = {name: values.pop(name, False) for name in ("json", "quiet", "verbose")}
        return Call(command, make_request(request, values), **flags)

    call.__signature__ = signature  # type: ignore[attr-defined]
    examples = "\n".join(["Examples:", *(f"  segue {example}" for example in request.examples)])
    app.command(call, name=command.name, help=command.help, help_epilogue=examples if request.examples else "")


@contextmanager
def _uninterrupted_imports() -> Iterator[None]:
    """Ctrl-C is noted while libraries are loaded, for they swallow it, and raised after that."""
    with interrupts() as interrupted:
        yield
    if interrupted.is_set():
        raise KeyboardInterrupt


@contextmanager
def _show_progress(quiet: bool, verbose: bool) -> Iterator[Report]:
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
