"""A browser, and the command line as a reader of requests."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cyclopts import App

from segue.choices import Checked
from segue.cli.commands import COMMANDS, add

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-extensions", "--disable-sync", "--disable-dev-shm-usage", "--mute-audio",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window; skips where there is none, unless `SEGUE_REQUIRE_BROWSER` is 1."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("playwright is not installed: pip install -e '.[dev]'")
    path = os.environ.get("CHROME") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _without(f"none of {', '.join(BROWSERS)} is installed, nor named by CHROME")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


def _without(why: str) -> None:
    if os.environ.get("SEGUE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"no browser: {why}")
    pytest.skip(f"no browser: {why}")


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
