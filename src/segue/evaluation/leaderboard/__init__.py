"""Every path by every metric, with controls: pairs to go between, the truth where it is known, means and intervals."""

from __future__ import annotations

from segue.evaluation.leaderboard.benchmark import (
    CONTROLS,
    LINEAR,
    TRUTH,
    Benchmark,
    Pair,
    PairEvaluation,
    PathFrames,
    cut,
    make_benchmark,
)
from segue.evaluation.leaderboard.pairs import Kind, draw_pairs
from segue.evaluation.leaderboard.rows import Figure, LeaderboardRow, Score, make_rows, summarise
from segue.evaluation.leaderboard.score import choose_metrics, score_path, score_paths
from segue.evaluation.leaderboard.table import Leaderboard
from segue.evaluation.leaderboard.truth import Truth, find_truth

__all__ = [
    "CONTROLS",
    "LINEAR",
    "TRUTH",
    "Benchmark",
    "Figure",
    "Kind",
    "Leaderboard",
    "LeaderboardRow",
    "Pair",
    "PairEvaluation",
    "PathFrames",
    "Score",
    "Truth",
    "choose_metrics",
    "cut",
    "draw_pairs",
    "find_truth",
    "make_benchmark",
    "make_rows",
    "score_path",
    "score_paths",
    "summarise",
]
