"""Means, intervals, wins, and the tables they are shown in."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest

from segue.evaluation.leaderboard import Leaderboard, Score, summarise
from segue.evaluation.leaderboard.rows import badness, win_share
from segue.evaluation.metrics import Excess, Jerk, Length, Metric, OffManifold, Sharpness
from segue.render.score_sheets import choose_ordering, pick_best_median_worst

METRICS: tuple[Metric, ...] = (OffManifold(), OffManifold(by="perceptual"), Jerk(), Length(), Sharpness())
NAN = math.nan


def row(*values: float, metric: str = "off-manifold") -> list[Score]:
    return [Score({metric: value, "jerk": 2 * value, "length": 1.0, "sharpness": 1 + value}, {}) for value in values]


def board() -> Leaderboard:
    scores = {
        "linear": row(0.004, 0.006, 0.008, 0.010),
        "graph": [*row(0.001, 0.007, NAN), Score({}, {}, "got a; expected b; do c")],
        "truth": row(0.0, 0.0, 0.0, 0.0),
    }
    return Leaderboard.from_scores(scores, ("truth",), METRICS)


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [summarise(values, values, "low", 1) for values in rng.normal(3, 1, (400, 40))]
    covered = np.mean([each.low <= 3 <= each.high for each in found])
    assert 0.9 < covered < 0.97  # of 40, the bootstrap is a little too narrow
    width = np.mean([each.high - each.low for each in found])
    assert width == pytest.approx(2 * 1.96 / 40**0.5, rel=0.05)


def test_undefined_values_are_counted_and_never_averaged_in() -> None:
    values = np.array([1.0, NAN, 3.0, math.inf])
    found = summarise(values, np.zeros(4), "low")
    assert (found.mean, found.undefined) == (2.0, 2)
    assert 1 <= found.low <= found.high <= 3
    none = summarise(np.full(3, NAN), np.zeros(3), "low")
    assert math.isnan(none.mean) and math.isnan(none.low) and math.isnan(none.wins) and none.undefined == 3
    one = summarise(np.array([1.0, NAN]), np.zeros(2), "low")
    assert one.mean == 1 and math.isnan(one.low)


def test_the_seed_decides() -> None:
    values = np.random.default_rng(0).normal(size=20)
    assert summarise(values, values, "low", 1) == summarise(values, values, "low", 1)
    assert summarise(values, values, "low", 1).low != summarise(values, values, "low", 2).low


def test_wins_are_where_both_are_defined() -> None:
    line = np.array([2.0, 2.0, 2.0, NAN])
    values = np.array([1.0, 2.0, 3.0, 0.0])
    assert win_share(values, line, "low") == pytest.approx(1 / 3)
    assert win_share(values, line, "high") == pytest.approx(1 / 3)
    assert win_share(values, line, "one") == pytest.approx(1 / 3)
    assert math.isnan(win_share(values, line, "none"))
    assert badness([0.9, 1.2], "one").tolist() == [0.1, 0.2]


def test_rows_count_failures_and_compare_with_the_line() -> None:
    linear, graph, truth = board().rows
    assert (linear.failed, graph.failed, truth.control) == (0, 1, True)
    assert graph.figures["off-manifold"].undefined == 2
    assert graph.figures["off-manifold"].mean == pytest.approx(0.004)
    assert graph.figures["off-manifold"].wins == 0.5 and truth.figures["off-manifold"].wins == 1
    assert math.isnan(linear.figures["off-manifold"].wins)
    assert linear.figures["off-manifold:by=perceptual"].undefined == 4


def test_the_text_table() -> None:
    found = board().to_text()
    lines = found.splitlines()
    assert max(map(len, lines)) <= 120 and not any(line != line.rstrip() for line in lines)
    graph = next(line for line in lines if line.startswith("graph"))
    assert graph.split()[1:3] == ["4.00", "+/-3.00*"]  # in thousandths
    truth = next(line for line in lines if line.startswith("truth"))
    assert "*" not in truth and truth.split()[1:4] == ["0", "+/-0", "0"]
    assert "undefined, and left out, of 4 pairs: off-manifold 2 (graph); jerk 2 (graph)" in found
    assert (
        "undefined everywhere: off-manifold:by=perceptual" in found and "by=perceptual" not in found.split("undef")[0]
    )
    assert "graph found no way for 1 of 4 pairs" in found
    narrow = board().to_text(width=50)
    assert max(len(line) for line in narrow.splitlines() if line.startswith(("graph", " ", "-"))) <= 50
    assert narrow.count("\ngraph ") > found.count("\ngraph ")
    # The column of the lengths, which only describe, has no best.
    assert found.count("*") == 3


def test_markdown_and_csv_say_the_same() -> None:
    rows = board().rows
    page = board().to_markdown("a run")
    assert "| graph | **4.00 (1.00 to 7.00)** |" in page
    assert "| path | off-manifold (low, x1e-3) |" in page and "| truth (control) | 0 (0 to 0) |" in page
    assert "50 %" in page
    table = list(csv.DictReader(io.StringIO(board().to_csv())))
    assert len(table) == len(rows) * len(METRICS)
    for line in table:
        found = next(each for each in rows if each.path == line["path"]).figures[line["metric"]]
        assert int(line["undefined"]) == found.undefined
        assert (float(line["mean"]) if line["mean"] else NAN) == pytest.approx(found.mean, nan_ok=True)


def test_pairs_are_ordered_by_the_first_metric_that_is_defined() -> None:
    scores = {"linear": row(0.3, NAN, 0.1, 0.2)}
    assert choose_ordering(scores, (Length(), Jerk(), OffManifold(), Excess())) == OffManifold()
    assert (
        choose_ordering(scores, (Length(), Jerk())) == Jerk() and choose_ordering(scores, (Length(), Excess())) is None
    )
    assert pick_best_median_worst(scores["linear"], OffManifold()) == {2: "best", 3: "median", 0: "worst"}
    two = pick_best_median_worst(row(0.3, 0.1), OffManifold())
    assert list(two) == [1, 0] and pick_best_median_worst(row(NAN), OffManifold()) == {}
