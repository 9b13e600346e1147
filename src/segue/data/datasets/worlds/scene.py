"""The stage of `worlds:pole`: a round table before a wall, seen by a camera; what never moves is worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats32
from segue.data.datasets.worlds.rays import FAR, Solid, cylinder, sphere, unit

SIDE = 64
SAMPLES = 11
TARGET = np.array([0.0, 0.0, 0.32])
DISTANCE, ZOOM = 4.4, 3.2
SHOULDER = 0.46  # height over the table, where the arm turns
TABLE, RIM = 1.27, 1.09
WALL = 2.6

METAL = np.array([0.22, 0.23, 0.26], np.float32)
_TOP = np.array([0.135, 0.135, 0.145], np.float32)
LIGHT = np.array([-0.55, -0.55, 1.0]) / np.linalg.norm([-0.55, -0.55, 1.0])
LAMP = 0.09  # the lamp's radius over its distance: how soft shadows are

FIXED = (cylinder(0.2, 0.06), cylinder(0.085, SHOULDER - 0.06, 0.06), sphere(0.125, SHOULDER))


def lattice() -> npt.NDArray[np.float64]:
    """Places within a pixel, `[SAMPLES, 2]` in 0 to 1: no two share a row or a column, so edges are smooth."""
    i = np.arange(SAMPLES)
    return np.stack([(i + 0.5) / SAMPLES, (i * 4 % SAMPLES + 0.5) / SAMPLES], 1)


@cache
def lamp() -> Floats32:
    """Unit directions `[3, SAMPLES]` to points spread over the lamp: one for each place within a pixel."""
    i = np.arange(SAMPLES)
    radius, turn = LAMP * np.sqrt((i * 7 % SAMPLES + 0.5) / SAMPLES), i * 2.399963
    across = np.cross(LIGHT, [0, 0, 1]) / np.linalg.norm(np.cross(LIGHT, [0, 0, 1]))
    over = np.cross(across, LIGHT)
    points = LIGHT[:, None] + across[:, None] * radius * np.cos(turn) + over[:, None] * radius * np.sin(turn)
    return unit(points.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Scene:
    """A camera's view of what never moves.

    Arrays are `[..., SIDE, SIDE, SAMPLES]`: ray directions `d` `[3, ...]` from `eye` `[3]`, `depth` along
    them, the light that is there in any case (`ambient` `[3, ...]`), that of the lamp (`direct` `[3, ...]`) and
    whether this is the table's top, where shadows fall. `axes` are right, up and forward, in rows.
    """

    eye: npt.NDArray[np.float64]
    axes: npt.NDArray[np.float64]
    d: Floats32
    depth: Floats32
    ambient: Floats32
    direct: Floats32
    on_table: npt.NDArray[np.bool_]
    picture: Floats32

    def project(self, points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Where the camera sees points.

        Args:
            points: `[m, 3]`.

        Returns:
            `[m, 3]`: column and row in px, and depth.
        """
        x, y, z = self.axes @ (points - self.eye).T
        return np.stack([(1 + ZOOM * x / z) * SIDE / 2, (1 - ZOOM * y / z) * SIDE / 2, z], 1)


@lru_cache(maxsize=9)
def make_scene(camera_degrees: float, tint: tuple[float, float, float]) -> Scene:
    """The scene from one camera position.

    Args:
        camera_degrees: of the camera above the table.
        tint: the linear colour of rim and wall.

    Returns:
        The scene; the last nine are remembered.
    """
    pitch = np.radians(camera_degrees)
    back = np.array([0, -np.cos(pitch), np.sin(pitch)])
    eye = TARGET + DISTANCE * back
    axes = np.stack([np.array([1.0, 0, 0]), np.cross([1.0, 0, 0], -back), -back])
    d = _rays(axes)
    depth, ambient, direct, on_table = _see(eye.astype(np.float32), d, np.array(tint, np.float32))
    picture = (ambient + direct).mean(-1)
    return Scene(eye, axes, d, depth, ambient, direct, on_table, picture)


