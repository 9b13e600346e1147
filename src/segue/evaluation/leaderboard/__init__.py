"""Every path by every metric, with controls: pairs to go between, the truth where it is known, means and intervals."""

from __future__ import annotations

from segue.evaluation.leaderboard.benchmark import CONTROLS, TRUTH, Benchmark, Pair, PairEvaluation, Shown, cut
from segue.evaluation.leaderboard.figures import Figure, LeaderboardRow, Score, figure, standings
from segue.evaluation.leaderboard.pairs import Kind, draw_pairs
from segue.evaluation.leaderboard.truth import Truth, truth_of

__all__ = [
    "CONTROLS",
    "TRUTH",
    "Benchmark",
    "Figure",
    "Kind",
    "LeaderboardRow",
    "Pair",
    "PairEvaluation",
    "Score",
    "Shown",
    "Truth",
    "cut",
    "draw_pairs",
    "figure",
    "standings",
    "truth_of",
]
