"""`segue demo`: two generated clips, joined."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from segue.clips import probe
from segue.images import read_image

Segue = Callable[..., dict[str, Any]]


def test_the_demo_writes_clips_film_and_sheet(tmp_path: Path, segue: Segue) -> None:
    result = segue("demo", "-o", tmp_path / "demo", "--seconds", "0.2", "--steps", 2)
    names = sorted(path.name for path in (tmp_path / "demo").iterdir())
    assert names == ["joined.mp4", "joined.png", "kaleidoscope.mp4", "plasma.mp4"]
    film = probe(Path(result["out"]))
    assert film.frames == result["frames"] and film.has_sound and result["transition"]["first"] > 1
    assert read_image(Path(result["sheet"])).shape[2] == 3
