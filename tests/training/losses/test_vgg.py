"""VGG-16: torchvision's layout, and every kind of file that its weights come in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from segue.core.download import Remote, sha256_of
from segue.core.errors import InputError
from segue.core.progress import Event
from segue.training.losses import choose_loss, perceptual_distance
from segue.training.losses.network import Weights
from segue.training.losses.vgg import VGG16


def as_torchvision_builds_it() -> nn.Sequential:
    """The first 23 of torchvision's `vgg16().features`, under its own indices."""
    layers: list[nn.Module] = []
    before = 3
    for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512):
        layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2, 2)]
        before = width or before
    return nn.Sequential(*layers)


def test_it_is_torchvisions_network(tensors: Weights, vgg16_weights: Path) -> None:
    net = as_torchvision_builds_it()
    net.load_state_dict({name.removeprefix("features."): tensor for name, tensor in tensors.items()})
    images = torch.rand(2, 3, 40, 56)
    low, scale = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x: Tensor = (images - low[:, None, None]) / scale[:, None, None]
    there = []
    with torch.no_grad():
        for module in net:
            x = module(x)
            if isinstance(module, nn.ReLU):
                there.append(x)
    for (name, here), other in zip(VGG16.features(images), there, strict=True):
        torch.testing.assert_close(here, other, rtol=1e-3, atol=1e-4, msg=name)
    assert [name for name, _ in VGG16.features(images)][-1] == "relu4_3"


def test_every_kind_of_file_is_read(tensors: Weights, nowhere: Path, tmp_path: Path) -> None:
    whole = {**tensors, "classifier.0.weight": torch.zeros(3, 3)}
    torch.save(whole, tmp_path / "zip.pth")
    torch.save(whole, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    save_file({name: tensor.half() for name, tensor in whole.items()}, tmp_path / "half.safetensors")
    for name, exact in (("zip.pth", True), ("old.pth", True), ("half.safetensors", False)):
        found = VGG16.weights(tmp_path / name)
        assert found.keys() == VGG16.shapes.keys()
        for key, tensor in found.items():
            assert tensor.dtype == torch.float32
            torch.testing.assert_close(tensor, tensors[key], rtol=0 if exact else 1e-3, atol=0 if exact else 1e-3)


class Harm:
    """What a pickle may do when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("harm",)


def test_other_files_are_refused(nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shapes = {name: torch.zeros(shape) for name, shape in list(VGG16.shapes.items())[:2]}
    torch.save({"a": Harm()}, "harm.pth")
    torch.save([1, 2], "list.pth")
    torch.save(shapes, "short.pth")
    save_file({**shapes, "features.0.bias": torch.zeros(65)}, "odd.safetensors")
    Path("text.pth").write_text("no weights")
    Path("empty.pth").touch()
    Path("text.safetensors").write_text("no weights")
    for name, says in (
        *((f"{kind}.pth", "); expected weights of VGG-16; try another file") for kind in ("harm", "list", "text")),
        ("empty.pth", "); expected weights of VGG-16"),
        ("text.safetensors", "); expected weights of VGG-16"),
        ("short.pth", "with features.2.weight missing; expected (64, 64, 3, 3), as in VGG-16"),
        ("odd.safetensors", "with features.0.bias (65,); expected (64,)"),
        ("gone.pth", "no weights at gone.pth; expected a file, or a folder with weights/vgg16/"),
    ):
        with pytest.raises(InputError) as caught:
            choose_loss("vgg16", Path(name)).prepare()
        assert says in str(caught.value) and "\n" not in str(caught.value)
    assert not Path("harm").exists()


def test_torch_keeps_it_for_other_programs_too(nowhere: Path, vgg16_weights: Path, tmp_path: Path) -> None:
    assert VGG16.find() == vgg16_weights
    mine = tmp_path / "mine"
    (mine / VGG16.file.name).parent.mkdir(parents=True)
    os.link(vgg16_weights, mine / VGG16.file.name)
    assert VGG16.find(mine) == mine / VGG16.file.name
    assert VGG16.find(tmp_path) == vgg16_weights


def test_another_file_of_that_name_is_refused(
    nowhere: Path, vgg16_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, published = sha256_of(vgg16_weights), type(VGG16).file
    monkeypatch.setattr(VGG16, "file", published)
    monkeypatch.setattr(VGG16, "held", {})
    with pytest.raises(InputError) as caught:
        choose_loss("mse+vgg16").prepare()
    assert f"{vgg16_weights} with sha256 {found}; expected sha256 {published.sha256}" in str(caught.value)
    assert VGG16.find(vgg16_weights) == vgg16_weights  # named by the user, it is taken as it is


def test_it_is_fetched_once(nowhere: Path, torch_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = torch_home / "hub" / "checkpoints" / Path(VGG16.file.name).name
    monkeypatch.setattr(VGG16, "home", (tmp_path / "gone.pth").as_uri())
    with pytest.raises(InputError, match=f"try going online, or putting it at {nowhere / VGG16.file.name}"):
        VGG16.weights()
    monkeypatch.setattr(VGG16, "home", published.as_uri())
    monkeypatch.setattr(VGG16, "file", Remote(VGG16.file.name, published.stat().st_size, sha256_of(published)))
    events: list[Event] = []
    choose_loss("vgg16").prepare(events.append)
    assert events[0].note == "reading the weights of VGG-16" and events[-1].done == events[-1].total
    assert VGG16.find() == nowhere / VGG16.file.name
    events.clear()
    choose_loss("vgg16").prepare(events.append)
    assert not events


def test_a_published_name_begins_with_its_sum() -> None:
    assert Path(VGG16.file.name).stem.split("-")[1] == VGG16.file.sha256[:8]
    assert VGG16.home.endswith(Path(VGG16.file.name).name)


@pytest.mark.usefixtures("vgg16_weights")
def test_distances_of_chosen_layers_average() -> None:
    a, b = torch.rand(2, 1, 28, 28), torch.rand(2, 1, 28, 28)
    one, two = (perceptual_distance(a, b, (layer,), VGG16) for layer in ("relu1_2", "relu4_3"))
    torch.testing.assert_close(perceptual_distance(a, b, ("relu4_3", "relu1_2"), VGG16), (one + two) / 2)
    assert (one > 0).all() and (two > 0).all() and not torch.allclose(one, two)
