"""Parallel coordinates: points of many dimensions as lines from axis to axis (Inselberg 1985)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from segue.core.errors import InputError
from segue.render.figures import FONT, INK, QUIET, RULE, TICK_STEPS, make_figure, save_figure

WORST_TO_BEST = LinearSegmentedColormap.from_list("worst to best", ["#d9dce3", "#9bb5c0", "#3d8f86", "#0b6b58"])
BEST_COLOUR, UNMEASURED = "#c4314b", "#e3d9cf"
_SPREAD = 0.5  # of the room of a word, by which the lines through it are apart
CHARACTER_IN, GAP_IN, HEIGHT_IN = 0.078, 0.95, 4.2

Heights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One axis.

    Attributes:
        name: Written above it.
        values: A value for each line: one of the `words`, or a number; "" or NaN where a line ends before.
        words: The values that there are, from below; without them values are numbers.
        logarithmic: Whether numbers are spaced by their logarithms.
        high: Whether high numbers are above.
        note: Written under the name.
    """

    name: str
    values: Sequence[str] | Sequence[float]
    words: tuple[str, ...] = ()
    logarithmic: bool = False
    high: bool = True
    note: str = ""


def draw_parallel(columns: Sequence[Column], ranks: Sequence[float], path: Path) -> None:
    """Draw lines through all columns, in parallel coordinates (Inselberg 1985).

    Lines through one word are spread by their rank, so that each can be followed.

    Args:
        columns: Two or more axes; the ticks of the last are on its right.
        ranks: From 0, the worst line, to 1, the best, which is drawn in red above all others; NaN for lines without a
            figure, which are faint.
        path: The picture or PDF.

    Raises:
        InputError: For fewer than two columns, for columns of different lengths, and as `save_figure`.
    """
    if len(columns) < 2 or any(len(column.values) != len(ranks) for column in columns):
        raise InputError(
            f"{len(columns)} columns for {len(ranks)} lines", "two or more, a value for each line", "giving them all"
        )
    shown = np.asarray(ranks, float)
    marks = [_make_marks(column) for column in columns]
    heights = [_heights(column, shown) for column in columns]
    places, right = _place_axes(columns, marks)
    figure = make_figure(right, HEIGHT_IN)
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(0, right)
    axes.set_ylim(-0.07, 1.2)
    for column, mark, x in zip(columns, marks, places, strict=True):
        _draw_column(axes, column, mark, x, last=column is columns[-1])
    best = int(np.nanargmax(shown)) if np.isfinite(shown).any() else None
    for line in np.argsort(np.nan_to_num(shown, nan=-1), kind="stable").tolist():
        if line != best:
            _draw_line(axes, places, [height[line] for height in heights], float(shown[line]))
    if best is not None:
        _draw_line(axes, places, [height[best] for height in heights], math.inf)
    save_figure(figure, path)


def _make_marks(column: Column) -> dict[float, str]:
    """What is written along an axis, by height."""
    if column.words:
        return {_word_height(place, column): word for place, word in enumerate(column.words)}
    power = _power(column)
    return {_height(tick, column): f"{tick / 10.0**power:.4g}" for tick in _make_ticks(column)}


def _make_ticks(column: Column) -> list[float]:
    low, high = _ends(column)
    if not column.logarithmic:
        return [tick for tick in MaxNLocator(5, steps=TICK_STEPS).tick_values(low, high) if low <= tick <= high]
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 3), (1, 2, 5)):
        ticks = [step * 10.0**power for power in powers for step in steps]
        shown = [tick for tick in ticks if low <= tick * (1 + 1e-9) and tick <= high * (1 + 1e-9)]
        if len(shown) >= 3:
            return shown
    return [low, high]


def _power(column: Column) -> int:
    """The power of ten, a multiple of three, by which the numbers of an axis are divided."""
    if column.words or column.logarithmic:
        return 0
    largest = max(map(abs, _ends(column)))
    return 0 if 0.01 <= largest < 10_000 else 3 * math.floor(math.log10(largest) / 3)


def _ends(column: Column) -> tuple[float, float]:
    known = [float(value) for value in column.values if math.isfinite(float(value))]
    low, high = min(known, default=0.0), max(known, default=1.0)
    return (low, high) if low < high else (low - abs(low) / 2 - 1e-9, high + abs(high) / 2 + 1e-9)


