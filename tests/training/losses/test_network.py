"""What holds for every network of a perceptual loss: it is frozen, and its weights are found or named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from segue.core.errors import InputError
from segue.training.losses import Perceptual, choose_loss, perceptual_distance
from segue.training.losses.network import Network
from segue.training.losses.squeezenet import SQUEEZENET
from segue.training.losses.vgg import VGG16
from segue.training.methods import AE, Batch

WIDTHS = {
    SQUEEZENET: [96, 128, 128, 256, 256, 384, 384, 512, 512],
    VGG16: [64, 64, 128, 128, 256, 256, 256, 512, 512, 512],
}


@pytest.fixture(params=["squeezenet", "vgg16"])
def network(request: pytest.FixtureRequest) -> Network:
    request.getfixturevalue(f"{request.param}_weights")
    return VGG16 if request.param == "vgg16" else SQUEEZENET


@pytest.mark.parametrize("size", [(21, 21), (64, 64), (65, 112)], ids=str)
def test_all_layers_are_there(network: Network, size: tuple[int, int]) -> None:
    found = dict(network.features(torch.rand(2, 1, *size)))
    assert tuple(found) == network.layers
    assert [x.shape[1] for x in found.values()] == WIDTHS[network]
    assert all(x.shape[0] == 2 and (x >= 0).all() for x in found.values())
    assert set(network.near) < set(network.layers)


def test_silence_is_small_beside_responses(network: Network) -> None:
    for name, x in network.features(torch.rand(1, 3, 64, 64)):
        assert x.square().sum(1).median() > 100 * network.silence, name


def test_gradients_reach_the_image_and_no_weight(network: Network) -> None:
    images = torch.rand(1, 3, 64, 64, requires_grad=True)
    before = {name: tensor.clone() for name, tensor in network.weights().items()}
    loss = perceptual_distance(images, torch.rand(1, 3, 64, 64), network.layers, network).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert images.grad is not None and images.grad.any() and images.grad.isfinite().all()
    for name, tensor in network.weights().items():
        assert not tensor.requires_grad and tensor.grad is None and torch.equal(tensor, before[name])


def test_weights_read_in_inference_mode_serve_training(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "held", {})
    loss = Perceptual(network)
    with torch.inference_mode():
        loss(torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8))
    loss(torch.rand(1, 1, 8, 8, requires_grad=True), torch.rand(1, 1, 8, 8)).sum().backward()  # type: ignore[no-untyped-call]


def test_the_cache_serves_too(nowhere: Path, data_dir: Path) -> None:
    cached = nowhere / SQUEEZENET.file.name
    cached.parent.mkdir(parents=True)
    cached.write_bytes((data_dir / SQUEEZENET.file.name).read_bytes())
    assert SQUEEZENET.find() == cached


def test_missing_weights_are_named(nowhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logits, target = torch.randn(3, 1, 8, 8), torch.rand(3, 1, 8, 8)
    for where in nowhere, tmp_path / "mine":
        for name, network in ("perceptual", SQUEEZENET), ("vgg16", VGG16):
            for call in (lambda loss: loss(logits, target)), (lambda loss: loss.prepare()):
                with pytest.raises(InputError) as caught:
                    call(choose_loss(f"mse+{name}"))
                message = str(caught.value)
                assert network.file.sha256 in message and "\n" not in message
                assert message.endswith(f"try putting it at {where / network.file.name}")
        monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "mine"))
    silent = choose_loss("mse+perceptual:0+vgg16:0")
    silent.prepare()
    assert silent(logits, target).isfinite().all()


def test_another_file_is_refused(nowhere: Path) -> None:
    cached = nowhere / SQUEEZENET.file.name
    cached.parent.mkdir(parents=True)
    np.savez(cached, a=np.zeros(3))
    with pytest.raises(InputError, match="sha256"):
        SQUEEZENET.find()
    with pytest.raises(InputError, match=r"with conv1\.weight missing; expected \(96, 3, 7, 7\), as in SqueezeNet"):
        SQUEEZENET.weights(cached)


def test_a_method_finds_its_weights_before_it_trains(nowhere: Path, data_dir: Path, tmp_path: Path) -> None:
    method = AE(loss="mse:0.7+perceptual:0.3")
    with pytest.raises(InputError, match=r"squeezenet_v1_0_dc\.npz"):
        method.prepare(data_dir=tmp_path)
    here = method.prepare(data_dir=data_dir)
    assert here == AE(loss=method.loss, weights=str(data_dir)) and SQUEEZENET.held
    assert method.prepare(weights=data_dir / SQUEEZENET.file.name).weights == str(data_dir / SQUEEZENET.file.name)
    model = here.build((1, 8, 8), latent=2, width=8)
    images = torch.rand(2, 1, 8, 8)
    assert here.terms(model, Batch(images, images, torch.Generator()))["loss"].isfinite()
    plain = AE()
    assert plain.prepare(data_dir=data_dir) is plain
    with pytest.raises(InputError, match=r"for loss mse; expected a loss by a network: perceptual or vgg16"):
        plain.prepare(weights=data_dir / SQUEEZENET.file.name)


def test_a_path_of_weights_is_kept_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert str(AE(loss="vgg16", weights="w.pth")) == f"ae:loss=vgg16,weights={tmp_path / 'w.pth'}"


def test_weights_follow_the_images_to_their_device(network: Network) -> None:
    a = torch.rand(2, 1, 8, 8, device="meta")
    distance = perceptual_distance(a, a, network=network)
    assert distance.device == a.device and distance.shape == (2,)
    assert all(tensor.device.type == "cpu" for tensor in network.weights().values())
