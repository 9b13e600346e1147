"""Figures: what is drawn, and that nothing is left over."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.images import read_image
from segue.render.figures import draw_loss_curves, write_reconstructions

HISTORY = [
    {"epoch": epoch, "seconds": 2.0 * epoch, "train_loss": 1 / epoch, "test_loss": 1.1 / epoch, "test_psnr": 10 + epoch}
    for epoch in range(1, 9)
]


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_curves_are_written_whole_and_the_same_twice(tmp_path: Path, suffix: str) -> None:
    for name in ("a", "b"):
        draw_loss_curves(HISTORY, tmp_path / f"{name}{suffix}")
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


def test_one_panel_for_each_quantity(tmp_path: Path) -> None:
    draw_loss_curves(HISTORY, tmp_path / "two.png")
    draw_loss_curves(
        [{k: row[k] for k in ("epoch", "train_loss", "test_loss")} for row in HISTORY], tmp_path / "one.png"
    )
    two, one = read_image(tmp_path / "two.png"), read_image(tmp_path / "one.png")
    assert two.shape[0] == one.shape[0] and two.shape[1] > 1.8 * one.shape[1]
    assert (one[:8] == 255).all() and (one[:, :8] == 255).all() and (one[:, -8:] == 255).all()


@pytest.mark.parametrize(
    "history",
    [
        HISTORY[:1],
        [{"epoch": 0.3, "step": 5, "loss": 1.0}],
        [{"step": step, "kl": 0.0} for step in range(3)],
        [{"epoch": 1, "train_loss": math.nan, "kl": 1.0}, {"epoch": 2, "test_loss": 2.0}],
        [{"epoch": epoch, **{f"quantity_{n}": 1.0 * n for n in range(7)}} for epoch in range(2)],
    ],
)
def test_thin_histories_are_drawn(tmp_path: Path, history: list[dict[str, float]]) -> None:
    draw_loss_curves(history, tmp_path / "a.png")
    assert (read_image(tmp_path / "a.png") < 200).any()


@pytest.mark.parametrize("history", [[], [{"epoch": 1}], [{"train_loss": 1.0}], [{"epoch": 1, "kl": math.inf}]])
def test_empty_histories_are_refused(tmp_path: Path, history: list[dict[str, float]]) -> None:
    with pytest.raises(InputError, match="history"):
        draw_loss_curves(history, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\.png, \.pdf"):
        draw_loss_curves(HISTORY, tmp_path / "a.bmp")


def test_reconstructions_stand_in_pairs(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (8, 28, 28, 1), dtype=np.uint8)
    write_reconstructions(images, 255 - images, tmp_path / "pairs.png")
    assert read_image(tmp_path / "pairs.png").shape[1] > 8 * 84
    with pytest.raises(InputError, match="equal shapes"):
        write_reconstructions(images, images[:7], tmp_path / "other.png")
