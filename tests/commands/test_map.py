"""`segue map`: codes as a picture, with what lies between them and which dimensions are used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segue.cli import main
from segue.commands.map import project
from segue.core.images import read_image, to_float
from segue.data import datasets
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import load_model, save_model

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Trains on the digits, hardly."""
    made: dict[tuple[str, int], Path] = {}

    def trained(method: str = "vae", latent: int = 2) -> Path:
        folder = tmp_path_factory.getbasetemp() / f"map-{method}-{latent}"
        if (method, latent) not in made:
            options = f"--pictures 0 --limit 64 --steps 4 --batch 16 --width 2 --latent {latent} --method {method}"
            assert main(["train", "digits", "-o", str(folder), *options.split()]) == 0
            made[method, latent] = folder
        return made[method, latent]

    return trained


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
@pytest.mark.parametrize(
    ("method", "latent", "beside"),
    [("vae", 2, ("grid", "kl")), ("vae", 1, ("kl",)), ("ae", 2, ("grid",)), ("ae", 3, ()), ("vae", 6, ("kl",))],
)
def test_what_is_drawn(
    method: str,
    latent: int,
    beside: tuple[str, ...],
    suffix: str,
    train: Callable[..., Path],
    tmp_path: Path,
    segue: Segue,
) -> None:
    result = segue("map", train(method, latent), "-o", tmp_path / f"m{suffix}")
    files = [str(tmp_path / f"m-{what}{suffix}") for what in beside]
    assert result["files"] == files and result["out"] == str(tmp_path / f"m{suffix}")
    assert sorted(map(str, tmp_path.iterdir())) == sorted([result["out"], *files])
    assert result["part"] == "test" and result["images"] == 64 and result["latent"] == latent
    assert result["projection"] == ("direct" if latent <= 3 else "pca")
    assert (result["explained_variance"] is None) == (latent <= 3)
    assert 0 <= result["active_units"] <= latent
    assert (result["kl"] is None) == (method == "ae")


def test_the_kl_divergence_is_the_mean_over_the_images(
    train: Callable[..., Path], tmp_path: Path, segue: Segue
) -> None:
    run = train("vae", 6)
    found = segue("map", run, "-o", tmp_path / "m.png", "--part", "train")["kl"]
    model, _ = load_model(run / "model.safetensors")
    with torch.no_grad():
        mean, log_variance, _ = model.statistics(to_float(datasets.load("digits", limit=64).train.images))
    assert log_variance is not None
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    own = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0, 1)).mean(0)
    assert found == pytest.approx(own.tolist(), abs=1e-5)


def test_the_limit_is_drawn_by_the_seed(train: Callable[..., Path], tmp_path: Path, segue: Segue) -> None:
    words = ["map", train(), "--limit", 20]
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert segue(*words, "-o", tmp_path / f"{name}.png", "--seed", seed)["images"] == 20
    one, same, other = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert one == same != other


def test_in_words(train: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = train("vae", 6)
    capsys.readouterr()
    assert main(["map", str(run), "-o", str(tmp_path / "m.png")]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"map         {tmp_path / 'm.png'}\n            {tmp_path / 'm-kl.png'}\n")
    assert "of 64 test images" in said and "of the variance" in said and "nats" in said


def test_images_without_labels_or_test_part(
    coloured: np.ndarray, tmp_path: Path, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    np.save(tmp_path / "set.npy", coloured)
    segue("train", tmp_path / "set.npy", "-o", tmp_path / "run", *tiny, "--hold-out", 0)
    result = segue("map", tmp_path / "run", "-o", tmp_path / "m.png")
    assert result["part"] == "train" and result["images"] == 24
    assert (read_image(tmp_path / "m.png", 3) < 200).any()
    assert "no test part" in refused("map", tmp_path / "run", "-o", tmp_path / "n.png", "--part", "test")
    np.save(tmp_path / "one.npy", coloured[:1])
    segue("train", tmp_path / "one.npy", "-o", tmp_path / "small", *tiny)
    assert "two or more" in refused("map", tmp_path / "small", "-o", tmp_path / "n.png")
    assert not (tmp_path / "n.png").exists()


def test_a_model_without_a_run(tmp_path: Path, refused: Refused, build: Callable[..., ConvAutoencoder]) -> None:
    save_model(tmp_path / "own.safetensors", build(), {})
    assert "no data set" in refused("map", tmp_path / "own.safetensors", "-o", tmp_path / "m.png")


def test_the_projection_keeps_the_largest_variance() -> None:
    codes = np.random.default_rng(0).normal(size=(500, 5)) * [1, 8, 1, 4, 1]
    points, shares = project(codes, "pca", 0)
    assert points.shape == (500, 2) and shares == pytest.approx((64 / 83, 16 / 83), abs=0.05)
    assert np.corrcoef(points[:, 0], codes[:, 1])[0, 1] ** 2 > 0.98
    _, shares = project(np.ones((5, 5)), "pca", 0)
    assert json.dumps(shares) == "[NaN, NaN]"


def test_neighbours_stay_neighbours_in_tsne() -> None:
    corners = 20 * np.eye(6)[:3].repeat(15, 0) + np.random.default_rng(0).normal(size=(45, 6))
    points, shares = project(corners, "tsne", 0)
    assert shares is None and points.shape == (45, 2)
    away = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + 1e9 * np.eye(45)
    assert (away.argmin(1) // 15 == np.arange(45) // 15).all()
    assert np.array_equal(project(corners, "tsne", 0)[0], points)


def test_tsne_and_thumbnails_through_the_command_line(
    train: Callable[..., Path], tmp_path: Path, segue: Segue, refused: Refused
) -> None:
    longer, short = train("vae", 6), train("vae", 3)
    found = segue("map", longer, "-o", tmp_path / "m.png", "--projection", "tsne", "--thumbnails", 9, "--limit", 40)
    assert found["projection"] == "tsne" and found["explained_variance"] is None
    assert "up to three" in refused("map", longer, "-o", tmp_path / "n.png", "--projection", "direct")
    assert "try --projection=pca" in refused("map", short, "-o", tmp_path / "n.png", "--thumbnails", 5)
    assert not (tmp_path / "n.png").exists()
