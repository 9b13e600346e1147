"""Training that is interrupted, and goes on."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels
from segue.core.progress import Event
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import read_header, save_model
from segue.training import Training, run, train
from segue.training.methods import AE, METHODS, VAE, Method

Build = Callable[..., ConvAutoencoder]

pytestmark = pytest.mark.usefixtures("usual_handler")

# Sixteen images in batches of six: three steps an epoch, the last one short.
PLAN = Training(epochs=4, batch=6, precision="fp32")
COARSE = Training(epochs=4, batch=6, precision="bf16")


class KilledError(Exception):
    """What ends a run without warning."""


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint.safetensors"


def at_step(step: int, do: Callable[[], object]) -> Callable[[Event], None]:
    """A report that does something at the end of a step."""

    def report(event: Event) -> None:
        if event.stage == "train" and event.done == step:
            do()

    return report


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def kill() -> None:
    raise KilledError


def assert_same(a: ConvAutoencoder, b: ConvAutoencoder) -> None:
    for (name, one), other in zip(a.state_dict().items(), b.state_dict().values(), strict=True):
        assert torch.equal(one, other), name


@pytest.mark.parametrize("plan", [PLAN, COARSE], ids=["fp32", "bf16"])
@pytest.mark.parametrize("step", [1, 5, 6, 11, 12], ids=lambda step: f"step {step}")
@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
def test_an_interrupted_run_goes_on_to_the_same_bits(
    method: Method, step: int, plan: Training, discs: Pixels, build: Build, checkpoint: Path
) -> None:
    whole, parts = build(method), build(method)
    expected = train(whole, method, discs, plan, held_out=discs[:5])
    rows: list[int] = []
    with pytest.raises(Stopped, match=f"{step} of 12 steps.*resume=True"):
        train(
            parts,
            method,
            discs,
            plan,
            held_out=discs[:5],
            checkpoint=checkpoint,
            report=at_step(step, interrupt),
            on_epoch=lambda history, _: rows.append(len(history)),
        )
    assert rows == list(range(1, step // 3 + 1))
    resumed = build(method)
    got = train(resumed, method, discs, plan, held_out=discs[:5], checkpoint=checkpoint, resume=True)
    assert_same(resumed, whole)
    assert got.history == expected.history
    assert (got.steps, got.precision) == (12, expected.precision)
    assert not resumed.training


@pytest.mark.parametrize("plan", [PLAN, COARSE], ids=["fp32", "bf16"])
def test_a_killed_run_goes_on_from_its_last_checkpoint(
    plan: Training, discs: Pixels, build: Build, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "CHECKPOINT_SECONDS", -1)
    expected = train(whole := build(), AE(), discs, plan)
    for step in (4, 4, 9):
        with pytest.raises(KilledError):
            train(build(), AE(), discs, plan, checkpoint=checkpoint, resume=True, report=at_step(step, kill))
        assert read_header(checkpoint)["step"] == step - 1
    got = train(resumed := build(), AE(), discs, plan, checkpoint=checkpoint, resume=True)
    assert_same(resumed, whole)
    assert got.history == expected.history


def test_without_resume_a_run_starts_anew(discs: Pixels, build: Build, checkpoint: Path) -> None:
    with pytest.raises(Stopped):
        train(build(), AE(), discs, PLAN, checkpoint=checkpoint, report=at_step(5, interrupt))
    for resume, there in (False, checkpoint), (True, checkpoint.with_name("none")):
        events: list[Event] = []
        train(build(), AE(), discs, PLAN, checkpoint=there, resume=resume, report=events.append)
        assert [event.done for event in events] == list(range(1, 13))


def test_ctrl_c_without_a_checkpoint(discs: Pixels, build: Build) -> None:
    with pytest.raises(Stopped, match=r"stopped after 2 of 12 steps$"):
        train(build(), AE(), discs, PLAN, report=at_step(2, interrupt))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def fitting(**changed: Any) -> dict[str, Any]:
    return {"method": AE(), "latent": 4, "images": 16, "options": {}, **changed}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"options": {"epochs": 5}}, "epochs 5; expected 4, as before"),
        ({"options": {"batch": 5}}, "batch 5; expected 6"),
        ({"options": {"lr": 0.1}}, "lr 0.1; expected 0.001"),
        ({"options": {"seed": 1}}, "seed 1; expected 0"),
        ({"method": AE(loss="l1")}, "method ae:loss=l1; expected ae"),
        ({"method": VAE()}, "method vae; expected ae"),
        ({"latent": 5}, "latent 5; expected 4"),
        ({"images": 15}, "images 15; expected 16"),
    ],
)
def test_a_checkpoint_of_another_run(
    changed: dict[str, Any], named: str, discs: Pixels, build: Build, checkpoint: Path
) -> None:
    with pytest.raises(Stopped):
        train(build(), AE(), discs, PLAN, checkpoint=checkpoint, report=at_step(5, interrupt))
    call = fitting(**changed)
    options = Training(**{"epochs": 4, "batch": 6, "precision": "fp32", **call["options"]})
    model = build(call["method"], latent=call["latent"])
    with pytest.raises(InputError, match=named):
        train(model, call["method"], discs[: call["images"]], options, checkpoint=checkpoint, resume=True)


def test_a_file_that_is_no_checkpoint(discs: Pixels, build: Build, checkpoint: Path) -> None:
    save_model(checkpoint, build(), {})
    with pytest.raises(InputError, match="a checkpoint file"):
        train(build(), AE(), discs, PLAN, checkpoint=checkpoint, resume=True)
    checkpoint.write_bytes(checkpoint.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"a whole \.safetensors file"):
        train(build(), AE(), discs, PLAN, checkpoint=checkpoint, resume=True)


def test_a_run_that_was_interrupted_when_its_time_was_over(discs: Pixels, build: Build, checkpoint: Path) -> None:
    options = Training(epochs=1_000_000, batch=6, minutes=0.001, precision="fp32")
    with pytest.raises(Stopped):
        train(build(), AE(), discs, options, checkpoint=checkpoint, report=at_step(3_000_000, interrupt))
    before = read_header(checkpoint)
    trained = train(build(), AE(), discs, options, checkpoint=checkpoint, resume=True)
    assert trained.history == tuple(before["history"]) and trained.steps == before["step"]
