"""A map of a neighbour graph over a latent space of two or three numbers, with paths through it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from mpl_toolkits.mplot3d.art3d import Line3DCollection  # type: ignore[import-untyped]

from segue.core.errors import InputError
from segue.core.images import Pixels, with_channels
from segue.core.types import Labels, Points
from segue.render.curves import PathCurve, draw_curve, name_curves
from segue.render.figures import FONT, INK, add_legend, make_figure, save_figure, write_name
from segue.render.latent_map import clear_panes, style_axes

NODE, EDGE = "#5b7f95", "#b9c8d1"
MAP_IN, _SIDE_IN = 5.8, 1.3  # wide: the map, and the pictures of the ends beside it
ENDS = ("A", "B")


def draw_graph_map(
    codes: Points,
    edges: Labels,
    path: Path,
    *,
    curves: Sequence[PathCurve] = (),
    ends: tuple[Pixels, Pixels] | None = None,
    title: str = "",
    turn: tuple[float, float] = (24.0, -62.0),
) -> None:
    """Draw codes, the edges between them, and paths.

    Args:
        codes: `[n, d]`, d of 2 or 3.
        edges: Indices of the codes that each edge joins, `[m, 2]`.
        path: The picture or PDF.
        curves: Paths, which all go from one end, A, to the other, B.
        ends: The images of A and B, uint8 `[h, w, c]`, shown beside the map.
        title: Above the map.
        turn: The elevation and azimuth, in degrees, that three numbers are seen from.

    Raises:
        InputError: For codes of another length, edges or curves that do not fit, and a suffix other than .png or .pdf.
    """
    _check(codes, edges, curves)
    deep = codes.shape[1] == 3
    wide, high = np.ptp(codes, axis=0)[:2]
    tall = 5.8 if deep or not wide else float(np.clip(MAP_IN * high / wide, 3.2, 5.6)) + 1.0
    figure = make_figure(MAP_IN + 0.8 + (_SIDE_IN if ends else 0), tall)
    grid = figure.add_gridspec(2, 2 if ends else 1, width_ratios=[MAP_IN, _SIDE_IN] if ends else None)
    with rc_context({"grid.color": "#e9ecee", "grid.linewidth": 0.6}):  # which axes in perspective take no other way
        axes: Any = figure.add_subplot(grid[:, 0], projection="3d" if deep else None)
    lines: Any = codes[edges]
    thin: Any = {"colors": EDGE, "linewidths": 0.5 if deep else 0.7, "zorder": 1}
    if deep:
        axes.add_collection3d(Line3DCollection(lines, **thin))
    else:
        axes.add_collection(LineCollection(lines, **thin))
    size = float(np.clip(9000 / len(codes), 2.5, 16)) * (0.6 if deep else 1)
    axes.scatter(*codes.T, s=size, color=NODE, linewidths=0, alpha=0.55 if deep else 0.85, zorder=2)
    for curve in curves:
        draw_curve(axes, curve)
    style_axes(axes, title, [f"z{i + 1}" for i in range(codes.shape[1])])
    if deep:
        _set_perspective(axes, codes, turn)
    else:
        axes.set_aspect("equal", adjustable="datalim")
        axes.margins(0.05)
    if curves:
        _mark_ends(axes, curves[0].points)
        add_legend(figure, name_curves(curves), 9.5, loc="outside lower center", ncols=2)
    for row, image in enumerate(ends or ()):
        _show_end(figure.add_subplot(grid[row, 1]), image, ENDS[row])
    save_figure(figure, path)


def _set_perspective(axes: Any, codes: Points, turn: tuple[float, float]) -> None:
    """Axes in perspective, as long as the codes are wide."""
    clear_panes(axes)
    axes.view_init(*turn)
    low, high = codes.min(0), codes.max(0)
    room = np.maximum(0.03 * (high - low), 1e-9)
    for which, start, stop in zip("xyz", low - room, high + room, strict=True):
        getattr(axes, f"set_{which}lim")(start, stop)
    extent = np.maximum(high - low, 0.4 * float((high - low).max()) + 1e-9)
    axes.set_box_aspect(extent, zoom=0.98)


def _check(codes: Points, edges: Labels, curves: Sequence[PathCurve]) -> None:
    if codes.ndim != 2 or not len(codes) or codes.shape[1] not in (2, 3):
        raise InputError(
            f"codes {list(codes.shape)}", "[1 or more, 2 or 3]", "drawing a latent space of 2 or 3 numbers"
        )
    if edges.ndim != 2 or edges.shape[1] != 2 or (edges.size and not 0 <= edges.min() <= edges.max() < len(codes)):
        raise InputError(f"edges {list(edges.shape)}", f"[m, 2] places below {len(codes)}", "the graph's own")
    for curve in curves:
        if curve.points.ndim != 2 or len(curve.points) < 2 or curve.points.shape[1] != codes.shape[1]:
            allowed = f"[2 or more, {codes.shape[1]}]"
            raise InputError(f"curve {curve.name} {list(curve.points.shape)}", allowed, "codes of this space")


def _mark_ends(axes: Any, points: Points) -> None:
    """The two ends: a ring with a letter in it."""
    for place, name in zip(points[[0, -1]], ENDS, strict=True):
        axes.plot(*place[:, None], marker="o", markersize=15, color="white", markeredgecolor=INK, mew=1.5, zorder=7)
        write_name(axes, place, name, 9.5, va="center_baseline")


def _show_end(axes: Axes, image: Pixels, name: str) -> None:
    axes.imshow(with_channels(image, 3), interpolation="nearest")
    axes.set_title(name, fontsize=10.5, fontweight="bold", color=INK, fontfamily=FONT, pad=5)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(EDGE)
