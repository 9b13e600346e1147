"""Models and tensors in files: one `.safetensors` each, whose JSON header says what it is. No pickles."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from segue.core.errors import InputError, missing_file
from segue.core.images import atomic_write
from segue.core.untrusted import parse_json, reading
from segue.models.autoencoder import ConvAutoencoder, TrainableAutoencoder
from segue.models.own import OwnAutoencoder

MODEL_FILE = "model.safetensors"
"""The model in a run folder."""

FORMAT = 1
"""The version of the run file; a file of a newer one is refused, older ones stay readable."""


def save_model(path: str | Path, model: TrainableAutoencoder, about: dict[str, Any] | None = None) -> None:
    """Write a model to one `.safetensors` file whose header rebuilds it; written beside, then renamed.

    Args:
        path: the file.
        model: a `ConvAutoencoder`, or an `OwnAutoencoder`, of which the import path of the class is kept as text.
        about: anything JSON: the request that it was trained by, the data set's digest, its figures.

    Raises:
        InputError: where nothing can be written.
    """
    header = {"kind": "model", "architecture": model.architecture, "about": about or {}}
    save_tensors(Path(path), model.state_dict(), header)


def load_model(
    path: str | Path, model: nn.Module | Callable[[], nn.Module] | None = None
) -> tuple[TrainableAutoencoder, dict[str, Any]]:
    """Read a model from a run folder, or from a file of `save_model`.

    No code is imported by what the file says: the class of one's own model comes from the caller.

    Args:
        path: a run folder or a model file.
        model: of one's own model, its class or any function that makes it without arguments, or an instance.

    Returns:
        The model, in evaluation mode on the CPU, and its `about`.

    Raises:
        InputError: for a missing, damaged or foreign file, a newer format, and a model of one's own without its class.
    """
    path = Path(path)
    file = path / MODEL_FILE if path.is_dir() else path
    tensors, header = load_tensors(file, "model")
    own = _own_class(header)
    if own is not None and model is None:
        raise InputError(
            f"{file}, a model of the class {own}", "that class", f"`load_model(path, model={own.rpartition('.')[2]})`"
        )
    with reading(f"{file} with a broken header", "a file written by segue", "copying or training it again"):
        if own is not None:
            built: TrainableAutoencoder = OwnAutoencoder.from_architecture(header["architecture"], model)
        else:
            shape = dict(header["architecture"])
            _check_sizes(shape, tensors)
            built = ConvAutoencoder(tuple(shape.pop("image_shape")), **shape)
        built.load_state_dict(tensors)
        about = dict(header["about"])
    return built.eval(), about


def _own_class(header: dict[str, Any]) -> str | None:
    """The import path of one's own class; None for segue's own model."""
    architecture = header.get("architecture")
    own = architecture.get("class") if isinstance(architecture, dict) else None
    return own if isinstance(own, str) else None


def _check_sizes(shape: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Refuse a header whose model would be far larger than the tensors beside it, before it is built."""
    held = sum(tensor.numel() for tensor in tensors.values())
    codes = int(shape["latent"]) * int(shape.get("statistics", 1)) + int(shape.get("classes", 0))
    if max(codes, int(shape["width"])) > held:
        raise ValueError(f"codes of {codes} numbers, width {shape['width']}, in {held} weights")


def save_tensors(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write tensors and a JSON header to one safetensors file, atomically.

    Args:
        path: the file.
        tensors: tensors by name, on any device.
        header: JSON, to which the version of the format is added.

    Raises:
        InputError: nothing can be written there.
    """
    text = json.dumps({"format": FORMAT, **header})
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic_write(path) as beside:
        save_file(plain, beside, metadata={"segue": text})


def load_tensors(path: Path, kind: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a file that `save_tensors` wrote.

    Args:
        path: the file.
        kind: the `kind` that its header must have.

    Returns:
        The tensors by name, on the CPU, and the header.

    Raises:
        InputError: the file is missing, damaged, not of segue, of a newer format, or of another kind.
    """
    header = read_header(path)
    if header.get("kind") != kind:
        raise InputError(f"{path} of kind {header.get('kind')!r}", f"a {kind} file", "`segue info` to see what it is")
    with reading(path, "a whole .safetensors file", "copying or training it again"), safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118


def read_header(path: Path) -> dict[str, Any]:
    """Read the JSON header of a file that `save_tensors` wrote, without its tensors.

    Args:
        path: the file.

    Returns:
        The header.

    Raises:
        InputError: the file is missing, damaged, not of segue, or of a newer format.
    """
    if not path.is_file():
        raise missing_file(path, "a run file of segue", "training one with `segue train`")
    with reading(path, "a whole .safetensors file", "copying or training it again"), safe_open(path, "pt") as file:
        text = (file.metadata() or {}).get("segue")
    if text is None:
        raise InputError(
            f"{path} without segue's header", "a file written by segue", "training a run with `segue train`"
        )
    broken = f"{path} with a broken header"
    header = parse_json(text, broken)
    with reading(broken, "a file written by segue", "copying or training it again"):
        newer = int(header["format"]) > FORMAT
    if newer:
        raise InputError(f"{path} of format {header['format']}", f"formats up to {FORMAT}", "updating segue to read it")
    found: dict[str, Any] = header
    return found
