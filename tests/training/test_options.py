"""Learning rates, averages and patience."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels
from segue.core.progress import Event
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.methods import AE

Build = Callable[..., ConvAutoencoder]


def rates(options: Training, total: int = 100, per_epoch: int = 10) -> list[float]:
    return [options.lr_at(step, total, per_epoch, step / total) for step in range(total)]


def test_the_cosine_ends_near_zero_after_a_warm_up() -> None:
    found = rates(Training(lr=1e-2))
    assert found[0] == pytest.approx(1e-3) and max(found) < 1e-2
    assert found.index(max(found)) == 9 and found[-1] < 1e-5
    assert found[10:] == sorted(found[10:], reverse=True)


def test_steps_drop_by_gamma_every_so_many_epochs() -> None:
    found = rates(Training(lr=1e-2, schedule="step", step_size=3, gamma=0.5))
    assert found[29] == pytest.approx(1e-2) and found[30] == pytest.approx(5e-3) and found[99] == pytest.approx(1.25e-3)


def test_constant_is_constant_after_the_warm_up() -> None:
    assert set(rates(Training(lr=1e-2, schedule="constant"))[9:]) == {1e-2}


def test_the_average_is_what_is_kept(discs: Pixels, build: Build) -> None:
    plain, averaged, own = build(), build(), build()
    train(plain, AE(), discs, Training(steps=3, batch=16))
    train(averaged, AE(), discs, Training(steps=3, batch=16, ema=0.5))
    # By hand: the first step's weights, then half-way to each next.
    weights: list[dict[str, torch.Tensor]] = []

    def remember(event: Event) -> None:
        weights.append({name: tensor.clone() for name, tensor in own.state_dict().items()})

    train(own, AE(), discs, Training(steps=3, batch=16), report=remember)
    expected = weights[0]
    for after in weights[1:]:
        expected = {name: (expected[name] + after[name]) / 2 for name in after}
    for name, tensor in averaged.state_dict().items():
        assert torch.allclose(tensor, expected[name], atol=1e-6), name
    assert any(not torch.equal(a, b) for a, b in zip(averaged.parameters(), plain.parameters(), strict=True))


def test_patience_ends_a_run_and_keeps_the_best_weights(discs: Pixels, build: Build) -> None:
    options = Training(epochs=40, batch=16, patience=3, lr=3e-3)
    models: list[dict[str, torch.Tensor]] = []
    model = build()
    trained = train(
        model,
        AE(),
        discs,
        options,
        held_out=255 - discs,  # what is learned of the one is unlearned of the other
        on_epoch=lambda _, m: models.append({name: tensor.clone() for name, tensor in m.state_dict().items()}),
    )
    losses = [row["test_loss"] for row in trained.history]
    best = losses.index(min(losses))
    assert len(losses) == best + 4 < 40 and trained.steps == len(losses)
    assert all(torch.equal(tensor, models[best][name]) for name, tensor in model.state_dict().items())


def test_patience_needs_test_images(discs: Pixels, build: Build) -> None:
    with pytest.raises(InputError, match="`patience` without test images"):
        train(build(), AE(), discs, Training(epochs=2, patience=1))


@pytest.mark.parametrize("options", [Training(epochs=30, batch=6, ema=0.9, patience=2, lr=3e-3)], ids=["all"])
@pytest.mark.parametrize("step", [2, 8])
def test_averages_and_patience_resume_to_the_bit(
    step: int, options: Training, discs: Pixels, build: Build, tmp_path: Path
) -> None:
    import signal

    def interrupt(event: Event) -> None:
        if event.stage == "train" and event.figures and calls.append(0) is None and len(calls) == step:
            signal.raise_signal(signal.SIGINT)

    calls: list[int] = []
    whole, resumed = build(), build()
    expected = train(whole, AE(), discs, options, held_out=255 - discs)
    with pytest.raises(Stopped):
        train(build(), AE(), discs, options, held_out=255 - discs, checkpoint=tmp_path / "c", report=interrupt)
    got = train(resumed, AE(), discs, options, held_out=255 - discs, checkpoint=tmp_path / "c", resume=True)
    assert got.history == expected.history
    assert all(torch.equal(a, b) for a, b in zip(whole.parameters(), resumed.parameters(), strict=True))


def test_stages_are_close_together_at_first(discs: Pixels, build: Build, tmp_path: Path) -> None:
    stages: list[tuple[int, float]] = []
    model = build()
    options = Training(steps=100, batch=16)
    train(model, AE(), discs, options, stages=5, on_stage=lambda m, step, epoch: stages.append((step, epoch)))
    assert stages == [(step, float(step)) for step in (0, 4, 16, 36, 64, 100)]
    untold = build()
    train(untold, AE(), discs, options)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), untold.parameters(), strict=True))
