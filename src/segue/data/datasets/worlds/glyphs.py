"""`worlds:glyphs`: characters, each turned by any angle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import numpy as np

from segue.core.choices import option
from segue.core.images import Pixels
from segue.core.types import Floats
from segue.data.datasets.worlds.coverage import coverage, edges, white_on_black
from segue.data.datasets.worlds.factors import Factor, Values, grid, indices_of, named_factor
from segue.data.datasets.worlds.world import World

GLYPHS = ("5", "G", "F", "P", "J", "7", "2")
_RADIUS = 15.0  # of the largest glyph's farthest point, so that none is cut off at any angle
FONT_UNITS = 1024


@dataclass(frozen=True)
class Glyphs(World):
    """White characters on black, 32x32, turned about their middles; none of the seven looks the same twice in a turn.

    The set of arXiv 2505.18230: by default every degree of every glyph, 2,520 images. Degrees count anticlockwise from
    upright. The font is DejaVu Sans, which comes with matplotlib; a pixel is the exact area covered.

    >>> world = Glyphs(glyph="5+G", degrees=4)
    >>> world.factors()[:5].tolist()
    [[0.0, 0.0], [0.0, 90.0], [0.0, 180.0], [0.0, 270.0], [1.0, 0.0]]
    """

    name: ClassVar[str] = "worlds:glyphs"
    space: ClassVar[tuple[Factor, ...]] = (named_factor(GLYPHS, "glyph"), Factor("degrees", "angle", 0, 360))
    side: ClassVar[int] = 32
    channels: ClassVar[int] = 1

    glyph: str = option("all", ", ".join(GLYPHS))
    degrees: int = option(360, "steps of a full turn", low=1, high=100_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        indices_of(self.glyph, GLYPHS, self._label("glyph"))

    def factors(self) -> Values:
        """The chosen glyphs (places in `GLYPHS`) at every step of the turn, `[n, 2]`."""
        return grid(indices_of(self.glyph, GLYPHS, "glyph"), self.space[1].steps(self.degrees))

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, k]`.

        Returns:
            uint8 `[n, side, side, channels]`: the turned outlines, filled.
        """
        images = np.empty((len(values), 32, 32, 1), np.uint8)
        for glyph in np.unique(values[:, 0]):
            which = values[:, 0] == glyph
            turn = np.radians(values[which, 1])
            matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
            outline = np.einsum("xyn,eky->nekx", matrix, _outlines()[int(glyph)])
            images[which] = white_on_black(coverage(16 + outline * [1, -1], 32))
        return images


@cache
def _outlines() -> tuple[Floats, ...]:
    """The edges `[e, 2, 2]` of each glyph, y up, about the middle of its box, at one scale for all."""
    # Here, so that matplotlib is not loaded for anything else.
    import matplotlib
    from matplotlib.ft2font import FT2Font
    from matplotlib.path import Path as Outline

    font = FT2Font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"))
    font.set_size(FONT_UNITS, 72)
    outlines: list[Floats] = []
    for glyph in GLYPHS:
        font.load_char(ord(glyph))
        contours = Outline(*font.get_path()).to_polygons()
        corners = np.concatenate(contours)
        middle = (corners.min(0) + corners.max(0)) / 2
        outlines.append(edges(*(np.asarray(contour, np.float64) - middle for contour in contours)))
    farthest = max(np.hypot(*outline.reshape(-1, 2).T).max() for outline in outlines)
    return tuple(outline * (_RADIUS / farthest) for outline in outlines)
