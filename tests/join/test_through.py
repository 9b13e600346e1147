"""Other pictures that a transition goes through."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segue.cli import main
from segue.core.errors import InputError
from segue.join.canvas import Canvas
from segue.join.through import MOST_PICTURES, blend_through, find_waypoints, nearest_waypoint, read_waypoints
from segue.video import read_frames

CANVAS = Canvas(48, 64, Fraction(12), "crop")
Join = Callable[..., dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path, clips: ModuleType) -> Path:
    """A disc in the middle, one in a corner, and a white picture, in folders of folders."""
    made = tmp_path / "through"
    (made / "more").mkdir(parents=True)
    Image.fromarray(clips.disc(32, 24)).save(made / "middle.png")
    Image.fromarray(clips.disc(60, 44)).save(made / "more" / "corner.jpg")
    Image.fromarray(np.full((30, 30, 3), 255, np.uint8)).save(made / "more" / "white.png")
    (made / "notes.txt").write_text("no picture")
    return made


def test_all_pictures_of_a_folder_are_found_on_the_canvas(folder: Path) -> None:
    found = find_waypoints(folder, CANVAS)
    assert [one.path.name for one in found] == ["middle.png", "corner.jpg", "white.png"]
    assert [one.read(24, 32).shape for one in found] == [(24, 32, 3)] * 3
    assert (
        read_waypoints(found, 8, 16).shape == (3, 8, 16, 3) and len(read_waypoints(found * 100, 8, 16)) == MOST_PICTURES
    )
    with pytest.raises(ValueError, match="read-only"):
        found[0].read(24, 32)[:] = 0


@pytest.mark.parametrize("name", ["empty", "missing", "file.png"])
def test_a_folder_without_pictures_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"without a picture; expected a folder with \.png"):
        find_waypoints(tmp_path / name, CANVAS)


def test_the_picture_nearest_to_both_is_taken(folder: Path, clips: ModuleType) -> None:
    found = find_waypoints(folder, CANVAS)
    assert nearest_waypoint(clips.disc(24, 24), clips.disc(40, 24), found).path.name == "middle.png"
    assert nearest_waypoint(clips.disc(62, 40), clips.disc(58, 47), found).path.name == "corner.jpg"


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_each_half_is_a_blend_of_its_own(share: float, folder: Path, clips: ModuleType) -> None:
    between = find_waypoints(folder, CANVAS)[0]
    a, b = clips.disc(10, 10), clips.disc(50, 40)
    calls = []
    blend = blend_through(
        between, lambda *way: calls.append(("there", *way)) or a, lambda *way: calls.append(("on", *way)) or b
    )
    blend(share, a, b)
    ((half, own, one, other),) = calls
    assert half == ("there" if share <= 0.5 else "on") and own == pytest.approx(2 * share - (share > 0.5))
    picture = between.read(48, 64)
    assert np.array_equal(one, a if half == "there" else picture)
    assert np.array_equal(other, picture if half == "there" else b)


@pytest.mark.parametrize("style", ["morph", "dream"])
def test_a_film_goes_through_a_picture(style: str, folder: Path, join: Join, tmp_path: Path, clips: ModuleType) -> None:
    (tmp_path / "made").mkdir()
    a = clips.write(tmp_path / "a.mp4", clips.rolling(14, (20, 24), (0.2, 0)))
    b = clips.write(tmp_path / "b.mp4", clips.rolling(14, (40, 24), (0.2, 0)))
    small = ("--quick", "--steps", "3", "--width", "2", "--latent", "2", "--seconds", "0.6", "--path", "graph:k=3")
    result = join(a, b, "--through", folder, "-o", tmp_path / "made" / "c.mp4", *small, style=style)
    film = tmp_path / "made" / "c.mp4"
    first, count = result["transition"]["first"], result["transition"]["count"]
    within = list(read_frames(film))[first : first + count]
    if style == "morph":
        assert max(clips.psnr(frame, clips.disc(32, 24)) for frame in within) > 25
    assert main(["join", "--from", result["record"], "-o", str(tmp_path / "again.mp4")]) == 0
    assert (tmp_path / "again.mp4").read_bytes() == film.read_bytes()
