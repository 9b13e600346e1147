"""The frozen network: it sees what it was trained to see, and says where its weights should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from segue.errors import InputError
from segue.images import fit, read_image, to_float
from segue.losses import choose_loss, perceptual_distance
from segue.losses.squeezenet import FILE, LAYERS, features, frozen_weights, weights_file


@pytest.fixture
def weights(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder without weights, a SEGUE_DATA that is not set, and a process that has read none."""
    monkeypatch.delenv("SEGUE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    frozen_weights.cache_clear()
    yield tmp_path / "segue" / FILE.name
    frozen_weights.cache_clear()


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("photo", "classes", "sureness"),
    [("coffee", [967], [0.91]), ("chelsea", [285, 282, 281], [0.45, 0.32, 0.12])],
)
def test_it_knows_an_espresso_and_a_cat(photo: str, classes: list[int], sureness: list[float], data_dir: Path) -> None:
    image = to_float(fit(read_image(data_dir / "photos" / f"{photo}.png", 3), 227, 227)[None])
    *_, (_, last) = features(image)
    weights = frozen_weights(image.device)
    scores = F.conv2d(last, weights["conv_final.weight"], weights["conv_final.bias"], padding=1).relu().mean((2, 3))
    best = scores.softmax(1)[0].topk(len(classes))
    assert best.indices.tolist() == classes
    assert best.values.tolist() == pytest.approx(sureness, abs=0.01)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("size", [(21, 21), (64, 64), (65, 112)], ids=str)
def test_all_layers_are_there(size: tuple[int, int]) -> None:
    found = dict(features(torch.rand(2, 1, *size)))
    assert tuple(found) == LAYERS
    assert [x.shape[1] for x in found.values()] == [96, 128, 128, 256, 256, 384, 384, 512, 512]
    assert all(x.shape[0] == 2 and (x >= 0).all() for x in found.values())


@pytest.mark.usefixtures("weights")
def test_gradients_reach_the_image_and_no_weight() -> None:
    images = torch.rand(1, 3, 64, 64, requires_grad=True)
    before = {name: tensor.clone() for name, tensor in frozen_weights(images.device).items()}
    perceptual_distance(images, torch.rand(1, 3, 64, 64), LAYERS).sum().backward()  # type: ignore[no-untyped-call]
    assert images.grad is not None and images.grad.any() and images.grad.isfinite().all()
    for name, tensor in frozen_weights(images.device).items():
        assert not tensor.requires_grad and tensor.grad is None and torch.equal(tensor, before[name])


def test_weights_read_in_inference_mode_serve_training(nowhere: Path, weights: None) -> None:
    with torch.inference_mode():
        perceptual_distance(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    perceptual_distance(torch.rand(1, 1, 8, 8, requires_grad=True), torch.rand(1, 1, 8, 8)).sum().backward()  # type: ignore[no-untyped-call]


def test_the_cache_serves_too(nowhere: Path, data_dir: Path) -> None:
    nowhere.parent.mkdir(parents=True)
    nowhere.write_bytes((data_dir / FILE.name).read_bytes())
    assert weights_file() == nowhere


def test_missing_weights_are_named(nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logits, target = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    for where in nowhere, tmp_path / "mine" / FILE.name:
        with pytest.raises(InputError) as caught:
            choose_loss("mse+perceptual")(logits, target)
        message = str(caught.value)
        assert FILE.sha256 in message and message.endswith(f"put it at {where}") and "\n" not in message
        monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "mine"))
    assert choose_loss("mse+perceptual:0")(logits, target).isfinite().all()


def test_another_file_is_refused(nowhere: Path) -> None:
    nowhere.parent.mkdir(parents=True)
    np.savez(nowhere, a=np.zeros(3))
    with pytest.raises(InputError, match="sha256"):
        weights_file()
