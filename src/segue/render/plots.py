"""Plots of numbers: means with their intervals, and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from segue.core.errors import InputError
from segue.core.types import Interval
from segue.render.figures import FONT, INK, QUIET, RULE, TICK_STEPS, add_legend, make_figure, save_figure

WIDE_IN = 9.4  # of a figure, at most
LINE_COLOURS = ("#0b6b58", "#c4314b", "#332288", "#c9a227", "#6b7280")


Line = Sequence[tuple[float, float]]
"""Points of a line, from left to right."""


def draw_intervals(rows: Mapping[str, Sequence[Interval]], columns: Sequence[str], path: Path) -> None:
    """Draw numbers with their intervals, as dots with whiskers; each panel has a scale of its own, from 0.

    Args:
        rows: By name, a number and the ends of its interval for each column.
        columns: The titles of the panels.
        path: The picture or PDF.

    Raises:
        InputError: For no rows, rows that are not as long as `columns`, and as `save_figure`.
    """
    if not rows or any(len(row) != len(columns) for row in rows.values()):
        raise InputError(
            f"{len(rows)} rows for {len(columns)} columns", "rows as long as columns", "giving each a number"
        )
    figure = make_figure(2.2 + 2.0 * len(columns), 0.9 + 0.36 * len(rows))
    panels = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    heights = -np.arange(len(rows))
    for place, (axes, column) in enumerate(zip(panels, columns, strict=True)):
        for height, (number, low, high), colour in zip(
            heights, (row[place] for row in rows.values()), _colours(len(rows)), strict=True
        ):
            axes.plot([low, high], [height, height], color=colour, linewidth=2.2, solid_capstyle="round")
            axes.plot([number], [height], color=colour, marker="o", markersize=6.5)
        _dress(axes, column)
        axes.grid(axis="x", color=RULE, linewidth=0.8)
        axes.set_ylim(heights[-1] - 0.6, 0.6)
        most = max(axes.get_xlim()[1], 1e-9)
        axes.set_xlim(-0.04 * most, 1.08 * most)  # a dot at 0 is shown whole
        axes.xaxis.set_major_locator(MaxNLocator(nbins=4, steps=TICK_STEPS))
        axes.set_yticks(heights, list(rows), fontsize=9.5, color=INK, fontfamily=FONT)
    save_figure(figure, path)


def draw_lines(
    panels: Mapping[str, Mapping[str, Line]], path: Path, *, along: str, logarithmic: bool = False, columns: int = 3
) -> None:
    """Draw panels of lines; a name has one colour in all of them, which a legend beneath says.

    Args:
        panels: By title, lines by name, each through points `(x, y)` from left to right.
        path: The picture or PDF.
        along: The name of the horizontal axis, which has ticks where there are points.
        logarithmic: Whether that axis is logarithmic, to base 2.
        columns: Panels in a row at most.

    Raises:
        InputError: Where there is nothing to draw, and as `save_figure`.
    """
    names = list(dict.fromkeys(name for panel in panels.values() for name in panel))
    if not names or not all(line for panel in panels.values() for line in panel.values()):
        raise InputError("no lines", "panels of lines of one or more points", "lines to draw")
    across = min(columns, len(panels))
    down = -(-len(panels) // across)
    figure = make_figure(WIDE_IN if across > 1 else WIDE_IN / 2, 0.5 + 2.6 * down)
    colours = dict(zip(names, _colours(len(names)), strict=True))
    for place, (title, panel) in enumerate(panels.items()):
        axes = figure.add_subplot(down, across, place + 1)
        for name, line in panel.items():
            xs, ys = zip(*line, strict=True)
            axes.plot(xs, ys, color=colours[name], linewidth=1.8, marker="o", markersize=4.5, label=name)
        _dress(axes, title)
        axes.grid(axis="y", color=RULE, linewidth=0.8)
        axes.set_xlabel(along, fontsize=9, color=QUIET, fontfamily=FONT)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=TICK_STEPS))
        if logarithmic:
            axes.set_xscale("log", base=2)
        at = sorted({x for line in panel.values() for x, _ in line})
        if len(at) <= 8:
            axes.set_xticks(at, [f"{x:g}" for x in at])
            axes.xaxis.set_minor_locator(NullLocator())
        axes.margins(x=0.05, y=0.12)
    handles = {line.get_label(): line for axes in figure.axes for line in axes.get_lines()}
    add_legend(figure, [handles[name] for name in names], loc="outside lower center", ncols=len(names))
    save_figure(figure, path)


def _colours(count: int) -> list[str]:
    return [LINE_COLOURS[place % len(LINE_COLOURS)] for place in range(count)]


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK, pad=8, fontfamily=FONT)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=QUIET, pad=4)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
