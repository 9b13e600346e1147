"""Pictures of training: written as it goes, films at the end, the same however it was interrupted."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from segue.commands.pictures import KINDS, TrainingPictures, _align
from segue.commands.runs import DataOptions
from segue.commands.train import TrainRequest, run_train
from segue.core.errors import InputError, Stopped
from segue.core.images import read_image, write_image
from segue.core.progress import Event
from segue.data import datasets
from segue.data.datasets import DataSet
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training
from segue.training.methods import AE, VAE, Method
from segue.video import probe, read_frames

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

OPTIONS = ("--limit", "64", "--width", "2", "--batch", "16", "--latent", "3", "--steps", "9")


@pytest.fixture(scope="module")
def digits() -> DataSet:
    return datasets.load("digits", limit=64)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_films_of_every_stage(tmp_path: Path, segue: Segue) -> None:
    segue("train", "digits", "-o", tmp_path / "run", *OPTIONS, "--pictures", 3)
    folder = tmp_path / "run" / "pictures"
    for kind in KINDS:
        names = [file.name for file in sorted(folder.glob(f"{kind}-*.png"))]
        assert names == [f"{kind}-{step:07}.png" for step in (0, 1, 4, 9)]
        stills = [read_image(folder / name) for name in names]
        assert len({still.shape for still in stills}) == 1 and not np.array_equal(stills[0], stills[-1])
        film = probe(folder / f"{kind}.mp4")
        assert film.width % 2 == film.height % 2 == 0 and film.height >= 480
        frames = list(read_frames(folder / f"{kind}.mp4"))
        assert len(frames) == 4 + 2 * 2  # the first and the last are held
        assert 4 <= len(frames) / film.fps <= 10
        assert probe(folder / f"{kind}.gif").height >= 480
    assert not list(folder.glob("*.npy"))


def test_pictures_change_no_weight(tmp_path: Path, segue: Segue) -> None:
    for name, count in (("with", 4), ("without", 0)):
        segue("train", "digits", "-o", tmp_path / name, *OPTIONS, "--pictures", count)
    same = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("with", "without")]
    assert same[0] == same[1] and not (tmp_path / "without" / "pictures").exists()


@pytest.mark.usefixtures("usual_handler")
@pytest.mark.parametrize("step", [4, 5])
def test_an_interrupted_run_has_the_same_pictures(step: int, tmp_path: Path) -> None:
    def request(name: str, **more: Any) -> TrainRequest:
        training = Training(steps=9, batch=16, precision="fp32")
        return TrainRequest(
            data="digits",
            out=tmp_path / name,
            width=2,
            latent=3,
            pictures=3,
            training=training,
            images=DataOptions(limit=64),
            **more,
        )

    def interrupt(event: Event) -> None:
        if event.stage == "train" and event.done == step:
            signal.raise_signal(signal.SIGINT)

    run_train(request("whole"))
    with pytest.raises(Stopped):
        run_train(request("parts"), interrupt)
    assert len(list((tmp_path / "parts" / "pictures").glob("map-*.png"))) == 3
    # As though killed between two checkpoints: a stage beyond the one to go on from.
    folder = tmp_path / "parts" / "pictures"
    for file in list(folder.glob("*-0000004.*")):
        file.with_stem(file.stem.replace("4", "9")).write_bytes(file.read_bytes()[::-1])
    run_train(request("parts", resume=True))
    assert content(tmp_path / "parts" / "pictures") == content(tmp_path / "whole" / "pictures")


def test_an_older_run_leaves_none(tmp_path: Path, segue: Segue) -> None:
    run = tmp_path / "run"
    segue("train", "digits", "-o", run, *OPTIONS, "--pictures", 5)
    segue("train", "digits", "-o", run, *OPTIONS, "--pictures", 1, "--force")
    assert [file.name for file in sorted((run / "pictures").glob("grid-*.png"))] == [
        "grid-0000000.png",
        "grid-0000009.png",
    ]


def test_what_is_not_the_runs_own_stays(tmp_path: Path, segue: Segue, refused: Refused) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("map-1.png", "holiday.png"):
        Image.new("RGB", (8, 8)).save(folder / name)
    before = content(folder)
    assert "among the images" in refused("train", folder, "-o", tmp_path, *OPTIONS)
    segue("train", "digits", "-o", tmp_path, *OPTIONS, "--pictures", 1)
    segue("train", "digits", "-o", tmp_path, *OPTIONS, "--pictures", 0, "--force")
    assert content(folder) == before


def test_many_stages_make_a_short_film(digits: DataSet, tmp_path: Path) -> None:
    pictures = TrainingPictures(tmp_path, digits, AE(), seed=0)
    for step in range(400):
        write_image(tmp_path / f"grid-{step:07}.png", np.full((8, 8, 1), step // 2, np.uint8))
    said: list[Event] = []
    assert [path.name for path in pictures.assemble(said.append)] == ["grid.gif", "grid.mp4"]
    film = probe(tmp_path / "grid.mp4")
    assert 6 <= film.seconds <= 10 and film.fps <= 25 and [event.stage for event in said] == ["pictures"]
    first, *_, last = read_frames(tmp_path / "grid.mp4")
    assert first.mean() < 8 and abs(last.mean() - 199) < 8


def test_the_map_has_every_label_of_a_sorted_set(tmp_path: Path) -> None:
    labels = np.arange(10).repeat(300)
    data = datasets.from_arrays("sorted", {"x": np.zeros((3000, 8, 8), np.uint8), "y": labels})
    mapped = TrainingPictures(tmp_path, DataSet("sorted", data.train, None), AE()).mapped
    assert len(mapped) == 2000 and mapped.labels is not None and len(np.unique(mapped.labels)) == 10


def test_chosen_images(tmp_path: Path, refused: Refused, segue: Segue) -> None:
    said = refused("train", "digits", "-o", tmp_path / "run", *OPTIONS, "--show", "label:12")
    assert "12" in said and not (tmp_path / "run").exists()
    segue("train", "digits", "-o", tmp_path / "run", *OPTIONS, "--show", "label:3+train:0", "--pictures", 1)
    wide = read_image(tmp_path / "run" / "pictures" / "reconstructions-0000000.png").shape[1]
    segue("train", "digits", "-o", tmp_path / "ten", *OPTIONS, "--pictures", 1)
    assert wide < read_image(tmp_path / "ten" / "pictures" / "reconstructions-0000000.png").shape[1]


@pytest.mark.parametrize("method", [AE(), VAE(), AE(conditional=True)], ids=str)
@pytest.mark.parametrize("code", [{"latent": 1}, {"latent": 2}, {"latent": 70}, {"latent": 2, "grid": 4}], ids=str)
def test_every_kind_of_code(method: Method, code: dict[str, Any], digits: DataSet, tmp_path: Path) -> None:
    if method.needs_labels and "grid" in code:
        pytest.skip("a grid has no class")
    model: ConvAutoencoder = method.build(digits.train.image_shape, width=2, classes=10, **code)
    pictures = TrainingPictures(tmp_path / "p", digits, method)
    state = torch.get_rng_state()
    model.train()
    pictures.stage(model, 0, 0.0)
    assert model.training and torch.equal(torch.get_rng_state(), state)
    pictures.stage(model, 7, 0.5)
    assert len(pictures.assemble()) == 6


def test_the_grid_is_where_the_codes_are(digits: DataSet, tmp_path: Path) -> None:
    """Without a prior the points follow the codes; with one they stay."""
    codes = 5 + 3 * torch.randn(100, 4, generator=torch.Generator().manual_seed(0))
    for method in (AE(), VAE()):
        model = method.build(digits.train.image_shape, width=2, latent=4)
        points = TrainingPictures(tmp_path, digits, method)._points(model, codes)
        mean, deviation = points.mean().item(), points.std().item()
        assert (mean, deviation) == pytest.approx((0, 1) if method.prior else (5, 3), abs=0.6)


def test_turning_finds_the_rotation() -> None:
    points = np.random.default_rng(0).normal(size=(50, 2)) * [3, 1]
    turned = points @ np.array([[0.0, 1.0], [1.0, 0.0]])  # a quarter and a flip
    assert np.allclose(turned @ _align(turned, points), points)


def test_images_that_are_not_there(digits: DataSet, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        TrainingPictures(tmp_path / "p", digits, AE(), show="test:99999")
