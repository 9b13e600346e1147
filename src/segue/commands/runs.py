"""Finished runs and foreign models: the model, and the images that it was trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeGuard

from segue.commands.train import MODEL, DataOptions
from segue.core.choices import check_trust, choose, split_own
from segue.core.errors import InputError
from segue.core.progress import Event, Report
from segue.data.datasets import DataSet
from segue.models.autoencoder import Autoencoder, ConvAutoencoder, load_model
from segue.models.foreign import FOREIGN, ForeignModel
from segue.training.methods import METHODS

RUN = "a run folder, its model file, or a foreign model: taef2:size=256"
DATA = "the image set of a model that names none, as foreign ones do"


def open_run(run: Path, data: str | None = None, *, trust_code: bool = False) -> tuple[Autoencoder, dict[str, Any]]:
    """The model of a run folder, of a model file or of `FOREIGN`, and what is known of it.

    `data` is the image set to use a model with that names none. Raises `InputError` for a model that is not there, for
    `data` with a model that was trained on images of its own, and, without `trust_code`, for a run on a world that is
    to be imported from `package.module:Name`.
    """
    model, about = _opened(run)
    check_trust(about.get("data"), f"data of {run}", trust_code)
    if data is None:
        return model, about
    if "data" in about:
        raise InputError(
            f"`data={data}` with a run on {about['data']}", "a model that names no data set", "leaving it out"
        )
    channels, height, width = model.image_shape
    images = {"size": [height, width], "channels": channels}
    return model, {**about, "data": data, "images": images, "training": {"seed": 0}}


def foreign_model(run: Path) -> ForeignModel | None:
    """The foreign model that a text in a run's place spells; None where it spells none, or something has that name."""
    text = str(run)
    known = text.partition(":")[0] in [cls.name for cls in FOREIGN] or split_own(text) is not None
    if run.exists() or not known:
        return None
    return choose(text, FOREIGN, "model")


def _opened(run: Path) -> tuple[Autoencoder, dict[str, Any]]:
    foreign = foreign_model(run)
    if foreign is not None:
        return foreign.open(), {"method": str(foreign)}
    if run.is_dir() and not (run / MODEL).exists():
        raise InputError(
            f"{run} without {MODEL}", "the folder of a finished run", "finishing it with `resume=True`, or training one"
        )
    return load_model(run / MODEL if run.is_dir() else run)


def images_of(about: dict[str, Any], data_dir: Path | None, report: Report) -> DataSet:
    """The image set that a run was trained on. Raises `InputError` where there is none, or it has changed."""
    if "data" not in about:
        raise InputError("a model that names no data set", "one that does", "naming the set as `data`")
    report(Event("load", note=f"reading {about['data']}"))
    options = DataOptions.from_json(about.get("images", {}))
    data = options.load(about["data"], about["training"]["seed"], data_dir, report)
    if "digest" in about and data.digest() != about["digest"]:
        raise InputError(
            f"{about['data']}, changed since the run",
            "the images it was trained on",
            "restoring them, or training again",
        )
    return data


def has_posterior(model: Autoencoder) -> TypeGuard[ConvAutoencoder]:
    """Whether the encoder gives a Gaussian posterior: its mean and log-variance."""
    return isinstance(model, ConvAutoencoder) and model.architecture["statistics"] == 2


def has_prior(model: Autoencoder, about: dict[str, Any]) -> bool:
    """Whether the codes were trained towards the prior N(0, I)."""
    return has_posterior(model) or any(cls.prior for cls in METHODS if cls.name == method_of(about))


def method_of(about: dict[str, Any]) -> str:
    """The name of the method that a model was trained by, or of a foreign model; empty where that is not known."""
    return str(about.get("method", "")).partition(":")[0]
