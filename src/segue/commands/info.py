"""What a file is, in a few words: segue's own files, pictures, clips and image sets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segue.commands.runs import CHECKPOINT, find_foreign_model
from segue.core.choices import Checked, needed
from segue.core.errors import InputError
from segue.core.images import PICTURES, read_image
from segue.core.progress import Report, silent
from segue.core.untrusted import reading
from segue.data import datasets
from segue.models.files import MODEL_FILE, read_header
from segue.models.foreign import ForeignModel


@dataclass(frozen=True)
class InfoRequest(Checked):
    """What `segue info` asks for."""

    examples = (
        "info runs/mnist",
        "info clip.mp4 --json",
    )

    path: str = needed(help="a run folder or file, a picture, a clip, an image set, or a foreign model")


@dataclass(frozen=True)
class InfoResult:
    """The kind of a file and the facts about it, each a JSON value."""

    path: str
    kind: str
    facts: dict[str, Any]


def run_info(request: InfoRequest, report: Report = silent) -> InfoResult:
    """Say what a path is: a run folder or file, a picture, a clip, an image set, or a foreign model.

    Args:
        request: the path.
        report: receives the progress.

    Returns:
        what it is, and the facts about it.

    Raises:
        InputError: the path is none of these, or cannot be read.
    """
    path = request.path
    file = Path(path)
    foreign = find_foreign_model(file)
    if foreign is not None:
        return _describe_foreign(foreign, path)
    for name in (MODEL_FILE, CHECKPOINT):
        if (file / name).is_file():
            return _describe_run_file(file / name, path)
    if file.suffix.lower() == ".safetensors":
        return _describe_run_file(file, path)
    if file.is_file() and file.suffix.lower() in PICTURES and file.suffix.lower() != ".gif":
        height, width, channels = read_image(file).shape
        return InfoResult(path, "picture", {"width": width, "height": height, "channels": channels})
    if file.is_file() and not any(source.reads(path) for source in datasets.SOURCES[:-1]):
        return _describe_clip(file)
    return _describe_set(path, report)


def format_result(result: InfoResult) -> str:
    """The result in words, as a terminal shows it."""
    width = max(map(len, result.facts), default=0)
    return "\n".join([f"{result.path}: {result.kind}", *(f"  {k:<{width}}  {v}" for k, v in result.facts.items())])


def _describe_run_file(file: Path, path: str) -> InfoResult:
    header = read_header(file)
    with reading(file, "a file written by segue"):
        if header.get("kind") == "checkpoint":
            return InfoResult(path, "unfinished run", {"step": header["step"], **header["run"]})
        if header.get("kind") == "model":
            return InfoResult(path, "model", {"format": header["format"], **header["architecture"], **header["about"]})
    raise InputError(f"{file} of kind {header.get('kind')!r}", "a model or a checkpoint", "training a run")


def _describe_foreign(foreign: ForeignModel, path: str) -> InfoResult:
    model = foreign.open()
    return InfoResult(path, "foreign model", {"image_shape": model.image_shape, "latent_shape": model.latent_shape})


def _describe_clip(file: Path) -> InfoResult:
    from segue.video import probe

    info = probe(file)
    facts = {
        "width": info.width,
        "height": info.height,
        "fps": float(info.fps),
        "frames": info.frames,
        "seconds": info.seconds,
        "codec": info.codec,
        "sound": info.has_sound,
        "notes": list(info.notes),
    }
    return InfoResult(str(file), "clip", facts)


def _describe_set(path: str, report: Report) -> InfoResult:
    data = datasets.load(path, report=report)
    channels, height, width = data.train.image_shape
    facts = {
        "train": len(data.train),
        "test": 0 if data.test is None else len(data.test),
        "height": height,
        "width": width,
        "channels": channels,
        "labels": list(data.train.label_names),
        "factors": list(data.train.factor_names),
        "notes": list(data.notes),
    }
    return InfoResult(path, "image set", facts)
