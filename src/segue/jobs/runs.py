"""Finished runs: the model, and the images that it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from segue.datasets import DataSet, ImageSet
from segue.errors import InputError
from segue.jobs.train import MODEL, DataOptions
from segue.methods import METHODS
from segue.model import ConvAutoencoder, load_model
from segue.progress import Event, Report


def open_run(run: Path) -> tuple[ConvAutoencoder, dict[str, Any]]:
    """The model of a run folder, or of a model file, and what its header says of it."""
    if run.is_dir() and not (run / MODEL).exists():
        raise InputError(
            f"{run} without {MODEL}", "the folder of a finished run", "finish it with --resume, or train one"
        )
    return load_model(run / MODEL if run.is_dir() else run)


def images_of(about: dict[str, Any], data_dir: Path | None, report: Report) -> DataSet:
    """The image set that a run was trained on. Raises `InputError` where there is none, or it has changed."""
    if "data" not in about:
        raise InputError("a model that names no data set", "a run of `segue train`", "train one")
    report(Event("load", note=f"reading {about['data']}"))
    options = DataOptions.from_json(about.get("images", {}))
    data = options.load(about["data"], about["training"]["seed"], data_dir, report)
    if data.digest() != about["digest"]:
        raise InputError(
            f"{about['data']}, changed since the run", "the images it was trained on", "restore them, or train again"
        )
    return data


def some(images: ImageSet, limit: int, seed: int) -> ImageSet:
    """At most `limit` images of a set, drawn at random, in the set's order."""
    if len(images) <= limit:
        return images
    return images.subset(np.sort(np.random.default_rng(seed).choice(len(images), limit, replace=False)))


def has_posterior(model: ConvAutoencoder) -> bool:
    """Whether the encoder gives a Gaussian posterior: its mean and log-variance."""
    return model.architecture["statistics"] == 2


def has_prior(model: ConvAutoencoder, about: dict[str, Any]) -> bool:
    """Whether the codes were trained towards the prior N(0, I)."""
    return has_posterior(model) or any(cls.prior for cls in METHODS if cls.name == method_of(about))


def method_of(about: dict[str, Any]) -> str:
    """The name of the method that a model was trained by; empty where that is not known."""
    return str(about.get("method", "")).partition(":")[0]
