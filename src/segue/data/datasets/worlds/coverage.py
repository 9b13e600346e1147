"""How much of each pixel a flat shape covers: exact areas, so that the least motion shows and nothing flickers."""

from __future__ import annotations

import numpy as np

from segue.core.images import Pixels
from segue.core.types import Floats


def edges(*outlines: Floats) -> Floats:
    """The edges of closed outlines.

    Args:
        outlines: each the corners `[..., c, 2]` of one outline, x and y.

    Returns:
        float64 `[..., e, 2, 2]`: from and to, x and y.
    """
    return np.concatenate([np.stack([corners, np.roll(corners, -1, -2)], -2) for corners in outlines], -3)


def coverage(outline: Floats, side: int) -> Floats:
    """The share of each pixel that shapes cover, exactly.

    Pixel (row, column) is the square from (column, row) to (column + 1, row + 1); y points down. Each edge adds, with
    the sign of its direction, the part of every pixel that lies above it: over one column the mean of clip(y - row, 0,
    1), whose integral is known, so that nothing is sampled.

    Args:
        outline: the edges of each shape, `[n, e, 2, 2]`; holes run the other way round.
        side: of the images, in px.

    Returns:
        float64 `[n, side, side]`, 0 to 1.

    >>> square = np.array([[0.5, 0], [2, 0], [2, 1], [0.5, 1]])
    >>> coverage(edges(square)[None], 2)[0].tolist()
    [[0.5, 1.0], [0.0, 0.0]]
    """
    (x0, y0), (x1, y1) = outline[..., 0, :].transpose(2, 0, 1), outline[..., 1, :].transpose(2, 0, 1)
    column = np.arange(side)
    left = np.clip(np.minimum(x0, x1)[..., None], column, column + 1)
    right = np.clip(np.maximum(x0, x1)[..., None], column, column + 1)
    image, edge, place = at = np.nonzero(right > left)
    begin, rise, run = (part[image, edge] for part in (y0, y1 - y0, x1 - x0))
    enter, leave = ((begin + rise * (x[at] - x0[image, edge]) / run)[:, None] - column for x in (left, right))
    total = np.zeros((len(outline), side, side))
    np.add.at(total, (image, place), ((right - left)[at] * np.sign(run))[:, None] * _mean_clip(enter, leave))
    return np.abs(total.transpose(0, 2, 1))


def circle(radius: float, corners: int = 128) -> Floats:
    """A polygon that covers as much as a disc.

    Args:
        radius: of the disc.
        corners: of the polygon.

    Returns:
        The corners about the origin, `[corners, 2]`.
    """
    turn = np.arange(corners) * (2 * np.pi / corners)
    grown = radius * np.sqrt(2 * np.pi / corners / np.sin(2 * np.pi / corners))
    ring: Floats = grown * np.stack([np.cos(turn), np.sin(turn)], -1)
    return ring


def white_on_black(covered: Floats, brightness: Floats | float = 1.0) -> Pixels:
    """Shares of pixels as grey images.

    Args:
        covered: `[n, h, w]`, 0 to 1.
        brightness: of what is covered, 0 to 1; a number, or `[n, 1, 1, 1]`.

    Returns:
        uint8 `[n, h, w, 1]`.
    """
    return (255 * brightness * covered[..., None]).round().clip(0, 255).astype(np.uint8)


def _mean_clip(enter: Floats, leave: Floats) -> Floats:
    """The mean of clip(u, 0, 1) as u goes evenly from `enter` to `leave`."""
    span = leave - enter
    short = np.abs(span) < 1e-6
    mean = (_integral(leave) - _integral(enter)) / np.where(short, 1.0, span)
    return np.where(short, np.clip(enter, 0, 1), mean)


def _integral(u: Floats) -> Floats:
    """The integral of clip(u, 0, 1) from 0."""
    inside = np.clip(u, 0, 1)
    return inside**2 / 2 + np.maximum(u - 1, 0)
