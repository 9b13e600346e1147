"""Maps of a latent space: where codes are, what the decoder makes of each place, which dimensions are used."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import MaxNLocator
from PIL import Image

from segue.core.errors import InputError
from segue.core.images import Pixels, with_channels
from segue.core.types import Labels, Points
from segue.render.figures import DPI, FONT, INK, QUIET, RULE, add_legend, make_figure, save_figure, write_name
from segue.render.scatter import PALETTE, PLAIN

_FEW = 12  # classes that a legend is read with
_AXES_PT = 380  # of the short side of a scatter plot
LEAST_PT, MOST_PT = 10, 40  # of a thumbnail's long side
MOSAIC_PX = 1120  # of the long side of a decoded grid

Overlay = Callable[[Any], None]


@dataclass(frozen=True)
class _Class:
    name: str  # empty where there are no labels
    colour: str
    points: Points


def draw_latent_map(
    points: Points,
    path: Path,
    *,
    labels: Labels | None = None,
    names: Sequence[str] = (),
    axes: Sequence[str] = (),
    title: str = "",
    images: Pixels | None = None,
    thumbnails: int = 0,
    over: Overlay | None = None,
) -> None:
    """Draw points: a histogram of each class (d = 1), a scatter plot (2), or one in perspective (3).

    Each class is written at its median, and where they are few there is a legend.

    Args:
        points: `[n, d]`, d of 1 to 3.
        path: The picture or PDF.
        labels: Indices into `names`, `[n]`.
        names: The classes.
        axes: The names of the d axes.
        title: Above the map.
        images: The points' images, uint8 `[n, h, w, c]`.
        thumbnails: How many of the images to show, instead of the classes' names, where their points are; in two
            dimensions. They are as far apart as can be, and fewer where more would cover each other.
        over: Draws on the axes, which then are without the classes' names too.

    Raises:
        InputError: For no points, another d, and a suffix other than .png or .pdf.
    """
    if points.ndim != 2 or not len(points) or not 1 <= points.shape[1] <= 3:
        raise InputError(f"points {list(points.shape)}", "[1 or more, 1 to 3]", "projecting them first")
    if labels is None:
        classes = [_Class("", PLAIN, points)]
    else:
        present = np.unique(labels).tolist()
        classes = [_Class(names[i], PALETTE[i % len(PALETTE)], points[labels == i]) for i in present]
    axes = axes or [f"z{i + 1}" for i in range(points.shape[1])]
    if points.shape[1] == 1:
        figure = _draw_ridges(classes, axes[0], title)
    else:
        figure = _draw_points(classes, axes, title, named=not thumbnails and over is None)
    if thumbnails and images is not None and points.shape[1] == 2:
        colours = [PLAIN] * len(points) if labels is None else [PALETTE[i % len(PALETTE)] for i in labels]
        chosen, side_pt = _place_thumbnails(points, thumbnails)
        for i in chosen:
            _draw_thumbnail(figure.axes[0], points[i], images[i], colours[i], side_pt)
    if over is not None:
        over(figure.axes[0])
    save_figure(figure, path)


def pick_spread(points: Points, count: int, least: float = 0) -> list[int]:
    """Pick points that lie far from each other: each the farthest from those before.

    Distances are those of squares: along the axis where two points are farther apart. The first point is the nearest to
    the medians.

    Args:
        points: `[n, 2]`, n of 1 or more.
        count: How many to pick.
        least: The least distance between two; there are fewer points where no other is farther than this.

    Returns:
        Their indices.

    >>> pick_spread(np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 0.0], [0.5, 0.0]]), 3)
    [1, 2, 3]
    """
    away = np.abs(points - np.median(points, axis=0)).max(1)
    chosen = [int(away.argmin())]
    away = np.abs(points - points[chosen[0]]).max(1)
    while len(chosen) < count and away.max() > least:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.abs(points - points[chosen[-1]]).max(1))
    return chosen


def _place_thumbnails(points: Points, count: int) -> tuple[list[int], float]:
    """Up to `count` places, and the side in points (1/72 inch) of squares over them that do not cover each other."""
    unit_pt = 0.94 * _AXES_PT / max(1.1 * float(np.ptp(points, axis=0).max()), 1e-12)
    chosen = pick_spread(points, count, LEAST_PT / unit_pt)
    gaps = np.abs(points[chosen][:, None] - points[chosen][None]).max(2) + np.where(np.eye(len(chosen)) > 0, np.inf, 0)
    return chosen, min(float(gaps.min()) * unit_pt, MOST_PT)


def _draw_thumbnail(axes: Axes, place: Points, image: Pixels, colour: str, side_pt: float) -> None:
    """An image over its point, in a frame of its label's colour."""
    zoom = side_pt / max(image.shape[:2])
    picture = OffsetImage(with_channels(image, 3), zoom=zoom, interpolation="antialiased")
    frame = {"edgecolor": colour, "linewidth": 1.2, "boxstyle": "square,pad=0"}
    axes.add_artist(AnnotationBbox(picture, tuple(place), pad=0, bboxprops=frame, zorder=8))


