"""The same request gives the same bytes, whatever the cache holds and however busy the machine is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from segue.commands.studies.workspace import Workspace
from segue.commands.sweep.command import SweepRequest, run_sweep
from segue.commands.train import TrainRequest, run_train
from segue.core.errors import Stopped
from segue.core.progress import Event
from segue.models import precision
from segue.training import Training

Segue = Callable[..., dict[str, Any]]

SMALL = ["digits", "--batch", "16", "--latent", "2", "--pictures", "0", "--limit", "100"]


@contextmanager
def busy_processors() -> Iterator[None]:
    """A process for each processor that does nothing but compute."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def train_anew(folder: Path, *words: object) -> bytes:
    """The model that `segue train` writes in a process of its own, with a cache that is empty."""
    command = [sys.executable, "-m", "segue", "train", *SMALL, *map(str, words), "-o", str(folder)]
    environment = {**os.environ, "SEGUE_CACHE": str(folder.with_suffix(".cache")), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    return (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize("width", [2, precision.WIDE])
def test_a_request_decides_every_byte(width: int, tmp_path: Path) -> None:
    words = ("--steps", 300 if width == 2 else 8, "--width", width)
    models = {train_anew(tmp_path / f"alone{number}", *words) for number in range(2)}
    with busy_processors():
        models.add(train_anew(tmp_path / "busy", *words))
    assert len(models) == 1


def numbers_of(run: Path) -> str:
    found: str = json.loads((run / "config.json").read_text())["training"]["precision"]
    return found


def test_the_run_says_which_numbers_it_was_trained_in(segue: Segue, tmp_path: Path) -> None:
    words = ("train", *SMALL, "--steps", 2)
    for asked in ("auto", "fp32", "bf16"):
        result = segue(*words, "--width", 2, "--precision", asked, "-o", tmp_path / asked)
        assert result["precision"] == numbers_of(tmp_path / asked) == {"auto": "fp32"}.get(asked, asked)


@pytest.fixture
def changing_machine(monkeypatch: pytest.MonkeyPatch) -> Callable[[precision.Capability], None]:
    """Gives the machine another processor."""
    return lambda able: monkeypatch.setattr(precision, "capability", lambda _: able)


def wide(out: Path, **options: Any) -> TrainRequest:
    training = Training(steps=options.pop("steps", 4), batch=16, precision=options.pop("precision", "auto"))
    return TrainRequest("digits", out, width=16, latent=2, pictures=0, training=training, **options)


@pytest.mark.usefixtures("usual_handler")
def test_a_run_goes_on_as_it_began(changing_machine: Callable[[precision.Capability], None], tmp_path: Path) -> None:
    def stop(event: Event) -> None:
        if event.stage == "train" and event.done == 2:
            signal.raise_signal(signal.SIGINT)

    changing_machine("amx")
    whole = run_train(wide(tmp_path / "whole"))
    assert whole.precision == "bf16"
    with pytest.raises(Stopped):
        run_train(wide(tmp_path / "run"), stop)
    changing_machine("none")
    resumed = run_train(wide(tmp_path / "run", resume=True))
    assert resumed.precision == numbers_of(tmp_path / "run") == "bf16"


def test_a_sweep_has_one_format(changing_machine: Callable[[precision.Capability], None], tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    training = Training(steps=2, batch=16)

    def sweep(axis: str, out: Path) -> list[str]:
        run_sweep(SweepRequest("digits", out, axis=(axis,), latent=2, training=training))
        return [numbers_of(run) for run in sorted((out / "runs").iterdir())]

    changing_machine("amx")
    assert sweep("width=2,16", tmp_path / "a") == ["bf16", "bf16"]
    assert sweep("precision=fp32,bf16", tmp_path / "b") == ["fp32", "bf16"]
    changing_machine("none")
    assert sweep("width=2,16", tmp_path / "a") == ["bf16", "bf16"]  # the same sweep, found again
    assert sweep("width=2,16", tmp_path / "c") == ["fp32", "fp32"]


def test_a_study_has_one_format(changing_machine: Callable[[precision.Capability], None], tmp_path: Path) -> None:
    changing_machine("amx")
    small = {"latent": 2, "steps": 2, "batch": 16, "pictures": 0, "limit": 100}
    study = Workspace(tmp_path / "study", "quick")
    first = study.train("first", "digits", width=16, **small)
    changing_machine("none")
    again = Workspace(tmp_path / "study", "quick")
    assert again.train("first", "digits", width=16, **small) == first
    assert {numbers_of(first), numbers_of(again.train("second", "digits", width=2, **small))} == {"bf16"}
    assert "--precision bf16" in again.commands[0]
