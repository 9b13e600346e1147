"""A stranger's script: train a run, and measure it on images that it has not seen. Only `segue` names."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

import segue


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    request = segue.TrainRequest(
        data="digits",
        out=tmp_path_factory.mktemp("runs") / "digits",
        method=segue.VAE(beta=0.5),
        latent=4,
        width=4,
        training=segue.Training(steps=60, batch=32),
        pictures=0,
    )
    result = segue.train_run(request)
    assert result.steps == 60 and result.images == 1438
    return result.out


def test_a_run_is_measured(run: Path) -> None:
    stages: list[str] = []
    request = segue.EvaluateRequest(run, bounded=50, samples=10, restarts=5)
    result = segue.evaluate_run(request, report=lambda event: stages.append(event.stage))
    assert (result.part, result.images, result.latent) == ("test", 359, 4)
    assert all(low <= mean <= high for mean, low, high in (result.psnr, result.ssim, result.mse))
    assert result.linear is not None and 10 < result.linear[0] <= 100  # per cent; guessing is right in 10
    assert result.likelihood is not None and result.likelihood.images == 50
    assert result.likelihood.importance_bound[0] >= result.likelihood.elbo[0] - 1
    assert "decode" in stages


def test_the_figures_are_those_of_the_images(run: Path) -> None:
    model, _ = segue.load_model(run / "model.safetensors")
    held_out = segue.load("digits").test
    assert held_out is not None
    clean = segue.to_float(held_out.images)
    with torch.no_grad():
        errors = (model.decode(model.encode(clean)) - clean).square().flatten(1).mean(1)
    result = segue.evaluate_run(segue.EvaluateRequest(run, bounded=0, restarts=1))
    assert result.mse[0] == pytest.approx(float(errors.mean()), rel=1e-4)
    assert result.psnr[0] == pytest.approx(float((-10 * errors.log10()).mean()), rel=1e-4)
    half = 1.96 * float(errors.std()) / math.sqrt(len(errors))
    assert result.mse[2] - result.mse[0] == pytest.approx(half, rel=1e-3)


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(segue.InputError, match=r"^got .*; expected .*; ") as error:
        segue.evaluate_run(segue.EvaluateRequest(tmp_path / "none"))
    assert "\n" not in str(error.value)
