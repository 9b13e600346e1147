"""What several wings compute with: smoothstep, Hermite, Catmull-Rom, gradient energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from segue.core.images import Pixels
from segue.core.types import Floats32

if TYPE_CHECKING:
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


def gradient_energies(image: Pixels) -> Floats32:
    """Where the gradient energy of an image is: the squared differences of each pixel to the next, right and down.

    Args:
        image: uint8 `[h, w, c]`, read as values in [0, 1].

    Returns:
        `[h, w]`, 0 or more, summed over the channels; the last column has no difference to the right, the last row none
        downwards.

    >>> gradient_energies(np.array([[0, 255], [0, 255]], np.uint8)[..., None]).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    down, across = _squared_differences(image, np.float32)
    found = np.zeros(image.shape[:2], np.float32)
    found[:, :-1] += across.sum(axis=2)
    found[:-1] += down.sum(axis=2)
    return found


def gradient_energy(image: Pixels) -> float:
    """Sum the squared differences between neighbouring values of an image, down and across.

    Args:
        image: uint8 `[h, w, c]`, read as values in [0, 1].

    Returns:
        The sum of its `gradient_energies`, in double precision: 0 or more; 0 for a flat image.

    >>> gradient_energy(np.array([[0, 255], [0, 255]], np.uint8)[..., None])
    2.0
    """
    return float(sum(squares.sum() for squares in _squared_differences(image, np.float64)))


def _squared_differences(image: Pixels, kind: type[np.floating[Any]]) -> list[npt.NDArray[np.floating[Any]]]:
    """Down `[h - 1, w, c]` and across `[h, w - 1, c]`."""
    values = image.astype(kind) / kind(255)
    return [np.square(np.diff(values, axis=axis)) for axis in (0, 1)]
