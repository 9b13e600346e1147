"""Finished runs and foreign models: the model, and the images that it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeGuard

from segue.core.choices import Checked, choose, option
from segue.core.errors import InputError
from segue.core.images import Fit
from segue.core.notebook import table_html
from segue.core.own_choices import check_trust, split_own
from segue.core.progress import Event, Report, silent
from segue.data import datasets
from segue.data.datasets import DataSet
from segue.latent.context import make_context
from segue.latent.paths import PathContext
from segue.latent.space import LatentSpace
from segue.models.autoencoder import Autoencoder, ConvAutoencoder
from segue.models.files import MODEL_FILE, load_model
from segue.models.foreign import FOREIGN, ForeignModel
from segue.training import Training
from segue.training.methods import METHODS, Method

CHECKPOINT, CONFIG = "checkpoint.safetensors", "config.json"
RUN = "a run folder, its model file, or a foreign model: taef2:size=256"
DATA = "the image set of a model that names none, as foreign ones do"


@dataclass(frozen=True)
class DataOptions(Checked):
    """Which images, and at what size."""

    size: tuple[int, ...] | None = option(
        None, "image size in pixels: 64, or HEIGHTxWIDTH (default: as in the source)", low=1, high=4096, group="Images"
    )
    fit: Fit = option("crop", "how images with another aspect ratio are fitted to that size", group="Images")
    channels: Literal[1, 3] | None = option(
        None, "1 converts colour to grey, 3 repeats the grey channel (default: as in the source)", group="Images"
    )
    hold_out: float | None = option(
        None,
        "share of the images held out for testing, where the set has no test part",
        low=0,
        high=0.9,
        group="Images",
    )
    limit: int | None = option(None, "maximum number of images of each part", low=1, group="Images")
    strict: bool = option(
        False,
        "refuse a folder with pictures that cannot be read (default: leave these out, and name them)",
        group="Images",
    )

    def load(self, data: str, seed: int, data_dir: Path | None = None, report: Report = silent) -> DataSet:
        """Load an image set by these options.

        Args:
            data: what names it, as in `segue.load`.
            seed: of what is held out.
            data_dir: where named sets are; None: `SEGUE_DATA`, or the cache.
            report: receives the progress.

        Returns:
            The image set.

        Raises:
            InputError: it is not there, cannot be read, or does not fit the options.
        """
        if self.size is not None and len(self.size) not in (1, 2):
            raise InputError(f"`size` of {len(self.size)} numbers", "one or two", "64, or HEIGHTxWIDTH")
        size = None if self.size is None else (self.size[0], self.size[-1])
        return datasets.load(
            data,
            size=size,
            fit=self.fit,
            channels=self.channels,
            hold_out=self.hold_out,
            limit=self.limit,
            seed=seed,
            data_dir=data_dir,
            strict=self.strict,
            report=report,
        )


@dataclass(frozen=True, eq=False)
class Run:
    """A finished run, as Python sees it: what it was asked for, its model, its images and their codes.

    `model` is in evaluation mode on the CPU; `about` is what the run's file says, JSON. Images and codes are read and
    computed when they are first asked for.
    """

    folder: Path
    model: Autoencoder
    about: dict[str, Any]
    data_dir: Path | None = None
    report: Report = silent

    @cached_property
    def data(self) -> DataSet:
        """The image set that it was trained on. Raises `InputError` where it is not there, or has changed."""
        return load_images(self.about, self.data_dir, self.report)

    @property
    def method(self) -> Method:
        """The training rule."""
        return choose(str(self.about["method"]), METHODS, "method")

    @property
    def training(self) -> Training:
        """The options of its training."""
        return Training.from_json(self.about["training"])

    @property
    def figures(self) -> dict[str, float]:
        """What was measured after the last epoch."""
        return dict(self.about.get("figures", {}))

    @cached_property
    def latent_space(self) -> LatentSpace:
        """The codes of the training images."""
        return self.context.space

    @cached_property
    def context(self) -> PathContext:
        """What paths through the latent space may use; shared by all that are made with it."""
        return make_context(self.model, self.data.train, report=self.report)

    def _repr_html_(self) -> str:
        """In a notebook: what it is, and its latent space."""
        rows = [[name, f"{value:.4g}"] for name, value in self.figures.items()]
        table = table_html(["figure", "value"], rows, f"{self.folder}: {self.method} on {self.about['data']}")
        return f"<div>{table}{self.latent_space._repr_html_()}</div>"


def open_run(folder: str | Path, *, data_dir: str | Path | None = None, report: Report = silent) -> Run:
    """Open a finished run.

    Args:
        folder: the run's folder, or its model file.
        data_dir: where named sets are; None: `SEGUE_DATA`, or the cache.
        report: receives the progress of reading and encoding.

    Returns:
        The run: its model, images, method, training options and latent space.

    Raises:
        InputError: for what is no finished run.

    >>> import tempfile
    >>> from segue.commands.train import TrainRequest, run_train
    >>> from segue.training import Training
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     request = TrainRequest("digits", Path(folder), latent=2, width=2, pictures=0, training=Training(steps=2))
    ...     run = run_train(request).run
    ...     run.method.name, run.latent_space.codes.shape, run.training.steps
    ('vae', torch.Size([1438, 2]), 2)
    """
    model, about = open_model(Path(folder))
    if "training" not in about or "data" not in about:
        raise InputError(f"{folder}, a model without a run", "the folder of a finished run", "`load_model` for it")
    return Run(Path(folder), model, about, None if data_dir is None else Path(data_dir), report)


def open_model(run: Path, data: str | None = None, *, trust_code: bool = False) -> tuple[Autoencoder, dict[str, Any]]:
    """Open a model, and what is known of it.

    Args:
        run: a run folder, a model file, or the spelling of a foreign model.
        data: the image set to use with a model that names none.
        trust_code: whether a run may import its world from `package.module:Name`.

    Returns:
        The model, in evaluation mode on the CPU, and what its file says, JSON.

    Raises:
        InputError: the model is not there or cannot be read; `data` is given for a model that names its image set; or
            the run would import code that is not trusted.
    """
    model, about = _open(run)
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


def find_foreign_model(run: Path) -> ForeignModel | None:
    """Find the foreign model that is spelled in the place of a run.

    Args:
        run: what stands in the place of a run, such as `taef2:size=256`.

    Returns:
        The foreign model, not yet opened; None where this spells none, or a file or folder has that name.

    Raises:
        InputError: the name is that of a foreign model, but its options are wrong.
    """
    text = str(run)
    known = text.partition(":")[0] in [cls.name for cls in FOREIGN] or split_own(text) is not None
    if run.exists() or not known:
        return None
    return choose(text, FOREIGN, "model")


def _open(run: Path) -> tuple[Autoencoder, dict[str, Any]]:
    foreign = find_foreign_model(run)
    if foreign is not None:
        return foreign.open(), {"method": str(foreign)}
    if run.is_dir() and not (run / MODEL_FILE).exists():
        raise InputError(
            f"{run} without {MODEL_FILE}",
            "the folder of a finished run",
            "finishing it with `resume=True`, or training one",
        )
    return load_model(run)


def load_images(about: dict[str, Any], data_dir: Path | None, report: Report) -> DataSet:
    """Load the image set that a run was trained on.

    Args:
        about: what the run's file says, as of `open_model`.
        data_dir: where named sets are; None: `SEGUE_DATA`, or the cache.
        report: receives the progress.

    Returns:
        The image set, with the size and the parts that the run had.

    Raises:
        InputError: the model names no image set, the set is not there, or it has changed since the run.
    """
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
    """Tell whether the encoder gives a Gaussian posterior: its mean and log-variance.

    Args:
        model: any model.

    Returns:
        True for segue's own model with two statistics.
    """
    return isinstance(model, ConvAutoencoder) and model.architecture["statistics"] == 2


def has_prior(model: Autoencoder, about: dict[str, Any]) -> bool:
    """Tell whether the codes were trained towards the prior N(0, I).

    Args:
        model: any model.
        about: what its file says, as of `open_model`.

    Returns:
        True for models with a posterior, and those of a method with a prior.
    """
    return has_posterior(model) or any(cls.prior for cls in METHODS if cls.name == method_name(about))


def method_name(about: dict[str, Any]) -> str:
    """Get the name of the method that a model was trained by.

    Args:
        about: what the model's file says, as of `open_model`.

    Returns:
        The name, without options; that of a foreign model; empty where neither is known.
    """
    return str(about.get("method", "")).partition(":")[0]
