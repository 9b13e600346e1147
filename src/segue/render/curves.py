"""Curves over a picture of a latent space: the paths, and what stands at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from segue.core.errors import InputError
from segue.core.types import Points
from segue.render.figures import INK, add_legend, write_name

PATH_COLOURS = (INK, "#c4314b", "#332288", "#117733")  # on white
ON_BLACK = ("white", "#ff6b81", "#88ccee", "#c9e265")


@dataclass(frozen=True)
class PathCurve:
    """A path through a latent space.

    Attributes:
        name: What the legend calls it.
        points: A polyline, `[m, d]`, m of 2 or more.
        colour: As matplotlib has it.
        corners: Whether its corners have dots.
    """

    name: str
    points: Points
    colour: str
    corners: bool = False


@dataclass(frozen=True)
class Mark:
    """A word in a ring.

    Attributes:
        name: The word.
        place: The middle of the ring, `[2]`.
    """

    name: str
    place: Points


def draw_curves(axes: Any, curves: Sequence[PathCurve], marks: Sequence[Mark] = (), *, around: str = "white") -> None:
    """Draw curves over axes of two dimensions, marks over them, and a legend above, an entry for each name.

    Over a picture the axes keep their limits, and what leaves them is shown all the same; else they grow.

    Args:
        axes: The axes.
        curves: Polylines `[m, 2]`.
        marks: Words over them.
        around: The colour of what is around the curves, which each has as its rim.

    Raises:
        InputError: For a curve of another length of codes than 2.
    """
    if axes.get_aspect() == "auto":
        axes.autoscale(False)
    for curve in curves:
        if curve.points.ndim != 2 or curve.points.shape[1] != 2:
            raise InputError(
                f"curve {curve.name} {list(curve.points.shape)}", "[2 or more, 2]", "drawing it on a plane"
            )
        draw_curve(axes, curve, around=around, width=2, clip_on=False)
    for mark in marks:
        ring = {"boxstyle": "circle,pad=0.28", "facecolor": "white", "edgecolor": INK, "linewidth": 1.4}
        write_name(axes, mark.place, mark.name, 10, clip_on=False, bbox=ring)
    handles = name_curves(curves, around)
    place: Any = {"loc": "lower right", "bbox_to_anchor": (1, 1.0), "borderaxespad": 0.2}
    add_legend(axes, handles, ncols=len(handles), handlelength=1.6, **place)


def draw_curve(axes: Any, curve: PathCurve, *, around: str = "white", width: float = 2.4, **style: Any) -> None:
    """Draw one curve, with a rim, over axes of two dimensions or three.

    Args:
        axes: The axes.
        curve: The curve.
        around: The colour of the rim.
        width: Of the line, in points.
        style: Further options of matplotlib's `plot`.
    """
    rim = [withStroke(linewidth=width + 2.3, foreground=around)]
    axes.plot(*curve.points.T, color=curve.colour, linewidth=width, zorder=5, path_effects=rim, **style)
    if curve.corners:
        axes.plot(*curve.points.T, color=curve.colour, linestyle="", marker="o", markersize=4, zorder=6)


def name_curves(curves: Sequence[PathCurve], around: str = "white") -> list[Line2D]:
    """The entries of a legend: a line for each name."""
    colours = {curve.name: curve.colour for curve in curves}
    rim = [withStroke(linewidth=4, foreground=around)]
    return [Line2D([], [], color=colours[name], linewidth=2.4, label=name, path_effects=rim) for name in colours]
