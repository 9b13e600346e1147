"""Progress for people: a bar with the time left on a terminal, plain lines in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

from segue.core.progress import Event, Report

LOG_SECONDS = 5.0


@contextmanager
def watching(stream: TextIO) -> Iterator[Report]:
    """A report that shows events on this stream while the block runs."""
    if not stream.isatty():
        yield _Log(stream)
        return
    # The figures have what the rest leaves, so that on a narrow terminal they are cut and not the time left.
    figures = TextColumn("{task.fields[figures]}", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"))
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(20),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        figures,
    )
    with Progress(*columns, console=Console(file=stream), expand=True) as progress:
        yield _Bars(progress)


class _Bars:
    """A bar for each stage."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.tasks: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        if not event.total:
            self.progress.console.print(event.note or event.stage, highlight=False, markup=False)
            return
        if event.stage not in self.tasks:
            self.tasks[event.stage] = self.progress.add_task(event.stage, total=event.total, figures="")
        self.progress.update(self.tasks[event.stage], completed=event.done, total=event.total, figures=_figures(event))


class _Log:
    """A line when a stage begins, every few seconds, and when it ends."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.stage = ""
        self.began = self.said = time.monotonic()

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        if not event.total:
            self._say(event.note or event.stage)
            return
        if event.stage != self.stage:
            self.stage, self.began, self.said = event.stage, now, now
            self._say(f"{event.stage}: {event.done} of {event.total}")
            return
        spent = now - self.began
        if event.done >= event.total and spent > 1:
            self._say(f"{event.stage}: done in {spent:.0f} s{_figures(event, ', ')}")
        elif now - self.said > LOG_SECONDS and event.done:
            self.said = now
            left = spent * (event.total - event.done) / event.done
            self._say(f"{event.stage}: {event.done} of {event.total}, {left:.0f} s left{_figures(event, ', ')}")

    def _say(self, line: str) -> None:
        self.stream.write(line + "\n")
        self.stream.flush()


def _figures(event: Event, before: str = "") -> str:
    shown = " ".join(f"{name} {value:.4g}" for name, value in list(event.figures.items())[:3])
    return before + shown if shown else ""
