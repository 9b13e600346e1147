"""Text in pictures: wrapped, measured and drawn in Pillow's own font."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PIL import ImageDraw, ImageFont

# Pillow's font holds little beyond ASCII; these are its nearest spellings of what captions use.
_SPELLED = {0xD7: "x", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2019: "'", 0x2192: "->", 0x2212: "-", 0x3B2: "beta"}


@cache
def _font(size_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size_px)


@dataclass(frozen=True)
class Lettering:
    """A style of text.

    Attributes:
        size_px: The size of the type.
        grey: Its colour, 0 (black) to 255 (white).
    """

    size_px: int
    grey: int

    @property
    def line_px(self) -> int:
        """From one line to the next."""
        return round(self.size_px * 1.3)

    def width(self, text: str) -> int:
        """Pixels that one line takes."""
        return -int(-_font(self.size_px).getlength(text) // 1)

    def wrap(self, text: str, width_px: int) -> list[str]:
        """Break text into lines: at spaces, or else inside a word. Line breaks in the text stay.

        Args:
            text: The text.
            width_px: The most that a line takes; a single letter wider than that stands alone.

        Returns:
            The lines.

        >>> Lettering(13, 0).wrap("the quick fox", 60)
        ['the quick', 'fox']
        """
        lines: list[str] = []
        for paragraph in to_ascii(text).splitlines():
            line = ""
            for word in paragraph.split():
                longer = f"{line} {word}".strip()
                if line and self.width(longer) > width_px:
                    lines.append(line)
                    longer = word
                *whole, line = self._break(longer, width_px)
                lines += whole
            lines.append(line)
        return lines

    def _break(self, text: str, width_px: int) -> list[str]:
        pieces = [""]
        for letter in text:
            if pieces[-1] and self.width(pieces[-1] + letter) > width_px:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def draw(self, on: ImageDraw.ImageDraw, x: int, y: int, lines: list[str], align: Literal["l", "m", "r"]) -> None:
        """Draw lines of text.

        Args:
            on: The picture.
            x: The left, middle or right of the lines, in px.
            y: The top of the first line, in px.
            lines: The text.
            align: Which of these `x` is: "l", "m" or "r".
        """
        for index, line in enumerate(lines):
            # On a common baseline ("s"), so that lines with and without descenders stand level.
            baseline = y + index * self.line_px + self.size_px
            on.text((x, baseline), line, fill=(self.grey,) * 3, font=_font(self.size_px), anchor=f"{align}s")


def to_ascii(text: str) -> str:
    """Write text in the letters that the font has: without accents, signs spelled out, the rest as `?`.

    >>> to_ascii("café −1 → 2")
    'cafe -1 -> 2'
    """
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode()
