"""Figures: training curves, images beside their reconstructions, and what all figures share."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from segue.core.errors import InputError
from segue.core.images import Pixels, atomic_write, write_image
from segue.render.strip import Row, choose_columns, strip

FIGURE_ENDINGS = (".png", ".pdf")
DPI = 150
FONT = "DejaVu Sans"
INK, QUIET, RULE = "#1f2328", "#5c636b", "#e3e5e8"
_COLOURS = {"train": "#7d6f99", "test": "#0b6b58", "": "#8c2f4b"}  # also apart in grey
_NAMES = {
    "loss": "Loss per value",
    "psnr": "PSNR (dB)",
    "reconstruction": "Reconstruction loss",
    "kl": "KL divergence (nats)",
    "confusion": "Confusion (nats)",
    "classification": "Classification (nats)",
    "features": "Features (nats)",
}
TICK_STEPS = (1, 2, 5, 10)  # from tick to tick
NO_QUANTITY = ("epoch", "step", "seconds")  # what is counted along, not measured

_Series = tuple[list[float], list[float]]


def draw_loss_curves(history: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw training curves: a panel for each quantity, its train and test lines together.

    Args:
        history: Rows with `epoch` or `step`, and figures named `loss` or, apart, `train_loss` and `test_loss`. Figures
            that a row lacks, or that are not finite, are left out.
        path: The picture or PDF.

    Raises:
        InputError: Where nothing is left to draw, and for a suffix other than .png or .pdf.
    """
    check_suffix(path)
    along = _along(history)
    panels = _panels(history, along) if along else {}
    if along is None or not panels:
        raise InputError("a history without figures", "epoch or step, and figures, in each row", "training first")
    columns = choose_columns(len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = make_figure(3.6 * columns + 0.2, 2.5 * rows + 0.1)
    for index, (quantity, series) in enumerate(panels.items()):
        axes = figure.add_subplot(rows, columns, index + 1)
        _dress(axes, _NAMES.get(quantity, quantity.replace("_", " ").capitalize()), along)
        for part, (xs, ys) in series.items():
            axes.plot(xs, ys, color=_COLOURS[part], linewidth=1.8, marker="o" if len(xs) == 1 else "", markersize=5)
        _label(axes, series)
    save_figure(figure, path)


def make_figure(width: float, height: float) -> Figure:
    """Make a white figure, which needs no display.

    Args:
        width: In inches.
        height: In inches.
    """
    figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.14, h_pad=0.12)  # type: ignore[union-attr,call-arg]
    return figure


def add_legend(owner: Any, handles: Sequence[Any], size_pt: float = 9, **place: Any) -> None:
    """Add a legend without a frame.

    Args:
        owner: A figure or axes.
        handles: What it names, by their labels.
        size_pt: The size of its type.
        place: Where it stands and how wide it is, as matplotlib has it.
    """
    legend = owner.legend(handles=handles, frameon=False, prop={"family": FONT, "size": size_pt}, **place)
    for text in legend.get_texts():
        text.set_color(INK)


def write_name(axes: Any, place: Iterable[float], name: str, size_pt: float, halo: float = 0, **style: Any) -> None:
    """Write a bold name over everything else.

    Args:
        axes: Axes of two dimensions or three.
        place: The middle of the name, in the units of the axes.
        name: The words.
        size_pt: The size of the type.
        halo: The width of a white rim, in points; 0 for none.
        style: Further options of matplotlib's `text`.
    """
    rim = {"path_effects": [withStroke(linewidth=halo, foreground="white")]} if halo else {}
    middle = {"ha": "center", "va": "center", "zorder": 9}
    axes.text(*place, name, color=INK, fontsize=size_pt, fontfamily=FONT, fontweight="bold", **middle | rim | style)


def check_suffix(path: Path) -> None:
    """Raise `InputError` for a suffix other than .png or .pdf."""
    if path.suffix.lower() not in FIGURE_ENDINGS:
        raise InputError(f"output {path.name}", ", ".join(FIGURE_ENDINGS), "a name that ends in one of these")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a picture or PDF, the same bytes each time.

    Args:
        figure: The figure.
        path: The file, .png or .pdf.

    Raises:
        InputError: For another suffix.
    """
    check_suffix(path)
    with atomic_write(path) as beside:
        dated = {"CreationDate": None} if path.suffix.lower() == ".pdf" else {}
        figure.savefig(beside, dpi=DPI, metadata=dated)


def write_reconstructions(originals: Pixels, decoded: Pixels, path: Path) -> None:
    """Write images, each above its reconstruction, as a picture.

    Args:
        originals: uint8 `[n, h, w, c]`.
        decoded: uint8 of the same shape.
        path: The picture.

    Raises:
        InputError: Where the two differ in shape, or are empty.
    """
    if originals.shape != decoded.shape:
        raise InputError(f"images {originals.shape} and {decoded.shape}", "equal shapes", "decoding what was encoded")
    write_image(path, strip([Row("original", originals), Row("reconstruction", decoded)]))


def _along(history: Sequence[Mapping[str, float]]) -> str | None:
    """Epochs, unless the run is shorter than one or does not count them."""
    counted = [key for key in ("epoch", "step") if history and all(key in row for row in history)]
    whole = [key for key in counted if history[-1][key] >= 1]
    return next(iter(whole or counted), None)


def _panels(history: Sequence[Mapping[str, float]], along: str) -> dict[str, dict[str, _Series]]:
    """Quantity -> train, test or neither ("") -> where and what; what stands beside a test figure is training's."""
    panels: dict[str, dict[str, _Series]] = {}
    for row in history:
        for name, value in row.items():
            if name in NO_QUANTITY or not math.isfinite(value):
                continue
            part, _, quantity = name.partition("_")
            if part not in ("train", "test") or not quantity:
                part, quantity = "", name
            xs, ys = panels.setdefault(quantity, {}).setdefault(part, ([], []))
            xs.append(row[along])
            ys.append(value)
    for series in panels.values():
        if "" in series and "test" in series:
            series.setdefault("train", series.pop(""))
    return panels


def _dress(axes: Axes, title: str, along: str) -> None:
    axes.set_title(title, loc="left", fontsize=10.5, color=INK, pad=9, fontfamily="DejaVu Sans")
    axes.set_xlabel(along.capitalize(), fontsize=9, color=QUIET, fontfamily="DejaVu Sans")
    axes.tick_params(length=0, labelsize=8.5, labelcolor=QUIET, pad=5)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=TICK_STEPS, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=TICK_STEPS))
    axes.margins(x=0.02, y=0.08)


def _label(axes: Axes, series: dict[str, _Series]) -> None:
    """Names at the lines' ends, in their colours, pushed apart where the ends meet."""
    low, high = axes.get_ylim()
    ends = sorted(((ys[-1] - low) / (high - low), part) for part, (_, ys) in series.items() if part)
    if len(ends) == 2:
        (lower, _), (upper, _) = ends
        push = max(0.0, 0.1 - (upper - lower)) / 2
        ends = [(lower - push, ends[0][1]), (upper + push, ends[1][1])]
    for height, part in ends:
        axes.annotate(
            part,
            (1, height),
            (4, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            verticalalignment="center",
            color=_COLOURS[part],
            fontsize=9,
            fontfamily="DejaVu Sans",
        )
