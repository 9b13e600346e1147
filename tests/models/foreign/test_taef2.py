"""TAEF2 on real photos."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.core.errors import InputError
from segue.core.images import Pixels, read_image, to_float, to_uint8
from segue.models.foreign import TAEF2

PHOTOS = ("chelsea", "coffee", "astronaut")


@pytest.fixture(autouse=True)
def weights(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))


def photo(data_dir: Path, name: str, height: int, width: int) -> Pixels:
    """The middle of a photo, at its own resolution."""
    image = read_image(data_dir / "photos" / f"{name}.png")
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]


def psnr(a: Pixels, b: Pixels) -> float:
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean()))


@torch.no_grad()
def test_photos_come_back(data_dir: Path) -> None:
    model = TAEF2().open()
    assert model.image_shape == (3, 256, 256) and model.latent_shape == (32, 32, 32)
    for name in PHOTOS:
        image = photo(data_dir, name, 256, 256)
        code = model.encode(to_float(image[None]))
        assert 0.8 < code.std() < 0.95
        assert 29 < psnr(image, to_uint8(model.decode(code))[0]) < 33


@torch.no_grad()
def test_sizes_of_any_aspect(data_dir: Path) -> None:
    model = TAEF2(size=(64, 120)).open()
    image = photo(data_dir, "coffee", 64, 120)
    code = model.encode(to_float(image[None]))
    assert code.shape == (1, *model.latent_shape) == (1, 32, 8, 15)
    assert psnr(image, to_uint8(model.decode(code))[0]) > 26


def test_a_folder_of_weights(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(InputError, match=r"taef2_encoder\.safetensors, which taef2 needs"):
        TAEF2().open()
    mine = shutil.copytree(data_dir / "weights" / "taef2", tmp_path / "mine")
    assert TAEF2(size=8, weights=str(mine)).open().latent_shape == (32, 1, 1)
    shutil.copy(mine / "taef2_encoder.safetensors", mine / "taef2_decoder.safetensors")
    with pytest.raises(InputError, match="sha256"):
        TAEF2(weights=str(mine)).open()
