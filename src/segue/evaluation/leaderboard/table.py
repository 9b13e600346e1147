"""The leaderboard as a value: rows and metrics, and how they are shown as text, Markdown, CSV, HTML or a data frame."""

from __future__ import annotations

import csv
import html
import io
import math
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segue.core.errors import InputError, unknown
from segue.evaluation.leaderboard.rows import Figure, LeaderboardRow, Score, badness, make_rows
from segue.evaluation.metrics import Metric

_WIDE = 120
"""Columns of a terminal that text tables keep within."""

COLUMNS = ("path", "control", "metric", "better", "unit", "pairs", "undefined", "mean", "low", "high", "wins")
"""Of the CSV table and of the data frame."""

_GOOD = {"low": "low", "high": "high", "one": "near 1", "none": ""}


@dataclass(frozen=True)
class Leaderboard:
    """Every path by every metric, over the same pairs of images.

    In a notebook it shows itself as a table; `print` gives the same in text.

    Attributes:
        rows: The paths, then the controls.
        metrics: The columns.
        pairs: How many pairs the figures are means over.
        notes: What was left out, and why paths were not found.

    >>> from segue.evaluation.metrics import Jerk
    >>> scores = {"linear": [Score({"jerk": 2.0}), Score({"jerk": 4.0})], "cut": [Score({"jerk": 60.0})] * 2}
    >>> board = Leaderboard.from_scores(scores, ("cut",), (Jerk(),))
    >>> board["linear"].figures["jerk"].mean, board["cut"].control
    (3.0, True)
    """

    rows: tuple[LeaderboardRow, ...]
    metrics: tuple[Metric, ...]
    pairs: int
    notes: tuple[str, ...] = ()

    @classmethod
    def from_scores(
        cls,
        scores: Mapping[str, Sequence[Score]],
        controls: Sequence[str],
        metrics: Sequence[Metric],
        seed: int = 0,
        notes: Sequence[str] = (),
    ) -> Leaderboard:
        """Summarise the scores of single pairs.

        Args:
            scores: By path, a score for each pair, in the same order; one of the paths is `linear`.
            controls: Which of them are controls.
            metrics: The columns.
            seed: Seed of the intervals' resampling.
            notes: What else is to be said.

        Returns:
            The leaderboard; its notes end with the reasons for which paths were not found.
        """
        failures = dict.fromkeys((name, score.failed) for name, row in scores.items() for score in row if score.failed)
        return cls(
            rows=make_rows(scores, controls, metrics, seed),
            metrics=tuple(metrics),
            pairs=max(map(len, scores.values()), default=0),
            notes=(*notes, *(f"{name}: {reason}" for name, reason in failures)),
        )

    def __getitem__(self, path: str) -> LeaderboardRow:
        """The row of a path or control. Raises `InputError` where there is none of this name."""
        for row in self.rows:
            if row.path == path:
                return row
        raise unknown("row", path, [row.path for row in self.rows])

    def is_best(self, row: LeaderboardRow, metric: Metric) -> bool:
        """Find whether a path's mean is the best of all paths. Controls, and metrics that only describe, have no best.

        Args:
            row: The path's row.
            metric: The column.
        """
        means = {each.path: badness(each.figures[str(metric)].mean, metric.better) for each in self._paths}
        known = [mean for mean in means.values() if not math.isnan(mean)]
        return metric.better != "none" and row.path in means and bool(known) and bool(means[row.path] == min(known))

    def to_text(self, width: int = _WIDE) -> str:
        """Format the leaderboard for a terminal.

        A cell is the mean and half the width of its 95 % interval; an asterisk marks the best of the paths, a dash
        what is undefined. What is undefined for some pairs only, or for all, is said beneath.

        Args:
            width: The most characters in a line; the metrics stand in as many blocks as that takes.
        """
        first = max(len(row.path) for row in self.rows) + 1
        lines: list[str] = []
        for block in self._blocks(width - first):
            lines += [*self._block(block, first), ""]
        for note in self._gaps():
            lines += textwrap.wrap(note, width, subsequent_indent="  ")
        return "\n".join(lines).rstrip()

    __str__ = to_text

    def to_markdown(self, title: str) -> str:
        """Format the leaderboard as a page: means with their intervals, then how often each path beats the line.

        Args:
            title: The heading.
        """
        columns = self._columns
        lines = [f"# {title}", "", "Means over the pairs and their 95 % intervals; the best of the paths is bold.", ""]
        lines += ["With each metric, which values are good, and the power of ten that it is shown in."]
        for start in range(0, len(columns), 5):
            part = columns[start : start + 5]
            lines += ["", *self._table([column.title for column in part], part, self._bold)]
        judging = [column for column in columns if column.metric.better != "none"]
        if judging:
            lines += ["", "Share of the pairs on which a path is better than the straight line:", ""]
            lines += self._table([str(column.metric) for column in judging], judging, _format_wins)
        return "\n".join([*lines, *(f"\n{gap}" for gap in self._gaps())]) + "\n"

    def to_csv(self) -> str:
        """Format the leaderboard as CSV: a line for each path and metric, its figure in full, empty where undefined."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        for *names, pairs, undefined, mean, low, high, wins in self._records():
            names[1] = str(names[1]).lower()
            numbers = ["" if math.isnan(x) else repr(x) for x in (mean, low, high, wins)]
            writer.writerow([*names, pairs, undefined, *numbers])
        return lines.getvalue()

    def to_pandas(self) -> Any:
        """Give the leaderboard as a data frame of pandas.

        Returns:
            A `pandas.DataFrame` with a row for each path and metric, and the columns `path`, `control`, `metric`,
            `better`, `unit`, `pairs`, `undefined`, `mean`, `low`, `high` and `wins`. For a table of the means:
            `frame.pivot(index="path", columns="metric", values="mean")`.

        Raises:
            InputError: Where pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise InputError("a table without pandas", "an install of it", "`pip install pandas`") from None
        return pandas.DataFrame(list(self._records()), columns=list(COLUMNS))

    def _repr_html_(self) -> str:
        """In a notebook: a table of the means and their intervals, the best in bold, controls in grey."""
        columns = self._columns
        heads = "".join(f"<th>{html.escape(title)}</th>" for title in ("path", *(column.title for column in columns)))
        body = ""
        for row in self.rows:
            cells = [html.escape(row.path)]
            for column in columns:
                cell = html.escape(column.format_cell(row.figures[str(column.metric)]).replace("+/-", "±"))
                cells.append(f"<b>{cell}</b>" if self.is_best(row, column.metric) else cell)
            grey = ' style="color: #777"' if row.control else ""
            body += f"<tr{grey}>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        caption = f"<caption>means over {self.pairs} pairs, and half their 95 % intervals; controls in grey</caption>"
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in (*self._gaps(), *self.notes))
        return f"<div><table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{notes}</div>"

    @property
    def _paths(self) -> list[LeaderboardRow]:
        return [row for row in self.rows if not row.control]

    @property
    def _columns(self) -> list[_Column]:
        """The metrics that are defined anywhere, each in the power of ten that suits the paths' largest mean."""
        return [_Column(metric, self._power(metric)) for metric in self.metrics if self._is_defined(metric)]

    def _is_defined(self, metric: Metric) -> bool:
        return any(not math.isnan(row.figures[str(metric)].mean) for row in self.rows)

    def _power(self, metric: Metric) -> int:
        """A multiple of three such that the largest mean is shown from 1 to 1,000; 0 for plain ratios."""
        means = [abs(row.figures[str(metric)].mean) for row in self._paths]
        largest = max((mean for mean in means if mean > 0), default=1.0)
        return 0 if not metric.unit or 0.1 <= largest < 1000 else 3 * math.floor(math.log10(largest) / 3)

    def _records(self) -> Iterator[tuple[Any, ...]]:
        """A record for each path and metric, as `COLUMNS` names it."""
        for row in self.rows:
            for metric in self.metrics:
                of = row.figures[str(metric)]
                numbers = (of.undefined, of.mean, of.low, of.high, of.wins)
                yield row.path, row.control, str(metric), metric.better, metric.unit, self.pairs, *numbers

    def _blocks(self, room: int) -> Iterator[list[tuple[_Column, int]]]:
        """As many columns at a time as have room, each with its width."""
        block: list[tuple[_Column, int]] = []
        for column in self._columns:
            cells = [column.format_cell(row.figures[str(column.metric)]) for row in self.rows]
            wide = (column, max(map(len, (*column.head, *cells))) + 3)
            if block and sum(width for _, width in block) + wide[1] > room:
                yield block
                block = []
            block.append(wide)
        yield block

    def _block(self, block: Sequence[tuple[_Column, int]], first: int) -> Iterator[str]:
        for line in range(3):
            words = "".join(f"{column.head[line]:>{width - 1}} " for column, width in block)
            if words.strip():
                yield (" " * first + words).rstrip()
        for index, row in enumerate(self.rows):
            if row.control and not self.rows[index - 1].control:
                yield "-" * (first + sum(width for _, width in block) - 1)
            cells = []
            for column, width in block:
                mark = "*" if self.is_best(row, column.metric) else " "
                cells.append(f"{column.format_cell(row.figures[str(column.metric)]):>{width - 1}}{mark}")
            yield (f"{row.path:<{first}}" + "".join(cells)).rstrip()

    def _gaps(self) -> list[str]:
        """What is undefined for some pairs or for all, which paths were not found, what paths report of themselves."""
        gaps = []
        for metric in self.metrics:
            counts = {row.path: row.figures[str(metric)].undefined for row in self.rows}
            some = {path: count for path, count in counts.items() if 0 < count < self.pairs}
            if len(some) == len(self.rows) and len(set(some.values())) == 1:
                gaps.append(f"{metric} {counts[self.rows[0].path]} (all)")
            elif some:
                gaps.append(f"{metric} " + ", ".join(f"{count} ({path})" for path, count in some.items()))
        lines = [f"undefined, and left out, of {self.pairs} pairs: {'; '.join(gaps)}"] if gaps else []
        nowhere = [str(metric) for metric in self.metrics if not self._is_defined(metric)]
        if nowhere:
            lines.append(f"undefined everywhere: {', '.join(nowhere)}")
        lines += [f"{row.path} found no way for {row.failed} of {self.pairs} pairs" for row in self.rows if row.failed]
        return lines + [f"{row.path}: mean {_format_info(row.info)}" for row in self.rows if row.info]

    def _table(
        self,
        heads: Iterable[str],
        columns: Sequence[_Column],
        format_cell: Callable[[LeaderboardRow, _Column], str],
    ) -> list[str]:
        lines = ["| path | " + " | ".join(heads) + " |", "| --- " * (len(columns) + 1) + "|"]
        for row in self.rows:
            cells = [row.path + (" (control)" if row.control else "")]
            cells += [format_cell(row, column) for column in columns]
            lines.append("| " + " | ".join(cells) + " |")
        return lines

    def _bold(self, row: LeaderboardRow, column: _Column) -> str:
        cell = column.format_interval(row.figures[str(column.metric)])
        return f"**{cell}**" if self.is_best(row, column.metric) else cell


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

    @property
    def title(self) -> str:
        """The same in one line."""
        about = self.head[2]
        return f"{self.metric} ({about})" if about else str(self.metric)

    def format_cell(self, figure: Figure) -> str:
        """The mean and half the width of its interval."""
        mean, half = (value / 10.0**self.power for value in (figure.mean, (figure.high - figure.low) / 2))
        if math.isnan(mean):
            return "-"
        digits = _digits(mean, half)
        return f"{mean:.{digits}f}" + ("" if math.isnan(half) else f" +/-{half:.{digits}f}")

    def format_interval(self, figure: Figure) -> str:
        """The mean and its interval."""
        if math.isnan(figure.mean):
            return "-"
        mean, low, high = (value / 10.0**self.power for value in (figure.mean, figure.low, figure.high))
        digits = _digits(mean, (high - low) / 2)
        return f"{mean:.{digits}f}" + ("" if math.isnan(low) else f" ({low:.{digits}f} to {high:.{digits}f})")


def _format_wins(row: LeaderboardRow, column: _Column) -> str:
    share = row.figures[str(column.metric)].wins
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"


def _format_info(info: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in info.items())


def _digits(mean: float, half: float) -> int:
    """Decimals that show three figures of the mean, or of the half interval if that is larger; at most four."""
    size = max(abs(mean), 0.0 if math.isnan(half) else half)
    return 0 if size == 0 else min(4, max(0, 2 - math.floor(math.log10(size))))
