"""What a notebook shows: HTML whose pictures are the pixels that went in."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segue.core.images import Pixels
from segue.core.notebook import (
    MOST_FILM_BYTES,
    animation_html,
    enlargement,
    film_html,
    grid,
    image_html,
    points_html,
    table_html,
)


def noise(*shape: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def embedded(text: str) -> Image.Image:
    """The one picture in a piece of HTML."""
    (data,) = re.findall(r"base64,([^\"]+)", text)
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_keeps_its_pixels(channels: int) -> None:
    image = noise(5, 7, channels)
    shown = np.asarray(embedded(image_html(image, "noise")))
    assert (shown.reshape(image.shape) == image).all()


def test_an_animation_has_every_frame() -> None:
    frames = np.stack([np.full((6, 4, 1), level, np.uint8) for level in (0, 80, 160, 240)])
    gif = embedded(animation_html(frames, fps=20))
    levels = []
    for index in range(gif.n_frames):  # type: ignore[attr-defined]
        gif.seek(index)
        levels.append(int(np.asarray(gif.convert("L"))[0, 0]))
        assert gif.info["duration"] == 50
    assert levels == [0, 80, 160, 240]
    assert gif.info["loop"] == 0


def test_a_grid_has_every_image_in_its_place() -> None:
    images = noise(5, 3, 4, 3)
    sheet = grid(images, columns=2, gap_px=1)
    assert sheet.shape == (3 * 4 - 1, 2 * 5 - 1, 3)
    for index, image in enumerate(images):
        top, left = index // 2 * 4, index % 2 * 5
        assert (sheet[top : top + 3, left : left + 4] == image).all()
    assert (sheet[8:, 5:] == 255).all()


def test_text_cannot_become_markup() -> None:
    said = "<script>alert(1)</script>"
    points = np.array([[0.0, 0.0], [1.0, 2.0]])
    for text in (
        image_html(noise(2, 2, 1), said),
        table_html([said], [[said]], said),
        points_html(points, np.array([0, 0]), (said,), said),
        film_html(Path(said)),
    ):
        assert "<script" not in text and "&lt;script" in text


def test_a_table_marks_what_is_not_there() -> None:
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", table_html(["a", "b", "c"], [["x", float("nan"), None]]))
    assert cells == ["x", "-", "-"]


def test_points_stay_in_their_square_and_apart() -> None:
    text = points_html(np.array([[0.0, 0.0], [10.0, 5.0], [3.0, 3.0]]), side_px=100)
    places = [(float(x), float(y)) for x, y in re.findall(r'cx="([^"]+)" cy="([^"]+)"', text)]
    assert all(0 <= value <= 100 for place in places for value in place)
    assert places[0][0] < places[2][0] < places[1][0]  # further right
    assert places[0][1] > places[2][1] > places[1][1]  # further up


def test_one_point_is_in_the_middle() -> None:
    assert 'cx="50.0" cy="50.0"' in points_html(np.array([[7.0, 7.0]]), side_px=100)


def test_a_film_is_embedded_where_it_can_be(tmp_path: Path) -> None:
    film, large, other = tmp_path / "a.mp4", tmp_path / "large.mp4", tmp_path / "a.mkv"
    film.write_bytes(b"frames")
    other.write_bytes(b"frames")
    with large.open("wb") as file:
        file.truncate(MOST_FILM_BYTES + 1)
    assert base64.b64encode(b"frames").decode() in film_html(film) and "<video" in film_html(film)
    assert film_html(large) == f"<p>{large}</p>"
    assert film_html(other) == f"<p>{other}</p>"
    assert film_html(tmp_path / "gone.mp4") == f"<p>{tmp_path / 'gone.mp4'}</p>"


def test_small_images_are_enlarged_by_whole_numbers() -> None:
    assert [enlargement(side, side) for side in (1, 28, 64, 84, 1000)] == [84, 3, 1, 1, 1]
