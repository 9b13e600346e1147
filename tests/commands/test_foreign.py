"""Foreign models in a run's place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.images import read_image
from segue.video import probe

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

MODEL = "taef2:size=32x48"


@pytest.fixture(autouse=True)
def weights(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))


def test_photos_from_files(data_dir: Path, tmp_path: Path, segue: Segue) -> None:
    ends = [data_dir / "photos" / f"{name}.png" for name in ("chelsea", "coffee")]
    result = segue("interpolate", MODEL, *ends, "-o", tmp_path / "strip.png", "--path", "slerp", "--steps", "4")
    assert (result["a"], result["path"], result["codes"]) == (str(ends[0]), "slerp", None) and len(result["t"]) == 4
    assert read_image(tmp_path / "strip.png").shape[2] == 3
    segue("interpolate", MODEL, *ends, "-o", tmp_path / "film.mp4", "--steps", "3", "--fps", "10")
    assert probe(tmp_path / "film.mp4").frames == 5 + 3 + 5


def test_words_for_people(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from segue.cli import main

    photo = str(data_dir / "photos" / "coffee.png")
    assert main(["interpolate", MODEL, photo, photo, "-o", str(tmp_path / "strip.png"), "--steps", "2"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"auto (transport+pace) from {photo} to {photo}, 2 frames: {tmp_path / 'strip.png'}"
    ]


def test_images_of_a_set_that_is_named(album: Path, tmp_path: Path, segue: Segue, refused: Refused) -> None:
    out = tmp_path / "out.png"
    words = ["interpolate", MODEL, "train:0", "label:dog", "-o", out]
    assert "--data" in refused(*words) and not out.exists()
    result = segue(*words, "--data", album)
    assert result["b"].startswith("dog/") and out.exists()
    assert "--data" in refused("map", MODEL, "-o", out)
    found = segue("map", MODEL, "-o", out, "--data", album, "--part", "train")
    assert (found["images"], found["latent"], found["projection"], found["kl"]) == (22, 32 * 4 * 6, "pca", None)


def test_samples_are_spatial_too(album: Path, tmp_path: Path, segue: Segue, refused: Refused) -> None:
    out = tmp_path / "sample.npz"
    assert segue("sample", MODEL, "-o", out, "--data", album, "--count", "3")["by"] == "mixture"
    with np.load(out) as arrays:
        assert arrays["codes"].shape == (3, 32, 4, 6) and arrays["images"].shape == (3, 32, 48, 3)
    assert segue("sample", MODEL, "-o", out, "--data", album, "--labels", "cat+dog")["weights"] == [0.5, 0.5]
    assert "codes of two numbers" in refused("sample", MODEL, "-o", out, "--data", album, "--by", "grid")


def test_info_says_what_it_is(segue: Segue) -> None:
    found = segue("info", MODEL)
    assert found["kind"] == "foreign model"
    assert found["facts"] == {"image_shape": [3, 32, 48], "latent_shape": [32, 4, 6]}


def test_a_run_has_images_of_its_own(
    album: Path, tmp_path: Path, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    segue("train", album, "-o", tmp_path / "run", *tiny)
    said = refused("map", tmp_path / "run", "-o", tmp_path / "out.png", "--data", album)
    assert "expected a model that names no data set" in said


def test_a_run_may_have_its_name(
    album: Path, tmp_path: Path, segue: Segue, tiny: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    segue("train", album, "-o", "taef2", *tiny)
    assert segue("info", "taef2")["kind"] == "model"
    assert len(segue("interpolate", "taef2", "train:0", "train:1", "-o", "out.png")["codes"][0]) == 2


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        ("taef2:sise=64", "try size"),
        ("taef2:size=30", "expected multiples of 8; try size=32x32"),
        ("taef2:size=1x2x3", "2 values"),
        ("taef2:size=0", "8 or more"),
        ("taef2:weights=nowhere", "try putting it at nowhere/taef2_encoder.safetensors"),
        ("diffusers", "without folder"),
        ("diffusers:folder=nowhere", "nowhere without a config.json"),
    ],
)
def test_spellings_that_are_none(spelled: str, said: str, tmp_path: Path, refused: Refused) -> None:
    assert said in refused("interpolate", spelled, "a.png", "b.png", "-o", tmp_path / "out.png")
    assert said in refused("info", spelled)
