from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.data.datasets.worlds.factors import Factor, indices_of, shortest_paths

TURN = Factor("turn", "angle", 0, 2 * np.pi)
PLACE = Factor("place", "straight", -10, 10)
ANGLES = st.floats(-100, 100)


@given(ANGLES, ANGLES)
def test_an_angle_goes_the_shorter_way_and_arrives(a: float, b: float) -> None:
    for path in shortest_paths((TURN,), [a], [b], np.linspace(0, 1, 9))[..., 0]:
        assert path[0] == a
        assert abs(path[-1] - a) <= np.pi + 1e-6
        assert np.exp(1j * path[-1]) == pytest.approx(np.exp(1j * b), abs=1e-6)
        assert np.ptp(np.diff(path)) < 1e-9


def test_opposite_angles_are_reached_both_ways_in_every_combination() -> None:
    one = shortest_paths((TURN, PLACE), [0.5, 1], [0.5 + np.pi, 2], [0, 1])
    assert one[:, 1].tolist() == [[0.5 - np.pi, 2], [0.5 + np.pi, 2]]
    two = shortest_paths((TURN, TURN), [0, 0], [np.pi, np.pi], [1])
    assert {tuple(np.sign(end[0])) for end in two} == {(-1, -1), (-1, 1), (1, -1), (1, 1)}


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_straight_factors_move_together_and_end_to_the_bit(a: float, b: float) -> None:
    path = shortest_paths((PLACE, PLACE), [a, b], [b, a], [0, 0.25, 1])[0]
    assert path[0].tolist() == [a, b]
    assert path[2].tolist() == [b, a]
    assert path[1] == pytest.approx([0.75 * a + 0.25 * b, 0.75 * b + 0.25 * a])


def test_steps() -> None:
    assert PLACE.steps(3).tolist() == [-10, 0, 10]
    assert PLACE.steps(1).tolist() == [0]
    assert Factor("turn", "angle", 0, 360).steps(4).tolist() == [0, 90, 180, 270]


def test_places_by_name_by_number_and_all() -> None:
    names = ("5", "2", "G")
    assert indices_of("G+5", names, "glyph") == [0, 2]
    assert indices_of("2", names, "glyph") == [1]  # a name comes before a number
    assert indices_of("0+0", names, "glyph") == [0]
    assert indices_of("all", names, "glyph") == [0, 1, 2]
    for wrong in ("", "3", "-1", "g+", "G,5"):
        with pytest.raises(InputError, match="expected 5, 2, G, all"):
            indices_of(wrong, names, "glyph")
