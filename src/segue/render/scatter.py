"""Scatter plots as frames of a film: always of one size, drawn in a fraction of a second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.render.lettering import Lettering
from segue.render.strip import HEADING, MARGIN_PX

# Hues apart for most eyes (the muted scheme of Tol 2021), dark and light in turn, to be apart in grey too.
PALETTE = (
    "#332288",
    "#88ccee",
    "#117733",
    "#cc6677",
    "#882255",
    "#999933",
    "#44aa99",
    "#aa4499",
    "#c9a227",
    "#6b7280",
)
PLAIN = "#0b6b58"  # of codes without labels

SIDE_PX, HEADING_PX, LEGEND_PX = 560, 40, 150
_FINER = 2  # drawn so many times as large, then shrunk: round dots with smooth edges
_NAME = Lettering(14, 60)
_CENTRAL = 0.99  # share of the points that decides what is in the picture


def draw_scatter(
    points: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64] | None = None,
    names: Sequence[str] = (),
    title: str = "",
) -> Pixels:
    """Draw a scatter plot in a fraction of a second, always of the same size.

    Args:
        points: `[n, 2]`, n of 1 or more, the second upwards, both to one scale that holds 99 % of them.
        labels: Indices into `names`, `[n]`.
        names: The classes; with twelve or fewer there is a legend, whose room is always kept.
        title: Above the plot.

    Returns:
        uint8 `[h, w, 3]`.

    Raises:
        InputError: For points of another shape, or none.

    >>> draw_scatter(np.zeros((3, 2))).shape
    (632, 742, 3)
    """
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise InputError(f"points {list(points.shape)}", "[1 or more, 2]", "projecting them first")
    dots = _draw_dots(points, labels)
    canvas = Image.new("RGB", (SIDE_PX + LEGEND_PX + 2 * MARGIN_PX, SIDE_PX + HEADING_PX + 2 * MARGIN_PX), "white")
    canvas.paste(dots, (MARGIN_PX, MARGIN_PX + HEADING_PX))
    pen = ImageDraw.Draw(canvas)
    HEADING.draw(pen, MARGIN_PX, MARGIN_PX, HEADING.wrap(title, canvas.width - 2 * MARGIN_PX)[:1], "l")
    shown = [] if labels is None or len(names) > 12 else list(enumerate(names))
    for line, (label, name) in enumerate(shown):
        x, y = SIDE_PX + 2 * MARGIN_PX, HEADING_PX + 2 * MARGIN_PX + line * 24
        pen.ellipse((x, y + 4, x + 11, y + 15), fill=PALETTE[label % len(PALETTE)])
        _NAME.draw(pen, x + 18, y, _NAME.wrap(name, LEGEND_PX - 18)[:1], "l")
    return np.asarray(canvas)


def _draw_dots(points: npt.NDArray[np.float64], labels: npt.NDArray[np.int64] | None) -> Image.Image:
    low, high = np.quantile(points, [(1 - _CENTRAL) / 2, (1 + _CENTRAL) / 2], axis=0)
    extent = max(float((high - low).max()), 1e-12)
    side = SIDE_PX * _FINER
    radius = _FINER * float(np.clip(80 / len(points) ** 0.5, 1.5, 5))
    places = ((points - (low + high) / 2) / extent * 0.92 * [1, -1] + 0.5) * side
    colours = [PLAIN] * len(points) if labels is None else [PALETTE[label % len(PALETTE)] for label in labels]
    large = Image.new("RGB", (side, side), "white")
    pen = ImageDraw.Draw(large)
    for i in np.random.default_rng(0).permutation(len(points)):  # or the last class would hide the others
        x, y = places[i]
        if -side < x < 2 * side and -side < y < 2 * side:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[i])
    pen.rectangle((0, 0, side - 1, side - 1), outline="#d9d9d9", width=_FINER)
    return large.resize((SIDE_PX, SIDE_PX), Image.Resampling.BOX)
