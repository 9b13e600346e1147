"""Factors of a world: their values, grids of them, and the shortest paths from one setting to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError, unknown

Values: TypeAlias = npt.NDArray[np.float64]
Kind: TypeAlias = Literal["straight", "angle", "category"]


@dataclass(frozen=True)
class Factor:
    """One factor of a world.

    `straight`: any value from `low` to `high`. `angle`: any finite value, and `high - low` is a full turn.
    `category`: whole numbers from `low` to `high`, with nothing between. `names`, where there are some, name the whole
    numbers from 0.
    """

    name: str
    kind: Kind
    low: float
    high: float
    names: tuple[str, ...] = ()

    def steps(self, count: int) -> Values:
        """`count` evenly spaced values: from end to end, one step being the middle; of an angle, round the turn."""
        if self.kind == "angle":
            return self.low + (self.high - self.low) * np.arange(count) / count
        return np.array([(self.low + self.high) / 2]) if count == 1 else np.linspace(self.low, self.high, count)

    def ends(self, a: float, b: float) -> list[float]:
        """Where the shortest ways from a to b end: nowhere between categories, two places between opposite angles."""
        if self.kind == "category":
            return [b] if a == b else []
        if self.kind == "straight":
            return [b]
        turn = self.high - self.low
        short = (b - a + turn / 2) % turn - turn / 2
        opposite = abs(abs(short) - turn / 2) < 1e-9 * turn
        return [a - turn / 2, a + turn / 2] if opposite else [a + short]


def named(names: tuple[str, ...], name: str, kind: Kind = "category") -> Factor:
    """A factor whose whole numbers have names."""
    return Factor(name, kind, 0, len(names) - 1, names)


def places(text: str, names: tuple[str, ...], label: str) -> list[int]:
    """The places in `names` of one name, of names joined by `+`, or of `all`; a number is a place, too.

    Raises `InputError` for a name that is none of them.

    >>> places("red+blue", ("red", "green", "blue"), "color"), places("1", ("red", "green", "blue"), "color")
    ([0, 2], [1])
    """
    chosen = list(names) if text == "all" else text.split("+")
    for name in chosen:
        if name not in names and not (name.isdecimal() and int(name) < len(names)):
            raise unknown(label, name, [*names, "all"])
    return sorted({names.index(name) if name in names else int(name) for name in chosen})


def grid(*axes: npt.ArrayLike) -> Values:
    """Every combination of the values on the axes, `[n, k]`, the last changing fastest."""
    columns = [np.asarray(axis, np.float64) for axis in axes]
    return np.stack(np.meshgrid(*columns, indexing="ij"), -1).reshape(-1, len(columns))


def checked(values: npt.ArrayLike, factors: tuple[Factor, ...]) -> Values:
    """Factor values `[n, k]` as numbers. Raises `InputError` for values that the factors do not have."""
    rows = np.asarray(values, np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(factors):
        names = ", ".join(factor.name for factor in factors)
        raise InputError(f"factors {list(rows.shape)}", f"[n, {len(factors)}]: {names}", "give all of them")
    for factor, column in zip(factors, rows.T, strict=True):
        bad = ~np.isfinite(column)
        if factor.kind != "angle":
            bad |= (column < factor.low - 1e-9) | (column > factor.high + 1e-9)
        if factor.kind == "category":
            bad |= column != np.round(column)
        if bad.any():
            kind = {"category": "whole numbers ", "straight": "", "angle": "finite angles, a turn being "}[factor.kind]
            raise InputError(
                f"{factor.name} {column[bad][0]:g}", f"{kind}{factor.low:g} to {factor.high:g}", "choose one of these"
            )
    return rows


def shortest(factors: tuple[Factor, ...], a: npt.ArrayLike, b: npt.ArrayLike, t: npt.ArrayLike) -> Values:
    """All shortest paths from values `a` `[k]` to `b` `[k]` at times `t` `[m]`: values `[paths, m, k]`.

    All factors move together, each at a constant pace: a straight line. An angle goes the shorter way round, and both
    ways where the two are opposite, so two opposite pairs give four paths; it is not wrapped, so that it ends at `b` or
    a full turn from it. Categories have nothing between them: where one differs there is no path, `[0, m, k]`.

    >>> turn = Factor("degrees", "angle", 0, 360)
    >>> shortest((turn,), [350], [10], [0, 0.5, 1])[..., 0].tolist()
    [[350.0, 360.0, 370.0]]
    >>> shortest((turn,), [0], [180], [0, 0.5])[..., 0].tolist()
    [[0.0, -90.0], [0.0, 90.0]]
    """
    start, stop = checked(np.stack([np.asarray(a, np.float64), np.asarray(b, np.float64)]), factors)
    choices = [factor.ends(start[i], stop[i]) for i, factor in enumerate(factors)]
    ends = np.array(list(product(*choices)), np.float64).reshape(-1, 1, len(factors))
    time = np.asarray(t, np.float64).reshape(1, -1, 1)
    paths: Values = np.where(time == 1, ends, start + (ends - start) * time)
    return paths
