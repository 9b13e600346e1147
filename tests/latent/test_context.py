"""The context of paths: codes are cached, and computed anew where the cache is of no use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.progress import silent
from segue.data.datasets import ImageSet
from segue.latent.context import make_context
from segue.latent.paths import GraphPath, choose_path
from segue.latent.space import encode
from segue.models.autoencoder import ConvAutoencoder
from segue.models.foreign import Coder, as_autoencoder


class Counting(ConvAutoencoder):
    """Counts how often it encodes images; one alone is how a digest tells it from others."""

    encoded = 0

    def encode(self, x: Tensor) -> Tensor:
        self.encoded += len(x) > 1
        return super().encode(x)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Counting:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "segue"))
    torch.manual_seed(0)
    return Counting((1, 16, 16), latent=3, width=4).eval()


@pytest.fixture
def images(discs: Pixels) -> ImageSet:
    return ImageSet(discs, tuple(map(str, range(len(discs)))), np.arange(16) % 2, ("a", "b"))


def test_codes_are_computed_once(model: Counting, images: ImageSet, tmp_path: Path) -> None:
    first = make_context(model, images, 7, silent)
    count = model.encoded
    again = make_context(model, images, 7, silent)
    assert model.encoded == count > 0 and again.frames == 7
    assert torch.equal(first.space.codes, again.space.codes)
    assert torch.equal(first.space.codes, encode(model, images.images))
    assert again.space.ids == images.ids and again.space.label_names == ("a", "b")
    assert len(list(tmp_path.rglob("*.safetensors"))) == 1


def test_other_images_or_weights_are_other_codes(model: Counting, images: ImageSet, tmp_path: Path) -> None:
    make_context(model, images, 7, silent)
    make_context(model, images.subset(np.arange(5)), 7, silent)
    with torch.no_grad():
        next(model.parameters()).add_(1)
    make_context(model, images, 7, silent)
    assert len(list(tmp_path.rglob("*.safetensors"))) == 3


def test_a_damaged_file_is_written_anew(model: Counting, images: ImageSet, tmp_path: Path) -> None:
    codes = make_context(model, images, 7, silent).space.codes
    (file,) = tmp_path.rglob("*.safetensors")
    file.write_bytes(b"no tensors")
    assert torch.equal(make_context(model, images, 7, silent).space.codes, codes)
    count = model.encoded
    assert torch.equal(make_context(model, images, 7, silent).space.codes, codes) and model.encoded == count


def test_without_images_there_is_the_model_alone(model: Counting) -> None:
    around = make_context(model, None, 7, silent)
    assert len(around.space) == 0 and around.space.codes.shape == (0, 3)
    a, b = torch.zeros(3), torch.ones(3)
    assert choose_path("auto").between(a, b, around).info["picked"] == "linear+pace"
    with pytest.raises(InputError, match="without images"):
        GraphPath().between(a, b, around)


class Flat:
    """An own model without weights: pixels are the code."""

    def encode(self, x: Tensor) -> Tensor:
        return x.flatten(1)

    def decode(self, z: Tensor) -> Tensor:
        return z.reshape(-1, 1, 16, 16)


class Negative(Flat):
    def encode(self, x: Tensor) -> Tensor:
        return 1 - super().encode(x)

    def decode(self, z: Tensor) -> Tensor:
        return super().decode(1 - z)


class Stretched(nn.Module):
    """An own network, whose weights do not say all that it computes."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor, self.weight = factor, nn.Parameter(torch.ones(1))

    def encode(self, x: Tensor) -> Tensor:
        return self.factor * self.weight * x.flatten(1)

    def decode(self, z: Tensor) -> Tensor:
        return z.reshape(-1, 1, 16, 16) / self.weight

    forward = encode


@pytest.mark.parametrize(("one", "other"), [(Flat(), Negative()), (Stretched(1.0), Stretched(0.5))])
def test_codes_of_own_models_are_never_anothers(
    one: Coder, other: Coder, images: ImageSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "segue"))
    for own in one, other:
        model = as_autoencoder(own, (1, 16, 16))
        assert torch.equal(make_context(model, images, 7, silent).space.codes, encode(model, images.images))
