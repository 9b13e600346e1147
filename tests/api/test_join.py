"""A stranger's script: make clips of pictures, join them, and render the film again. Only `segue` names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import segue


@pytest.fixture(scope="module")
def stills(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Three pictures of 48x64: a disc that is red, green, blue, each at a place of its own."""
    folder = tmp_path_factory.mktemp("stills")
    down, across = np.mgrid[:48, :64]
    files = []
    for index, x in enumerate((16, 32, 48)):
        picture = np.full((48, 64, 3), 30, np.uint8)
        picture[np.hypot(down - 24, across - x) < 12, index] = 220
        files.append(folder / f"{index}.png")
        segue.write_image(files[-1], picture)
    return tuple(files)


@pytest.fixture(scope="module")
def joined(stills: tuple[Path, ...]) -> segue.JoinResult:
    out = stills[0].with_name("joined.gif")
    return segue.join_clips(segue.JoinRequest(out, stills, hold=0.5, seconds=0.4, fps=10, style="fade", mode="insert"))


def test_three_pictures_become_a_film(stills: tuple[Path, ...], joined: segue.JoinResult) -> None:
    assert (joined.width, joined.height, joined.fps) == (64, 48, 10)
    assert joined.frames == 3 * 5 + 2 * 4  # half a second of each, and two transitions of 0.4 s
    assert [one.style for one in joined.transitions] == ["fade", "fade"]
    with Image.open(joined.out) as film:
        assert film.n_frames == joined.frames  # type: ignore[attr-defined]
        first = np.asarray(film.convert("RGB")).astype(int)
        film.seek(joined.frames - 1)
        last = np.asarray(film.convert("RGB")).astype(int)
    for shown, still in ((first, stills[0]), (last, stills[2])):
        assert np.abs(shown - segue.read_image(still).astype(int)).mean() < 4  # a GIF has 256 colours


def test_scores_stand_beside_the_controls(joined: segue.JoinResult) -> None:
    assert {"fade", "cut"} <= set(joined.scores)
    assert joined.scores["fade"].ghosting > 0.9  # a cross-fade is all ghost
    assert joined.seam["a"] >= 0


def test_the_record_renders_the_same_film_again(joined: segue.JoinResult, tmp_path: Path) -> None:
    again = segue.join_clips(segue.JoinRequest(tmp_path / "again.gif", from_=joined.record))
    assert again.out.read_bytes() == joined.out.read_bytes()


def test_a_film_is_a_clip_too(stills: tuple[Path, ...], joined: segue.JoinResult, tmp_path: Path) -> None:
    request = segue.JoinRequest(tmp_path / "long.gif", (joined.out, stills[0]), hold=0.3, seconds=0.3, quick=True)
    longer = segue.join_clips(request)
    assert longer.frames > joined.frames and longer.fps == joined.fps
    assert "data:image/gif;base64," in longer._repr_html_()


def test_what_cannot_be_joined(stills: tuple[Path, ...], tmp_path: Path) -> None:
    with pytest.raises(segue.InputError, match="seconds"):
        segue.JoinRequest(tmp_path / "out.gif", stills, seconds=0)
    with pytest.raises(segue.InputError, match="fade"):
        segue.join_clips(segue.JoinRequest(tmp_path / "out.gif", stills, style="fad"))
    assert not list(tmp_path.iterdir())
