"""`worlds:pole`: an arm on a table points somewhere, a thing on its tip; the factors are those of MPI3D."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from segue.core.choices import option
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.types import Floats32
from segue.data.datasets.worlds import rays
from segue.data.datasets.worlds.factors import Factor, Values, grid, indices_of, named_factor
from segue.data.datasets.worlds.rays import Solid
from segue.data.datasets.worlds.scene import (
    LIGHT,
    SAMPLES,
    SHOULDER,
    SIDE,
    ZOOM,
    Scene,
    develop,
    in_shadow,
    lamp,
    make_scene,
    shade,
)
from segue.data.datasets.worlds.world import MOST_IMAGES, World

COLORS = {
    "white": (0.88, 0.88, 0.86),
    "green": (0.07, 0.48, 0.13),
    "red": (0.78, 0.04, 0.05),
    "blue": (0.05, 0.20, 0.80),
    "brown": (0.27, 0.11, 0.045),
    "olive": (0.46, 0.44, 0.06),
}
SHAPES = {
    "cone": rays.cone(0.24, 0.52),
    "cube": rays.prism(4, 0.29, 0.41),
    "cylinder": rays.cylinder(0.165, 0.52),
    "hexagonal": rays.prism(6, 0.30, 0.20),
    "pyramid": rays.pyramid(4, 0.31, 0.46),
    "sphere": rays.sphere(0.23, 0.23),
}
LENGTH, GIRTH = 0.52, 0.32  # no shape is longer, or wider from its axis
SIZES = {"small": 0.6, "large": 1.0}
HEIGHTS = {"top": 52.0, "center": 28.0, "bottom": 9.0}
BACKGROUNDS = {"purple": (0.30, 0.17, 0.52), "sea_green": (0.10, 0.42, 0.33), "salmon": (0.86, 0.33, 0.25)}

# What the two angles span, in radians: 0, 0 points level at the camera; right and up are positive.
HORIZONTAL = (-1.4, 1.4)
VERTICAL = (-0.1, 1.2)

REACH = 0.66


@dataclass(frozen=True, eq=False)
class Part:
    """A solid that begins `start` along the arm, its colour (linear light) and gloss."""

    solid: Solid
    start: float
    albedo: tuple[float, float, float]
    gloss: float

    def to_own_frame(self, frame: Floats32, points: Floats32) -> Floats32:
        """See points of the world as the solid does.

        Args:
            frame: the arm's three axes, in rows.
            points: `[3, ...]`.

        Returns:
            `[3, ...]`, the solid's own coordinates.
        """
        down = np.array([0, 0, SHOULDER], np.float32).reshape(3, *[1] * (points.ndim - 1))
        seen = _rotate(frame, points - down)
        seen[2] -= self.start
        return seen


ARM = Part(rays.cylinder(0.038, REACH), 0.0, (0.24, 0.25, 0.28), 0.3)


TABLES: tuple[tuple[str, ...], ...] = (
    tuple(COLORS),
    tuple(SHAPES),
    tuple(SIZES),
    tuple(HEIGHTS),
    tuple(BACKGROUNDS),
)


@dataclass(frozen=True)
class Pole(World):
    """Grids of the pole's factors: one name, names joined by `+`, or `all`; and steps for the two angles.

    `color`, `shape` and `background` are places in the tables of names, with nothing between them. So are `size` and
    `height`, the camera's, but with everything between. `horizontal` and `vertical` are angles in radians, anything
    within `HORIZONTAL` and `VERTICAL`. One step is the middle.

    >>> world = Pole(color="red+blue", horizontal=3, vertical=1)
    >>> world.factors().shape, world.render(world.factors()).shape
    ((6, 7), (6, 64, 64, 3))
    """

    name: ClassVar[str] = "worlds:pole"
    space: ClassVar[tuple[Factor, ...]] = (
        named_factor(TABLES[0], "color"),
        named_factor(TABLES[1], "shape"),
        named_factor(TABLES[2], "size", "straight"),
        named_factor(TABLES[3], "height", "straight"),
        named_factor(TABLES[4], "background"),
        Factor("horizontal", "straight", *HORIZONTAL),
        Factor("vertical", "straight", *VERTICAL),
    )
    side: ClassVar[int] = SIDE
    channels: ClassVar[int] = 3

    color: str = option("white", "white, green, red, blue, brown, olive")
    shape: str = option("cone", "cone, cube, cylinder, hexagonal, pyramid, sphere")
    size: str = option("large", "small, large")
    height: str = option("top", "the camera's: top, center, bottom")
    background: str = option("purple", "purple, sea_green, salmon")
    horizontal: int = option(40, "steps of the angle left and right", low=1, high=1000)
    vertical: int = option(40, "steps of the angle up and down", low=1, high=1000)

    def __post_init__(self) -> None:
        super().__post_init__()
        count = self.horizontal * self.vertical * math.prod(map(len, self._places()))
        if count > MOST_IMAGES:
            raise InputError(f"{self} with {count} images", f"{MOST_IMAGES} or fewer", "fewer steps")

    def _places(self) -> list[list[int]]:
        tables = self.space[: len(TABLES)]
        return [indices_of(getattr(self, table.name), table.names, self._label(table.name)) for table in tables]

    def factors(self) -> Values:
        """The chosen grid, `[n, 7]`, the vertical angle changing fastest."""
        horizontal, vertical = self.space[len(TABLES) :]
        return grid(*self._places(), horizontal.steps(self.horizontal), vertical.steps(self.vertical))

    def draw(self, values: Values) -> Pixels:
        """Draw images of checked values.

        Args:
            values: `[n, k]`.

        Returns:
            uint8 `[n, side, side, channels]`, traced ray by ray: about 200 a second, a quarter of that where the camera
            moves.
        """
        return np.stack([_image(row) for row in values])


def _image(row: Values) -> Pixels:
    color, shape, size, height, background, horizontal, vertical = row
    scene = make_scene(_between(HEIGHTS, height), tuple(BACKGROUNDS.values())[int(background)])
    grow = _between(SIZES, size)
    thing = Part(tuple(SHAPES.values())[int(shape)].scale(grow), REACH, tuple(COLORS.values())[int(color)], 0.12)
    frame = _frame(horizontal, vertical)
    along = np.array([0, REACH, REACH + LENGTH * grow])[:, None] * frame[2] + [0, 0, SHOULDER]
    rows, columns = _box(scene, along, GIRTH * grow)
    picture = scene.picture.copy()
    picture[:, rows, columns] = _light(scene, rows, columns, frame.astype(np.float32), (ARM, thing))
    return develop(picture)


def _between(table: dict[str, float], place: float) -> float:
    """A table's number at a place that need not be whole."""
    return float(np.interp(place, np.arange(len(table)), list(table.values())))


