"""What a run writes after every epoch: its metrics, models of some epochs, and the log of TensorBoard."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

from segue.core.errors import InputError
from segue.core.images import atomic_write
from segue.models.autoencoder import TrainableAutoencoder
from segue.models.files import save_model
from segue.training import Figures

METRICS_FILE, EPOCHS_FOLDER, TENSORBOARD = "metrics.csv", "epochs", "tensorboard"


def read_history(run: Path) -> list[Figures]:
    """Read the figures of every epoch of a run.

    Args:
        run: the run folder.

    Returns:
        A row for each epoch, to six digits; figures that an epoch lacks are left out.
    """
    with (run / METRICS_FILE).open(newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]


def epoch_file(run: Path, epoch: int) -> Path:
    """The file of a run's model of an epoch.

    Args:
        run: the run folder.
        epoch: from 1.

    Returns:
        Its path, whether it is there or not.
    """
    return run / EPOCHS_FOLDER / f"{epoch:04}.safetensors"


def find_epochs(run: Path) -> tuple[int, ...]:
    """Find the epochs whose models a run has saved.

    Args:
        run: the run folder.

    Returns:
        Their numbers, in order.
    """
    files = (run / EPOCHS_FOLDER).glob("*.safetensors")
    return tuple(sorted(int(file.stem) for file in files if file.stem.isdecimal()))


def choose_epochs(run: Path, spelled: str) -> tuple[int, ...]:
    """Choose among the epochs whose models a run has saved.

    Args:
        run: the run folder.
        spelled: `1+20`, or `all`.

    Returns:
        The numbers of the epochs.

    Raises:
        InputError: one of them has not been saved.
    """
    if run.is_file() or not run.exists():
        raise InputError(f"`epoch={spelled}` of {run}", "epochs of a run folder", "the folder, or leaving it out")
    there = find_epochs(run)
    chosen = there if spelled == "all" else _read_epochs(spelled, "epoch")
    if not there:
        raise InputError(
            f"`epoch={spelled}`", f"none, as {run} keeps no epochs", "leaving it out, or training with `keep=1+20`"
        )
    if not set(chosen) <= set(there):
        raise InputError(f"`epoch={spelled}`", f"{', '.join(map(str, there))}, which {run} keeps", "one of these")
    return chosen


class EpochWriter:
    """Called with a run's history and model after every epoch, it writes the metrics, and some of the models.

    What an earlier run left in the folder is removed, unless this one resumes it.

    Args:
        run: the run folder.
        about: what the headers of the saved models say.
        keep: the epochs whose models are saved: `1+20`, or `all`; None: none.
        tensorboard: whether to log to TensorBoard as well.
        resume: whether the run goes on.

    Raises:
        InputError: `keep` has another spelling, or TensorBoard is wanted and not installed.
    """

    def __init__(self, run: Path, about: dict[str, Any], *, keep: str | None, tensorboard: bool, resume: bool) -> None:
        self.run, self.about = run, about
        self.all, self.epochs = keep == "all", () if keep in (None, "all") else _read_epochs(str(keep), "keep")
        if not resume:
            for folder in (EPOCHS_FOLDER, TENSORBOARD):
                shutil.rmtree(run / folder, ignore_errors=True)
        self.writer = _open_tensorboard(run / TENSORBOARD) if tensorboard else None

    def __call__(self, history: tuple[Figures, ...], model: TrainableAutoencoder) -> None:
        row = history[-1]
        epoch = int(row["epoch"])
        _write_metrics(self.run / METRICS_FILE, history)
        if row["epoch"] == epoch and (self.all or epoch in self.epochs):
            save_model(epoch_file(self.run, epoch), model, {**self.about, "figures": row})
        if self.writer is not None:
            for name, value in row.items():
                self.writer.add_scalar(name, value, int(row["step"]))
            self.writer.flush()


def _read_epochs(spelled: str, option: str) -> tuple[int, ...]:
    words = [word.strip() for word in spelled.split("+")]
    if not all(word.isdecimal() and int(word) > 0 for word in words):
        raise InputError(f"`{option}={spelled}`", "epochs from 1 up, or all", "the form 1+20")
    return tuple(map(int, words))


def _open_tensorboard(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        raise InputError(
            "`tensorboard` without TensorBoard", "an install of it", "`pip install 'segue[tensorboard]'`"
        ) from None
    return SummaryWriter(str(folder))


def _write_metrics(path: Path, history: tuple[Figures, ...]) -> None:
    with atomic_write(path) as beside, beside.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(history[-1]))
        writer.writeheader()
        writer.writerows({name: f"{value:.6g}" for name, value in row.items()} for row in history)
