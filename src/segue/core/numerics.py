"""Curves and differences that several wings compute with: smoothstep, Hermite, Catmull-Rom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from torch import Tensor

Real = TypeVar("Real", bound="float | npt.NDArray[np.floating[Any]] | Tensor")
"""A number, or an array or tensor of them, of any shape and precision; results are of the same kind."""


def smoothstep(t: Real) -> Real:
    """Ease from 0 to 1: `3 t^2 - 2 t^3`, the cubic Hermite polynomial that is level at both ends.

    Args:
        t: positions, 0 to 1; it is for the caller to clip them.

    Returns:
        Values in 0 to 1, in the shape of `t`; exactly 0 at 0 and 1 at 1, with slope 0 there.

    >>> smoothstep(0.0), smoothstep(0.25), smoothstep(0.5), smoothstep(1.0)
    (0.0, 0.15625, 0.5, 1.0)
    """
    # Any: the operators of the three kinds have no common type.
    at: Any = t
    eased: Real = at * at * (3 - 2 * at)
    return eased


def hermite(t: float, start: Real | float, end: Real, leaving: Real, arriving: Real) -> Real:
    """Interpolate by the cubic with given values and velocities at both ends (Hermite form).

    `(1 + 2t) (1 - t)^2 start + t^2 (3 - 2t) end + t (1 - t)^2 leaving - t^2 (1 - t) arriving`.

    Args:
        t: the position, 0 to 1.
        start: the value at 0; a plain 0 for a displacement from there.
        end: the value at 1.
        leaving: the derivative by t at 0.
        arriving: the derivative by t at 1.

    Returns:
        The value at t, in the shape of the others.

    >>> hermite(0.5, 0.0, 1.0, 1.0, 1.0), hermite(0.5, 0.0, 1.0, 0.0, 0.0), hermite(0.5, 0.0, 0.0, 1.0, -1.0)
    (0.5, 0.5, 0.25)
    """
    values: tuple[Any, ...] = (start, end, leaving, arriving)
    first, last, out, into = values
    at: Real = (
        (1 + 2 * t) * (1 - t) ** 2 * first + smoothstep(t) * last + t * (1 - t) ** 2 * out - t * t * (1 - t) * into
    )
    return at


def catmull_rom_bend(chord: Real, other: Real, step: float, other_step: float) -> Real:
    """How the velocity at a knot of a Catmull-Rom spline differs from that along the chord on one side of it.

    The velocity is the mean of both sides' chords, the shorter step counting more (Catmull and Rom 1974; for uneven
    steps it is the derivative of the parabola through the three knots): `chord + step / (step + other_step) (other -
    chord)`, of which this is the second term.

    Args:
        chord: the difference of the values on this side, which takes `step`.
        other: the mean velocity on the other side, by the same unit: the difference there times `step / other_step`.
        step: the length in time of this side, above 0.
        other_step: that of the other side, above 0.

    Returns:
        What is to be added to `chord`, in its shape; the same formula holds for both ends of a piece.

    >>> catmull_rom_bend(1.0, 3.0, 1.0, 1.0)
    1.0
    >>> catmull_rom_bend(1.0, 3.0, 1.0, 3.0)  # a long step beside it counts less
    0.5
    """
    here: Any = chord
    bend: Real = step / (step + other_step) * (other - here)
    return bend
