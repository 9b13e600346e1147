"""Codes to build graphs of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

Codes = npt.NDArray[np.float64]


@pytest.fixture(scope="session")
def scattered() -> Callable[..., Codes]:
    """Makes normal codes `[n, d]`, the same each time."""

    def made(n: int, d: int, seed: int = 0) -> Codes:
        return np.random.default_rng(seed).normal(size=(n, d))

    return made


@pytest.fixture(scope="session")
def apart() -> Codes:
    """Two lines of six codes each, far from one another, `[12, 2]`."""
    line = np.stack([np.arange(6.0), np.zeros(6)], axis=1)
    return np.concatenate([line, line + np.array([0, 50])])
