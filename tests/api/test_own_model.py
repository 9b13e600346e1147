"""A stranger's own networks, trained by every method, saved, loaded, and walked through."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import segue


class Net(nn.Module):
    """Two methods are all that is asked for."""

    def __init__(self, codes: int = 3) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2d(1, 8, 4, stride=4), nn.SiLU(), nn.Flatten(), nn.Linear(8 * 16, codes))
        self.up = nn.Sequential(nn.Linear(codes, 64), nn.SiLU(), nn.Linear(64, 256), nn.Sigmoid())

    def encode(self, x: Tensor) -> Tensor:
        codes: Tensor = self.down(x)
        return codes

    def decode(self, z: Tensor) -> Tensor:
        images: Tensor = self.up(z).view(-1, 1, 16, 16)
        return images


class Variational(Net):
    """The encoder gives a pair."""

    def __init__(self) -> None:
        super().__init__(codes=3)
        self.down[-1] = nn.Linear(8 * 16, 6)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        mean, log_variance = self.down(x).chunk(2, dim=1)
        return mean, log_variance


STEPS = segue.Training(steps=12, batch=8, lr=3e-3)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("ae", Net),
        ("ae:loss=bce", Net),
        ("aae", Net),
        ("acai", Net),
        ("aeai", Net),
        ("vae", Variational),
        ("vae:likelihood=gaussian", Variational),
        ("vae:likelihood=laplace,sigma=0.1", Variational),
        ("vaegan", Variational),
    ],
)
def test_every_method_trains_it(method: str, kind: type[nn.Module], discs: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = kind()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    trained = segue.train(net, method, discs, STEPS)
    assert trained.steps == 12 and trained.model.latent_shape == (3,)
    assert all(not torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())  # in place
    way = segue.interpolate_images(trained.model, discs[0], discs[1], "slerp", 5)
    assert way.frames.shape == (5, 16, 16, 1)

    segue.save_model(tmp_path / "own.safetensors", trained.model, {"by": "a stranger"})
    loaded, about = segue.load_model(tmp_path / "own.safetensors", model=kind)
    assert about == {"by": "a stranger"}
    codes = torch.randn(4, 3)
    assert torch.equal(loaded.decode(codes), trained.model.decode(codes))


def test_it_learns(discs: np.ndarray) -> None:
    torch.manual_seed(0)
    trained = segue.train(Net(), "ae", discs, segue.Training(steps=200, batch=16, lr=3e-3))
    first, last = trained.history[0]["loss"], trained.history[-1]["loss"]
    assert last < first / 2


def test_an_encoder_and_a_decoder_will_do(discs: np.ndarray) -> None:
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(256, 4))
    decoder = nn.Sequential(nn.Linear(4, 256), nn.Unflatten(1, (1, 16, 16)))
    model = segue.OwnAutoencoder(encoder, decoder, image_shape=(1, 16, 16), logits=True)
    trained = segue.train(model, segue.AE(), segue.ImageSet(discs, tuple(map(str, range(16)))), STEPS)
    assert trained.model is model and model.latent_shape == (4,)


class Named(nn.Module):
    """Submodules `encoder` and `decoder`, as many have."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(256, 4))
        self.decoder = nn.Sequential(nn.Linear(4, 256), nn.Sigmoid(), nn.Unflatten(1, (1, 16, 16)))


def test_submodules_will_do_and_an_average_is_its_own(discs: np.ndarray, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Named()
    trained = segue.train(net, "ae", discs, segue.Training(steps=12, batch=8, ema=0.9))
    assert torch.equal(trained.model.encode(segue.to_float(discs)), net.encoder(segue.to_float(discs)))
    segue.save_model(tmp_path / "named.safetensors", trained.model)
    loaded, _ = segue.load_model(tmp_path / "named.safetensors", model=Named())
    assert torch.equal(loaded.decode(torch.ones(1, 4)), trained.model.decode(torch.ones(1, 4)))


def test_denoising_is_a_corruption(discs: np.ndarray) -> None:
    assert segue.train(Net(), "ae", discs, STEPS, corrupt="gaussian:sigma=0.2+mask").steps == 12


def test_it_resumes_to_the_same_weights(discs: np.ndarray, tmp_path: Path) -> None:
    def run(**more: object) -> dict[str, Tensor]:
        torch.manual_seed(1)
        net = Net()
        segue.train(net, "acai", discs, segue.Training(steps=20, batch=8), **more)  # type: ignore[arg-type]
        return net.state_dict()

    def stop(model: nn.Module, step: int, epoch: float) -> None:
        if step >= 10:
            raise KeyboardInterrupt

    whole = run()
    with pytest.raises(KeyboardInterrupt):
        run(checkpoint=tmp_path / "c.safetensors", stages=4, on_stage=stop)
    again = run(checkpoint=tmp_path / "c.safetensors", resume=True)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


@pytest.mark.parametrize(
    ("model", "method", "says"),
    [
        (nn.Linear(2, 2), "ae", "a Linear without encode or encoder"),
        (Net(), "vae", "an encoder that gives a code alone; expected a pair"),
        (Net(), "ae:conditional=true", "for a model whose codes have no class"),
        (Variational(), "vae:likelihood=gaussian,sigma=pixel", "sigma=pixel with a model of one's own"),
    ],
)
def test_what_cannot_be_trained_is_a_line(model: nn.Module, method: str, says: str, discs: np.ndarray) -> None:
    with pytest.raises(segue.InputError, match=says):
        segue.train(model, method, discs, STEPS)


def test_a_decoder_without_a_sigmoid_is_told_so(discs: np.ndarray) -> None:
    net = Net()
    net.up[-1] = nn.Identity()
    with pytest.raises(segue.InputError, match="expected 0 to 1; try a sigmoid at the end of the decoder"):
        segue.train(net, "ae", discs, STEPS)


def test_a_file_imports_nothing(discs: np.ndarray, tmp_path: Path) -> None:
    trained = segue.train(Net(), "ae", discs, STEPS)
    segue.save_model(tmp_path / "own.safetensors", trained.model)
    with pytest.raises(segue.InputError, match=r"a model of the class .*Net; expected that class"):
        segue.load_model(tmp_path / "own.safetensors")
    with pytest.raises(segue.InputError, match="class"):
        segue.load_model(tmp_path / "own.safetensors", model=Variational)


def test_nothing_global_is_touched(discs: np.ndarray) -> None:
    def states() -> list[object]:
        numpy = np.random.get_state()[1].tolist()  # noqa: NPY002 - it is this that must not change
        return [torch.get_rng_state().tolist(), numpy, random.getstate(), torch.get_num_threads()]

    torch.manual_seed(5)
    before = states()
    model = segue.VAE().build((1, 16, 16), latent=2, width=8, seed=3)
    segue.train(model, "vae", discs, STEPS, corrupt="gaussian")
    segue.interpolate_images(model, discs[0], discs[1], "auto", 5)
    assert states() == before
