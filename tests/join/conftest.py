"""The command that joins."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from segue.cli import main

Join = Callable[..., dict[str, Any]]


@pytest.fixture
def join(capsys: pytest.CaptureFixture[str]) -> Join:
    """`segue join`, by a plain fade where no style is asked for, which takes no time; returns its JSON."""

    def run(*arguments: object, style: str = "fade") -> dict[str, Any]:
        capsys.readouterr()
        assert main(["join", *map(str, arguments), "--style", style, "--json"]) == 0, capsys.readouterr().err
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run
