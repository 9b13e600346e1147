from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.data.datasets import load


def animate(path: Path, count: int, height: int, width: int) -> Path:
    frames = [Image.new("L", (width, height), 20 * i) for i in range(count)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    return path


def test_frames_become_images(tmp_path: Path) -> None:
    found = load(str(animate(tmp_path / "a.gif", 10, 96, 160)))
    assert found.train.images.shape == (10, 64, 104, 3)
    assert found.test is None
    assert "64x104" in found.notes[0]
    assert np.all(np.diff(found.train.images[:, 5, 5, 0].astype(int)) > 10)
    assert found.pick("train:4").id == "frame/4"


def test_options(tmp_path: Path) -> None:
    path = str(animate(tmp_path / "a.gif", 10, 40, 30))
    assert load(path).train.image_shape == (3, 40, 30)
    assert load(path, size=16, channels=1, limit=4).train.images.shape == (4, 16, 16, 1)
    held = load(path, hold_out=0.3).test
    assert held is not None
    assert len(held) == 3


def test_no_clip(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("a text")
    for name in ("a.mp4", "none.mp4"):
        with pytest.raises(InputError, match=name):
            load(str(tmp_path / name))


def test_a_real_clip(data_dir: Path) -> None:
    found = load(str(data_dir / "clips" / "walk.mkv"), limit=5)
    assert found.train.images.shape == (5, 64, 88, 3)
