"""Train an autoencoder on an image set, into a run folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import torch

from segue.commands.pictures import TrainingPictures
from segue.commands.record import EpochWriter
from segue.commands.runs import CHECKPOINT, CONFIG, DataOptions, Run, open_run
from segue.core.choices import Checked, choose, needed, option
from segue.core.errors import InputError
from segue.core.images import Pixels, atomic_write, to_float, to_uint8
from segue.core.progress import Event, Report, silent
from segue.core.untrusted import read_json
from segue.data.corruptions import Corruption, corruption
from segue.data.datasets import DataSet, generated, named, recorded
from segue.models.autoencoder import TrainableAutoencoder
from segue.models.files import MODEL_FILE, save_model
from segue.training import Figures, Training, train
from segue.training.methods import METHODS, Method

_FIGURES, PICTURES_FOLDER = "figures", "pictures"


@dataclass(frozen=True)
class TrainRequest(Checked):
    """What `segue train` asks for."""

    examples: ClassVar[tuple[str, ...]] = (
        "train mnist -o runs/mnist",
        "train photos -o runs/photos --size 64 --method vae:beta=4 --latent 64 --epochs 50",
        "train mnist -o runs/denoise --corrupt gaussian:sigma=0.3+mask --keep 1+10",
    )

    data: str = needed(
        help="a set's name, IDX, .npz or .npy, a folder or zip of pictures, a clip, worlds:pole or dsprites:shape=heart"
    )
    out: Path = needed(help="folder for the run")
    method: str | Method = option(
        "vae", "training method, with options: ae, vae:beta=4; see segue list methods", group="Model"
    )
    corrupt: str | Corruption | None = option(
        None, "corruption of the encoder's input: gaussian:sigma=0.2+mask; see segue list corruptions", group="Model"
    )
    latent: int = option(32, "length of a code", low=1, high=65_536, group="Model")
    grid: int | None = option(
        None,
        "spatial code: about this many cells per side, with --latent numbers each (default: one flat code)",
        low=1,
        high=512,
        group="Model",
    )
    width: int = option(32, "width of the networks: channels of their first stage", low=2, high=1024, group="Model")
    images: DataOptions = field(default_factory=DataOptions)
    training: Training = field(default_factory=Training)
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    weights: Path | None = option(
        None, "weights file for a perceptual loss (default: looked up, or downloaded once)", group="Advanced"
    )
    pictures: int = option(
        12, "number of training stages shown in pictures and films; 0 for none", low=0, high=10_000, group="Output"
    )
    show: str | None = option(
        None,
        "images whose reconstructions are shown: label:5+test:17 (default: ten, of as many labels as possible)",
        group="Output",
    )
    keep: str | None = option(None, "epochs whose models are saved, for segue stress: 1+20, or all", group="Output")
    tensorboard: bool = option(False, "also log to TensorBoard, in the run's folder tensorboard", group="Output")
    resume: bool = option(False, "continue an interrupted run from its checkpoint", group="Output")
    force: bool = option(False, "overwrite an existing run", group="Output")


@dataclass(frozen=True)
class TrainResult:
    """A finished run.

    Args:
        out: the run folder.
        model: the model's file in it.
        method: the training method, as it is spelled.
        images: how many images it was trained on.
        image_shape: channels, height, width.
        steps: how many steps that took.
        precision: the number format.
        seconds: how long it took.
        figures: those of the last epoch.
        notes: what else there is to know.
    """

    out: Path
    model: Path
    method: str
    images: int
    image_shape: tuple[int, int, int]
    steps: int
    precision: str
    seconds: float
    figures: Figures
    notes: tuple[str, ...]

    @property
    def run(self) -> Run:
        """The run, opened: model, images, method, latent space."""
        return open_run(self.out)


def run_train(
    request: TrainRequest, report: Report = silent, on_epoch: Callable[[Figures], None] | None = None
) -> TrainResult:
    """Train; the run folder then holds the model, its config, metrics as CSV, figures, and pictures of the training.

    Args:
        request: the image set, the method, the model and how to train it.
        report: receives the progress.
        on_epoch: called with the figures of every epoch; what it raises ends the run.

    Returns:
        The run.

    Raises:
        InputError: something cannot be read or written, or the folder holds a run already (unless `resume` or
            `force`).
        Stopped: at Ctrl-C; the folder then holds a checkpoint to resume from.
    """
    method, corrupt = choose(request.method, METHODS, "method"), corruption(request.corrupt)
    check_out(request)
    request = _pin_precision(request)
    method = method.prepare(request.weights, request.data_dir, report)
    report(Event("load", note=f"reading {request.data}"))
    data = request.images.load(request.data, request.training.seed, request.data_dir, report)
    model = method.build(
        data.train.image_shape,
        latent=request.latent,
        width=request.width,
        grid=request.grid,
        classes=len(data.train.label_names),
        seed=request.training.seed,
    )
    config = _make_config(request, method, corrupt, data)
    record = EpochWriter(request.out, config, keep=request.keep, tensorboard=request.tensorboard, resume=request.resume)
    pictures = TrainingPictures(
        request.out / PICTURES_FOLDER,
        data,
        method,
        show=request.show,
        seed=request.training.seed,
        resume=request.resume,
    )
    _write_config(request, config)

    def end_epoch(history: tuple[Figures, ...], model: TrainableAutoencoder) -> None:
        record(history, model)
        if on_epoch is not None:
            on_epoch(history[-1])

    trained = train(
        model,
        method,
        data.train,
        request.training,
        corrupt=corrupt,
        held_out=data.test,
        checkpoint=request.out / CHECKPOINT,
        resume=request.resume,
        stages=request.pictures,
        on_stage=pictures.stage,
        on_epoch=end_epoch,
        report=report,
    )
    model.cpu()
    figures = trained.history[-1]
    save_model(request.out / MODEL_FILE, model, {**config, "figures": figures})
    (request.out / CHECKPOINT).unlink(missing_ok=True)
    shown = (data.test or data.train).images[:10]
    _write_figures(request.out / _FIGURES, model, shown, trained.history)
    pictures.assemble(report)
    return TrainResult(
        out=request.out,
        model=request.out / MODEL_FILE,
        method=str(method),
        images=len(data.train),
        image_shape=data.train.image_shape,
        steps=trained.steps,
        precision=trained.precision.numbers,
        seconds=trained.seconds,
        figures=figures,
        notes=data.notes + trained.notes,
    )


def format_result(result: TrainResult) -> str:
    """The result in words, as a terminal shows it."""
    channels, height, width = result.image_shape
    shown = {name: value for name, value in result.figures.items() if name not in ("epoch", "step")}
    figures = ", ".join(f"{name} {value:.4g}" for name, value in shown.items())
    lines = [
        f"run         {result.out}",
        f"            {result.method} on {result.images} images of {height}x{width}x{channels}",
        f"trained     {result.steps} steps in {result.seconds:.0f} s ({result.precision})",
        f"figures     {figures}",
    ]
    return "\n".join([*lines, *(f"note        {note}" for note in result.notes)])


def check_out(request: TrainRequest) -> None:
    """Check the run folder before long work.

    Args:
        request: which names it.

    Raises:
        InputError: it is among the images, or holds what the request would not overwrite.
    """
    out = request.out
    written = [folder.resolve() for folder in (out, out / _FIGURES, out / PICTURES_FOLDER)]
    if any(
        path.is_dir() and any(folder.is_relative_to(path) for folder in written) for path in _find_paths(request.data)
    ):
        raise InputError(f"output {out}, among the images", "a folder elsewhere", "another `out`")
    if out.exists() and not out.is_dir():
        raise InputError(f"output {out}, a file", "a folder for the run", "another `out`")
    if (out / MODEL_FILE).exists() and not request.force:
        raise InputError(f"{out}, which holds a finished run", "a new folder", "another `out`, or `force=True`")
    if (out / CHECKPOINT).exists() and not (request.resume or request.force):
        raise InputError(
            f"{out}, which holds an unfinished run", "a new folder", "`resume=True` to go on, or `force=True`"
        )


def _find_paths(data: str) -> tuple[Path, ...]:
    """The file or folder that `data` names, or the two of `IMAGES,LABELS`, from the root; none for a set's name."""
    if not data or any(source.reads(data) for source in (named, recorded, generated)):
        return ()
    parts = [data] if Path(data).exists() else data.split(",")
    return tuple(Path(part).resolve() for part in parts)


