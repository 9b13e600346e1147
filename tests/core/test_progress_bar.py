"""Progress: a bar on a terminal, plain lines in a log."""

from __future__ import annotations

import io
import itertools
import re
import time

import pytest

from segue.core import progress_bar
from segue.core.progress import Event
from segue.core.progress_bar import show_progress


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_log_has_plain_lines_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_bar, "LOG_SECONDS", -1.0)
    log = io.StringIO()
    with show_progress(log) as report:
        report(Event("load", note="reading digits"))
        for step in (1, 2, 4):
            report(Event("train", step, 4, {"loss": 0.25, "kl": 1.5}))
        report(Event("write", 1, 2))
    lines = log.getvalue().splitlines()
    assert lines[:2] == ["reading digits", "train: 1 of 4"] and lines[-1] == "write: 1 of 2"
    assert lines[2] == "train: 2 of 4, 0 s left, loss 0.25 kl 1.5"
    assert "\x1b" not in log.getvalue() and "\r" not in log.getvalue()


def test_a_log_is_brief() -> None:
    log = io.StringIO()
    with show_progress(log) as report:
        for step in range(1, 1001):
            report(Event("train", step, 1000))
    assert log.getvalue() == "train: 1 of 1000\n"


def test_the_end_of_a_long_stage_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    now = itertools.chain([0.0, 0.0, 6.0], itertools.repeat(90.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))
    log = io.StringIO()
    with show_progress(log) as report:
        for step in (1, 10, 100):
            report(Event("train", step, 100, {"loss": 0.5}))
    assert log.getvalue().splitlines() == [
        "train: 1 of 100",
        "train: 10 of 100, 54 s left, loss 0.5",
        "train: done in 90 s, loss 0.5",
    ]


def test_a_terminal_has_a_bar_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Terminal()
    with show_progress(screen) as report:
        report(Event("load", note="reading [red]digits[/red]"))
        report(Event("read [red].mp4", 5, 5))
        for step in range(1, 11):
            report(Event("train", step, 10, {"loss": 0.25, "reconstruction": 12345.678, "kl": 0.0001234}))
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.getvalue())
    assert "reading [red]digits[/red]" in shown and "read [red].mp4" in shown  # names are no markup
    last = [line for line in shown.splitlines() if "train" in line][-1]
    assert "100%" in last and "0:00:00" in last and "loss 0.25" in last and "━" in last