def _draw_points(classes: Sequence[_Class], names: Sequence[str], title: str, named: bool = True) -> Figure:
    few = 1 < len(classes) <= _FEW
    deep = len(names) == 3
    points = np.concatenate([one.points for one in classes])
    wide, high = np.ptp(points, axis=0)[:2]
    figure = make_figure(
        7.4 if few else 6.4, 6.0 if deep or not wide else float(np.clip(5.2 * high / wide, 2.6, 5.2)) + 0.8
    )
    with rc_context({"grid.color": RULE, "grid.linewidth": 0.8}):  # which axes in perspective take no other way
        axes: Any = figure.add_subplot(projection="3d" if deep else None)
    colours = np.repeat([one.colour for one in classes], [len(one.points) for one in classes])
    order = np.random.default_rng(0).permutation(len(points))  # or the last class would hide the others
    size = float(np.clip(20_000 / len(points), 4, 30))
    axes.scatter(*points[order].T, c=colours[order], s=size, alpha=0.75, linewidths=0, rasterized=True)
    style_axes(axes, title, names)
    if deep:
        clear_panes(axes)
    else:
        axes.set_aspect("equal", adjustable="datalim")  # distances are what the picture is of
    if few:
        dots = [Line2D([], [], color=one.colour, marker="o", linestyle="", label=one.name) for one in classes]
        add_legend(figure, dots, loc="outside right center", handletextpad=0.3)
    if not named:
        return figure
    medians = np.stack([np.median(one.points, axis=0) for one in classes])
    size_pt = 11 if few else 8
    if not deep:
        point = 1.1 * float(np.ptp(points, axis=0).max()) / _AXES_PT  # of type, in units of the codes
        boxes = [(0.65 * size_pt * len(one.name) + 4, 1.1 * size_pt) for one in classes]
        medians = separate_boxes(medians, point * np.array(boxes))
    for one, place in zip(classes, medians, strict=True):
        write_name(axes, place, one.name, size_pt, halo=3)
    return figure


def separate_boxes(places: Points, sizes: Points, rounds: int = 100) -> Points:
    """Move boxes until none covers another.

    Args:
        places: Their middles, `[k, 2]`.
        sizes: Their widths and heights, `[k, 2]`.
        rounds: How often to try at most.

    Returns:
        The middles, `[k, 2]`.

    >>> separate_boxes(np.zeros((2, 2)), np.ones((2, 2))).tolist()
    [[0.0, -0.5], [0.0, 0.5]]
    """
    places = places.copy()
    for _ in range(rounds):
        still = True
        for i, j in combinations(range(len(places)), 2):
            gap = places[j] - places[i]
            over = (sizes[i] + sizes[j]) / 2 - np.abs(gap)
            if over.min() > 1e-9:
                axis = int(over[1] <= over[0])
                push = over[axis] / 2 * (1 if gap[axis] >= 0 else -1)
                places[i, axis] -= push
                places[j, axis] += push
                still = False
        if still:
            break
    return places


def _draw_ridges(classes: Sequence[_Class], name: str, title: str) -> Figure:
    """One histogram above the other, of one scale."""
    points = np.concatenate([one.points for one in classes])[:, 0]
    edges = np.histogram_bin_edges(points, 80)
    heights = [np.histogram(one.points[:, 0], edges)[0] / len(one.points) for one in classes]
    scale = 0.92 / max(h.max() for h in heights)
    figure = make_figure(6.4, 1.3 + 0.45 * max(len(classes), 4))
    axes = figure.add_subplot()
    for place, (one, height) in enumerate(zip(classes, heights, strict=True)):
        base = -place
        axes.stairs(base + scale * height, edges, baseline=base, fill=True, color=one.colour, linewidth=0)
        axes.axhline(base, color=RULE, linewidth=0.8, zorder=0)
    style_axes(axes, title, (name, ""))
    axes.grid(visible=False)
    axes.set_yticks([0.25 - place for place in range(len(classes))], [one.name for one in classes])
    axes.tick_params(axis="y", labelsize=9.5, labelcolor=INK)
    return figure


