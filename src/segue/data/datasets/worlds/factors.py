"""Factors of a world: their values, grids of them, and the shortest paths from one setting to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError, unknown

Values: TypeAlias = npt.NDArray[np.float64]
FactorKind: TypeAlias = Literal["straight", "angle", "category"]


@dataclass(frozen=True)
class Factor:
    """One factor of a world.

    `straight`: any value from `low` to `high`. `angle`: any finite value, and `high - low` is a full turn.
    `category`: whole numbers from `low` to `high`, with nothing between. `names`, where there are some, name the whole
    numbers from 0.
    """

    name: str
    kind: FactorKind
    low: float
    high: float
    names: tuple[str, ...] = ()

    def steps(self, count: int) -> Values:
        """Evenly spaced values.

        Args:
            count: how many, 1 or more.

        Returns:
            `[count]`, from `low` to `high`, one step being the middle; of an angle, once round without the end.
        """
        if self.kind == "angle":
            return self.low + (self.high - self.low) * np.arange(count) / count
        return np.array([(self.low + self.high) / 2]) if count == 1 else np.linspace(self.low, self.high, count)

    def ends(self, a: float, b: float) -> list[float]:
        """Where the shortest ways from one value to another end.

        Args:
            a: from.
            b: to.

        Returns:
            One value; two between opposite angles; none between categories.
        """
        if self.kind == "category":
            return [b] if a == b else []
        if self.kind == "straight":
            return [b]
        turn = self.high - self.low
        short = (b - a + turn / 2) % turn - turn / 2
        opposite = abs(abs(short) - turn / 2) < 1e-9 * turn
        return [a - turn / 2, a + turn / 2] if opposite else [a + short]


def named_factor(names: tuple[str, ...], name: str, kind: FactorKind = "category") -> Factor:
    """A factor whose whole numbers have names.

    Args:
        names: what 0, 1, ... are called.
        name: the factor's own name.
        kind: `category` has nothing between the whole numbers, `straight` has everything.

    Returns:
        The factor.
    """
    return Factor(name, kind, 0, len(names) - 1, names)


def indices_of(text: str, names: tuple[str, ...], label: str) -> list[int]:
    """Find names in a list of names.

    Args:
        text: one name, names joined by `+`, or `all`; a number is an index.
        names: the list.
        label: what the error calls them.

    Returns:
        Indices, ascending.

    Raises:
        InputError: for a name that is none of them.

    >>> indices_of("red+blue", ("red", "green", "blue"), "color"), indices_of("1", ("red", "green", "blue"), "color")
    ([0, 2], [1])
    """
    chosen = list(names) if text == "all" else text.split("+")
    for name in chosen:
        if name not in names and not (name.isdecimal() and int(name) < len(names)):
            raise unknown(label, name, [*names, "all"])
    return sorted({names.index(name) if name in names else int(name) for name in chosen})


def draw_uniform(space: tuple[Factor, ...], count: int, seed: int) -> Values:
    """Draw values of all factors, each uniformly and for itself.

    Args:
        space: k factors that are no categories.
        count: how many, n.
        seed: of the draw.

    Returns:
        `[n, k]`, from `low` up to, but not, `high` of each factor.

    >>> draw_uniform((Factor("turn", "angle", 0, 1), Factor("size", "straight", 5, 6)), 2, seed=0).round(2).tolist()
    [[0.64, 5.27], [0.04, 5.02]]
    """
    low, high = (np.array([getattr(factor, end) for factor in space]) for end in ("low", "high"))
    return np.random.default_rng(seed).uniform(low, high, (count, len(space)))


def grid(*axes: npt.ArrayLike) -> Values:
    """Every combination of values.

    Args:
        axes: the values of each factor, `[m]`.

    Returns:
        float64 `[n, k]`, the last factor changing fastest.
    """
    columns = [np.asarray(axis, np.float64) for axis in axes]
    return np.stack(np.meshgrid(*columns, indexing="ij"), -1).reshape(-1, len(columns))


def check_values(values: npt.ArrayLike, factors: tuple[Factor, ...]) -> Values:
    """Check that factors have these values.

    Args:
        values: `[n, k]`.
        factors: the k factors.

    Returns:
        float64 `[n, k]`.

    Raises:
        InputError: for another shape, and for values that the factors do not have.
    """
    rows = np.asarray(values, np.float64)
    if rows.ndim != 2 or rows.shape[1] != len(factors):
        names = ", ".join(factor.name for factor in factors)
        raise InputError(f"factors {list(rows.shape)}", f"[n, {len(factors)}]: {names}", "all of them")
    for factor, column in zip(factors, rows.T, strict=True):
        bad = ~np.isfinite(column)
        if factor.kind != "angle":
            bad |= (column < factor.low - 1e-9) | (column > factor.high + 1e-9)
        if factor.kind == "category":
            bad |= column != np.round(column)
        if bad.any():
            kind = {"category": "whole numbers ", "straight": "", "angle": "finite angles, a turn being "}[factor.kind]
            raise InputError(
                f"{factor.name} {column[bad][0]:g}", f"{kind}{factor.low:g} to {factor.high:g}", "one of these"
            )
    return rows


def shortest_paths(factors: tuple[Factor, ...], a: npt.ArrayLike, b: npt.ArrayLike, t: npt.ArrayLike) -> Values:
    """All shortest paths from one setting of the factors to another.

    All factors move together, each at constant speed: a straight line. An angle goes the shorter way round, and both
    ways where the two are opposite, so that two opposite pairs give four paths; it is not wrapped: it ends at `b` or a
    full turn from it.

    Args:
        factors: the k factors.
        a: values `[k]`.
        b: values `[k]`.
        t: times `[m]`, 0 to 1.

    Returns:
        Values `[paths, m, k]`; no path where a category differs.

    Raises:
        InputError: for values that the factors do not have.

    >>> turn = Factor("degrees", "angle", 0, 360)
    >>> shortest_paths((turn,), [350], [10], [0, 0.5, 1])[..., 0].tolist()
    [[350.0, 360.0, 370.0]]
    >>> shortest_paths((turn,), [0], [180], [0, 0.5])[..., 0].tolist()
    [[0.0, -90.0], [0.0, 90.0]]
    """
    start, stop = check_values(np.stack([np.asarray(a, np.float64), np.asarray(b, np.float64)]), factors)
    choices = [factor.ends(start[i], stop[i]) for i, factor in enumerate(factors)]
    ends = np.array(list(product(*choices)), np.float64).reshape(-1, 1, len(factors))
    time = np.asarray(t, np.float64).reshape(1, -1, 1)
    paths: Values = np.where(time == 1, ends, start + (ends - start) * time)
    return paths
