"""Rays and convex solids: where they meet, and how light falls there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]

FAR = np.float32(1e6)


@dataclass(frozen=True, eq=False)
class Solid:
    """A convex solid: half-spaces `normals @ x <= offsets`, and, if `round`, x^2 + y^2 + g z^2 + l z + c <= 0."""

    normals: Floats = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    offsets: Floats = field(default_factory=lambda: np.zeros(0, np.float32))
    round: tuple[float, float, float] | None = None

    def scaled(self, factor: float) -> Solid:
        """The solid made `factor` times as large about the origin."""
        g, line, c = self.round or (0.0, 0.0, 0.0)
        grown = None if self.round is None else (g, line * factor, c * factor**2)
        return replace(self, offsets=self.offsets * np.float32(factor), round=grown)

    def meet(self, o: Floats, d: Floats) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
        """Where rays from `o` along `d` (each `[3, ...]`) enter and leave, and by which face.

        A ray that misses enters after it leaves. The face is a place in `normals`, or -1: the round one.
        """
        enter, leave = self._meet_round(o, d)
        face = np.full(enter.shape, -1)
        for i, (normal, offset) in enumerate(zip(self.normals, self.offsets, strict=True)):
            along = _dot(normal, d)
            along = np.where(np.abs(along) < 1e-7, np.float32(1e-7), along)
            t = (offset - _dot(normal, o)) / along
            inward = along < 0
            later = inward & (t > enter)
            enter = np.where(later, t, enter)
            face[later] = i
            leave = np.where(inward, leave, np.minimum(leave, t))
        return enter, leave, face

    def _meet_round(self, o: Floats, d: Floats) -> tuple[Floats, Floats]:
        shape = np.broadcast_shapes(o.shape[1:], d.shape[1:])
        if self.round is None:
            return np.full(shape, -FAR), np.full(shape, FAR)
        g, line, c = map(np.float32, self.round)
        a = d[0] ** 2 + d[1] ** 2 + g * d[2] ** 2
        a = np.where(np.abs(a) < 1e-7, np.float32(1e-7), a)
        b = o[0] * d[0] + o[1] * d[1] + (g * o[2] + line / 2) * d[2]
        rest = b**2 - a * (o[0] ** 2 + o[1] ** 2 + (g * o[2] + line) * o[2] + c)
        root = np.sqrt(np.maximum(rest, 0))
        near, far = np.minimum((-b - root) / a, (-b + root) / a), np.maximum((-b - root) / a, (-b + root) / a)
        enter, leave = np.where(rest > 0, near, FAR), np.where(rest > 0, far, -FAR)
        if g >= 0:
            return enter, leave
        # A ray steeper than a cone's side is inside both before `near` and after `far`: take the lower nappe.
        steep, down = a < 0, d[2] < 0
        enter = np.where(steep, np.where(down, far, -FAR), enter)
        return enter, np.where(steep, np.where(down, FAR, near), leave)

    def normal(self, points: Floats, face: npt.NDArray[np.intp]) -> Floats:
        """Unit outward normals `[3, m]` at `points` `[3, m]` on the faces `[m]`."""
        if self.round is None:
            return np.ascontiguousarray(self.normals[face].T)
        g, line, _ = map(np.float32, self.round)
        curved = unit(np.stack([points[0], points[1], g * points[2] + line / 2]))
        flat = self.normals[face].T if len(self.normals) else curved
        return np.where(face < 0, curved, flat)


def prism(sides: int, radius: float, height: float) -> Solid:
    """A regular prism on z = 0, `radius` to its corners."""
    return _with_caps(_sides(sides, 0.0), np.full(sides, radius * np.cos(np.pi / sides)), height)


def pyramid(sides: int, radius: float, height: float) -> Solid:
    """A regular pyramid on z = 0, `radius` to the corners of its base."""
    inner = radius * np.cos(np.pi / sides)
    normals = _sides(sides, inner / height)
    lean = np.hypot(1, inner / height)
    planes = np.vstack([normals / lean, [[0, 0, -1]]])
    return Solid(planes.astype(np.float32), np.append(np.full(sides, inner / lean), 0).astype(np.float32))


def cylinder(radius: float, height: float, bottom: float = 0.0) -> Solid:
    """An upright cylinder from `bottom` to `bottom + height`."""
    flat = _with_caps(np.zeros((0, 3)), np.zeros(0), bottom + height, bottom)
    return replace(flat, round=(0.0, 0.0, -(radius**2)))


def cone(radius: float, height: float) -> Solid:
    """An upright cone on z = 0."""
    k = (radius / height) ** 2
    return Solid(
        np.array([[0, 0, -1], [0, 0, 1]], np.float32),
        np.array([0, height], np.float32),
        (-k, 2 * k * height, -k * height**2),
    )


def sphere(radius: float, centre: float) -> Solid:
    """A ball whose centre is on the z axis."""
    return Solid(round=(1.0, -2 * centre, centre**2 - radius**2))


def unit(vectors: Floats) -> Floats:
    """Vectors `[3, ...]` at length 1."""
    length = np.sqrt((vectors**2).sum(0))
    at_length: Floats = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return at_length


def _dot(normal: Floats, vectors: Floats) -> Floats:
    along: Floats = normal[0] * vectors[0] + normal[1] * vectors[1] + normal[2] * vectors[2]
    return along


def _sides(count: int, rise: float) -> npt.NDArray[np.float64]:
    turn = (np.arange(count) + 0.5) * (2 * np.pi / count)
    return np.stack([np.cos(turn), np.sin(turn), np.full(count, rise)], 1)


def _with_caps(
    normals: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64], top: float, bottom: float = 0.0
) -> Solid:
    planes = np.vstack([normals, [[0, 0, -1], [0, 0, 1]]])
    return Solid(planes.astype(np.float32), np.concatenate([offsets, [-bottom, top]]).astype(np.float32))
