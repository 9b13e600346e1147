from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.data.datasets.worlds import Discs


@given(st.floats(9, 23), st.floats(9, 23), st.floats(2, 8), st.floats(0.3, 1))
@settings(max_examples=50)
def test_a_disc_has_its_area_its_middle_and_its_brightness(x: float, y: float, radius: float, bright: float) -> None:
    image = Discs().render([[x, y, radius, bright]])[0, ..., 0] / 255
    area = np.pi * radius**2
    assert image.sum() == pytest.approx(bright * area, abs=0.3 + area * 0.5 / 255)  # each pixel is a whole grey level
    assert image.max() == pytest.approx(bright, abs=0.003)
    rows, columns = np.mgrid[:32, :32] + 0.5
    assert (image * columns).sum() / image.sum() == pytest.approx(x, abs=0.05)
    assert (image * rows).sum() / image.sum() == pytest.approx(y, abs=0.05)
    assert (image > 0).sum() > (image == image.max()).sum()  # the border is soft


def test_options_choose_the_grid() -> None:
    factors = Discs(x=3, y=2, radius=2, brightness=4).factors()
    assert factors.shape == (48, 4)
    assert [np.unique(column).tolist() for column in factors.T[:3]] == [[9, 16, 23], [9, 23], [2, 8]]
    with pytest.raises(InputError, match="4000000 or fewer"):
        Discs(x=1000, y=1000, radius=5)