def _make_config(request: TrainRequest, method: Method, corrupt: Corruption | None, data: DataSet) -> dict[str, Any]:
    """All that decides the weights, as JSON; paths of data are absolute, so that a run finds them from anywhere."""
    return {
        "data": ",".join(map(str, _find_paths(request.data))) or request.data,
        "digest": data.digest(),
        "method": str(method),
        "corrupt": corrupt and str(corrupt),
        "latent": request.latent,
        "grid": request.grid,
        "width": request.width,
        "images": request.images.to_json(),
        "training": request.training.to_json(),
    }


def _pin_precision(request: TrainRequest) -> TrainRequest:
    """The request at one number format: the run's that is resumed, else what `auto` means here."""
    before = _read_earlier_config(request)
    if before is not None and request.training.precision == "auto":
        return replace(request, training=replace(request.training, precision=before["training"]["precision"]))
    return replace(request, training=request.training.pin_precision(request.width))


def _read_earlier_config(request: TrainRequest) -> dict[str, Any] | None:
    """The config of the run that is resumed; None where none is."""
    path = request.out / CONFIG
    if not (request.resume and (request.out / CHECKPOINT).exists() and path.exists()):
        return None
    config = read_json(path)
    if not (isinstance(config, dict) and isinstance(config.get("training"), dict)):
        raise InputError(f"{path}, no config of a run", "the file as it was written", "`force=True`, which starts anew")
    return config


def _write_config(request: TrainRequest, config: dict[str, Any]) -> None:
    path = request.out / CONFIG
    before = _read_earlier_config(request)
    if before is not None:
        for key in config:
            if before.get(key) != config[key]:
                raise InputError(
                    f"`resume` with `{key}={config[key]}`",
                    f"{before.get(key)}, as before",
                    "the options of before",
                )
        return
    with atomic_write(path) as beside:
        beside.write_text(json.dumps(config, indent=2) + "\n")
    (request.out / CHECKPOINT).unlink(missing_ok=True)


@torch.no_grad()
def _write_figures(folder: Path, model: TrainableAutoencoder, shown: Pixels, history: tuple[Figures, ...]) -> None:
    from segue.render.figures import draw_loss_curves, write_reconstructions

    write_reconstructions(shown, to_uint8(model.decode(model.encode(to_float(shown)))), folder / "reconstructions.png")
    (folder / "loss.png").unlink(missing_ok=True)  # of a run that was there before
    if len(history) > 1:
        draw_loss_curves(list(history), folder / "loss.png")
