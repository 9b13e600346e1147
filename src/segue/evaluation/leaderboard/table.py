"""The leaderboard as text, as Markdown and as CSV."""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from segue.evaluation.leaderboard.figures import Figure, LeaderboardRow, badness
from segue.evaluation.metrics import Metric

_WIDE = 120
"""Columns of a terminal that text tables keep within."""

HEAD = ("path", "control", "metric", "better", "unit", "pairs", "undefined", "mean", "low", "high", "wins")

_GOOD = {"low": "low", "high": "high", "one": "near 1", "none": ""}


@dataclass(frozen=True)
class _Column:
    """A metric with the power of ten that its numbers are shown in."""

    metric: Metric
    power: int

    @property
    def head(self) -> tuple[str, str, str]:
        """Three lines: its name, its options, which values are good and in which unit."""
        name, _, options = str(self.metric).partition(":")
        scale = f"x1e{self.power}" if self.power else ""
        return name, options, ", ".join(filter(None, (_GOOD[self.metric.better], scale)))

    def cell(self, figure: Figure) -> str:
        """The mean and half the width of its interval."""
        mean, half = (value / 10.0**self.power for value in (figure.mean, (figure.high - figure.low) / 2))
        if math.isnan(mean):
            return "-"
        digits = _digits(mean, half)
        return f"{mean:.{digits}f}" + ("" if math.isnan(half) else f" +/-{half:.{digits}f}")

    def whole(self, figure: Figure) -> str:
        """The mean and its interval."""
        if math.isnan(figure.mean):
            return "-"
        mean, low, high = (value / 10.0**self.power for value in (figure.mean, figure.low, figure.high))
        digits = _digits(mean, (high - low) / 2)
        return f"{mean:.{digits}f}" + ("" if math.isnan(low) else f" ({low:.{digits}f} to {high:.{digits}f})")


_Cell = Callable[[Sequence[LeaderboardRow], LeaderboardRow, _Column], str]


def text(rows: Sequence[LeaderboardRow], metrics: Sequence[Metric], pairs: int, width: int = _WIDE) -> str:
    """The leaderboard in lines of at most `width` characters, the metrics in as many blocks as that takes.

    A cell is the mean and half the width of its 95 % interval, an asterisk the best of the paths (not of the
    controls), a dash what is undefined. What is so for some of the `pairs` alone, or everywhere, is told beneath.
    """
    first = max(len(row.path) for row in rows) + 1
    columns = _columns(rows, metrics)
    lines: list[str] = []
    for block in _blocks(columns, rows, width - first):
        lines += [*_block(block, rows, first), ""]
    told = [line for note in notes(rows, metrics, pairs) for line in textwrap.wrap(note, width, subsequent_indent="  ")]
    return "\n".join([*lines, *told]).rstrip()


def _blocks(
    columns: Sequence[_Column], rows: Sequence[LeaderboardRow], room: int
) -> Iterator[list[tuple[_Column, int]]]:
    """As many columns at a time as have room, each with its width."""
    block: list[tuple[_Column, int]] = []
    for column in columns:
        cells = [column.cell(row.figures[str(column.metric)]) for row in rows]
        wide = (column, max(map(len, (*column.head, *cells))) + 3)
        if block and sum(width for _, width in block) + wide[1] > room:
            yield block
            block = []
        block.append(wide)
    yield block


def _block(block: Sequence[tuple[_Column, int]], rows: Sequence[LeaderboardRow], first: int) -> Iterator[str]:
    for line in range(3):
        words = "".join(f"{column.head[line]:>{width - 1}} " for column, width in block)
        if words.strip():
            yield (" " * first + words).rstrip()
    for at, row in enumerate(rows):
        if row.control and not rows[at - 1].control:
            yield "-" * (first + sum(width for _, width in block) - 1)
        cells = []
        for column, width in block:
            figure = row.figures[str(column.metric)]
            mark = "*" if best(rows, row, column.metric) else " "
            cells.append(f"{column.cell(figure):>{width - 1}}{mark}")
        yield (f"{row.path:<{first}}" + "".join(cells)).rstrip()


def best(rows: Sequence[LeaderboardRow], row: LeaderboardRow, metric: Metric) -> bool:
    """Whether a path's mean is the best of all paths'; controls, and metrics that only describe, have no best."""
    means = {each.path: badness(each.figures[str(metric)].mean, metric.better) for each in rows if not each.control}
    known = [mean for mean in means.values() if not math.isnan(mean)]
    return metric.better != "none" and row.path in means and bool(known) and bool(means[row.path] == min(known))


