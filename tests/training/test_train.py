"""Training: repeatable to the bit, honest in its figures, clear when it cannot be done."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.core.progress import Event
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import save_model
from segue.models.precision import Precision
from segue.training import Figures, Training, pick_device, score, train
from segue.training.methods import AE, METHODS, VAE, Method

Build = Callable[..., ConvAutoencoder]

# Sixteen images in batches of six: three steps an epoch, the last one short.
PLAN = Training(epochs=4, batch=6, precision="fp32")


def assert_same(a: ConvAutoencoder, b: ConvAutoencoder) -> None:
    for (name, one), other in zip(a.state_dict().items(), b.state_dict().values(), strict=True):
        assert torch.equal(one, other), name


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
def test_the_seed_decides_every_byte(method: Method, discs: Pixels, build: Build, tmp_path: Path) -> None:
    def saved(seed: int) -> bytes:
        model = build(method)
        torch.seed()  # whatever the state of the world
        train(model, method, discs, Training(epochs=2, batch=6, seed=seed))
        save_model(tmp_path / "m.safetensors", model, {})
        return (tmp_path / "m.safetensors").read_bytes()

    assert saved(0) == saved(0) != saved(1)


def test_a_loss_that_is_not_finite(discs: Pixels, build: Build, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        train(build(VAE()), VAE(beta=1e300), discs, PLAN, checkpoint=tmp_path / "c")
    assert str(caught.value) == "got a loss of inf at step 1; expected finite losses; try `lr=0.00025`"
    assert not list(tmp_path.iterdir())
    model = build()
    events: list[Event] = []
    next(model.parameters()).data.fill_(math.nan)
    with pytest.raises(InputError, match="a loss of nan at step 1"):
        train(model, AE(), discs, PLAN, report=events.append)
    assert not events


@pytest.mark.parametrize("shape", [(0, 16, 16, 1), (4, 16, 16, 3), (4, 16, 17, 1), (4, 16, 16), (16,)])
def test_images_that_do_not_suit_the_model(shape: tuple[int, ...], discs: Pixels, build: Build) -> None:
    wrong = np.zeros(shape, np.uint8)
    for images, held_out in (wrong, discs), (discs, wrong):
        with pytest.raises(InputError, match=r"expected \[1 or more, 16, 16, 1\]"):
            train(build(), AE(), images, PLAN, held_out=held_out)


def test_the_clock_ends_a_run(discs: Pixels, build: Build) -> None:
    options = Training(epochs=1_000_000, batch=6, minutes=0.003, precision="fp32")
    events: list[Event] = []
    trained = train(build(), AE(), discs, options, report=events.append)
    assert 0.18 <= trained.seconds < 5
    assert 0 < trained.steps < 100_000
    assert trained.history[-1]["step"] == trained.steps
    assert [row["step"] for row in trained.history[:-1]] == [3 * (n + 1) for n in range(len(trained.history) - 1)]
    done = [event.done for event in events]
    assert done == sorted(done) and done[-1] == events[-1].total == 3_000_000


def test_steps_override_epochs(discs: Pixels, build: Build) -> None:
    trained = train(build(), AE(), discs, Training(steps=4, epochs=9, batch=6))
    assert trained.steps == 4
    assert [(row["step"], row["epoch"]) for row in trained.history] == [(3, 1), (4, 4 / 3)]
    assert train(build(), AE(), discs, Training(epochs=2, batch=500)).steps == 2


def test_a_short_batch_weighs_less(build: Build) -> None:
    """At no learning rate to speak of, a row is the mean over the images, however they are split."""
    images = np.broadcast_to(np.arange(0, 256, 17, dtype=np.uint8)[:, None, None, None], (16, 16, 16, 1)).copy()
    model = build()
    (row,) = train(model, AE(), images, Training(epochs=1, batch=15, lr=1e-8)).history
    assert row["loss"] == pytest.approx(score(model, AE(), torch.tensor(images))["test_loss"], rel=1e-4)
    model = build()
    same = np.full((16, 16, 16, 1), 200, np.uint8)
    whole, part = train(model, AE(), same, Training(steps=4, batch=6, lr=1e-8), init_output_bias=False).history
    assert whole["loss"] == pytest.approx(part["loss"], rel=1e-4)


def test_held_out_images_are_scored(discs: Pixels, build: Build) -> None:
    held_out = discs[:5, ::-1]
    model = build(VAE())
    history = train(model, VAE(), discs, PLAN, held_out=held_out).history
    assert [set(row) for row in history] == [
        {f"{part}{name}" for part in ("", "test_") for name in ("loss", "reconstruction", "kl")}
        | {"epoch", "step", "test_psnr"}
    ] * 4
    with torch.no_grad():
        decoded = model.decode(model.encode(to_float(held_out))).numpy().transpose(0, 2, 3, 1)
    error = ((decoded - held_out / 255.0) ** 2).reshape(5, -1).mean(1)
    assert history[-1]["test_psnr"] == pytest.approx((-10 * np.log10(error)).mean(), rel=1e-5)
    assert score(model, VAE(), torch.tensor(held_out.copy()), batch=6) == {
        name: value for name, value in history[-1].items() if name.startswith("test_")
    }


def test_held_out_images_change_nothing_and_at_most_1000_count(build: Build) -> None:
    images = np.random.default_rng(0).integers(0, 256, (1003, 1, 1, 1), np.uint8)
    options = Training(epochs=1, batch=600)
    with_them, without = build(image_shape=(1, 1, 1)), build(image_shape=(1, 1, 1))
    (row,) = train(with_them, AE(), images, options, held_out=images).history
    train(without, AE(), images, options)
    assert_same(with_them, without)
    assert row["test_loss"] == score(without, AE(), torch.tensor(images[:1000]), batch=600)["test_loss"]


@pytest.mark.parametrize("mode", [True, False])
def test_scoring_leaves_the_model_as_it_is(mode: bool, discs: Pixels, build: Build) -> None:
    model = build().train(mode)
    rows: list[Figures] = [score(model, VAE(), torch.tensor(discs)) for model in (build(VAE()), build(VAE()))]
    assert rows[0] == rows[1]
    score(model, AE(), torch.tensor(discs))
    assert model.training is mode
    assert_same(model, build())


def test_any_array_will_do_and_stays_as_it_is(discs: Pixels, build: Build) -> None:
    assert not discs.flags.writeable
    mirrored = np.ascontiguousarray(discs[:, :, ::-1])[:, :, ::-1]
    before = mirrored.copy()
    expected = train(build(), AE(), discs, PLAN, held_out=discs)
    got = train(build(), AE(), mirrored, PLAN, held_out=mirrored)
    assert got.history == expected.history
    assert np.array_equal(mirrored, before)


@pytest.mark.parametrize("method", [cls() for cls in METHODS], ids=str)
def test_coarse_numbers_train_too(method: Method, discs: Pixels, build: Build) -> None:
    model = build(method)
    trained = train(model, method, discs, Training(epochs=40, batch=16, lr=3e-3, precision="bf16"))
    assert trained.precision == Precision("bf16", channels_last=True)
    assert trained.history[-1]["loss"] < 0.8 * trained.history[0]["loss"]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_precision_is_that_of_the_options_or_of_the_width(discs: Pixels, build: Build) -> None:
    for asked, numbers in (("auto", "fp32"), ("fp32", "fp32"), ("bf16", "bf16")):
        model = build()
        assert train(model, AE(), discs, Training(steps=2, batch=6, precision=asked)).precision.numbers == numbers  # type: ignore[arg-type]
        assert all(parameter.is_contiguous() for parameter in model.parameters())


def test_progress_is_reported_step_by_step(discs: Pixels, build: Build) -> None:
    events: list[Event] = []
    train(build(VAE()), VAE(), discs, PLAN, report=events.append)
    assert [(event.stage, event.done, event.total) for event in events] == [("train", n, 12) for n in range(1, 13)]
    assert all(math.isfinite(event.figures["kl"]) for event in events)


def test_devices() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    for name, present in ("cuda", torch.cuda.is_available()), ("mps", torch.backends.mps.is_available()):
        if not present:
            with pytest.raises(InputError, match=f"`device={name}`; expected cpu"):
                pick_device(name)
