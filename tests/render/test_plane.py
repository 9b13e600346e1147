"""Curves, regions and panels over planes of codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.images import Pixels, read_image
from segue.render.class_map import draw_class_map
from segue.render.curves import ON_BLACK, PATH_COLOURS, Mark, PathCurve, draw_curves
from segue.render.latent_map import draw_decoded_grid, draw_latent_map
from segue.render.panels import draw_panels
from segue.render.scatter import PALETTE

RNG = np.random.default_rng(0)
LABELS = np.arange(90) % 3
POINTS = RNG.normal(size=(90, 2)) + 5 * LABELS[:, None]
EXTENT = (-1.0, 1.0, -1.0, 1.0)
CURVE = PathCurve("straight", np.array([[-0.5, -0.5], [0.5, 0.5]]), "#cc0000", corners=True)


def share(picture: Pixels, colour: str, within: int = 12) -> float:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return float((np.abs(picture.astype(int) - rgb).max(axis=2) < within).mean())


def probabilities(side: int, sure: float = 1.0) -> np.ndarray:
    """Class 0 at the left, 1 at the right."""
    left = np.tile(np.arange(side) < side / 2, side)
    return np.where(np.stack([left, ~left], 1), sure, 1 - sure)


def test_curves_lie_over_a_map_and_over_a_grid(tmp_path: Path) -> None:
    file, marks = tmp_path / "map.png", [Mark("5", np.array([-0.5, -0.5]))]
    plain, drawn = [], []
    for over, pictures in ((None, plain), (lambda axes: draw_curves(axes, [CURVE], marks), drawn)):
        draw_latent_map(POINTS, file, labels=LABELS, names=("a", "b", "c"), over=over)
        pictures.append(read_image(file, 3))
        draw_decoded_grid(np.zeros((16, 4, 4, 1), np.uint8), file, EXTENT, over=over)
        pictures.append(read_image(file, 3))
    for before, after in zip(plain, drawn, strict=True):
        assert share(before, CURVE.colour) == 0 < share(after, CURVE.colour)
    assert plain[1].shape == drawn[1].shape  # the grid is not resampled


def test_a_course_that_leaves_the_codes_is_shown_whole(tmp_path: Path) -> None:
    far = PathCurve("x", np.array([[0.0, 0.0], [60.0, 0.0]]), "#cc0000")
    draw_latent_map(POINTS, tmp_path / "a.png", over=lambda axes: draw_curves(axes, [far]))
    reddish = read_image(tmp_path / "a.png", 3).astype(int)
    across = np.flatnonzero(((reddish[..., 0] > 180) & (reddish[..., 1:] < 40).all(-1)).sum(0))
    assert np.ptp(across) > 0.5 * reddish.shape[1]


def test_curves_are_of_a_plane() -> None:
    with pytest.raises(InputError, match="curve x"):
        from segue.render.figures import make_figure

        draw_curves(make_figure(2, 2).add_subplot(), [PathCurve("x", np.zeros((2, 3)), "red")])
    assert len(PATH_COLOURS) == len(ON_BLACK)


def test_regions_have_their_colours_and_fade_where_nothing_is_sure(tmp_path: Path) -> None:
    sure, unsure = tmp_path / "sure.png", tmp_path / "unsure.png"
    draw_class_map(probabilities(20), EXTENT, sure, names=("a", "b"))
    draw_class_map(probabilities(20, 0.6), EXTENT, unsure, names=("a", "b"))
    left, right = (read_image(sure, 3)[:, part].astype(float) for part in (slice(200, 400), slice(-400, -200)))
    assert np.abs(left.mean((0, 1)) - right.mean((0, 1))).max() > 20
    assert read_image(unsure, 3).mean() > read_image(sure, 3).mean()


def test_one_class_everywhere_and_one_place(tmp_path: Path) -> None:
    for side in (1, 5):
        draw_class_map(np.ones((side * side, 1)), EXTENT, tmp_path / "a.png", names=("a",), free=np.zeros((1, 2)))
        assert read_image(tmp_path / "a.png", 3).std() > 5


def test_names_keep_away(tmp_path: Path) -> None:
    free = np.stack(np.meshgrid(np.linspace(-1, -0.01, 9), np.linspace(-0.6, 0.6, 30)), -1).reshape(-1, 2)
    for name, places in (("a", None), ("b", free)):
        draw_class_map(probabilities(30), EXTENT, tmp_path / f"{name}.png", names=("a", "b"), free=places)
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_grids_and_names_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 places"):
        draw_class_map(np.ones((3, 1)), EXTENT, tmp_path / "a.png", names=("a",))
    with pytest.raises(InputError, match="1 names of 2 classes"):
        draw_class_map(probabilities(2), EXTENT, tmp_path / "a.png", names=("a",))
    assert not list(tmp_path.iterdir())


def test_panels_show_every_class_in_every_space(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    draw_panels({"one": POINTS, "two": 9 * POINTS}, LABELS, ("a", "b", "c", "none"), file, axes={"one": ("x", "y")})
    picture = read_image(file, 3)
    for half in np.array_split(picture[:-90], 2, axis=1):
        assert all(share(half, colour, 60) > 0 for colour in PALETTE[:3])
    again = file.read_bytes()
    draw_panels({"one": POINTS, "two": 9 * POINTS}, LABELS, ("a", "b", "c", "none"), file, axes={"one": ("x", "y")})
    assert file.read_bytes() == again


def test_panels_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no spaces"):
        draw_panels({}, LABELS, ("a", "b", "c"), tmp_path / "a.png")
    with pytest.raises(InputError, match=r"points \[89, 2\] of one"):
        draw_panels({"one": POINTS[1:]}, LABELS, ("a", "b", "c"), tmp_path / "a.png")
