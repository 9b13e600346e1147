"""The verdicts of mnist-2d follow from its numbers."""

from __future__ import annotations

import pytest

from segue.commands.studies.mnist_2d.claims import (
    judge_imperfect,
    judge_no_cross_fade,
    judge_plain_fades,
    judge_zero_to_seven,
)
from segue.commands.studies.mnist_2d.plane import _list_shares
from segue.core.types import Interval

LOW, MIDDLE, HIGH = (0.4, 0.3, 0.5), (0.7, 0.6, 0.8), (0.9, 0.8, 1.0)


@pytest.mark.parametrize(
    ("short", "long", "more", "others", "verdict"),
    [
        (HIGH, HIGH, (0.1, -0.1, 0.3), LOW, "confirmed"),
        (HIGH, LOW, (0.1, -0.1, 0.3), HIGH, "confirmed with a condition"),
        (LOW, LOW, (0.1, 0.05, 0.15), LOW, "confirmed with a condition"),
        (LOW, LOW, (0.1, 0.05, 0.15), HIGH, "not confirmed"),
        (LOW, MIDDLE, (0.1, -0.05, 0.25), LOW, "not confirmed"),
    ],
)
def test_plain_fades(short: Interval, long: Interval, more: Interval, others: Interval, verdict: str) -> None:
    assert judge_plain_fades(short, long, more, others, (0.4, 0.3, 0.5)) == verdict


@pytest.mark.parametrize(
    ("ghost", "others", "step", "verdict"),
    [
        (LOW, HIGH, (0.1, 0.1, 0.1), "confirmed"),
        (LOW, LOW, (0.1, 0.1, 0.1), "confirmed with a condition"),
        (LOW, HIGH, (0.3, 0.2, 0.4), "confirmed with a condition"),
        (MIDDLE, HIGH, (0.1, 0.1, 0.1), "not confirmed"),
    ],
)
def test_no_cross_fade(ghost: Interval, others: Interval, step: Interval, verdict: str) -> None:
    assert judge_no_cross_fade(ghost, others, LOW, step) == verdict


def test_zero_to_seven() -> None:
    assert judge_zero_to_seven({"3": 50, "8": 90, "9": 0}, 95) == "confirmed"
    assert judge_zero_to_seven({"3": 49, "8": 90, "9": 0}, 95) == "confirmed with a condition"
    assert judge_zero_to_seven({"3": 9, "8": 40, "9": 0}, 45) == "not confirmed"


def test_imperfect() -> None:
    assert judge_imperfect((30, 20, 40), {"3": 5, "8": 4}) == "confirmed"
    assert (
        judge_imperfect((30, 20, 40), {"8": 5, "3": 4})
        == judge_imperfect((30, 20, 40), {})
        == "confirmed with a condition"
    )
    assert judge_imperfect((11, 9, 13), {"3": 5}) == "not confirmed"


def test_what_is_hardly_read_is_not_listed() -> None:
    assert _list_shares({"8": 60.4, "3": 39.3, "1": 0.3}) == "8 (60 %), 3 (39 %)"
