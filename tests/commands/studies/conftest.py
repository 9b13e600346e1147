"""The command line as a reader of requests."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Callable

import pytest
from cyclopts import App

from segue.cli.commands import COMMANDS, add
from segue.core.choices import Checked


@pytest.fixture(scope="session")
def read() -> Callable[[str], Checked]:
    """What the command line makes of a line as one types it: the request, of which nothing is done."""
    found: list[Checked] = []
    app = App(name="segue", result_action="return_value")
    for command in COMMANDS:
        add(
            app, dataclasses.replace(command, job=lambda request, report: found.append(request), tell=lambda result: "")
        )

    def reader(line: str) -> Checked:
        app(shlex.split(line)[1:], exit_on_error=False, print_error=False)
        return found.pop()

    return reader