def _frame(horizontal: float, vertical: float) -> Values:
    """Three unit vectors in rows, the last along the arm; at 0, 0 it points at the camera."""
    along = np.array([np.sin(horizontal) * np.cos(vertical), -np.cos(horizontal) * np.cos(vertical), np.sin(vertical)])
    side = np.array([np.cos(horizontal), np.sin(horizontal), 0])
    return np.stack([side, np.cross(along, side), along])


def _box(scene: Scene, along: Values, radius: float) -> tuple[slice, slice]:
    """Rows and columns in which the arm, what it carries, and their shadow must lie."""
    seen = scene.project(along)
    reach = radius * SIDE * 0.5 * ZOOM * 1.1 / (seen[:, 2:] - radius)
    shadow = along - LIGHT * (along[:, 2:] / LIGHT[2])
    spread = radius * 1.9
    low, high = shadow[:, :2].min(0) - spread, shadow[:, :2].max(0) + spread
    corners = np.array([[x, y, 0.0] for x in (low[0], high[0]) for y in (low[1], high[1])])
    ends = np.concatenate([seen[:, :2] - reach, seen[:, :2] + reach, scene.project(corners)[:, :2]])
    first = np.clip(np.floor(ends.min(0)), 0, SIDE - 1).astype(int)
    last = np.clip(np.ceil(ends.max(0)), 1, SIDE).astype(int)
    return slice(first[1], last[1]), slice(first[0], last[0])


def _light(scene: Scene, rows: slice, columns: slice, frame: Floats32, parts: tuple[Part, ...]) -> Floats32:
    """The light `[3, h, w]` that comes from a box of pixels."""
    d, depth = scene.d[:, rows, columns], scene.depth[rows, columns]
    eye = scene.eye.astype(np.float32).reshape(3, 1, 1, 1)
    shadow = _shadow(scene, rows, columns, frame, parts)
    light = scene.ambient[:, rows, columns] * (1 - 0.25 * shadow) + scene.direct[:, rows, columns] * ~shadow
    turned = _rotate(frame, d)
    for part in parts:
        enter, leave, face = part.solid.meet(part.to_own_frame(frame, eye), turned)
        hit = (enter < leave) & (enter > 0) & (enter < depth)
        depth = np.where(hit, enter, depth)
        points, rays_hit = eye[:, 0, 0] + d[:, hit] * depth[hit], d[:, hit]
        normal = frame.T @ part.solid.normal(part.to_own_frame(frame, points), face[hit])
        albedo = np.array(part.albedo, np.float32)[:, None]
        light[:, hit] = sum(shade(points, normal, albedo, rays_hit, part.gloss))
    mean: Floats32 = light.mean(-1)
    return mean


def _shadow(
    scene: Scene, rows: slice, columns: slice, frame: Floats32, parts: tuple[Part, ...]
) -> npt.NDArray[np.bool_]:
    """Where on the table's top the parts keep the lamp's light off, for every ray of the box."""
    table = scene.on_table[rows, columns]
    shadow = np.zeros(table.shape, bool)
    d, depth = scene.d[:, rows, columns][:, table], scene.depth[rows, columns][table]
    points = scene.eye.astype(np.float32)[:, None] + d * depth
    to_lamp = _rotate(frame, lamp())[:, np.broadcast_to(np.arange(SAMPLES), table.shape)[table]]
    dark = [in_shadow(part.solid, part.to_own_frame(frame, points), to_lamp) for part in parts]
    shadow[table] = np.any(dark, axis=0)
    return shadow


def _rotate(frame: Floats32, vectors: Floats32) -> Floats32:
    """Vectors `[3, ...]` as the arm sees them."""
    turned: Floats32 = np.tensordot(frame, vectors, 1)
    return turned