def notes(rows: Sequence[LeaderboardRow], metrics: Sequence[Metric], pairs: int) -> list[str]:
    """What is undefined for some pairs or for all, where a path found no way, and what paths told on average."""
    told = []
    for metric in metrics:
        counts = {row.path: row.figures[str(metric)].undefined for row in rows}
        some = {path: count for path, count in counts.items() if 0 < count < pairs}
        if len(some) == len(rows) and len(set(some.values())) == 1:
            told.append(f"{metric} {counts[rows[0].path]} (all)")
        elif some:
            told.append(f"{metric} " + ", ".join(f"{count} ({path})" for path, count in some.items()))
    lines = [f"undefined, and left out, of {pairs} pairs: {'; '.join(told)}"] if told else []
    nowhere = [str(metric) for metric in metrics if _nowhere(rows, metric)]
    if nowhere:
        lines.append(f"undefined everywhere: {', '.join(nowhere)}")
    lines += [f"{row.path} found no way for {row.failed} of {pairs} pairs" for row in rows if row.failed]
    return lines + [f"{row.path}: {_means(row.told)}" for row in rows if row.told]


def _means(told: Mapping[str, float]) -> str:
    return "mean " + ", ".join(f"{name} {value:.3g}" for name, value in told.items())


def markdown(rows: Sequence[LeaderboardRow], metrics: Sequence[Metric], pairs: int, title: str) -> str:
    """The leaderboard with intervals, and then how often each path is better than the straight line."""
    columns = _columns(rows, metrics)
    lines = [f"# {title}", "", "Means over the pairs and their 95 % intervals; the best of the paths is bold.", ""]
    lines += ["With each metric, which values are good, and the power of ten that it is shown in."]
    for start in range(0, len(columns), 5):
        part = columns[start : start + 5]
        lines += ["", *_table([_headed(column) for column in part], rows, part, _bold)]
    told = [column for column in columns if column.metric.better != "none"]
    if told:
        lines += ["", "Share of the pairs on which a path is better than the straight line:", ""]
        lines += _table([str(column.metric) for column in told], rows, told, _share)
    return "\n".join([*lines, *(f"\n{note}" for note in notes(rows, metrics, pairs))]) + "\n"


def _table(heads: Sequence[str], rows: Sequence[LeaderboardRow], columns: Sequence[_Column], cell: _Cell) -> list[str]:
    shown = [[row.path + (" (control)" if row.control else "")] for row in rows]
    for at, row in enumerate(rows):
        shown[at] += [cell(rows, row, column) for column in columns]
    return [
        "| path | " + " | ".join(heads) + " |",
        "| --- " * (len(columns) + 1) + "|",
        *("| " + " | ".join(cells) + " |" for cells in shown),
    ]


def _headed(column: _Column) -> str:
    about = column.head[2]
    return f"{column.metric} ({about})" if about else str(column.metric)


def _bold(rows: Sequence[LeaderboardRow], row: LeaderboardRow, column: _Column) -> str:
    shown = column.whole(row.figures[str(column.metric)])
    return f"**{shown}**" if best(rows, row, column.metric) else shown


def _share(rows: Sequence[LeaderboardRow], row: LeaderboardRow, column: _Column) -> str:
    share = row.figures[str(column.metric)].wins
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def table_csv(rows: Sequence[LeaderboardRow], metrics: Sequence[Metric], pairs: int) -> str:
    """One line for each path and metric: its figure in full, empty where undefined."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(HEAD)
    for row in rows:
        for metric in metrics:
            found = row.figures[str(metric)]
            numbers = ["" if math.isnan(x) else repr(x) for x in (found.mean, found.low, found.high, found.wins)]
            about = [row.path, str(row.control).lower(), str(metric), metric.better, metric.unit]
            writer.writerow([*about, pairs, found.undefined, *numbers])
    return lines.getvalue()


def _columns(rows: Sequence[LeaderboardRow], metrics: Sequence[Metric]) -> list[_Column]:
    """The metrics that are defined anywhere."""
    return [_column(metric, rows) for metric in metrics if not _nowhere(rows, metric)]


def _nowhere(rows: Sequence[LeaderboardRow], metric: Metric) -> bool:
    return all(math.isnan(row.figures[str(metric)].mean) for row in rows)


def _column(metric: Metric, rows: Sequence[LeaderboardRow]) -> _Column:
    """In the power of ten, a multiple of three, in which the paths' largest mean is from 1 to 1,000; ratios plain."""
    means = [abs(row.figures[str(metric)].mean) for row in rows if not row.control]
    largest = max((mean for mean in means if mean > 0), default=1.0)
    return _Column(metric, 0 if not metric.unit or 0.1 <= largest < 1000 else 3 * math.floor(math.log10(largest) / 3))


def _digits(mean: float, half: float) -> int:
    """Decimals that show three figures of the mean, or of the half interval if that is larger; at most four."""
    size = max(abs(mean), 0.0 if math.isnan(half) else half)
    return 0 if size == 0 else min(4, max(0, 2 - math.floor(math.log10(size))))
