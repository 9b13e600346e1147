"""As sharp as is wanted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.core.numerics import gradient_energy
from segue.motion.detail import MOST_GAIN, sharpen_to, target_energy


def textured(seed: int = 0, contrast: int = 60) -> Pixels:
    made = np.random.default_rng(seed).integers(128 - contrast, 128 + contrast, (24, 32, 3))
    return made.astype(np.uint8)


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0, 1.3, 2.0])
def test_energy_comes_to_what_is_wanted(share: float) -> None:
    frame = textured()
    wanted = share * gradient_energy(frame)
    assert gradient_energy(sharpen_to(frame, wanted)) == pytest.approx(wanted, rel=0.02)


def test_there_is_an_end_to_it() -> None:
    frame = textured(contrast=20)
    own = gradient_energy(frame)
    most, least = sharpen_to(frame, 1e9), sharpen_to(frame, 0.0)
    assert own * 2 < gradient_energy(most) < own * (1 + MOST_GAIN) ** 2 * 1.1
    assert 0 < gradient_energy(least) < 0.3 * own
    flat = np.full((9, 9, 3), 77, np.uint8)
    assert np.array_equal(sharpen_to(flat, 5.0), flat)


@given(st.floats(0, 1), st.floats(0.1, 1e5), st.floats(0.1, 1e5), st.floats(0.1, 1e5))
def test_what_is_wanted_lies_between_what_is_carried_and_the_ends(share: float, at: float, a: float, b: float) -> None:
    wanted, between = target_energy(share, at, (a, b)), (1 - share) * a + share * b
    assert min(at, between) * 0.999 <= wanted <= max(at, between) * 1.001
    if min(share, 1 - share) <= 0.1:
        assert wanted == pytest.approx(at)
    if 0.2 <= share <= 0.8:
        assert wanted == pytest.approx(between)