def _height(value: float, column: Column) -> float:
    low, high = _ends(column)
    if column.logarithmic and low > 0:
        value, low, high = math.log(value), math.log(low), math.log(high)
    height = (value - low) / (high - low)
    return height if column.high else 1 - height


def _word_height(place: int, column: Column) -> float:
    return (place + 0.5) / len(column.words)


def _heights(column: Column, ranks: Heights) -> Heights:
    """Where each line meets an axis, from 0 to 1."""
    if not column.words:
        return np.array([_height(float(value), column) for value in column.values])
    found = np.full(len(ranks), np.nan)
    for place, word in enumerate(column.words):
        here = [line for line, value in enumerate(column.values) if value == word]
        here.sort(key=lambda line: (np.nan_to_num(ranks[line], nan=-1), line))
        room = _SPREAD / len(column.words) * min(1, len(here) / 12)
        for order, line in enumerate(here):
            found[line] = _word_height(place, column) + room * ((order + 0.5) / len(here) - 0.5)
    return found


def _place_axes(columns: Sequence[Column], marks: Sequence[Mapping[float, str]]) -> tuple[list[float], float]:
    """How far from the left each axis is, and the right edge, in inches: an axis has its words on its left."""
    widths = [CHARACTER_IN * max(map(len, mark.values()), default=1) for mark in marks]
    places = [0.1 + widths[0]]
    for column, width in zip(columns[1:-1], widths[1:-1], strict=True):
        places.append(places[-1] + max(GAP_IN + width, CHARACTER_IN * len(column.name) + 0.35))
    places.append(places[-1] + 1.7)
    titles = CHARACTER_IN * max(len(columns[-1].name), len(columns[-1].note)) / 2
    return places, places[-1] + max(widths[-1] + 0.2, titles)


def _draw_column(axes: Axes, column: Column, marks: Mapping[float, str], x: float, last: bool) -> None:
    halo = [withStroke(linewidth=3, foreground="white")]
    axes.plot([x, x], [0, 1], color=RULE if column.words else QUIET, linewidth=1, zorder=1)
    power = _power(column)
    scale = f"$\\times 10^{{{power}}}$" if power else ""
    note = "  ".join(filter(None, (column.note, scale)))
    middle = {"ha": "center", "fontfamily": FONT}
    weight = "bold" if last else "normal"
    axes.text(x, 1.12, column.name, **middle, va="bottom", color=INK, fontsize=10.5, fontweight=weight)  # type: ignore[arg-type]
    axes.text(x, 1.105, note, **middle, va="top", color=QUIET, fontsize=8.5)  # type: ignore[arg-type]
    for height, text in marks.items():
        side = 0.07 if last else -0.07
        axes.text(
            x + side,
            height,
            text,
            ha="left" if last else "right",
            va="center",
            color=INK,
            fontsize=9,
            fontfamily=FONT,
            path_effects=halo,
            zorder=6,
        )
        if not column.words:
            axes.plot([x, x + side / 2], [height, height], color=QUIET, linewidth=1, zorder=1)


def _draw_line(axes: Axes, places: Sequence[float], heights: Sequence[float], rank: float) -> None:
    """A line as far as it goes, level where it meets an axis; `rank` infinite for the best."""
    reached = [(x, y) for x, y in zip(places, heights, strict=True) if math.isfinite(y)]
    if len(reached) < 2:
        return
    points, codes = [reached[0]], [Curve.MOVETO]
    for (x0, y0), (x1, y1) in pairwise(reached):
        middle = (x0 + x1) / 2
        points += [(middle, y0), (middle, y1), (x1, y1)]
        codes += [Curve.CURVE4] * 3
    best, faint = math.isinf(rank), math.isnan(rank)
    colour = BEST_COLOUR if best else UNMEASURED if faint else WORST_TO_BEST(rank)
    axes.add_patch(
        PathPatch(
            Curve(points, codes),
            facecolor="none",
            edgecolor=colour,
            linewidth=2.6 if best else 1.0 if faint else 1.4,
            alpha=1 if best else 0.85,
            linestyle="--" if faint else "-",
            capstyle="round",
            zorder=5 if best else 3,
        )
    )
