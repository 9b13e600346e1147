"""The workspace of a study: a folder, the jobs, and a note of every command."""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np

from segue.commands.runs import CHECKPOINT, DataOptions
from segue.commands.sample import SampleRequest, run_sample
from segue.commands.train import TrainRequest, run_train
from segue.core.choices import Checked, walk_fields
from segue.core.errors import InputError
from segue.core.images import Pixels, atomic_write
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet, ImageSet
from segue.evaluation.classifier import Classifier, load_classifier, save_classifier, train_classifier
from segue.models.files import MODEL_FILE
from segue.render.report import Section
from segue.training import Training

RUNS, FIGURES, REQUEST, PRECISION = "runs", "figures", "request.json", "precision.json"
READER = "classifier.safetensors"
TINY = {"limit": 256, "steps": 8, "width": 8, "pictures": 2}  # the most that a tiny study's trainings take

StudySize = Literal["tiny", "quick", "full"]
Numbers = dict[str, Any]
"""The figures of a study, by name, that its claims are checked against."""

Found = tuple[Section, Numbers]
"""What one section of a report shows, and the figures it has found."""

R = TypeVar("R", bound=Checked)
Q = TypeVar("Q", bound=TrainRequest)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Workspace:
    """Where a study works: its folder, its size, its seed, and where the data are.

    A `tiny` study is for tests: all figures and tables, of models that have hardly learned. `commands`
    collects what was done, as one would type it.
    """

    folder: Path
    size: StudySize = "full"
    seed: int = 0
    data_dir: Path | None = None
    report: Report = silent
    commands: list[str] = field(default_factory=list)

    @property
    def quick(self) -> bool:
        """Whether the study is not done in full."""
        return self.size != "full"

    def either(self, quick: _T, full: _T, tiny: _T | None = None) -> _T:
        """Choose what suits the size of the study.

        Args:
            quick: For a quick study.
            full: For a full one.
            tiny: For a tiny one; without it, as for a quick one.
        """
        if self.size == "tiny" and tiny is not None:
            return tiny
        return quick if self.quick else full

    def figure_path(self, name: str) -> Path:
        """Where to put a figure of this file name."""
        return self.folder / FIGURES / name

    def images(self, data: str, **options: Any) -> DataSet:
        """Load an image set by name, as `segue train` reads it.

        Args:
            data: The set.
            options: `size`, `limit`, `channels`, `hold_out` and `fit`.
        """
        options |= self._cap(options, "limit")
        self.report(Event("load", note=f"reading {data}"))
        return DataOptions(**options).load(data, self.seed, self.data_dir, self.report)

    def train(self, name: str, data: str, **options: Any) -> Path:
        """Train a run, or use the one of this name, if it was trained by the same words. What was interrupted goes on.

        A tiny study trains a small network on few images for few steps, or for all epochs where some are kept.

        Args:
            name: Of the run.
            data: The image set.
            options: Those of `segue train`: `method="vae", latent=2, epochs=3`.

        Returns:
            The folder of the run.
        """
        options |= self._cap(options, "limit", "width", "pictures", *(() if options.get("keep") else ("steps",)))
        run = self.folder / RUNS / name
        request = self._train_request(run, data, dict(options))
        asked = json.dumps(_spell_fields(request), indent=2) + "\n"
        same = (run / REQUEST).is_file() and (run / REQUEST).read_text(encoding="utf-8") == asked
        self.commands.append(command(request, self.folder))
        if same and (run / MODEL_FILE).exists():
            return run
        resume = same and (run / CHECKPOINT).exists()
        with atomic_write(run / REQUEST) as beside:
            beside.write_text(asked, encoding="utf-8")
        self.report(Event("train", note=f"training {name}"))
        run_train(dataclasses.replace(request, resume=resume, force=not resume), self.report)
        return run

    def run_job(self, job: Callable[[R, Report], _T], request: R) -> _T:
        """Run a job with the seed and the `data_dir` of the workspace, and note its command.

        Args:
            job: The job.
            request: What it is asked for.

        Returns:
            Its result.
        """
        mine = {"seed": self.seed, "data_dir": self.data_dir}
        names = {field.name for field in dataclasses.fields(request)}  # type: ignore[arg-type]
        request = dataclasses.replace(request, **{k: v for k, v in mine.items() if k in names})  # type: ignore[type-var]
        if isinstance(request, TrainRequest):
            request = self._pin_precision(request)
        self.commands.append(command(request, self.folder))
        return job(request, self.report)

    def sample_run(self, name: str, run: Path, **options: Any) -> Pixels:
        """Draw images as `segue sample` does; codes and images are kept under this name.

        Args:
            name: Of the file.
            run: The folder of the run.
            options: Those of `segue sample`.

        Returns:
            uint8 `[n, h, w, c]`.
        """
        file = self.figure_path(f"{name}.npz")
        self.run_job(run_sample, SampleRequest(run, file, **options))
        with np.load(file) as arrays:
            images: Pixels = arrays["images"]
        return images

    def train_classifier(self, images: ImageSet, steps: int) -> Classifier:
        """Train a classifier of labelled images, or use the one that was trained on the same.

        Args:
            images: Images with labels.
            steps: Training steps.
        """
        steps = self._cap({"steps": steps}, "steps").get("steps", steps)
        file, asked = self.folder / RUNS / READER, {"images": images.digest(), "steps": steps, "seed": self.seed}
        with suppress(InputError):
            there, about = load_classifier(file)
            if about == asked:
                return there
        made = train_classifier(images, steps=steps, seed=self.seed, report=self.report)
        save_classifier(file, made, asked)
        return made

    def _cap(self, options: dict[str, Any], *names: str) -> dict[str, Any]:
        """In a tiny study, the options of these names, none above what `TINY` allows."""
        given = {name: options.get(name) for name in names if self.size == "tiny"}
        return {name: TINY[name] if value is None else min(value, TINY[name]) for name, value in given.items()}

    def _pin_precision(self, request: Q) -> Q:
        """The request at the number format of all models of the study: what `auto` meant for the first."""
        if request.training.precision != "auto":
            return request
        file = self.folder / RUNS / PRECISION
        if not file.is_file():
            pinned = request.training.pin_precision(request.width).precision
            with atomic_write(file) as beside:
                beside.write_text(json.dumps({"precision": pinned}) + "\n", encoding="utf-8")
        known = json.loads(file.read_text(encoding="utf-8"))["precision"]
        return dataclasses.replace(request, training=dataclasses.replace(request.training, precision=known))

    def _train_request(self, run: Path, data: str, options: dict[str, Any]) -> TrainRequest:
        images = {name: options.pop(name) for name in _field_names(DataOptions) & options.keys()}
        training = {name: options.pop(name) for name in _field_names(Training) & options.keys()}
        request = TrainRequest(
            data,
            run,
            images=DataOptions(**images),
            training=Training(seed=self.seed, **training),
            data_dir=self.data_dir,
            **options,
        )
        return self._pin_precision(request)


