"""Progress for people: a bar with the time left on a terminal and in a notebook, plain lines in a log."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

from segue.core.progress import Event, Report

LOG_SECONDS = 5.0


@contextmanager
def show_progress(stream: TextIO | None = None) -> Iterator[Report]:
    """Show how far work is while the block runs.

    In a notebook, bars beneath the cell; on a terminal, a bar for each stage; elsewhere (a log) a line when a stage
    begins, every five seconds, and when it ends. Each says how much time is left.

    Args:
        stream: where to; None: the notebook where there is one, else stderr.

    Yields:
        The report to hand to what works: `report=` of `train`, `join_clips`, `load` and others.

    >>> import io
    >>> from segue.core.progress import Event
    >>> with show_progress(io.StringIO()) as report:
    ...     report(Event("train", done=1, total=10))
    """
    if stream is None and _in_notebook():
        yield _NotebookBars()
        return
    stream = stream or sys.stderr
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


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


class _NotebookBars:
    """A line of HTML for each stage, in one output that is drawn anew at most ten times a second."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self._began: dict[str, float] = {}
        self._drawn = 0.0
        self._output: Any = None

    def __call__(self, event: Event) -> None:
        now = time.monotonic()
        began = self._began.setdefault(event.stage, now)
        if event.total:
            self._lines[event.stage] = self._bar(event, now - began)
        else:
            self._lines[event.note or event.stage] = f"<div>{html.escape(event.note or event.stage)}</div>"
        if event.done >= event.total or now - self._drawn > 0.1:
            self._drawn = now
            self._draw()

    @staticmethod
    def _bar(event: Event, spent: float) -> str:
        if event.done >= event.total:
            time_left = f"done in {spent:.0f} s"
        else:
            time_left = f"{spent * (event.total - event.done) / event.done:.0f} s left" if event.done else ""
        said = f"{event.done} of {event.total} {time_left} {_figures(event)}"
        return (
            f'<div>{html.escape(event.stage)} <progress value="{event.done}" max="{event.total}"></progress> '
            f"{html.escape(said)}</div>"
        )

    def _draw(self) -> None:
        from IPython.display import HTML, display

        shown = HTML("".join(self._lines.values()))
        if self._output is None:
            self._output = display(shown, display_id=True)
        else:
            self._output.update(shown)


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
