"""A map of what decoded images are read as, over a plane of codes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_rgb

from segue.core.errors import InputError
from segue.core.types import Points
from segue.render.figures import make_figure, save_figure, write_name
from segue.render.latent_map import Overlay, style_axes
from segue.render.scatter import PALETTE

PALEST, STRONGEST = 0.12, 0.62  # of a class's colour on white: where nothing is sure, and where all is
_LEAST = 0.004  # share of the plane below which a region goes without its name


def draw_class_map(
    probabilities: npt.NDArray[np.float64],
    extent: tuple[float, float, float, float],
    path: Path,
    *,
    names: Sequence[str],
    title: str = "",
    over: Overlay | None = None,
    free: Points | None = None,
) -> None:
    """Draw what a plane of codes is read as: regions in the colours of the classes, the stronger the surer.

    Args:
        probabilities: Of the classes at the points of a square grid, read line by line, `[n, k]`.
        extent: Left, right, bottom and top of the grid.
        path: The picture or PDF.
        names: The k classes.
        title: Above the map.
        over: Draws on the axes.
        free: Places that names keep away from, `[m, 2]`.

    Raises:
        InputError: For a number of points that is no square, more or fewer names than classes, and as `save_figure`.
    """
    side = math.isqrt(len(probabilities))
    if not side or side * side != len(probabilities):
        raise InputError(
            f"{len(probabilities)} places in a grid", "a square number", "decoding as many rows as columns"
        )
    if probabilities.shape[1] != len(names):
        raise InputError(f"{len(names)} names of {probabilities.shape[1]} classes", "one each", "naming them all")
    read = probabilities.argmax(1).reshape(side, side)
    sure = probabilities.max(1).reshape(side, side, 1)
    left, right, bottom, top = extent
    figure = make_figure(7.0, float(np.clip(6.4 * (top - bottom) / max(right - left, 1e-12), 3.0, 6.4)) + 0.9)
    axes = figure.add_subplot()
    axes.imshow(_colour(read, sure), extent=extent, aspect="auto", interpolation="nearest")
    _draw_borders(axes, read, extent)
    taken = _mark_taken(free, extent, side)
    for label, (across, down) in _place_names(read, taken):
        x, y = left + (right - left) * across, top + (bottom - top) * down
        write_name(axes, (x, y), names[label], 13, halo=2.5, zorder=3, alpha=0.75)
    style_axes(axes, title, ("z1", "z2"))
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    if over is not None:
        over(axes)
    save_figure(figure, path)


def _colour(read: npt.NDArray[np.int64], sure: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    colours = np.array([to_rgb(PALETTE[label % len(PALETTE)]) for label in range(int(read.max()) + 1)])
    strength = PALEST + (STRONGEST - PALEST) * sure
    mixed: npt.NDArray[np.float64] = strength * colours[read] + (1 - strength)
    return mixed


def _draw_borders(axes: Any, read: npt.NDArray[np.int64], extent: tuple[float, float, float, float]) -> None:
    for label in np.unique(read).tolist():
        inside = (read == label).astype(float)
        if 0 < inside.mean() < 1:
            axes.contour(inside, levels=[0.5], extent=extent, origin="upper", colors="white", linewidths=0.9)


def _mark_taken(free: Points | None, extent: tuple[float, float, float, float], side: int) -> npt.NDArray[np.bool_]:
    """The cells `[side, side]` in which places lie that are to be left free."""
    taken = np.zeros((side, side), bool)
    if free is not None:
        left, right, bottom, top = extent
        shares = (free - [left, top]) / [right - left, bottom - top]
        inside = shares[((shares >= 0) & (shares < 1)).all(1)]
        across, down = np.floor(inside * side).astype(int).T
        taken[down, across] = True
    return taken


def _place_names(read: npt.NDArray[np.int64], taken: npt.NDArray[np.bool_]) -> list[tuple[int, tuple[float, float]]]:
    """Where to write each region's class: far from its border and from what is taken, as shares of the plane."""
    from scipy.ndimage import distance_transform_edt, label

    found = []
    for one in np.unique(read).tolist():
        regions, count = label(read == one)
        for region in range(1, count + 1):
            inside = regions == region
            if inside.mean() >= _LEAST:
                depth = distance_transform_edt(np.pad(inside & ~taken, 1))[1:-1, 1:-1]
                down, across = np.unravel_index(int(depth.argmax()), read.shape)
                found.append((one, ((across + 0.5) / read.shape[1], (down + 0.5) / read.shape[0])))
    return found
