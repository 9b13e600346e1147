"""One size and one frame rate for the whole film, and each clip brought to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from segue.core.images import Fit, Pixels, fit
from segue.video import ClipInfo, read_frames
from segue.video.codecs import SOUND_RATE


@dataclass(frozen=True)
class Canvas:
    """Size in pixels (even, as films need), frames a second, and how other aspects get there."""

    height: int
    width: int
    fps: Fraction
    how: Fit

    def frames(self, clip: Path, start: int = 0) -> Iterator[Pixels]:
        """A clip's frames `[height, width, 3]` at `fps` from number `start` on, never stretched."""
        return map(self.fitted, read_frames(clip, fps=self.fps, start=start))

    def fitted(self, frame: Pixels) -> Pixels:
        """A frame brought to this size."""
        if _even(*frame.shape[:2]) == (self.height, self.width):
            frame = frame[: self.height, : self.width]  # of an odd side the last row is cut, nothing resampled
        return fit(frame, self.height, self.width, self.how)

    def length(self, info: ClipInfo) -> int:
        """How many frames a clip has here."""
        return max(1, round(info.seconds * self.fps))

    def count(self, seconds: float) -> int:
        """The whole number of frames nearest to `seconds`, at least one."""
        return max(1, round(seconds * self.fps))

    def changes(self, info: ClipInfo) -> tuple[str, ...]:
        """What is done to a clip to bring it here, in words."""
        said = []
        if _even(info.height, info.width) != (self.height, self.width):
            same = info.height * self.width == info.width * self.height
            how = "resized" if same else "cropped" if self.how == "crop" else "letterboxed"
            said.append(f"{info.path.name}: {info.width}x{info.height} {how} to {self.width}x{self.height}")
        if info.fps != self.fps:
            said.append(f"{info.path.name}: {float(info.fps):.5g} frames a second brought to {float(self.fps):.5g}")
        if info.sound_rate not in (None, SOUND_RATE):
            said.append(f"{info.path.name}: sound of {info.sound_rate} Hz brought to {SOUND_RATE}")
        return (*said, *(f"{info.path.name}: {note}" for note in info.notes))

    def smaller(self, pixels: int) -> Canvas:
        """A canvas of at most about so many pixels."""
        height, width = self.shrunk(pixels, 2)
        return replace(self, height=height, width=width)

    def shrunk(self, pixels: int, multiple: int = 1) -> tuple[int, int]:
        """Height and width of about so many pixels in all, of the same aspect, never larger than the canvas."""
        scale = min(1.0, (pixels / (self.height * self.width)) ** 0.5)
        sides = (max(1, round(side * scale / multiple)) * multiple for side in (self.height, self.width))
        height, width = sides
        return height, width


def canvas_for(first: ClipInfo, size: tuple[int, int] | None, fps: Fraction | None, how: Fit) -> Canvas:
    """The canvas that follows the first clip, unless `size` (height, width) or `fps` say otherwise."""
    return Canvas(*_even(*(size or (first.height, first.width))), fps or first.fps, how)


def _even(height: int, width: int) -> tuple[int, int]:
    return height // 2 * 2, width // 2 * 2
