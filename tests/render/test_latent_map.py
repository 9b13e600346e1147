"""Maps of a latent space: what is drawn, and that nothing is left over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import Pixels, read_image
from segue.render.latent_map import (
    PALETTE,
    _tile,
    draw_decoded_grid,
    draw_kl_bars,
    draw_latent_map,
    pick_spread,
    separate_boxes,
)

RNG = np.random.default_rng(0)
LABELS = np.arange(300) % 3
POINTS = RNG.normal(size=(300, 3)) + 6 * LABELS[:, None]


def has_colour(picture: Pixels, colour: str) -> bool:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return bool((np.abs(picture.astype(int) - rgb).max(axis=2) < 8).any())


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_maps_are_written_whole_and_the_same_twice(tmp_path: Path, d: int, suffix: str) -> None:
    for name in ("a", "b"):
        draw_latent_map(
            POINTS[:, :d], tmp_path / f"{name}{suffix}", labels=LABELS, names=("one", "two", "three"), title="x"
        )
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"a{suffix}", f"b{suffix}"]
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("d", [1, 2, 3])
def test_each_class_has_a_colour(tmp_path: Path, d: int) -> None:
    draw_latent_map(POINTS[:, :d], tmp_path / "a.png", labels=LABELS, names=("one", "two", "three"))
    picture = read_image(tmp_path / "a.png", 3)
    assert all(has_colour(picture, colour) for colour in PALETTE[:3])
    assert not has_colour(picture, PALETTE[3])


def test_a_class_without_points_takes_no_colour_from_the_others(tmp_path: Path) -> None:
    draw_latent_map(POINTS[:, :2], tmp_path / "a.png", labels=2 * (LABELS > 0), names=("one", "none", "three"))
    picture = read_image(tmp_path / "a.png", 3)
    assert has_colour(picture, PALETTE[2]) and not has_colour(picture, PALETTE[1])


@pytest.mark.parametrize("points", [POINTS[:1], np.zeros((5, 3)), 1e-9 * POINTS, 1e6 * POINTS])
def test_odd_points_are_drawn(tmp_path: Path, points: np.ndarray) -> None:
    for d in (1, 2, 3):
        draw_latent_map(points[:, :d], tmp_path / "a.png")
        assert (read_image(tmp_path / "a.png", 3) < 200).any()


def test_many_classes(tmp_path: Path) -> None:
    labels = np.arange(300) % 60
    for d in (1, 2):
        draw_latent_map(POINTS[:, :d], tmp_path / "a.png", labels=labels, names=[f"class {i}" for i in range(60)])


@pytest.mark.parametrize("shape", [(0, 2), (5, 4), (5, 0), (5,)])
def test_points_that_cannot_be_drawn(tmp_path: Path, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="1 to 3"):
        draw_latent_map(np.zeros(shape), tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=6))
def test_boxes_are_moved_until_none_covers_another(places: list[tuple[float, float]]) -> None:
    moved = separate_boxes(np.array(places), np.ones((len(places), 2)), rounds=1000)
    for i in range(len(places)):
        for j in range(i):
            assert np.abs(moved[i] - moved[j]).max() > 1 - 1e-6


def test_boxes_that_have_room_stay() -> None:
    places = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
    assert (separate_boxes(places, np.ones((3, 2))) == places).all()


@pytest.mark.parametrize("size", [(5, 3), (8, 8), (400, 300)])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_grid_holds_its_images_unchanged(tmp_path: Path, size: tuple[int, int], channels: int) -> None:
    images = RNG.integers(0, 256, (9, *size, channels), dtype=np.uint8)
    draw_decoded_grid(images, tmp_path / "grid.png", (-1, 1, -2, 2))
    picture, mosaic = read_image(tmp_path / "grid.png", 3), _tile(images, 3)
    height, width = mosaic.shape[:2]
    assert max(height, width) <= 1120 and (picture[70 : 70 + height, 100 : 100 + width] == mosaic).all()


@pytest.mark.parametrize("count", [0, 2, 8])
def test_a_grid_is_square(tmp_path: Path, count: int) -> None:
    with pytest.raises(InputError, match="square"):
        draw_decoded_grid(np.zeros((count, 4, 4, 1), np.uint8), tmp_path / "grid.png", (0, 1, 0, 1))


@pytest.mark.parametrize("kl", [[0.0], [3.0, 2.0], [0.1] * 40, list(range(200))])
def test_bars(tmp_path: Path, kl: list[float]) -> None:
    draw_kl_bars(np.array(kl, float), tmp_path / "kl.png")
    assert (read_image(tmp_path / "kl.png", 3) < 200).any()


def test_no_bars(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dimensions"):
        draw_kl_bars(np.zeros(0), tmp_path / "kl.png")


def test_thumbnails_are_where_their_points_are(tmp_path: Path) -> None:
    points = np.array([[x, y] for x in range(4) for y in range(4)], np.float64)
    images = np.zeros((16, 8, 8, 3), np.uint8)
    images[:, ..., 0], images[:, ..., 1] = 255, np.arange(16)[:, None, None] * 15
    draw_latent_map(
        points, tmp_path / "m.png", labels=np.arange(16) % 2, names=("a", "b"), images=images, thumbnails=16
    )
    picture = read_image(tmp_path / "m.png").astype(int)
    middles = []
    for i in range(16):
        near = (np.abs(picture - [255, 15 * i, 0]) <= 3).all(-1)
        assert near.sum() > 200
        middles.append(np.argwhere(near).mean(0))
    across = [middle[1] for middle in middles]
    assert np.allclose(across[:4], across[0], atol=2) and across[0] < across[4] < across[8] < across[12]
    up = [middle[0] for middle in middles[:4]]
    assert up == sorted(up, reverse=True)


def test_chosen_points_are_far_apart() -> None:
    points = np.random.default_rng(0).normal(size=(500, 2))
    chosen = pick_spread(points, 20)
    assert len(set(chosen)) == 20
    gaps = np.abs(points[chosen][:, None] - points[chosen][None]).max(2)[np.triu_indices(20, 1)]
    assert gaps.min() > 0.5
    assert sorted(pick_spread(points[:3], 20)) == [0, 1, 2] and len(pick_spread(np.zeros((5, 2)), 2)) == 1


@pytest.mark.parametrize("shape", [(10, 1), (1, 10), (3, 3), (0, 1), (0, 0)])
def test_no_thumbnail_covers_another(tmp_path: Path, shape: tuple[int, int]) -> None:
    """More are asked for than there is room for; those that are shown are whole."""
    points = np.random.default_rng(0).normal(size=(256, 2)) * shape
    colours = np.array([(255, 16 * (i // 16), 16 * (i % 16)) for i in range(256)])
    images = colours[:, None, None].repeat(8, 1).repeat(8, 2).astype(np.uint8)
    draw_latent_map(points, tmp_path / "m.png", images=images, thumbnails=256)
    packed = [256**2, 256, 1]
    areas = np.bincount(read_image(tmp_path / "m.png").reshape(-1, 3) @ packed, minlength=256**3)[colours @ packed]
    shown = areas[areas > 20]  # smaller are the edges of others
    assert shown.min() > 0.8 * shown.max() > 200 and 1 <= len(shown) < 256
