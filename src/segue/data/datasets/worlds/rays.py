"""Rays and convex solids: where they meet, and how light falls there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from segue.core.types import Floats32

FAR = np.float32(1e6)


@dataclass(frozen=True, eq=False)
class Solid:
    """A convex solid: half-spaces `normals @ x <= offsets`, and, if `round`, x^2 + y^2 + g z^2 + l z + c <= 0."""

    normals: Floats32 = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    offsets: Floats32 = field(default_factory=lambda: np.zeros(0, np.float32))
    round: tuple[float, float, float] | None = None

    def scale(self, factor: float) -> Solid:
        """The solid, larger about the origin.

        Args:
            factor: how many times as large.

        Returns:
            The new solid.
        """
        g, line, c = self.round or (0.0, 0.0, 0.0)
        grown = None if self.round is None else (g, line * factor, c * factor**2)
        return replace(self, offsets=self.offsets * np.float32(factor), round=grown)

    def meet(self, o: Floats32, d: Floats32) -> tuple[Floats32, Floats32, npt.NDArray[np.intp]]:
        """Where rays enter and leave the solid, and by which face.

        Args:
            o: where the rays start, `[3, ...]`.
            d: their directions, `[3, ...]`.

        Returns:
            Distances of entry and exit (a ray that misses enters after it leaves), and the face of entry: an index into
            `normals`, or -1 for the round one.
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

    def _meet_round(self, o: Floats32, d: Floats32) -> tuple[Floats32, Floats32]:
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

    def normal(self, points: Floats32, face: npt.NDArray[np.intp]) -> Floats32:
        """Unit outward normals.

        Args:
            points: on the surface, `[3, m]`.
            face: which face each is on, `[m]`, as of `meet`.

        Returns:
            `[3, m]`.
        """
        if self.round is None:
            return np.ascontiguousarray(self.normals[face].T)
        g, line, _ = map(np.float32, self.round)
        curved = unit(np.stack([points[0], points[1], g * points[2] + line / 2]))
        flat = self.normals[face].T if len(self.normals) else curved
        return np.where(face < 0, curved, flat)


def prism(sides: int, radius: float, height: float) -> Solid:
    """A regular prism on z = 0.

    Args:
        sides: how many.
        radius: to its corners.
        height: of it.

    Returns:
        The solid.
    """
    return _with_caps(_sides(sides, 0.0), np.full(sides, radius * np.cos(np.pi / sides)), height)


def pyramid(sides: int, radius: float, height: float) -> Solid:
    """A regular pyramid on z = 0.

    Args:
        sides: how many.
        radius: to the corners of its base.
        height: of it.

    Returns:
        The solid.
    """
    inner = radius * np.cos(np.pi / sides)
    normals = _sides(sides, inner / height)
    lean = np.hypot(1, inner / height)
    planes = np.vstack([normals / lean, [[0, 0, -1]]])
    return Solid(planes.astype(np.float32), np.append(np.full(sides, inner / lean), 0).astype(np.float32))


def cylinder(radius: float, height: float, bottom: float = 0.0) -> Solid:
    """An upright cylinder.

    Args:
        radius: of it.
        height: of it.
        bottom: where it begins, along z.

    Returns:
        The solid.
    """
    flat = _with_caps(np.zeros((0, 3)), np.zeros(0), bottom + height, bottom)
    return replace(flat, round=(0.0, 0.0, -(radius**2)))


def cone(radius: float, height: float) -> Solid:
    """An upright cone on z = 0.

    Args:
        radius: of its base.
        height: of it.

    Returns:
        The solid.
    """
    k = (radius / height) ** 2
    return Solid(
        np.array([[0, 0, -1], [0, 0, 1]], np.float32),
        np.array([0, height], np.float32),
        (-k, 2 * k * height, -k * height**2),
    )


def sphere(radius: float, centre: float) -> Solid:
    """A ball on the z axis.

    Args:
        radius: of it.
        centre: along z.

    Returns:
        The solid.
    """
    return Solid(round=(1.0, -2 * centre, centre**2 - radius**2))


def unit(vectors: Floats32) -> Floats32:
    """Bring vectors to length 1.

    Args:
        vectors: `[3, ...]`.

    Returns:
        float32 `[3, ...]`.
    """
    length = np.sqrt((vectors**2).sum(0))
    at_length: Floats32 = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
    return at_length


def _dot(normal: Floats32, vectors: Floats32) -> Floats32:
    along: Floats32 = normal[0] * vectors[0] + normal[1] * vectors[1] + normal[2] * vectors[2]
    return along


def _sides(count: int, rise: float) -> npt.NDArray[np.float64]:
    turn = (np.arange(count) + 0.5) * (2 * np.pi / count)
    return np.stack([np.cos(turn), np.sin(turn), np.full(count, rise)], 1)


def _with_caps(
    normals: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64], top: float, bottom: float = 0.0
) -> Solid:
    planes = np.vstack([normals, [[0, 0, -1], [0, 0, 1]]])
    return Solid(planes.astype(np.float32), np.concatenate([offsets, [-bottom, top]]).astype(np.float32))
