"""A stranger's script: a metric of one's own, beside segue's, on paths through one's own model. Only `segue` names."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import segue


@dataclass(frozen=True)
class Flicker(segue.Metric):
    """How often the mean brightness turns from rising to falling or back, over the frames between the ends."""

    name = "flicker"
    better = "low"
    unit = ""
    least: float = 0.5

    def measure(self, case: segue.Case) -> float:
        brightness = case.frames.mean((1, 2, 3))
        steps = np.diff(brightness)
        steps = steps[np.abs(steps) > self.least]
        return float((np.diff(np.sign(steps)) != 0).mean()) if len(steps) > 1 else math.nan


class Blocks:
    """A model without a network: the code of an image is the mean of each of its 16 blocks."""

    image_shape = (1, 16, 16)
    latent_shape = (16,)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(x, 4).flatten(1)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.interpolate(z.reshape(-1, 1, 4, 4), scale_factor=4.0)


IMAGES = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 1)).astype(np.uint8).repeat(4, 1).repeat(4, 2)


def score(**options: object) -> segue.Leaderboard:
    metrics = [Flicker(), Flicker(least=4.0), "jerk", "off-manifold"]
    return segue.score_paths(Blocks(), IMAGES, ["slerp", "graph:k=4"], metrics, pairs=5, steps=9, **options)  # type: ignore[arg-type]


def test_an_own_metric_stands_in_the_leaderboard() -> None:
    board = score()
    assert [row.path for row in board.rows] == ["linear", "slerp", "graph:k=4", "snap", "cross-fade", "cut"]
    assert {name: row.figures["flicker"].undefined for name, row in ((r.path, r) for r in board.rows)}["cut"] == 5
    assert board["linear"].figures["flicker"].mean == 0  # means of blocks, and so the brightness, are linear
    assert board["graph:k=4"].figures["flicker"].mean > 0
    assert "flicker:least=4.0" in board["slerp"].figures and "flicker" in str(board)
    assert score() == board and score(seed=1) != board


def test_the_leaderboard_as_a_table() -> None:
    board = score()
    page = board._repr_html_()
    assert "<b>" in page and page.count("<tr") == 1 + len(board.rows)
    frame = board.to_pandas()
    means = frame.pivot(index="path", columns="metric", values="mean")
    assert means.shape == (6, 4)
    assert means.loc["cut", "jerk"] == pytest.approx(board["cut"].figures["jerk"].mean)
    assert frame[frame.control].path.unique().tolist() == ["snap", "cross-fade", "cut"]


def test_pairs_can_be_named() -> None:
    board = segue.score_paths(Blocks(), IMAGES, ["linear"], [Flicker()], pairs=[(0, 1), (2, 3)], steps=5)
    assert board.pairs == 2
    with pytest.raises(segue.InputError, match="indices below 40"):
        segue.score_paths(Blocks(), IMAGES, ["linear"], [Flicker()], pairs=[(0, 40)])
    with pytest.raises(segue.InputError, match="row 'slerp'"):
        board["slerp"]


def test_the_truth_of_a_generated_world_is_a_control() -> None:
    lines = segue.load("worlds:lines:count=100", size=16)
    assert lines.train.image_shape == (1, 16, 16)
    board = segue.score_paths(Blocks(), lines, ["linear"], ["to-truth", "smoothness"], pairs=4, steps=5)
    assert board["truth"].control and board["truth"].figures["to-truth"].mean == 0
    assert board["linear"].figures["to-truth"].mean > 0


def test_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    board = score()
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(segue.InputError, match="pip install pandas"):
        board.to_pandas()
