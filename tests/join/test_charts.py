"""Charts of a transition: values at their places, in percent of the plot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.join.charts import ALONG, Chart, make_charts, round_steps
from segue.join.frame_analysis import FrameAnalysis

NOTHING: dict[str, tuple[int, ...]] = {"change": (), "sharpness": (), "ghosting": ()}


def made(mixed: float = 0.5, **off: tuple[int, ...]) -> FrameAnalysis:
    """Ten frames: -2 to 0 of one clip, 1 to 4 between, 5 to 7 of the other; the change is 10 % at each."""
    sharp = np.array([1, 1, 1, 1, 0.5, 9, 1, 1, 1, 1], np.float64)
    return FrameAnalysis(
        -2,
        np.full(9, 0.1),
        np.full(5, 0.05),
        sharp,
        np.full(6, mixed),
        {**NOTHING, **off},
        (0, 5),
        np.zeros((2, 4, 4, 3), np.uint8),
    )


def points(chart: Chart, kind: str) -> list[tuple[float, float]]:
    (line,) = (line for line in chart.lines if line.kind == kind)
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.points.split())]


def test_time_is_the_same_in_all() -> None:
    found = make_charts(made(), fps=4)
    assert [chart.name for chart in found.charts] == ["change", "sharpness", "ghosting"]
    assert found.cuts == (30, 70) and found.wide == 10
    assert found.seconds == ((10, "-0.5"), (30, "0"), (50, "0.5"), (70, "1"), (90, "1.5"))
    change, sharp, ghosts = found.charts
    assert [x for x, _ in points(change, "own")] == [15, 25, 35, 45, 55, 65, 75, 85, 95]
    assert [x for x, _ in points(change, "found")] == [x for x, _ in points(change, "wanted")] == [35, 45, 55, 65, 75]
    assert [x for x, _ in points(sharp, "own")] == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
    assert [x for x, _ in points(sharp, "found")] == [x for x, _ in points(ghosts, "found")] == [25, 35, 45, 55, 65, 75]


def test_values_stand_where_the_ticks_say() -> None:
    for chart in make_charts(made(), fps=4).charts:
        (value, said), (_, zero) = chart.ticks[-1], chart.ticks[0]
        assert zero.split()[0] == "0"
        top = float(said.split()[0]) / value * 100
        expected = {"change": 10, "sharpness": 1, "ghosting": 0.5}[chart.name]
        assert points(chart, "found")[1][1] == pytest.approx(100 * (1 - expected / top), abs=0.02)
    assert points(make_charts(made(), fps=4).charts[0], "wanted")[0][1] == pytest.approx(100 * (1 - 5 / 10.6), abs=0.02)


def test_what_is_beyond_the_top_is_drawn_there() -> None:
    sharp = make_charts(made(), fps=4).charts[1]
    assert points(sharp, "own")[5] == (55, 0)
    assert (
        min(
            y
            for chart in make_charts(made(), fps=4).charts
            for line in chart.lines
            for _, y in points(chart, line.kind)
        )
        == 0
    )


def test_bands_are_what_the_goals_want_of_the_middle_third() -> None:
    change, sharp, ghosts = make_charts(made(), fps=4).charts
    assert change.band is None and sharp.band is not None and ghosts.band is not None
    # From 5/3 to 10/3 steps after frame 0, which is at 25 %.
    assert sharp.band[0] == ghosts.band[0] == pytest.approx(25 + 50 / 3, abs=0.01)
    assert sharp.band[2] == ghosts.band[2] == pytest.approx(50 / 3, abs=0.01)
    assert sharp.band[3] == pytest.approx(100 * 0.4 / (1.06 * 3), abs=0.02)
    assert ghosts.band[1] + ghosts.band[3] == 100 and ghosts.band[3] == pytest.approx(100 * 0.6 / 1.06, abs=0.02)


def test_bad_values_are_marked_on_their_line_and_bad_frames_in_all() -> None:
    found = make_charts(made(change=(1,), sharpness=(2, 3), ghosting=(3,)), fps=4)
    assert found.bad == (30, 40, 50)
    for chart, places in zip(found.charts, ([35], [45, 55], [55]), strict=True):
        assert [x for x, _ in chart.marks] == places
        assert set(chart.marks) <= set(points(chart, "found"))


def test_what_is_not_defined_is_not_drawn() -> None:
    assert make_charts(made(mixed=float("nan")), fps=4).charts[2].lines == ()
    still = made()
    still.sharpness[:4] = np.nan
    assert len(points(make_charts(still, fps=4).charts[1], "own")) == 6


@given(st.floats(-60, 0), st.floats(1e-3, 600), st.integers(2, ALONG))
def test_ticks_are_round_even_and_not_too_many(low: float, wide: float, most: int) -> None:
    found = round_steps(low, low + wide, most)
    assert 1 <= len(found) <= most + 1
    assert low - 1e-6 <= found[0] and found[-1] <= low + wide + 1e-6
    assert np.ptp(np.diff(found)) < 1e-6 if len(found) > 1 else True
    assert all(len(f"{value:g}") <= 8 for value in found)
