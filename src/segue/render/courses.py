"""Courses over a picture of a latent plane: the ways that paths take, and what stands at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from segue.core.errors import InputError
from segue.core.types import Points
from segue.render.figures import FONT, INK
from segue.render.graph_map import Course

PATH_COLOURS = (INK, "#c4314b", "#332288", "#117733")  # on white
ON_BLACK = ("white", "#ff6b81", "#88ccee", "#c9e265")


@dataclass(frozen=True)
class Mark:
    """A word in a ring at a place `[2]`."""

    name: str
    place: Points


def draw_courses(axes: Any, courses: Sequence[Course], marks: Sequence[Mark] = (), *, around: str = "white") -> None:
    """Draw courses of two numbers over axes, marks over them, and a legend above, a line for each name.

    Each has a rim in the colour of what is `around` it.

    Over a picture the axes keep their limits, and what leaves them is shown all the same; else they grow. Raises
    `InputError` for courses of another length.
    """
    if axes.get_aspect() == "auto":
        axes.autoscale(False)
    halo = [withStroke(linewidth=4.4, foreground=around)]
    for course in courses:
        if course.points.ndim != 2 or course.points.shape[1] != 2:
            raise InputError(
                f"course {course.name} {list(course.points.shape)}", "[2 or more, 2]", "drawing it on a plane"
            )
        axes.plot(*course.points.T, color=course.colour, linewidth=2, zorder=6, path_effects=halo, clip_on=False)
        if course.corners:
            axes.plot(*course.points.T, color=course.colour, linestyle="", marker="o", markersize=4.4, zorder=7)
    for mark in marks:
        axes.text(
            *mark.place,
            mark.name,
            color=INK,
            fontsize=10,
            fontfamily=FONT,
            fontweight="bold",
            ha="center",
            va="center",
            zorder=9,
            clip_on=False,
            bbox={"boxstyle": "circle,pad=0.28", "facecolor": "white", "edgecolor": INK, "linewidth": 1.4},
        )
    _legend(axes, courses, around)


def _legend(axes: Any, courses: Sequence[Course], around: str) -> None:
    colours = {course.name: course.colour for course in courses}
    rim = [withStroke(linewidth=4, foreground=around)]
    lines = [
        Line2D([], [], color=colour, linewidth=2.4, label=name, path_effects=rim) for name, colour in colours.items()
    ]
    look = {"family": FONT, "size": 9}
    legend = axes.legend(
        handles=lines,
        loc="lower right",
        bbox_to_anchor=(1, 1.0),
        ncols=len(lines),
        frameon=False,
        prop=look,
        borderaxespad=0.2,
        handlelength=1.6,
    )
    for text in legend.get_texts():
        text.set_color(INK)
