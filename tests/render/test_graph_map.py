"""Graphs over a latent space, drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.images import read_image
from segue.latent.graph import knn_graph
from segue.render.curves import PathCurve
from segue.render.graph_map import draw_graph_map

CODES = np.random.default_rng(0).normal(size=(60, 3))
ENDS = (np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 1), 255, np.uint8))


def drawn(tmp_path: Path, d: int, **options: object) -> np.ndarray:
    codes = CODES[:, :d]
    file = tmp_path / "map.png"
    draw_graph_map(codes, knn_graph(codes, 3).edges, file, **options)  # type: ignore[arg-type]
    return read_image(file, 3).astype(int)


def reddish(picture: np.ndarray) -> int:
    return int(((picture[..., 0] > 150) & (picture[..., 1:] < 60).all(-1)).sum())


@pytest.mark.parametrize("d", [2, 3])
def test_curves_are_drawn_in_their_colour(tmp_path: Path, d: int) -> None:
    curve = PathCurve("straight", CODES[[0, 1], :d], "#cc0000", corners=True)
    assert reddish(drawn(tmp_path, d)) == 0
    assert reddish(drawn(tmp_path, d, curves=[curve])) > 200


def test_the_ends_are_shown_beside_the_map(tmp_path: Path) -> None:
    curve = PathCurve("straight", CODES[[0, 1], :2], "#cc0000")
    alone, beside = (drawn(tmp_path, 2, curves=[curve], **more) for more in ({}, {"ends": ENDS}))
    assert beside.shape[1] > alone.shape[1] + 100
    assert (beside[:, alone.shape[1] :] < 10).all(-1).sum() > 1000  # the black picture


def test_the_same_request_gives_the_same_bytes(tmp_path: Path) -> None:
    assert (drawn(tmp_path, 3) == drawn(tmp_path, 3)).all()


def test_codes_that_are_all_the_same_can_be_drawn(tmp_path: Path) -> None:
    draw_graph_map(np.ones((3, 2)), np.array([[0, 1]]), tmp_path / "map.png")
    draw_graph_map(np.ones((3, 3)), np.array([[0, 1]]), tmp_path / "map.png")


@pytest.mark.parametrize(
    ("codes", "edges", "points"),
    [
        (np.zeros((3, 4)), np.zeros((1, 2), int), np.zeros((2, 4))),
        (np.zeros((3, 2)), np.array([[0, 3]]), np.zeros((2, 2))),
        (np.zeros((3, 2)), np.array([[0, 1]]), np.zeros((2, 3))),
        (np.zeros((3, 2)), np.array([[0, 1]]), np.zeros((1, 2))),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, codes: np.ndarray, edges: np.ndarray, points: np.ndarray) -> None:
    with pytest.raises(InputError):
        draw_graph_map(codes, edges, tmp_path / "map.png", curves=[PathCurve("way", points, "#cc0000")])


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"map\.jpg"):
        draw_graph_map(CODES[:, :2], np.zeros((0, 2), int), tmp_path / "map.jpg")
