"""`segue demo`: two generated clips, joined."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from segue.commands import demo
from segue.core.images import read_image
from segue.video import probe
from segue.video.demo_clips import write_demo_clips

Segue = Callable[..., dict[str, Any]]


def test_the_demo_writes_clips_film_and_sheet(tmp_path: Path, segue: Segue, monkeypatch: pytest.MonkeyPatch) -> None:
    # Small ones: matching all cells of a wide film, five times over, takes a minute.
    monkeypatch.setattr(demo, "write_demo_clips", partial(write_demo_clips, height=64, width=40))
    result = segue("demo", "-o", tmp_path / "demo", "--seconds", "0.2")
    names = sorted(path.name for path in (tmp_path / "demo").iterdir())
    assert names == ["joined.json", "joined.mp4", "joined.png", "kaleidoscope.mp4", "plasma.mp4"]
    film = probe(Path(result["out"]))
    assert result["style"] in [rung["style"] for rung in result["rungs"]] and result["steps"] == 0
    assert film.frames == result["frames"] and film.has_sound and result["transition"]["first"] > 1
    assert read_image(Path(result["sheet"])).shape[2] == 3
