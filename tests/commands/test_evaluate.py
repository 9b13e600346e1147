"""`segue evaluate`: figures of runs, through the command line."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segue.core.images import to_float
from segue.data import datasets
from segue.models.files import load_model
from segue.training.methods.vae import kl_to_prior

Segue = Callable[..., dict[str, Any]]

FAST = ("--samples", 20, "--restarts", 2)


@pytest.fixture
def run(tmp_path: Path, segue: Segue, tiny: tuple[str, ...]) -> Callable[..., Path]:
    def trained(method: str, *words: object, data: object = "digits") -> Path:
        segue("train", data, "-o", tmp_path / "run", "--method", method, "--limit", 300, *tiny, *words)
        return tmp_path / "run"

    return trained


@pytest.mark.parametrize("method", ["ae", "vae", "vae:likelihood=gaussian", "vae:likelihood=laplace,sigma=pixel"])
def test_what_is_told(method: str, run: Callable[..., Path], segue: Segue) -> None:
    found = segue("evaluate", run(method), *FAST, "--bounded", 6)
    assert (found["part"], found["latent"]) == ("test", 2) and found["images"] == 300
    for name in ("psnr", "ssim", "mse", "linear", "kmeans"):
        value, low, high = found[name]
        assert low <= value <= high
    assert 0 <= found["linear"][0] <= 100
    likelihood = found["likelihood"]
    assert (likelihood is None) == (method == "ae")
    if likelihood is not None:
        assert (likelihood["images"], likelihood["samples"]) == (6, 20)
        total = -likelihood["reconstruction"] - likelihood["kl"]
        assert likelihood["elbo"][0] == pytest.approx(total, rel=1e-4)
        # In expectation it is above the evidence bound; with few steps the posterior is near the prior and so is it.
        assert likelihood["importance_bound"][0] > likelihood["elbo"][0] - 3
        bits = likelihood["bits_per_value"]
        assert (bits is None) == (method == "vae")
        if bits is not None:
            assert bits[0] == pytest.approx(-likelihood["importance_bound"][0] / 64 / math.log(2), rel=1e-4)


def test_the_divergence_and_the_errors_are_the_models(run: Callable[..., Path], segue: Segue) -> None:
    folder = run("vae")
    found = segue("evaluate", folder, *FAST, "--bounded", 300)
    model, _ = load_model(folder / "model.safetensors")
    test = datasets.load("digits", limit=300).test
    assert test is not None
    x = to_float(test.images)
    with torch.no_grad():
        mean, log_variance, _ = model.statistics(x)
        error = (model.decode(model.encode(x)) - x).square().mean((1, 2, 3)).numpy()
    assert log_variance is not None
    assert found["likelihood"]["kl"] == pytest.approx(kl_to_prior(mean, log_variance).sum(1).mean().item(), rel=1e-4)
    assert found["mse"][0] == pytest.approx(error.mean(), rel=1e-4)
    assert found["psnr"][0] == pytest.approx((-10 * np.log10(error)).mean(), rel=1e-4)


def test_without_labels_there_are_no_accuracies(run: Callable[..., Path], segue: Segue) -> None:
    found = segue("evaluate", run("ae", data="worlds:pole"), *FAST, "--images", 20)
    assert found["linear"] is None and found["kmeans"] is None and found["images"] == 20


def test_the_same_request_gives_the_same_figures(run: Callable[..., Path], segue: Segue) -> None:
    folder = run("vae:conditional=true")
    one, again, other = (segue("evaluate", folder, *FAST, "--bounded", 6, "--seed", seed) for seed in (1, 1, 2))
    assert one == again != other


def test_a_foreign_model(data_dir: Path, segue: Segue, monkeypatch: pytest.MonkeyPatch, album: Path) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))
    found = segue("evaluate", "taef2:size=16", "--data", album, *FAST)
    assert found["latent"] == 32 * 4 and found["likelihood"] is None and math.isfinite(found["psnr"][0])
