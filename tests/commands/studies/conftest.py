"""The command line as a reader of requests."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import pytest

from segue.cli.app import parse
from segue.core.choices import Checked


@pytest.fixture(scope="session")
def read() -> Callable[[str], Checked]:
    """What the command line makes of a line as one types it: the request, of which nothing is done."""

    def reader(line: str) -> Checked:
        call = parse(shlex.split(line)[1:])
        assert call is not None
        return call.request

    return reader
