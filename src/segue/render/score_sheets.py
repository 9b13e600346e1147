"""Sheets of the best, the median and the worst pair, so that numbers can be checked by eye."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.evaluation.leaderboard import LINEAR, TRUTH, PairEvaluation, Score
from segue.evaluation.leaderboard.rows import badness
from segue.evaluation.metrics import Metric
from segue.latent.interpolation import cross_fade
from segue.render.strip import Row, strip

BY = ("to-truth", "excess:by=pixel", "excess", "off-manifold")
_BESIDE = ("excess", "jerk", "pace:by=pixel", "pace")
_MOST = 3
_FADE = "cross-fade"

Scores = Mapping[str, Sequence[Score]]


def choose_ordering(scores: Scores, metrics: Sequence[Metric]) -> Metric | None:
    """Choose the metric that pairs are ordered by.

    Args:
        scores: By path, a score for each pair.
        metrics: The metrics to choose from.

    Returns:
        The first of `BY`, or else of all that judge, that is defined for the straight line; None without any.
    """
    ranked = sorted(metrics, key=lambda metric: BY.index(str(metric)) if str(metric) in BY else len(BY))
    judging = [metric for metric in ranked if metric.better != "none"]
    return next((metric for metric in judging if rank_pairs(scores[LINEAR], metric)), None)


def rank_pairs(row: Sequence[Score], metric: Metric) -> list[int]:
    """Order the pairs on which a metric is defined.

    Args:
        row: A score for each pair.
        metric: What orders them.

    Returns:
        Their indices, the best first.
    """
    values = {at: score.values.get(str(metric), math.nan) for at, score in enumerate(row)}
    return sorted(
        (at for at, value in values.items() if not math.isnan(value)),
        key=lambda at: (float(badness(values[at], metric.better)), at),
    )


def pick_best_median_worst(row: Sequence[Score], metric: Metric) -> dict[int, str]:
    """Pick the best, the median and the worst pair.

    Args:
        row: A score for each pair.
        metric: What orders the pairs.

    Returns:
        Which they are, by index; of fewer than three pairs, as many as there are.
    """
    ranked = rank_pairs(row, metric)
    named = {0: "best", len(ranked) - 1: "worst", len(ranked) // 2: "median"}
    return {ranked[place]: named[place] for place in sorted(named) if 0 <= place < len(ranked)}


def draw_sheet(name: str, scores: Scores, metric: Metric, evaluate: Callable[[int], PairEvaluation]) -> Pixels | None:
    """Draw the best, the median and the worst pair of one path: its frames, the truth where known, the cross-fade.

    Args:
        name: The path or control.
        scores: By path, a score for each pair.
        metric: What orders the pairs.
        evaluate: Gives the evaluation of the pair at an index.

    Returns:
        uint8 `[h, w, 3]`; None where the metric is defined for no pair.
    """
    rows: list[Row] = []
    for pair, place in pick_best_median_worst(scores[name], metric).items():
        here = evaluate(pair)
        rows.append(
            Row(
                f"{place}: {_name_pair(here)}\n{_list_figures(scores[name][pair], metric)}",
                here.make_frames(name).frames,
            )
        )
        if here.truths is not None and name != TRUTH:
            rows.append(Row(TRUTH, here.make_frames(TRUTH).frames))
        if name != _FADE:
            rows.append(Row(_FADE, cross_fade(here.pair.a, here.pair.b, here.benchmark.steps)))
    title = f"{name}: best, median and worst of {len(scores[name])} pairs, by {metric}"
    return strip(rows, title=title) if rows else None


def draw_overview(scores: Scores, metric: Metric, evaluate: Callable[[int], PairEvaluation]) -> Pixels:
    """Draw every path and control on the straight line's median pair, one row each.

    Args:
        scores: By path, a score for each pair.
        metric: What orders the pairs.
        evaluate: Gives the evaluation of the pair at an index.

    Returns:
        uint8 `[h, w, 3]`.
    """
    ranked = rank_pairs(scores[LINEAR], metric)
    pair = ranked[len(ranked) // 2]
    here = evaluate(pair)
    rows: list[Row] = []
    for name in scores:
        try:
            frames = here.make_frames(name).frames
        except InputError:  # there is no path, as the leaderboard says
            continue
        rows.append(Row(f"{name.replace('+', ' +')}\n{_list_figures(scores[name][pair], metric)}", frames))
    return strip(rows, title=f"{_name_pair(here)}: the median pair of {LINEAR} by {metric}")


def _name_pair(evaluation: PairEvaluation) -> str:
    """Without folders, for which there is no room: `cat (pets/3.png)` is `cat (3.png)`."""
    return " to ".join(re.sub(r"[^\s(]*/", "", name) for name in evaluation.pair.names)


def _list_figures(score: Score, metric: Metric) -> str:
    names = dict.fromkeys((str(metric), *_BESIDE))
    shown = [f"{name} {score.values[name]:.3g}" for name in names if not math.isnan(score.values.get(name, math.nan))]
    return "\n".join(shown[:_MOST])
