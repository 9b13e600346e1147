"""Diagnostics: what goes wrong in training is named, and mended where that is safe."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from segue.core.errors import InputError, Stopped
from segue.core.images import Pixels, to_float
from segue.core.progress import Event
from segue.data.datasets import ImageSet
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, diagnose, odd_range, run, train
from segue.training.methods import AE, ALONE, VAE, Batch, Critics, Method

Build = Callable[..., ConvAutoencoder]

PLAN = Training(steps=12, batch=4, precision="fp32")


def names(model: ConvAutoencoder, images: Pixels) -> set[str]:
    return {finding.name for finding in diagnose(model, to_float(images))}


@dataclass(frozen=True)
class Breaks(AE):
    """An autoencoder whose loss is not finite where `when` says so."""

    name = "breaks"

    def terms(self, model: ConvAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        terms = super().terms(model, batch, critics)
        return {"loss": terms["loss"] * (math.nan if self.when(model, batch) else 1)}

    def when(self, model: ConvAutoencoder, batch: Batch) -> bool:
        raise NotImplementedError


@dataclass(frozen=True)
class BreaksOnWhite(Breaks):
    def when(self, model: ConvAutoencoder, batch: Batch) -> bool:
        return bool((batch.clean.flatten(1).min(1).values == 1).any())


@dataclass(frozen=True)
class BreaksFarFromZero(Breaks):
    """As weights do that grew too fast: a lower rate helps."""

    def when(self, model: ConvAutoencoder, batch: Batch) -> bool:
        return bool(list(model.decoder.parameters())[1].abs().max() > 0.1)


@dataclass(frozen=True)
class RootOfError(Method):
    """Its gradient has no bound where the error is 0."""

    name = "root"

    def terms(self, model: ConvAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        away = model.logits(model.encode(batch.seen)).sigmoid() - batch.clean
        return {"loss": (0 * away).square().sum().sqrt()}


def test_a_healthy_model_has_nothing(discs: Pixels, build: Build) -> None:
    model = build()
    trained = train(model, AE(), discs, Training(epochs=100, batch=16, lr=3e-3))
    assert not names(model, discs) and trained.notes == ()


def test_black_pictures_are_named(discs: Pixels, build: Build) -> None:
    model = build()
    with torch.no_grad():
        list(model.parameters())[-1].fill_(-40)
    assert "saturated" in names(model, discs)


def test_the_mean_image_and_a_collapsed_code_are_named(discs: Pixels, build: Build) -> None:
    model = build()
    with torch.no_grad():
        model.encoder[-1].weight.zero_()
    assert names(model, discs) == {"mean image", "collapsed"}


def test_idle_entries_of_a_posterior_are_counted(discs: Pixels, build: Build) -> None:
    model = build(VAE())
    with torch.no_grad():
        model.encoder[-1].weight[:1] *= 10
        model.encoder[-1].weight[1:4] = 0
    found = {finding.name: finding.words for finding in diagnose(model, to_float(discs))}
    assert found["idle"].startswith("1 of 4 code entries are in use")


def test_images_all_alike_tell_nothing(build: Build) -> None:
    assert diagnose(build(), torch.zeros(3, 1, 16, 16)) == ()


def test_examining_leaves_the_model_as_it_is(discs: Pixels, build: Build) -> None:
    model = build().train()
    diagnose(model, to_float(discs))
    assert model.training
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), build().parameters(), strict=True))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([7, 7], "blank: every value is 7"),
        ([0, 1], "0 to 1 of 255"),
        ([100, 120], "from 100 to 120 of 255"),
        ([0, 200], ""),
    ],
)
def test_odd_ranges(values: list[int], said: str) -> None:
    images = np.array(values, np.uint8).reshape(2, 1, 1, 1).repeat(4, 1)
    found = odd_range(images)
    assert found is None if not said else found is not None and said in found


def test_odd_data_are_noted(discs: Pixels, build: Build) -> None:
    notes = train(build(), AE(), discs // 200, PLAN).notes
    assert notes[0].startswith("the images only hold values from 0 to 1 of 255")


def test_the_image_behind_a_nan_is_named(discs: Pixels, build: Build) -> None:
    images = discs.copy()
    images[11] = 255
    ids = tuple(f"disc-{i}" for i in range(16))
    with pytest.raises(
        InputError, match=r"a loss of nan at step \d+ from disc-11; expected finite losses; try looking at it"
    ):
        train(build(), BreaksOnWhite(), ImageSet(images, ids), PLAN)
    with pytest.raises(InputError, match="from image 11;"):
        train(build(), BreaksOnWhite(), images, PLAN)


def test_a_gradient_that_is_not_finite_moves_nothing(discs: Pixels, build: Build) -> None:
    model = build()
    with pytest.raises(InputError, match="a gradient that is not finite at step 1"):
        train(model, RootOfError(), discs, PLAN, init_output_bias=False)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), build().parameters(), strict=True))


def test_a_run_goes_back_and_on_at_a_lower_rate(
    discs: Pixels, build: Build, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "CHECKUP_STEPS", 5)
    options = Training(steps=60, batch=8, lr=0.02, precision="fp32")
    events: list[Event] = []
    model = build()
    trained = train(model, BreaksFarFromZero(), discs, options, report=events.append)
    said = [note for note in trained.notes if "sent the run back to step" in note]
    assert said and "a learning rate of 0.005" in said[0]
    assert [event.note for event in events if event.stage == "note"] == said
    assert trained.steps == 60 and all(math.isfinite(row["loss"]) for row in trained.history)
    # And a run that was interrupted after it went back is still the same one to the bit.
    checkpoint, resumed = tmp_path / "c", build()

    def interrupt(event: Event) -> None:
        if event.stage == "train" and event.done == 40:
            import signal

            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Stopped):
        train(build(), BreaksFarFromZero(), discs, options, checkpoint=checkpoint, report=interrupt)
    again = train(resumed, BreaksFarFromZero(), discs, options, checkpoint=checkpoint, resume=True)
    assert again.history == trained.history and again.notes == trained.notes
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), resumed.parameters(), strict=True))


def test_a_saturated_run_goes_back(discs: Pixels, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absolute error on white discs: the median is black, where no gradient gets through."""
    monkeypatch.setattr(run, "CHECKUP_STEPS", 50)
    method = VAE(likelihood="laplace")
    trained = train(build(method), method, discs, Training(steps=200, batch=16, lr=3e-3))
    assert any("every picture came out the same, black or white, sent the run back" in note for note in trained.notes)


def test_stages_are_reported_again_after_going_back(
    discs: Pixels, build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the pictures of training would be of an attempt that was given up."""
    monkeypatch.setattr(run, "CHECKUP_STEPS", 5)
    options = Training(steps=60, batch=8, lr=0.02, precision="fp32")
    shown: list[int] = []
    trained = train(
        build(),
        BreaksFarFromZero(),
        discs,
        options,
        stages=12,
        on_stage=lambda model, step, epoch: shown.append(step),
    )
    assert any("sent the run back" in note for note in trained.notes)
    went_back = [i for i, (before, after) in enumerate(pairwise(shown)) if after <= before]
    assert went_back and shown[-1] == 60
    assert shown[went_back[-1] + 1 :] == sorted(shown[went_back[-1] + 1 :])
