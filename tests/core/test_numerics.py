"""Smoothstep, Hermite, Catmull-Rom and gradient energy against what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segue.core.numerics import catmull_rom_bend, gradient_energies, gradient_energy, hermite, smoothstep

KINDS: dict[str, Callable[[list[float]], Any]] = {
    "float32": lambda values: np.array(values, np.float32),
    "float64": lambda values: np.array(values, np.float64),
    "tensor": torch.tensor,
}


@pytest.mark.parametrize("kind", KINDS)
def test_smoothstep_by_hand(kind: str) -> None:
    t = KINDS[kind]([0.0, 0.25, 0.5, 0.75, 1.0])
    eased = smoothstep(t)
    assert type(eased) is type(t) and eased.dtype == t.dtype
    assert eased.tolist() == [0.0, 0.15625, 0.5, 0.84375, 1.0]


def test_smoothstep_is_level_at_both_ends() -> None:
    t = torch.tensor([0.0, 0.5, 1.0], requires_grad=True)
    (slope,) = torch.autograd.grad(smoothstep(t).sum(), t)
    assert slope.tolist() == [0.0, 1.5, 0.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("t", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_hermite_reproduces_every_cubic(t: float, kind: str) -> None:
    coefficients = np.random.default_rng(7).normal(size=(4, 6))  # of 1, t, t^2, t^3

    def cubic(at: float) -> Any:
        return at ** np.arange(4) @ coefficients

    def slope(at: float) -> Any:
        return np.array([0, 1, 2 * at, 3 * at * at]) @ coefficients

    start, end, leaving, arriving = (
        KINDS[kind](values.tolist()) for values in (cubic(0), cubic(1), slope(0), slope(1))
    )
    found = hermite(t, start, end, leaving, arriving)
    assert found.dtype == start.dtype
    assert np.asarray(found) == pytest.approx(cubic(t), abs=1e-12 if kind == "float64" else 1e-5)


def test_hermite_from_zero_is_a_displacement() -> None:
    end, leaving, arriving = np.random.default_rng(1).normal(size=(3, 4, 5, 2)).astype(np.float32)
    assert np.array_equal(hermite(0.3, 0.0, end, leaving, arriving), hermite(0.3, 0 * end, end, leaving, arriving))
    assert hermite(0.3, 0.0, end, leaving, arriving).dtype == np.float32


@pytest.mark.parametrize(("step", "other"), [(1.0, 1.0), (1.0, 3.0), (2.5, 0.5)])
def test_catmull_rom_is_exact_on_parabolas(step: float, other: float) -> None:
    """At a knot between steps of any lengths, the velocity is the parabola's: seen from the piece before and after."""

    def parabola(t: float) -> float:
        return 2 - 3 * t + 0.7 * t * t

    after = parabola(step) - parabola(0)
    before = (parabola(0) - parabola(-other)) * (step / other)
    assert after + catmull_rom_bend(after, before, step, other) == pytest.approx(-3 * step)
    before, after = before * (other / step), after * (other / step)
    assert before + catmull_rom_bend(before, after, other, step) == pytest.approx(-3 * other)


@pytest.mark.parametrize("kind", KINDS)
def test_a_straight_line_has_no_bend(kind: str) -> None:
    chord = KINDS[kind]([0.5, -2.0, 0.0])
    assert catmull_rom_bend(chord, chord, 1.0, 2.0).tolist() == [0.0, 0.0, 0.0]


def test_gradient_energy_by_hand() -> None:
    step = np.array([[0, 51, 51], [0, 51, 255]], np.uint8)[..., None]
    assert gradient_energy(step) == pytest.approx(0.2**2 + 0.2**2 + 0.8**2 + 0.8**2)
    assert gradient_energy(np.full((1, 1, 3), 7, np.uint8)) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))
def test_the_sum_is_the_gradient_energy(seed: int, height: int, width: int, channels: int) -> None:
    frame = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    assert gradient_energies(frame).shape == (height, width)
    assert float(gradient_energies(frame).sum()) == pytest.approx(gradient_energy(frame), rel=1e-4, abs=1e-6)
