"""`segue stress`: the numbers are those of the images, the epochs those that were saved, and the sheet shows both."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segue.cli import main
from segue.commands.record import epoch_file, find_epochs
from segue.commands.stress import StressRequest, run_stress
from segue.core.images import Pixels, read_image, to_float
from segue.data import datasets
from segue.data.corruptions import Rotate90
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import load_model, save_model
from segue.training.losses import psnr, structural_similarity

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An autoencoder of digits, trained to turn them upright, with the models of its first and third epoch."""
    out = tmp_path_factory.mktemp("stress") / "run"
    options = "--limit 160 --epochs 3 --batch 16 --lr 0.01 --width 4 --latent 8 --method ae --corrupt rotate90"
    assert main(["train", "digits", "-o", str(out), *options.split(), "--keep", "1+3", "--pictures", "0"]) == 0
    return out


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_numbers_are_those_of_the_images(run: Path, segue: Segue, tmp_path: Path) -> None:
    words = ["stress", run, "-o", tmp_path / "s.png", "--csv", tmp_path / "s.csv", "--seed", 5]
    result = segue(*words)
    model, _ = load_model(run / "model.safetensors")
    test = datasets.load("digits", limit=160).test
    assert test is not None
    clean = to_float(test.images)
    seen = Rotate90().apply(clean[:128], generator := torch.Generator().manual_seed(5))
    seen = torch.cat([seen, Rotate90().apply(clean[128:], generator)])
    with torch.no_grad():
        again, control = model.decode(model.encode(seen)), model.decode(model.encode(clean))
    (stressed,) = result["epochs"]
    assert (result["corrupt"], result["part"], result["images"]) == ("rotate90", "test", len(clean))
    for name, (a, b) in {"clean": (again, clean), "seen": (again, seen), "control": (control, clean)}.items():
        figures = stressed[name]
        assert figures["images"] == len(clean)
        mse = (a - b).square().flatten(1).mean(1)
        assert figures["mse"][0] == pytest.approx(mse.mean().item(), rel=1e-4)
        assert figures["psnr"][0] == pytest.approx(psnr(a, b).mean().item(), rel=1e-4)
        assert figures["ssim"][0] == pytest.approx(structural_similarity(a, b).mean().item(), abs=1e-4)
        error = mse.std().item() / len(mse) ** 0.5
        assert figures["mse"][2] - figures["mse"][1] == pytest.approx(2 * 1.96 * error, rel=1e-3)
        rows = [float(row[f"{name}_mse"]) for row in table(tmp_path / "s.csv")]
        assert rows == pytest.approx(mse.tolist(), rel=1e-3, abs=1e-6)
    assert [row["id"] for row in table(tmp_path / "s.csv")] == list(test.ids)
    changed = [row for row in table(tmp_path / "s.csv") if not row["done"].startswith("K = 0")]
    nearer = [float(row["clean_mse"]) < float(row["seen_mse"]) for row in changed]
    share, low, high = stressed["undone"]
    assert share == pytest.approx(100 * np.mean(nearer)) and 0 < low < share < high < 100


def test_kinds_part_the_images(run: Path, segue: Segue, tmp_path: Path) -> None:
    words = ["stress", run, "-o", tmp_path / "s.png", "--csv", tmp_path / "s.csv"]
    stressed = segue(*words)["epochs"][0]
    assert list(stressed["by"]) == [f"K = {k} ({90 * k} degrees)" for k in range(4)]
    rows = table(tmp_path / "s.csv")
    for k, errors in enumerate(stressed["by"].values()):
        of_kind = [float(row["clean_psnr"]) for row in rows if row["done"] == f"K = {k}, {90 * k} degrees"]
        assert len(of_kind) == errors["images"] > 10
        assert errors["psnr"][0] == pytest.approx(np.mean(of_kind), rel=1e-4)
    tiles = segue(*words, "--corrupt", "jigsaw:grid=4")["epochs"][0]["by"]
    counts = [int(kind.split()[0]) for kind in tiles]
    assert counts == sorted(counts) and sum(errors["images"] for errors in tiles.values()) == len(rows)
    both = segue(*words, "--corrupt", "rotate90+jigsaw")["epochs"][0]["by"]
    assert sum(errors["images"] for errors in both.values()) == 2 * len(rows)
    assert segue(*words, "--corrupt", "gaussian+blur")["epochs"][0]["by"] == {}


def test_an_image_that_is_left_as_it_is_fares_as_the_control(run: Path, segue: Segue, tmp_path: Path) -> None:
    for corrupt in ("jigsaw:grid=1", "gaussian:sigma=0"):
        stressed = segue("stress", run, "--corrupt", corrupt, "-o", tmp_path / "s.png")["epochs"][0]
        for measure in ("mse", "psnr", "ssim"):
            assert stressed["clean"][measure] == pytest.approx(stressed["control"][measure], rel=1e-5)
            assert stressed["seen"][measure] == stressed["clean"][measure]
        assert stressed["undone"] is None


