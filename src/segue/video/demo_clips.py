"""Two generated clips to try segue on: a flowing plasma and a turning kaleidoscope, each with a soft chord."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.numerics import smoothstep
from segue.video import FilmWriter
from segue.video.codecs import SOUND_RATE

Field: TypeAlias = npt.NDArray[np.float32]

# Motion is paced for this many frames a second.
PACE_FPS = 24

_INK = ("#14092e", "#3b0f6b", "#8f1d8c", "#e0457b", "#ff8a4c", "#ffd56b", "#f4f1d0", "#5fc6c9", "#1c6ea4", "#151b54")
GLASS = ("#ffb627", "#ff5a5f", "#00a6a6", "#7b2cbf", "#f4f1de", "#2ec4b6", "#ef476f", "#118ab2", "#ffd166", "#06d6a0")


def plasma(frames: int, height: int, width: int) -> Iterator[Pixels]:
    """Liquid colour: sine waves bent by sine waves, lit from above.

    Args:
        frames: how many.
        height: in px.
        width: in px.

    Yields:
        Frames, uint8 `[height, width, 3]`, paced for 24 a second.

    >>> next(plasma(1, 4, 6)).shape
    (4, 6, 3)
    """
    x, y = _plane(height, width)
    palette = _cycle(_INK, 2048)
    for frame in range(frames):
        t = frame / PACE_FPS
        # Each bend feeds the next: folds that flow instead of a grid that beats.
        u = x + 0.55 * np.sin(1.7 * y + 0.9 * t) + 0.25 * np.sin(2.9 * y - 1.3 * t + 1.0)
        v = y + 0.55 * np.sin(1.5 * u - 0.7 * t + 2.0) + 0.22 * np.sin(3.1 * u + 1.1 * t)
        u += 0.16 * np.sin(4.3 * v + 0.8 * t)
        ripple = np.sin(np.sqrt((u - 0.6) ** 2 + (v + 0.3) ** 2 + 0.1) * 3.4 - 1.2 * t)
        field = 0.5 * np.sin(1.5 * u + 0.9 * v + 0.6 * t) + 0.4 * ripple + 0.4 * np.sin(2.6 * v - 1.9 * u + 0.5 * t)
        slope_y, slope_x = np.gradient(field, np.float32(2 / height))
        upright = 1 / np.sqrt(1 + 0.3 * (slope_x**2 + slope_y**2))
        facing = (0.35 * slope_x - 0.55 * slope_y) * upright
        shine = np.clip(0.55 * upright + 0.6 * facing, 0, 1) ** 12
        place = ((0.42 * field + 0.06 * t) % 1 * len(palette)).astype(np.int32) % len(palette)
        yield _pixels(palette[place] * (0.92 + 0.22 * facing)[..., None] + 0.45 * shine[..., None])


def kaleidoscope(frames: int, height: int, width: int, mirrors: int = 6) -> Iterator[Pixels]:
    """Coloured glass that drifts between mirrors that turn.

    Args:
        frames: how many.
        height: in px.
        width: in px.
        mirrors: pairs of mirrors.

    Yields:
        Frames, uint8 `[height, width, 3]`, paced for 24 a second.

    >>> next(kaleidoscope(1, 4, 6)).shape
    (4, 6, 3)
    """
    x, y = _plane(height, width)
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    edge_px = np.float32(2 / height)
    wedge = np.pi / mirrors
    ground, glass = _cycle(_INK[:4], 1024), _colours(GLASS)
    for frame in range(frames):
        t = frame / PACE_FPS
        folded = np.abs((angle + 0.25 * t) % (2 * wedge) - wedge).astype(np.float32)
        u, v = radius * np.cos(folded), radius * np.sin(folded)
        place = ((0.22 * radius - 0.05 * t + 0.05 * np.sin(5 * folded)) % 1 * len(ground)).astype(np.int32)
        picture = ground[place % len(ground)]
        for index, colour in enumerate(glass):
            _lay_glass(picture, u, v, index, colour, t, edge_px)
        vignette = 1.04 - 0.06 * radius**2
        yield _pixels(picture * vignette[..., None])


def _lay_glass(picture: Field, u: Field, v: Field, index: int, colour: Field, t: float, edge_px: np.float32) -> None:
    """Blend one piece of glass, a disc, ring or leaf with a bright rim, over the picture in place."""
    turn = index * 2.399963  # the golden angle: pieces never line up
    out = 0.28 + 0.155 * index
    centre_u = np.float32(out + 0.16 * np.sin(0.9 * t + turn))
    centre_v = np.float32(out * 0.22 * (1 + np.sin(1.1 * t + 2 * turn)))
    size = np.float32(0.15 + 0.05 * np.sin(0.7 * t + turn))
    # No piece reaches further than this, so the rest of the picture need not be looked at.
    near = np.nonzero((np.abs(u - centre_u) < 1.8 * size) & (np.abs(v - centre_v) < 1.8 * size))
    du, dv = u[near] - centre_u, v[near] - centre_v
    spin = 0.8 * t * (1 if index % 2 else -1) + turn
    a, b = np.float32(np.cos(spin)), np.float32(np.sin(spin))
    across, along = a * du + b * dv, a * dv - b * du
    shape = index % 3
    if shape == 0:
        distance = np.hypot(across, along) - size
    elif shape == 1:
        distance = np.abs(np.hypot(across, along) - size) - size * np.float32(0.3)
    else:  # a leaf: where two discs overlap
        distance = np.hypot(np.abs(across) + size, along) - size * np.float32(1.9)
    inside = np.clip(0.5 - distance / edge_px, 0, 1)[:, None]
    rim = np.exp(-((distance / (0.16 * size)) ** 2))[:, None] * inside
    under = picture[near]
    glass = under + 0.86 * inside * (colour - under)
    picture[near] = glass + 0.55 * rim * (1 - glass)


def write_demo_clips(
    folder: Path, seconds: float = 3, height: int = 360, width: int = 640, fps: Fraction = Fraction(24)
) -> tuple[Path, Path]:
    """Write two clips to try segue on: `plasma.mp4`, with a chord on 220 Hz, and `kaleidoscope.mp4`, on 330 Hz.

    Args:
        folder: where to; it is made where it does not exist.
        seconds: how long each is, above 0 and below an hour.
        height: in px, even, 16 or more.
        width: in px, even, 16 or more.
        fps: frames a second.

    Returns:
        The two files.

    Raises:
        InputError: for another length or size, and where nothing can be written.
    """
    frames = round(seconds * fps) if 0 < seconds < 3600 else 0
    if frames < 1 or min(height, width) < 16:
        raise InputError(
            f"{seconds} s of {width}x{height}", "a frame to an hour of 16x16 or more", "a size and length in that range"
        )
    films = {"plasma": (plasma, 220.0), "kaleidoscope": (kaleidoscope, 330.0)}
    paths = []
    for name, (pictures, pitch) in films.items():
        path = Path(folder) / f"{name}.mp4"
        with FilmWriter(path, width, height, fps, sound_rate=SOUND_RATE) as film:
            film.write_sound(chord(pitch, round(frames / fps * SOUND_RATE)))
            for picture in pictures(frames, height, width):
                film.write(picture)
        paths.append(path)
    return paths[0], paths[1]


def chord(pitch: float, samples: int) -> Field:
    """A soft chord that slowly wanders between the sides.

    Args:
        pitch: of its lowest note, in Hz.
        samples: how many, at 48 kHz.

    Returns:
        float32 `[samples, 2]`, between -0.3 and 0.3.

    >>> chord(220, 480).shape
    (480, 2)
    """
    seconds = np.arange(samples) / SOUND_RATE
    notes = [(1, 0.5), (1.25, 0.25), (1.5, 0.3), (2, 0.15)]
    parts = [share * np.sin(2 * np.pi * pitch * ratio * seconds) for ratio, share in notes]
    swell = 0.2 * (1 + 0.15 * np.sin(2 * np.pi * 0.7 * seconds)) * np.minimum(1, seconds / 0.02)
    side = 0.15 * np.sin(2 * np.pi * 0.3 * seconds)
    tone = swell * np.sum(parts, axis=0)
    return np.stack([tone * (1 - side), tone * (1 + side)], axis=1).astype(np.float32)


def _plane(height: int, width: int) -> tuple[Field, Field]:
    """x and y of the pixels' middles, `[height, width]`: y from -1 to 1, pixels square."""
    y, x = np.mgrid[:height, :width]
    across: Field = ((2 * x + 1 - width) / height).astype(np.float32)
    down: Field = ((2 * y + 1 - height) / height).astype(np.float32)
    return across, down


def _colours(names: tuple[str, ...]) -> Field:
    shares = [[int(name[i : i + 2], 16) / 255 for i in (1, 3, 5)] for name in names]
    return np.array(shares, np.float32)


def _cycle(names: tuple[str, ...], steps: int) -> Field:
    """A closed palette of `steps` colours, `[steps, 3]`, through the named ones, without corners."""
    colours = _colours(names)
    place = np.arange(steps) / steps * len(colours)
    first = place.astype(np.int64)
    part = (place - first)[:, None]
    smooth = smoothstep(part).astype(np.float32)
    mixed = colours[first] + smooth * (colours[(first + 1) % len(colours)] - colours[first])
    return mixed.astype(np.float32)


def _pixels(colour: npt.NDArray[np.floating[Any]]) -> Pixels:
    scaled: Pixels = (np.clip(colour, 0, 1) * 255 + 0.5).astype(np.uint8)
    return scaled
