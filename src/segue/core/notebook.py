"""Results as HTML that stands by itself, so that they show in a notebook: pictures, films, tables, maps of points.

Nothing here needs a plotting or a video library, nor a network: pictures are embedded, maps are SVG.
"""

from __future__ import annotations

import base64
import html
import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from segue.core.images import Pixels

LEAST_SIDE_PX = 84
"""A smaller image is enlarged to about this short side, by a whole number, so that each pixel stays a square."""

MOST_FILM_BYTES = 20 << 20
"""A larger film is named and not embedded: a notebook keeps what it shows."""

_COLOURS = (
    "#4477aa",
    "#ee6677",
    "#228833",
    "#ccbb44",
    "#66ccee",
    "#aa3377",
    "#bbbbbb",
    "#000000",
    "#ee7733",
    "#009988",
)
"""Colours of labels that stay apart for colour-blind readers (Tol 2021, "bright", and two of "vibrant")."""

_FILM_KINDS = {".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/mp4", ".m4v": "video/mp4"}
_PICTURE_KINDS = {".gif": "image/gif", ".webp": "image/webp", ".png": "image/png"}


def grid(images: Pixels, columns: int, gap_px: int = 2) -> Pixels:
    """Images side by side, row by row, on white.

    Args:
        images: uint8 `[n, h, w, c]`, n of 1 or more.
        columns: how many stand in a row, 1 or more; the last row may have fewer.
        gap_px: white between two images, in px.

    Returns:
        One image, uint8 `[rows * (h + gap_px) - gap_px, columns * (w + gap_px) - gap_px, c]`.

    >>> grid(np.zeros((3, 4, 4, 1), np.uint8), columns=2).shape
    (10, 10, 1)
    """
    count, height, width, channels = images.shape
    columns = min(columns, count)
    rows = math.ceil(count / columns)
    down, across = height + gap_px, width + gap_px
    sheet = np.full((rows * down - gap_px, columns * across - gap_px, channels), 255, np.uint8)
    for index, image in enumerate(images):
        top, left = index // columns * down, index % columns * across
        sheet[top : top + height, left : left + width] = image
    return sheet


def image_html(image: Pixels, title: str = "", enlarge: int = 1) -> str:
    """An image as an `<img>` element, embedded as PNG.

    Args:
        image: uint8 `[h, w, 1 or 3]`.
        title: what it shows, for those who cannot see it.
        enlarge: how many screen pixels a pixel of it takes each way.

    Returns:
        HTML.

    >>> image_html(np.zeros((2, 2, 1), np.uint8), "black").startswith('<img alt="black" src="data:image/png;base64,')
    True
    """
    file = io.BytesIO()
    _picture(image).save(file, "PNG")
    return _img(file.getvalue(), "image/png", title, image.shape[1] * enlarge)


def animation_html(frames: Pixels, fps: float = 10.0, title: str = "", enlarge: int = 1) -> str:
    """Frames as an `<img>` element that plays for ever, embedded as GIF.

    Args:
        frames: uint8 `[n, h, w, 1 or 3]`, n of 1 or more.
        fps: frames a second, above 0, up to 50.
        title: what it shows, for those who cannot see it.
        enlarge: how many screen pixels a pixel takes each way.

    Returns:
        HTML.
    """
    file = io.BytesIO()
    first, *others = map(_picture, frames)
    first.save(file, "GIF", save_all=True, append_images=others, duration=round(1000 / fps), loop=0)
    return _img(file.getvalue(), "image/gif", title, frames.shape[2] * enlarge)


def enlargement(height: int, width: int) -> int:
    """The whole number by which a small image is shown larger: 1 for one whose short side is 84 px or more."""
    return max(1, round(LEAST_SIDE_PX / min(height, width)))


def film_html(path: Path) -> str:
    """A film file as an element that plays it, embedded; its name alone where it is large, gone or of another kind."""
    kind = path.suffix.lower()
    playable = kind in _FILM_KINDS or kind in _PICTURE_KINDS
    if not playable or not path.is_file() or path.stat().st_size > MOST_FILM_BYTES:
        return f"<p>{html.escape(str(path))}</p>"
    data = path.read_bytes()
    if kind in _PICTURE_KINDS:
        return _img(data, _PICTURE_KINDS[kind], path.name, None)
    source = base64.b64encode(data).decode()
    return (
        f'<video controls loop muted style="max-width:100%" title="{html.escape(path.name)}" '
        f'src="data:{_FILM_KINDS[kind]};base64,{source}"></video>'
    )


def table_html(columns: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """A table: text to the left, numbers to the right with four digits, NaN and None as a dash.

    Args:
        columns: the heads.
        rows: values, as many in each row as there are columns.
        caption: a line above the table.

    Returns:
        HTML.

    >>> print(table_html(["path", "jerk"], [["slerp", float("nan")]]))
    <table><thead><tr><th>path</th><th>jerk</th></tr></thead><tbody><tr><td...>slerp</td><td...>-</td></tr></tbody></table>
    """
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)
    above = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def points_html(
    points: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64] | None = None,
    names: Sequence[str] = (),
    title: str = "",
    side_px: int = 360,
) -> str:
    """A map of points as SVG, coloured by label, with a legend.

    Args:
        points: `[n, 2]`, finite.
        labels: int64 `[n]`, each an index into `names`; None: one colour.
        names: what the labels are called.
        title: a line above the map.
        side_px: the side of the square that the points fill.

    Returns:
        HTML.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max()) or 1.0
    margin = 8
    across = margin + (points[:, 0] - (low[0] + high[0]) / 2 + span / 2) / span * (side_px - 2 * margin)
    down = side_px - margin - (points[:, 1] - (low[1] + high[1]) / 2 + span / 2) / span * (side_px - 2 * margin)
    colours = [_COLOURS[0]] * len(points) if labels is None else [_COLOURS[label % len(_COLOURS)] for label in labels]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}" fill-opacity=".7"/>'
        for x, y, colour in zip(across, down, colours, strict=True)
    )
    legend = ""
    if labels is not None:
        legend = " ".join(
            f'<span style="color:{_COLOURS[label % len(_COLOURS)]}">&#9679;</span> {html.escape(names[label])}'
            for label in np.unique(labels).tolist()
        )
    return (
        f"<div><p>{html.escape(title)}</p>"
        f'<svg width="{side_px}" height="{side_px}" role="img" aria-label="{html.escape(title)}" '
        f'style="background:#fff;border:1px solid #ccc">{dots}</svg><p>{legend}</p></div>'
    )


def _picture(image: Pixels) -> Image.Image:
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def _img(data: bytes, kind: str, title: str, width_px: int | None) -> str:
    width = "" if width_px is None else f' width="{width_px}"'
    source = base64.b64encode(data).decode()
    return (
        f'<img alt="{html.escape(title)}" src="data:{kind};base64,{source}"{width} '
        'style="image-rendering:pixelated;max-width:100%">'
    )


def _cell(value: object) -> str:
    if isinstance(value, float):
        text = "-" if math.isnan(value) else f"{value:.4g}"
    else:
        text = "-" if value is None else html.escape(str(value))
    side = "right" if isinstance(value, int | float) else "left"
    return f'<td style="text-align:{side}">{text}</td>'
