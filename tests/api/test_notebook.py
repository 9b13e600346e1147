"""In a notebook results show themselves, and work shows how far it is: by real results, and in a real kernel."""

from __future__ import annotations

import base64
import io
import os
import re
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest
import torch
from PIL import Image

import segue
from segue.core.images import Pixels
from segue.latent.space import LatentSpace
from segue.video.demo_clips import write_demo_clips


def pictures(text: str) -> list[Image.Image]:
    return [Image.open(io.BytesIO(base64.b64decode(data))) for data in re.findall(r"image/\w+;base64,([^\"]+)", text)]


def test_an_image_set_is_a_grid(discs: Pixels) -> None:
    images = segue.ImageSet(discs, tuple(map(str, range(16))), np.arange(16) % 2, ("left", "<right>"))
    text = images._repr_html_()
    (sheet,) = pictures(text)
    assert "16 images, 16x16, grey, 2 labels" in text
    assert sheet.size == (10 * 18 - 2, 2 * 18 - 2)
    assert (np.asarray(sheet)[:16, :16] == discs[0, ..., 0]).all()


def test_a_data_set_has_its_parts_and_notes(discs: Pixels) -> None:
    part = segue.ImageSet(discs[:8], tuple(map(str, range(8))))
    text = segue.DataSet("a<b", part, part, ("small & round",))._repr_html_()
    assert len(pictures(text)) == 2
    assert "a&lt;b" in text and "small &amp; round" in text


def test_a_pick_is_its_image(discs: Pixels) -> None:
    part = segue.ImageSet(discs, tuple(f"disc/{i}" for i in range(16)), np.zeros(16, np.int64), ("disc",))
    text = segue.DataSet("discs", part).pick("train:3")._repr_html_()
    assert (np.asarray(pictures(text)[0]) == discs[3, ..., 0]).all() and "disc (disc/3)" in text


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_latent_space_is_a_map(size: int) -> None:
    codes = torch.randn(50, size, generator=torch.Generator().manual_seed(0))
    space = LatentSpace(codes, tuple(map(str, range(50))), np.arange(50) % 3, ("a", "b", "c"))
    text = space._repr_html_()
    assert text.count("<circle") == 50 and f"50 codes of {size} numbers" in text
    assert ("principal" in text) == (size > 2)


def test_few_codes_have_a_map_too() -> None:
    assert LatentSpace(torch.zeros(1, 4), ("a",))._repr_html_().count("<circle") == 1
    assert "0 codes" in LatentSpace(torch.zeros(0, 4), ())._repr_html_()


def test_a_join_is_its_film_and_scores(tmp_path: Path) -> None:
    a, b = write_demo_clips(tmp_path, seconds=0.5, height=48, width=64)
    result = segue.join_clips(segue.JoinRequest(tmp_path / "out.mp4", (a, b), seconds=0.3, style="fade", quick=True))
    text = result._repr_html_()
    (film,) = re.findall(r"video/mp4;base64,([^\"]+)", text)
    assert base64.b64decode(film) == (tmp_path / "out.mp4").read_bytes()
    assert "ghosting" in text and "fade" in text


CELLS = (
    "import numpy as np, segue",
    "segue.load('worlds:lines:count=20')",
    """
with segue.show_progress() as report:
    segue.load("digits", limit=300, size=9, report=report)
""",
)


def test_a_kernel_shows_results_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs: list[list[Any]] = [cell.outputs for cell in notebook.cells]
    assert not outputs[0]
    (shown,) = outputs[1]
    assert len(pictures(shown.data["text/html"])) >= 1
    (bars,) = outputs[2]  # one output, drawn anew
    assert "<progress" in bars.data["text/html"] and "done in" in bars.data["text/html"]
