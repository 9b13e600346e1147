"""`segue info`: what a file is."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segue.cli import main
from segue.core.images import Pixels
from segue.models.files import save_tensors
from segue.video import write_gif
from segue.video.demo_clips import write_demo_clips

Segue = Callable[..., dict[str, Any]]


def test_a_run(album: Path, tmp_path: Path, segue: Segue, tiny: tuple[str, ...]) -> None:
    segue("train", album, "-o", tmp_path / "run", "--method", "vae:beta=3", *tiny)
    for path in (tmp_path / "run", tmp_path / "run" / "model.safetensors"):
        found = segue("info", path)
        assert found["path"] == str(path) and found["kind"] == "model"
        facts = found["facts"]
        assert (facts["image_shape"], facts["latent"], facts["method"]) == ([3, 64, 64], 2, "vae:beta=3.0")
        assert facts["data"] == str(album) and facts["figures"]["loss"] > 0


def test_pictures_and_clips(album: Path, tmp_path: Path, segue: Segue, coloured: Pixels) -> None:
    found = segue("info", album / "dog" / "07.png")
    assert (found["kind"], found["facts"]) == ("picture", {"width": 30, "height": 20, "channels": 3})
    clip, _ = write_demo_clips(tmp_path, 0.5, 48, 64, Fraction(12))
    found = segue("info", clip)
    assert found["kind"] == "clip" and found["facts"]["frames"] == 6 and found["facts"]["sound"] is True
    write_gif(tmp_path / "a.gif", [np.kron(image, np.ones((2, 2, 1), np.uint8)) for image in coloured], Fraction(10))
    found = segue("info", tmp_path / "a.gif")
    assert found["kind"] == "clip" and (found["facts"]["width"], found["facts"]["frames"]) == (20, 24)


def test_image_sets(album: Path, tmp_path: Path, segue: Segue, coloured: Pixels) -> None:
    found = segue("info", album)
    assert found["kind"] == "image set" and found["facts"]["labels"] == ["cat", "dog"]
    assert (found["facts"]["train"], found["facts"]["test"]) == (22, 2)
    assert "sizes differ" in found["facts"]["notes"][0]
    np.savez(tmp_path / "set.npz", images=coloured)
    assert segue("info", tmp_path / "set.npz")["facts"]["height"] == 12
    assert segue("info", "digits")["facts"]["train"] == 1438
    factors = segue("info", "worlds:pole:horizontal=2,vertical=2")["facts"]["factors"]
    assert factors[-2:] == ["horizontal", "vertical"]


def test_a_file_of_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_tensors(tmp_path / "odd.safetensors", {"x": torch.zeros(1)}, {"kind": "odd"})
    assert main(["info", str(tmp_path / "odd.safetensors")]) == 2
    assert "of kind 'odd'" in capsys.readouterr().err


def test_words_for_people(album: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(album / "dog" / "07.png")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].endswith("07.png: picture") and out[1].split() == ["width", "30"]
    assert main(["info", str(album), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "image set"
