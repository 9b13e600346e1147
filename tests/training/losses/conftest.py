"""The networks of the perceptual losses, and where their weights are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from segue.core.download import Remote, sha256_of
from segue.training.losses.network import Weights
from segue.training.losses.squeezenet import SQUEEZENET
from segue.training.losses.vgg import VGG16


@pytest.fixture(scope="session")
def tensors() -> Weights:
    """Random weights for VGG-16, so drawn that responses neither fade nor grow."""
    generator = torch.Generator().manual_seed(0)
    found = {}
    for name, shape in VGG16.shapes.items():
        scale = math.sqrt(2 / math.prod(shape[1:])) if len(shape) > 1 else 0.1
        found[name] = scale * torch.randn(shape, generator=generator)
    return found


@pytest.fixture(scope="session")
def torch_home(tensors: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as torch keeps one, with these weights, written as torchvision's are: before torch took to zip files."""
    home = tmp_path_factory.mktemp("torch")
    path = home / "hub" / "checkpoints" / Path(VGG16.file.name).name
    path.parent.mkdir(parents=True)
    torch.save(tensors, path, _use_new_zipfile_serialization=False)
    return home


@pytest.fixture(scope="session")
def held() -> dict[object, Weights]:
    """What VGG-16 has read of these, kept from other tests."""
    return {}


@pytest.fixture
def vgg16_weights(torch_home: Path, held: dict[object, Weights], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of VGG-16's weights, in `TORCH_HOME`; random, so that its sum is not the published one."""
    path = torch_home / "hub" / "checkpoints" / Path(VGG16.file.name).name
    monkeypatch.setenv("TORCH_HOME", str(torch_home))
    monkeypatch.setattr(VGG16, "file", Remote(VGG16.file.name, path.stat().st_size, sha256_of(path)))
    monkeypatch.setattr(VGG16, "home", "")
    monkeypatch.setattr(VGG16, "held", held)
    return path


@pytest.fixture
def squeezenet_weights(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of SqueezeNet's weights, under `SEGUE_DATA`."""
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))
    return data_dir / SQUEEZENET.file.name


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder and a torch home without weights, no SEGUE_DATA, no home, and networks that have read none."""
    monkeypatch.delenv("SEGUE_DATA", raising=False)
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    for network in SQUEEZENET, VGG16:
        monkeypatch.setattr(network, "held", {})
        monkeypatch.setattr(network, "home", "")
    return tmp_path / "cache"