def command(request: Checked, folder: Path) -> str:
    """Spell a request as one would type it.

    Args:
        request: The request.
        folder: The folder that one types it in; paths within it are relative.

    >>> from segue.commands.map import MapRequest
    >>> command(MapRequest(Path("here/runs/ae"), Path("here/map.png"), limit=100), Path("here"))
    'segue map runs/ae --out map.png --limit 100'
    """
    words = ["segue", type(request).__name__.removesuffix("Request").lower()]
    for each in walk_fields(type(request)):
        field_, value = each.field, each.get(request)
        if field_.name == "data_dir" or value == field_.default or value is None:
            continue
        if isinstance(value, Path) and value.is_relative_to(folder):
            value = value.relative_to(folder)
        needed = field_.default is dataclasses.MISSING and field_.name != "out"
        option = [] if needed else [f"--{field_.name.replace('_', '-')}"]
        several = field_.type == "tuple[str, ...]"  # an option that is given once for each
        for each in value if several else (value,):
            words += [*option, *([] if each is True else [_spell_word(each, field_.name)])]
    return shlex.join(words)


def _spell_word(value: Any, name: str) -> str:
    if isinstance(value, tuple):
        return ("x" if name == "size" else " ").join(map(str, value))
    return str(value)


def _field_names(cls: type[Checked]) -> set[str]:
    return {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]


def _spell_fields(request: Checked) -> dict[str, str]:
    """All that decides a run; where it lies, and where its data lie, do not."""
    deciding = (each for each in walk_fields(type(request)) if each.field.name not in ("out", "data_dir", "weights"))
    return {each.field.name: str(each.get(request)) for each in deciding}