def draw_decoded_grid(
    images: Pixels,
    path: Path,
    extent: tuple[float, float, float, float],
    *,
    axes: Sequence[str] = ("z1", "z2"),
    title: str = "",
    over: Overlay | None = None,
) -> None:
    """Draw decoded images on the plane that they were decoded from.

    Args:
        images: uint8 `[n, h, w, c]`, n a square number, read line by line.
        path: The picture or PDF.
        extent: Left, right, bottom and top of the plane.
        axes: The names of the axes.
        title: Above the plane.
        over: Draws on the axes.

    Raises:
        InputError: For a number of images that is no square, and as `save_figure`.
    """
    side = math.isqrt(len(images))
    if not side or side * side != len(images):
        raise InputError(f"{len(images)} images in a grid", "a square number", "decoding as many rows as columns")
    mosaic = _tile(images, side)
    height, width = mosaic.shape[:2]
    left, right, bottom, top = 100, 40, 84, 70  # margins in pixels
    figure = make_figure((width + left + right) / DPI, (height + bottom + top) / DPI)
    figure.set_layout_engine("none")
    whole_w, whole_h = width + left + right, height + bottom + top
    place = (left / whole_w, bottom / whole_h, width / whole_w, height / whole_h)
    plane = figure.add_axes(place)  # exactly as large as the mosaic, so that no pixel is resampled
    plane.imshow(mosaic, extent=extent, aspect="auto", interpolation="nearest")
    style_axes(plane, title, axes)
    plane.grid(visible=False)
    plane.spines["bottom"].set_visible(False)
    if over is not None:
        over(plane)
    save_figure(figure, path)


def _tile(images: Pixels, side: int) -> Pixels:
    """Images enlarged by a whole number, or shrunk by area, side by side."""
    height, width = images.shape[1:3]
    factor = MOSAIC_PX / (side * max(height, width))
    factor = math.floor(factor) if factor >= 1 else factor
    h, w = max(1, round(height * factor)), max(1, round(width * factor))
    how = Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.BOX
    tiles = np.stack([np.array(Image.fromarray(with_channels(image, 3)).resize((w, h), how)) for image in images])
    return tiles.reshape(side, side, h, w, 3).swapaxes(1, 2).reshape(side * h, side * w, 3)


def draw_kl_bars(kl: npt.NDArray[np.float64], path: Path) -> None:
    """Draw the KL divergence to the prior of each dimension, the largest first.

    Args:
        kl: In nats, `[d]`.
        path: The picture or PDF.

    Raises:
        InputError: For no dimensions, and as `save_figure`.
    """
    if not kl.size:
        raise InputError("no dimensions", "1 or more", "the divergence of each dimension")
    order = np.argsort(-kl, kind="stable")
    figure = make_figure(float(np.clip(1.8 + 0.16 * kl.size, 3.2, 7.4)), 2.6)
    axes = figure.add_subplot()
    axes.bar(np.arange(kl.size), kl[order], width=0.8 if kl.size <= 64 else 1.0, color=PLAIN, linewidth=0)
    style_axes(axes, f"KL divergence to the prior: {kl.sum():.1f} nats", ("Dimension", "Nats"))
    axes.grid(visible=False, axis="x")
    axes.set_xlim(-0.8, kl.size - 0.2)
    axes.set_ylim(0, max(1e-6, 1.08 * float(kl.max())))
    if kl.size <= 40:
        axes.set_xticks(np.arange(kl.size), [str(i + 1) for i in order], fontsize=8.5 if kl.size <= 16 else 6)
    else:
        axes.set_xlabel("Dimensions, the largest first", fontsize=9, color=QUIET, fontfamily=FONT)
        axes.set_xticks([])
    save_figure(figure, path)


def style_axes(axes: Any, title: str, names: Sequence[str]) -> None:
    """Style axes of two dimensions or three: a title, the names of the axes, and hardly any lines.

    Args:
        axes: The axes.
        title: Above them.
        names: Of the axes.
    """
    axes.set_title(title, loc="left", fontsize=10.5, color=INK, pad=9, fontfamily=FONT)
    for which, name in zip("xyz", names, strict=False):
        getattr(axes, f"set_{which}label")(name, fontsize=9, color=QUIET, fontfamily=FONT)
        getattr(axes, f"{which}axis").set_major_locator(
            MaxNLocator(nbins=7 if len(names) < 3 else 4, steps=[1, 2, 5, 10])
        )
    axes.tick_params(length=0, labelsize=8.5, labelcolor=QUIET, pad=3)
    axes.set_axisbelow(True)
    axes.grid(color=RULE, linewidth=0.8)
    if len(names) == 2:
        _bare(axes)


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(RULE)


def clear_panes(axes: Any) -> None:
    """Remove the grey walls of axes in perspective."""
    axes.set_box_aspect(None, zoom=0.94)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color("white")
        axis.line.set_color(RULE)
    axes.tick_params(color=RULE)
