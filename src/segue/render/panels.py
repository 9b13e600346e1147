"""Latent spaces side by side, their labels in the same colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.lines import Line2D

from segue.core.errors import InputError
from segue.core.types import Labels, Points
from segue.render.figures import add_legend, make_figure, save_figure, write_name
from segue.render.latent_map import separate_boxes, style_axes
from segue.render.scatter import PALETTE

_SIDE_IN, _AXES_PT = 4.1, 250  # of a panel; of its axes, about


def draw_panels(
    spaces: Mapping[str, Points],
    labels: Labels,
    names: Sequence[str],
    path: Path,
    *,
    axes: Mapping[str, tuple[str, str]] | None = None,
    columns: int = 2,
) -> None:
    """Draw several latent spaces, each in a panel with a scale of its own; a class is written at its median.

    Args:
        spaces: The points of the same images in each space, `[n, 2]`, by the title of the panel.
        labels: Indices into `names`, `[n]`.
        names: The classes.
        path: The picture or PDF.
        axes: The names of both axes, by title.
        columns: Panels in a row at most.

    Raises:
        InputError: For no spaces, points that do not fit the labels, and as `save_figure`.
    """
    for title, points in spaces.items():
        if points.shape != (len(labels), 2) or not len(labels):
            raise InputError(f"points {list(points.shape)} of {title}", f"[{len(labels)}, 2]", "projecting them first")
    if not spaces:
        raise InputError("no spaces", "1 or more", "points to show")
    across = min(columns, len(spaces))
    down = -(-len(spaces) // across)
    figure = make_figure(_SIDE_IN * across + 0.2, _SIDE_IN * down + 0.4)
    colours = np.array([PALETTE[label % len(PALETTE)] for label in range(len(names))])
    order = np.random.default_rng(0).permutation(len(labels))  # or the last class would hide the others
    present = np.unique(labels).tolist()
    for place, (title, points) in enumerate(spaces.items()):
        panel = figure.add_subplot(down, across, place + 1)
        size = float(np.clip(8_000 / len(points), 3, 20))
        dots: Any = {"s": size, "alpha": 0.75, "linewidths": 0, "rasterized": True}
        panel.scatter(points[order, 0], points[order, 1], c=colours[labels[order]], **dots)
        style_axes(panel, title, (axes or {}).get(title, ("", "")))
        panel.set_aspect("equal", adjustable="datalim")
        if axes is None or title not in axes:
            panel.tick_params(labelbottom=False, labelleft=False)
        _write_names(panel, points, labels, present, names)
    keys = [
        Line2D([], [], color=colours[one], marker="o", linestyle="", markersize=5, label=names[one]) for one in present
    ]
    columns = min(len(keys), 12)
    add_legend(figure, keys, loc="outside lower center", ncols=columns, handletextpad=0.1, columnspacing=1.2)
    save_figure(figure, path)


def _write_names(panel: Any, points: Points, labels: Labels, present: Sequence[int], names: Sequence[str]) -> None:
    medians = np.stack([np.median(points[labels == one], axis=0) for one in present])
    unit = 1.1 * float(np.ptp(points, axis=0).max()) / _AXES_PT
    boxes = unit * np.array([(7.5 * len(names[one]) + 4, 12.0) for one in present])
    for one, place in zip(present, separate_boxes(medians, boxes), strict=True):
        write_name(panel, place, names[one], 11, halo=3)