def test_epochs_are_those_that_were_kept(run: Path, segue: Segue, tmp_path: Path) -> None:
    assert find_epochs(run) == (1, 3)
    words = ["stress", run, "-o", tmp_path / "s.png", "--csv", tmp_path / "s.csv"]
    every = segue(*words, "--epoch", "all")["epochs"]
    assert [stressed["epoch"] for stressed in every] == [1, 3]
    first, last = table(tmp_path / "s.csv")[0], table(tmp_path / "s.csv")[-1]
    assert (first["epoch"], last["epoch"]) == ("1", "3")
    assert every[1]["clean"]["mse"][0] < every[0]["clean"]["mse"][0]  # it learns
    assert segue(*words, "--epoch", "3+1")["epochs"] == every[::-1]  # on the same corrupted images
    finished = segue(*words)["epochs"][0]
    assert finished["epoch"] is None and finished["clean"] == every[1]["clean"]
    assert segue("stress", epoch_file(run, 1), "-o", tmp_path / "s.png")["epochs"][0]["clean"] == every[0]["clean"]


def test_the_sheet_has_a_row_for_each_epoch(run: Path, segue: Segue, tmp_path: Path) -> None:
    segue("stress", run, "--count", 5, "-o", tmp_path / "one.png")
    segue("stress", run, "--count", 5, "--epoch", "all", "-o", tmp_path / "two.png")
    one, two = (read_image(tmp_path / name, 3) for name in ("one.png", "two.png"))
    assert _frames(one) == (5, 3) and _frames(two) == (5, 4)
    segue("stress", run, "--count", 1000, "--images", 6, "-o", tmp_path / "all.png")
    assert _frames(read_image(tmp_path / "all.png", 3)) == (6, 3)


def _frames(sheet: Pixels) -> tuple[int, int]:
    """How many frames across and down: runs of the hairlines above and at the left of frames."""
    edge = (sheet == 217).all(axis=2)
    across, down = edge.sum(axis=0) > 0.2 * len(sheet), edge.sum(axis=1) > 0.2 * sheet.shape[1]
    return int(across.sum()) // 2, int(down.sum()) // 2


def test_the_seed_decides(run: Path, segue: Segue, tmp_path: Path) -> None:
    results = [segue("stress", run, "-o", tmp_path / f"{i}.png", "--seed", seed) for i, seed in enumerate((1, 1, 2))]
    one, same, other = (result["epochs"] for result in results)
    assert one == same != other
    pictures = [(tmp_path / f"{i}.png").read_bytes() for i in range(3)]
    assert pictures[0] == pictures[1] != pictures[2]


def test_without_a_corruption_of_its_own_images_are_turned(
    album: Path, segue: Segue, tmp_path: Path, tiny: tuple[str, ...]
) -> None:
    segue("train", album, "-o", tmp_path / "run", *tiny, "--size", "12x10", "--hold-out", 0)
    result = segue("stress", tmp_path / "run", "-o", tmp_path / "s.png")
    assert (result["corrupt"], result["part"], result["images"]) == ("rotate90", "train", 24)
    assert list(result["epochs"][0]["by"]) == ["K = 0 (0 degrees)", "K = 2 (180 degrees)"]  # oblong
    one = segue("stress", tmp_path / "run", "-o", tmp_path / "s.png", "--images", 1)["epochs"][0]["clean"]
    assert one["images"] == 1 and one["mse"][1:] == [None, None]


def test_what_is_told(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert (
        main(["stress", str(run), "--epoch", "1+3", "-o", str(tmp_path / "s.png"), "--csv", str(tmp_path / "s.csv")])
        == 0
    )
    said = capsys.readouterr().out.splitlines()
    result = run_stress(StressRequest(run, tmp_path / "s.png", epoch="1+3"))
    assert said[:3] == [
        f"sheet       {tmp_path / 's.png'}",
        f"            rotate90 on {result.images} test images",
        f"table       {tmp_path / 's.csv'}",
    ]
    assert [line.split("  ")[0] for line in said if line.startswith("epoch")] == ["epoch 1", "epoch 3"]
    third = said[said.index(next(line for line in said if line.startswith("epoch 3"))) + 1]
    mean, low, _ = result.epochs[1].clean.psnr
    assert third.startswith("  against the clean image") and f"{mean:.2f} +/- {mean - low:.2f}" in third
    assert len({len(line.split("PSNR")[0]) for line in said if "PSNR" in line}) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--epoch 2", "expected 1, 3, which"),
        ("--epoch 1+2", "expected 1, 3, which"),
        ("--epoch 0", "epochs from 1 up, or all"),
        ("--epoch first", "epochs from 1 up, or all"),
        ("--corrupt rotat90", "try rotate90"),
        ("--count 0", "1 to 1000"),
        ("--csv errors.txt", "expected .csv"),
        ("-o sheet.pdf", ".png"),
    ],
)
def test_what_is_wrong_is_explained(words: str, said: str, run: Path, refused: Refused, tmp_path: Path) -> None:
    out = [] if "-o" in words else ["-o", tmp_path / "s.png"]
    assert said in refused("stress", run, *words.split(), *out)
    assert not list(tmp_path.iterdir())


def test_epochs_need_a_run_that_keeps_some(
    tmp_path: Path, run: Path, refused: Refused, build: Callable[..., ConvAutoencoder]
) -> None:
    save_model(tmp_path / "bare" / "model.safetensors", build(), {})
    words = ["-o", tmp_path / "s.png", "--epoch", "1"]
    assert "keeps no epochs" in refused("stress", tmp_path / "bare", *words)
    assert "epochs of a run folder" in refused("stress", run / "model.safetensors", *words)
    assert "epochs of a run folder" in refused("stress", tmp_path / "none", *words)
    assert "no data set" in refused("stress", tmp_path / "bare", "-o", tmp_path / "s.png")
