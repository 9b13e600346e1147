"""The model and its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from segue.core.errors import InputError
from segue.models.autoencoder import ConvAutoencoder, device_of, model_digest
from segue.models.files import FORMAT, load_model, load_tensors, read_header, save_model, save_tensors
from segue.training.methods import VAE

Build = Callable[..., ConvAutoencoder]
ABOUT = {"method": "vae", "figures": {"loss": 0.5}, "name": "bär \u2192 宇宙"}


@pytest.fixture
def file(tmp_path: Path, build: Build) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(path, build(VAE()), ABOUT)
    return path


def refused(path: Path, read: Callable[[Path], object] = load_model) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def with_header(path: Path, header: str | None, tensors: dict[str, torch.Tensor] | None = None) -> Path:
    metadata = None if header is None else {"segue": header}
    save_file(tensors or {"x": torch.zeros(1)}, path, metadata=metadata)
    return path


def test_a_model_comes_back_as_it_was(tmp_path: Path, build: Build) -> None:
    model = build(VAE(), (3, 31, 45), latent=3)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    save_model(tmp_path / "deep" / "er" / "m.safetensors", model, ABOUT)
    loaded, about = load_model(tmp_path / "deep" / "er" / "m.safetensors")
    assert about == ABOUT
    assert not loaded.training and loaded.architecture == model.architecture
    assert (loaded.image_shape, loaded.latent_shape) == ((3, 31, 45), (3,))
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, before[name]) and torch.equal(model.state_dict()[name], before[name])


def test_the_layout_in_memory_leaves_no_trace(tmp_path: Path, build: Build) -> None:
    for name, layout in ("a", torch.contiguous_format), ("b", torch.channels_last):
        save_model(tmp_path / name, build().to(memory_format=layout), {})  # type: ignore[call-overload]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_header_is_read_alone(file: Path) -> None:
    header = read_header(file)
    assert (header["format"], header["kind"], header["about"]) == (FORMAT, "model", ABOUT)
    assert header["architecture"]["latent"] == 4


def test_decoded_values_are_in_range(build: Build) -> None:
    model = build()
    for scale in (0.0, 1.0, 1e4, 1e10):
        decoded = model.decode(torch.full((2, 4), scale))
        assert 0 <= decoded.min() <= decoded.max() <= 1


def test_results_are_float32_under_autocast(build: Build) -> None:
    model = build(VAE())
    with torch.autocast("cpu", torch.bfloat16):
        code = model.encode(torch.rand(1, 1, 16, 16))
        assert code.dtype == model.decode(code).dtype == torch.float32


@pytest.mark.parametrize("kept", [0, 4, 8, 100, -4000, -1])
def test_a_truncated_file(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    assert str(file) in refused(file)


@pytest.mark.parametrize("content", [b"a text\n" * 40, b"\xff" * 100, b"\0" * 100, b"\x08" + b"\0" * 7 + b"{}      "])
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    refused(path)
    refused(path, read_header)


def test_nothing_there(tmp_path: Path) -> None:
    assert "which does not exist" in refused(tmp_path / "none.safetensors")
    assert "which does not exist" in refused(tmp_path)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (None, "without segue's header"),
        ("not JSON", "broken header"),
        ("[]", "broken header"),
        ("{}", "broken header"),
        ('{"format": "one"}', "broken header"),
        ('{"format": %d}' % (FORMAT + 1), f"expected formats up to {FORMAT}; try updating segue"),  # noqa: UP031
        ('{"format": 1}', "of kind None"),
        ('{"format": 1, "kind": "checkpoint"}', "of kind 'checkpoint'; expected a model file"),
        ('{"format": 1, "kind": "model"}', "broken header"),
        ('{"format": 1, "kind": "model", "architecture": {"image_shape": [1, 8]}, "about": {}}', "broken header"),
        ('{"format": 1, "kind": "model", "architecture": {"shape": 3}, "about": {}}', "broken header"),
    ],
)
def test_a_foreign_header(tmp_path: Path, header: str | None, said: str) -> None:
    assert said in refused(with_header(tmp_path / "m.safetensors", header))


@pytest.mark.parametrize("changed", [{"latent": 5}, {"width": 16}, {"statistics": 1}, {"image_shape": [3, 16, 16]}])
def test_weights_that_do_not_fit_the_header(file: Path, changed: dict[str, Any]) -> None:
    header = read_header(file)
    header["architecture"] |= changed
    assert "broken header" in refused(with_header(file, json.dumps(header), load_file(file)))


def test_one_kind_is_not_taken_for_another(file: Path) -> None:
    with pytest.raises(InputError, match="expected a checkpoint file"):
        load_tensors(file, "checkpoint")


def test_a_folder_that_cannot_be_written(tmp_path: Path, build: Build) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "model.safetensors", tmp_path):
        with pytest.raises(InputError):
            save_model(path, build(), {})
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_fails_leaves_the_file_as_it_was(file: Path, build: Build) -> None:
    before = file.read_bytes()
    shared = torch.zeros(4)
    with pytest.raises(TypeError):
        save_model(file, build(), {"about": object()})
    with pytest.raises(RuntimeError):
        save_tensors(file, {"a": shared, "b": shared}, {"kind": "model"})
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_where_a_model_is(build: Build) -> None:
    class Foreign:
        image_shape: tuple[int, int, int] = (1, 1, 1)
        latent_shape: tuple[int, ...] = (1,)

        def encode(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(1)

        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return z[..., None, None]

    assert device_of(build()).type == device_of(Foreign()).type == "cpu"
    assert device_of(build().to("meta")).type == "meta"


def test_digests_tell_models_apart(build: Build) -> None:
    model, same = build(), build()
    assert model_digest(model) == model_digest(same)
    with torch.no_grad():
        next(same.parameters()).view(-1)[0] += 1
    assert model_digest(model) != model_digest(same)
    with pytest.raises(InputError, match="a SimpleNamespace, which has no weights"):
        model_digest(SimpleNamespace())  # type: ignore[arg-type]
