"""One size and one frame rate for the whole film, and each clip brought to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from segue.core.images import Fit, Pixels, fit
from segue.video import ClipInfo
from segue.video.codecs import SOUND_RATE


@dataclass(frozen=True)
class Canvas:
    """Height and width of the film in pixels (even, as films need), its frames a second, and how other aspects fit."""

    height: int
    width: int
    fps: Fraction
    how: Fit

    def fit(self, frame: Pixels) -> Pixels:
        """Bring a frame to the size of the canvas; it is never stretched.

        Args:
            frame: uint8 `[h, w, 3]`.

        Returns:
            uint8 `[height, width, 3]`; a frame of this size is returned as it is.
        """
        if _even(*frame.shape[:2]) == (self.height, self.width):
            frame = frame[: self.height, : self.width]  # of an odd side the last row is cut, nothing resampled
        return fit(frame, self.height, self.width, self.how)

    def length(self, info: ClipInfo) -> int:
        """Count the frames that a whole clip has here.

        Args:
            info: the clip.

        Returns:
            At least one.
        """
        return self.count(info.seconds)

    def count(self, seconds: float) -> int:
        """Count the frames that fill a time.

        Args:
            seconds: the time.

        Returns:
            The nearest whole number, at least one.
        """
        return max(1, round(seconds * self.fps))

    def describe_changes(self, info: ClipInfo) -> tuple[str, ...]:
        """Say what is changed in a clip to bring it here.

        Args:
            info: the clip.

        Returns:
            One line for each change of size, frame rate or sound, and for each note of the clip itself.
        """
        lines = []
        if _even(info.height, info.width) != (self.height, self.width):
            same = info.height * self.width == info.width * self.height
            how = "resized" if same else "cropped" if self.how == "crop" else "letterboxed"
            lines.append(f"{info.path.name}: {info.width}x{info.height} {how} to {self.width}x{self.height}")
        if info.fps != self.fps:
            lines.append(f"{info.path.name}: {float(info.fps):.5g} frames a second brought to {float(self.fps):.5g}")
        if info.sound_rate not in (None, SOUND_RATE):
            lines.append(f"{info.path.name}: sound of {info.sound_rate} Hz brought to {SOUND_RATE}")
        return (*lines, *(f"{info.path.name}: {note}" for note in info.notes))

    def shrink(self, pixels: int) -> Canvas:
        """A canvas of the same aspect and rate, of at most about so many pixels.

        Args:
            pixels: height times width.

        Returns:
            The canvas, never larger than this one.
        """
        height, width = self.size_within(pixels, 2)
        return replace(self, height=height, width=width)

    def size_within(self, pixels: int, multiple: int = 1) -> tuple[int, int]:
        """The size of a small picture of the canvas.

        Args:
            pixels: about how many it has, height times width.
            multiple: what both sides are multiples of.

        Returns:
            Height and width, of the same aspect and never larger than the canvas.
        """
        scale = min(1.0, (pixels / (self.height * self.width)) ** 0.5)
        sides = (max(1, round(side * scale / multiple)) * multiple for side in (self.height, self.width))
        height, width = sides
        return height, width


def choose_canvas(first: ClipInfo, size: tuple[int, int] | None, fps: Fraction | None, how: Fit) -> Canvas:
    """The canvas that follows the first clip, unless something else is asked for.

    Args:
        first: the first clip.
        size: height and width in pixels; None: the clip's.
        fps: frames a second; None: the clip's.
        how: how clips of another aspect get there.

    Returns:
        The canvas; odd sides lose a pixel.
    """
    return Canvas(*_even(*(size or (first.height, first.width))), fps or first.fps, how)


def _even(height: int, width: int) -> tuple[int, int]:
    return height // 2 * 2, width // 2 * 2