def _rays(axes: npt.NDArray[np.float64]) -> Floats32:
    place = np.arange(SIDE)
    x = (place[None, :, None] + lattice()[:, 0]) * (2 / SIDE) - 1
    y = 1 - (place[:, None, None] + lattice()[:, 1]) * (2 / SIDE)
    x, y = np.broadcast_arrays(x, y)
    return unit(np.einsum("kc,k...->c...", axes, np.stack([x, y, np.full(x.shape, ZOOM)])).astype(np.float32))


def _see(eye: Floats32, d: Floats32, tint: Floats32) -> tuple[Floats32, Floats32, Floats32, npt.NDArray[np.bool_]]:
    """Depth, ambient and direct light, and the mask of the table's top."""
    o = eye.reshape(3, 1, 1, 1)
    depth = np.where(d[1] > 1e-3, (WALL - o[1]) / np.maximum(d[1], np.float32(1e-3)), FAR)
    wall = o + d * depth
    glow = np.exp(-(wall[0] ** 2 + (wall[2] - 0.7) ** 2) / 3.0)
    ambient = tint.reshape(3, 1, 1, 1) * (0.10 + 0.42 * glow)
    direct = np.zeros_like(ambient)
    on_table = np.zeros(depth.shape, bool)
    table = cylinder(TABLE, 0.1, -0.1)
    for solid in (table, *FIXED):
        enter, leave, face = solid.meet(o, d)
        hit = (enter < leave) & (enter > 0) & (enter < depth)
        depth = np.where(hit, enter, depth)
        points = (o + d * depth)[:, hit]
        normal = solid.normal(points, face[hit])
        albedo = np.broadcast_to(METAL[:, None], points.shape)
        if solid is table:
            rim = (np.hypot(points[0], points[1]) > RIM) | (normal[2] < 0.5)
            albedo = np.where(rim, tint[:, None] * 1.15, _TOP[:, None])
            on_table[hit] = normal[2] > 0.5
        else:
            on_table[hit] = False
        ambient[:, hit], direct[:, hit] = shade(points, normal, albedo, d[:, hit], 0.0 if solid is table else 0.25)
    for solid in FIXED:
        direct *= ~(on_table & in_shadow(solid, o + d * depth, lamp().reshape(3, 1, 1, SAMPLES)))
    return depth, ambient.astype(np.float32), direct.astype(np.float32), on_table


def shade(points: Floats32, normal: Floats32, albedo: Floats32, d: Floats32, gloss: float) -> tuple[Floats32, Floats32]:
    """The light that points send to the camera: Lambert's, and a touch of gloss.

    Args:
        points: `[3, m]`.
        normal: unit normals there, `[3, m]`.
        albedo: linear colours, `[3, m]`.
        d: directions from the camera, `[3, m]`.
        gloss: how strong the highlight is, 0 to 1.

    Returns:
        Ambient light and the lamp's, `[3, m]` each.
    """
    light = LIGHT.astype(np.float32)[:, None]
    facing = np.maximum((normal * light).sum(0), 0)
    half = unit(light - d)
    shine = gloss * np.maximum((normal * half).sum(0), 0) ** 40 * (facing > 0)
    # What lies near the table gets less light from around it.
    sky = (0.26 + 0.12 * normal[2]) * (0.75 + 0.25 * np.minimum(points[2] / 0.3, 1))
    return albedo * sky, albedo * (0.85 * facing) + shine


def in_shadow(solid: Solid, points: Floats32, to_light: Floats32) -> npt.NDArray[np.bool_]:
    """Whether a solid stands between points and the lamp.

    Args:
        solid: the solid.
        points: `[3, ...]`.
        to_light: directions to the lamp, `[3, ...]`.

    Returns:
        Booleans `[...]`.
    """
    enter, leave, _ = solid.meet(points, to_light)
    return (enter < leave) & (leave > 0)


def develop(light: Floats32) -> Pixels:
    """Convert linear light to a picture, about as sRGB does: the power of 1 / 2.2.

    Args:
        light: `[3, h, w]`.

    Returns:
        uint8 `[h, w, 3]`.
    """
    return np.ascontiguousarray(
        (np.clip(light, 0, 1) ** np.float32(1 / 2.2) * 255).round().astype(np.uint8).transpose(1, 2, 0)
    )
