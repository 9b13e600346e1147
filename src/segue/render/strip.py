"""Strips and contact sheets: images side by side, named, on white."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from segue.core.errors import InputError
from segue.core.images import Pixels, with_channels
from segue.render.lettering import Lettering

WIDEST_PX = 1920  # of a whole strip
TALLEST_PX = 1080  # of one frame
_SHOWN_PX = 84  # short side that a small image is enlarged to
_LEAST_PX = 48  # short side below which a strip rather goes on in a second line

HEADING, _TITLE, CAPTION = Lettering(20, 20), Lettering(15, 20), Lettering(13, 85)
TITLE_PX = 200  # row titles are wrapped to this
WORD_PX = 96  # captions are as wide as their frame, or this
MARGIN_PX, GAP_PX, ROW_GAP_PX, ABOVE_PX = 16, 4, 10, 3  # around all, between frames, between rows, at captions
EDGE_GREY = 217  # a hairline, so that white images have an edge


@dataclass(frozen=True)
class Row:
    """One row of a strip.

    Attributes:
        title: At the left.
        frames: uint8 `[n, h, w, c]`.
        captions: Beneath the first frames.
        above: Words above the first frames.
    """

    title: str
    frames: Pixels
    captions: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Layout:
    columns: int  # in a line
    height: int  # of a frame
    width: int
    pitch: int  # from frame to frame, without the gap
    left: int  # where frames begin


def strip(rows: Sequence[Row], *, title: str = "", scale: int | None = None) -> Pixels:
    """Draw rows of images beneath each other, titles at the left, captions beneath the frames.

    Small images are enlarged by a whole number, large ones shrunk by area, until all fit into 1,920 px; rows too long
    for that continue in a further line.

    Args:
        rows: One or more, which may be of different lengths; frames must be of one size.
        title: Above all.
        scale: How often to enlarge each pixel, 1 or more; without it as is legible.

    Returns:
        uint8 `[h, w, 3]`.

    Raises:
        InputError: For no rows, frames of no or different size, more captions than frames, and a scale below 1.

    >>> digits = np.zeros((10, 28, 28, 1), np.uint8)
    >>> strip([Row("path", digits), Row("cross-fade", digits)]).shape[2]
    3
    """
    _check(rows, scale)
    layout = _lay_out(rows, scale)
    longest = max(len(row.frames) for row in rows)
    lines = [
        _draw_row(_take_part(row, start, layout.columns), layout)
        for start in range(0, longest, layout.columns)
        for row in rows
        if start < len(row.frames)
    ]
    return _stack(lines, title)


def sheet(images: Pixels, columns: int | None = None, captions: Sequence[str] = (), *, title: str = "") -> Pixels:
    """Draw a contact sheet, read line by line; images are sized as in a strip.

    Args:
        images: uint8 `[n, h, w, c]`.
        columns: Images in a line, 1 or more; without it, the nearest to a square that leaves few places empty.
        captions: Beneath the first images.
        title: Above all.

    Returns:
        uint8 `[h, w, 3]`.

    Raises:
        InputError: As `strip`, and for columns below 1.

    >>> sheet(np.zeros((12, 28, 28, 1), np.uint8)).shape
    (298, 380, 3)
    """
    whole = [Row("", images, tuple(captions))]
    _check(whole, columns)
    columns = min(columns or choose_columns(len(images)), len(images))
    layout = _lay_out(whole, None, columns)
    lines = [_draw_row(_take_part(whole[0], start, columns), layout) for start in range(0, len(images), columns)]
    return _stack(lines, title, ROW_GAP_PX if captions else GAP_PX)


def _check(rows: Sequence[Row], whole: int | None) -> None:
    if not rows:
        raise InputError("no rows", "1 or more", "images to show")
    for row in rows:
        shape = row.frames.shape
        if len(shape) != 4 or 0 in shape or shape[3] not in (1, 3):
            raise InputError(f"frames {list(shape)}", "[n, h, w, 1 or 3], none of them 0", "images to show")
        if shape[1:3] != rows[0].frames.shape[1:3]:
            sizes = f"{rows[0].frames.shape[1:3]} and {shape[1:3]}"
            raise InputError(f"frames of sizes {sizes} in one strip", "one size", "resizing them first")
        count = max(len(row.captions), len(row.above))
        if count > shape[0]:
            raise InputError(f"{count} captions for {shape[0]} frames", "one each", "leaving some out")
    if whole is not None and whole < 1:
        raise InputError(f"{whole} as scale or columns", "1 or more", "leaving it out to have it chosen")


def choose_columns(count: int) -> int:
    """Choose the columns of a grid for `count` things: near a square, with few places empty."""
    side = math.sqrt(count)
    return min(range(math.ceil(side), math.ceil(1.5 * side) + 1), key=lambda columns: (-count % columns, columns))


def _lay_out(rows: Sequence[Row], scale: int | None, columns: int | None = None) -> _Layout:
    _, h, w, _ = rows[0].frames.shape
    titles = [line for row in rows for line in _TITLE.wrap(row.title, TITLE_PX)]
    title_px = max(map(_TITLE.width, titles), default=0)
    left = MARGIN_PX + (title_px + 12 if title_px else 0)
    room = WIDEST_PX - left - MARGIN_PX + GAP_PX
    texts = [text for row in rows for text in row.captions + row.above]
    word_px = max((CAPTION.width(line) for text in texts for line in _split_words(text)), default=0)

    # Enlarged to be legible, unless that makes a long side huge; shrunk to fit a screen.
    wanted = float(min(math.ceil(_SHOWN_PX / min(h, w)), max(1, 512 // max(h, w))))
    if columns is None:
        large = _LEAST_PX / min(h, w)
        least = scale or min(wanted, large if large < 1 else math.ceil(large))  # as it is rounded down below
        longest = max(len(row.frames) for row in rows)
        in_line = max(1, int(room // (max(w * least, word_px) + GAP_PX)))
        columns = math.ceil(longest / math.ceil(longest / in_line))
    each = max(1, room // columns - GAP_PX)
    fits = min(wanted, each / w, TALLEST_PX / h)
    factor = scale or (math.floor(fits) if fits >= 1 else fits)
    height, width = max(1, round(h * factor)), max(1, round(w * factor))
    return _Layout(columns, height, width, max(width, word_px), left)


def _split_words(text: str) -> list[str]:
    return [piece for word in text.split() for piece in CAPTION.wrap(word, WORD_PX)]


def _take_part(row: Row, start: int, columns: int) -> Row:
    end = start + columns
    return Row(row.title, row.frames[start:end], row.captions[start:end], row.above[start:end])


def _draw_row(row: Row, layout: _Layout) -> Image.Image:
    title = _TITLE.wrap(row.title, TITLE_PX)
    captions, words = ([CAPTION.wrap(text, layout.pitch) for text in texts] for texts in (row.captions, row.above))
    beneath, above = (max(map(len, texts), default=0) * CAPTION.line_px for texts in (captions, words))
    title_px = len(title) * _TITLE.line_px
    top = max(1, above and above + ABOVE_PX, (title_px - layout.height) // 2)
    width = layout.left + layout.columns * (layout.pitch + GAP_PX) - GAP_PX + MARGIN_PX
    height = top + max(layout.height + (ABOVE_PX + beneath if beneath else 1), (layout.height + title_px) // 2)
    canvas = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(canvas)
    _TITLE.draw(pen, MARGIN_PX, top + (layout.height - title_px) // 2, title, "l")
    for index, frame in enumerate(row.frames):
        middle = layout.left + index * (layout.pitch + GAP_PX) + layout.pitch // 2
        x = middle - layout.width // 2
        pen.rectangle((x - 1, top - 1, x + layout.width, top + layout.height), outline=(EDGE_GREY,) * 3)
        canvas.paste(_resize(frame, layout), (x, top))
        if index < len(captions):
            CAPTION.draw(pen, middle, top + layout.height + ABOVE_PX, captions[index], "m")
        if index < len(words):
            CAPTION.draw(pen, middle, top - ABOVE_PX - len(words[index]) * CAPTION.line_px, words[index], "m")
    return canvas


def _resize(frame: Pixels, layout: _Layout) -> Image.Image:
    how = Image.Resampling.NEAREST if layout.height >= frame.shape[0] else Image.Resampling.BOX
    return Image.fromarray(with_channels(frame, 3)).resize((layout.width, layout.height), how)


def _stack(lines: Sequence[Image.Image], title: str, gap_px: int = ROW_GAP_PX) -> Pixels:
    """Lines of one width beneath each other, the title above, a margin around."""
    width = lines[0].width
    heading = HEADING.wrap(title, max(width - 2 * MARGIN_PX, WORD_PX))
    width = max([width, *(HEADING.width(line) + 2 * MARGIN_PX for line in heading)])
    top = MARGIN_PX + (len(heading) * HEADING.line_px + ROW_GAP_PX if heading else 0)
    height = top + sum(line.height + gap_px for line in lines) - gap_px + MARGIN_PX
    canvas = Image.new("RGB", (width, height), "white")
    HEADING.draw(ImageDraw.Draw(canvas), MARGIN_PX, MARGIN_PX, heading, "l")
    for line in lines:
        canvas.paste(line, (0, top))
        top += line.height + gap_px
    return np.array(canvas)
