"""Every path by every metric, with controls: pairs to go between, the truth where it is known, means and intervals."""

from __future__ import annotations

from segue.leaderboard.controls import CONTROLS, TRUTH, cut
from segue.leaderboard.field import Field, Pair, Shown, Trial
from segue.leaderboard.figures import Figure, Score, Standing, figure, standings
from segue.leaderboard.pairs import Kind, draw_pairs
from segue.leaderboard.truth import Truth, truth_of

__all__ = [
    "CONTROLS", "TRUTH", "Field", "Figure", "Kind", "Pair", "Score", "Shown", "Standing", "Trial", "Truth", "cut",
    "draw_pairs", "figure", "standings", "truth_of",
]  # fmt: skip
