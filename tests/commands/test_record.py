"""What a run writes after every epoch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from segue.commands.record import epoch_file
from segue.models.files import load_model

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

OPTIONS = ("--limit", "64", "--width", "2", "--latent", "2", "--batch", "16", "--pictures", "0")


def test_models_of_epochs_are_kept(tmp_path: Path, segue: Segue) -> None:
    run = tmp_path / "run"
    segue("train", "digits", "-o", run, *OPTIONS, "--epochs", 4, "--keep", "1+4")
    assert [file.name for file in sorted((run / "epochs").iterdir())] == ["0001.safetensors", "0004.safetensors"]
    first, about = load_model(epoch_file(run, 1))
    assert about["figures"]["epoch"] == 1 and about["data"] == "digits"
    last, final = load_file(epoch_file(run, 4)), load_file(run / "model.safetensors")
    assert all(torch.equal(last[name], final[name]) for name in final)
    assert any(not torch.equal(tensor, final[name]) for name, tensor in first.state_dict().items())
    segue("train", "digits", "-o", run, *OPTIONS, "--epochs", 2, "--keep", "all", "--force")
    assert [file.name for file in sorted((run / "epochs").iterdir())] == ["0001.safetensors", "0002.safetensors"]
    segue("train", "digits", "-o", run, *OPTIONS, "--epochs", 1, "--force")
    assert not (run / "epochs").exists()


@pytest.mark.parametrize("keep", ["0", "1,2", "some", "-1"])
def test_other_spellings(keep: str, tmp_path: Path, refused: Refused) -> None:
    said = refused("train", "digits", "-o", tmp_path / "run", *OPTIONS, f"--keep={keep}")
    assert f"--keep={keep}; expected epochs from 1 up, or all" in said
    assert not (tmp_path / "run").exists()


def test_tensorboard_is_told_every_epoch(tmp_path: Path, segue: Segue) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = tmp_path / "run"
    figures = segue("train", "digits", "-o", run, *OPTIONS, "--epochs", 3, "--tensorboard")["figures"]
    events = EventAccumulator(str(run / "tensorboard")).Reload()
    losses = events.Scalars("test_loss")
    assert [event.step for event in losses] == [4, 8, 12]
    assert losses[-1].value == pytest.approx(figures["test_loss"], rel=1e-6)
    assert json.loads((run / "config.json").read_text())["data"] == "digits"


def test_a_spatial_code(tmp_path: Path, segue: Segue) -> None:
    run = tmp_path / "run"
    segue("train", "digits", "-o", run, *OPTIONS, "--steps", 3, "--grid", 4, "--method", "vae")
    model, about = load_model(run / "model.safetensors")
    assert model.latent_shape == (2, 4, 4) and about["grid"] == 4
    assert segue("sample", run, "-o", tmp_path / "s.png", "--count", 4)["count"] == 4
    assert segue("map", run, "-o", tmp_path / "m.png", "--limit", 20)["latent"] == 32
    walk = segue("interpolate", run, "label:1", "label:2", "-o", tmp_path / "w.png", "--steps", 3)
    assert walk["t"] == [0, 0.5, 1]
