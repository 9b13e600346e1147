"""`segue train`: from any kind of images to a run folder."""

from __future__ import annotations

import csv
import gzip
import json
import math
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from segue.core.images import Pixels, read_image
from segue.models.files import load_model
from segue.video import FilmWriter, write_gif

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

FILES = {"config.json", "metrics.csv", "model.safetensors", "figures/loss.png", "figures/reconstructions.png"}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def idx(path: Path, array: Pixels) -> Path:
    header = bytes([0, 0, 8, array.ndim]) + b"".join(side.to_bytes(4) for side in array.shape)
    data = header + array.tobytes()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


def source(kind: str, folder: Path, coloured: Pixels, album: Path) -> str:
    """Data of that kind, put into the folder."""
    grey, labels = coloured[..., 0], np.arange(24, dtype=np.uint8) % 3
    if kind == "npz":
        np.savez(folder / "set.npz", images=coloured, labels=labels)
    elif kind == "npy":
        np.save(folder / "set.npy", grey / np.float32(255))
    elif kind == "idx":
        idx(folder / "train-images-idx3-ubyte.gz", grey)
        idx(folder / "train-labels-idx1-ubyte", labels)
        return str(folder / "train-images-idx3-ubyte.gz")
    elif kind == "idx pair":
        return f"{idx(folder / 'x.idx', grey)},{idx(folder / 'y.idx', labels)}"
    elif kind == "zip":
        with zipfile.ZipFile(folder / "set.zip", "w") as archive:
            for path in sorted(album.rglob("*.png")):
                archive.write(path, path.relative_to(album))
    elif kind == "mp4":
        with FilmWriter(folder / "set.mp4", 40, 32, Fraction(10), sound_rate=None) as film:
            for image in coloured:
                film.write(np.kron(image[:8], np.ones((4, 4, 1), np.uint8)))
    elif kind == "gif":
        write_gif(folder / "set.gif", (np.kron(i, np.ones((3, 3, 1), np.uint8)) for i in coloured), Fraction(10))
    else:
        return str(album) if kind == "folder" else kind
    return str(folder / f"set.{kind}")


@pytest.mark.parametrize(
    ("kind", "shape", "images"),
    [
        ("digits", [1, 8, 8], 1438),
        ("worlds:pole:horizontal=4,vertical=5", [3, 64, 64], 20),
        ("npz", [3, 12, 10], 22),
        ("npy", [1, 12, 10], 22),
        ("idx", [1, 12, 10], 22),
        ("idx pair", [1, 12, 10], 22),
        ("folder", [3, 64, 64], 22),
        ("zip", [3, 64, 64], 22),
        ("mp4", [3, 32, 40], 24),
        ("gif", [3, 36, 30], 24),
    ],
)
def test_every_kind_of_data(
    kind: str,
    shape: list[int],
    images: int,
    tmp_path: Path,
    segue: Segue,
    coloured: Pixels,
    album: Path,
    tiny: tuple[str, ...],
) -> None:
    data = source(kind, tmp_path, coloured, album)
    result = segue("train", data, "-o", tmp_path / "run", *tiny)
    assert (result["image_shape"], result["images"], result["steps"]) == (shape, images, 3)
    curves = {"figures/loss.png"} if kind != "digits" else set()  # of one epoch there is no curve
    assert set(content(tmp_path / "run")) == FILES - {"figures/loss.png"} | curves
    model, about = load_model(Path(result["model"]))
    assert list(model.image_shape) == shape and model.latent_shape == (2,)
    assert about["figures"] == result["figures"] and math.isfinite(about["figures"]["loss"])
    assert model.decode(torch.zeros(1, 2)).shape == (1, *shape)


def test_what_a_run_holds(tmp_path: Path, segue: Segue, album: Path, tiny: tuple[str, ...]) -> None:
    result = segue("train", album, "-o", tmp_path / "run", "--method", "vae:beta=2", "--size", "16x12", *tiny)
    assert result["method"] == "vae:beta=2.0" and all("code" in note for note in result["notes"])
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["data"] == str(album) and config["training"]["steps"] == 3 and config["images"]["size"] == [16, 12]
    assert load_model(tmp_path / "run" / "model.safetensors")[1] == {**config, "figures": result["figures"]}
    with (tmp_path / "run" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(float(row["epoch"]), int(row["step"])) for row in rows] == [(1, 2), (1.5, 3)]
    assert all(math.isfinite(float(value)) for row in rows for value in row.values())
    assert {"loss", "reconstruction", "kl", "test_loss", "test_psnr"} <= set(rows[0])
    assert float(rows[-1]["loss"]) == pytest.approx(result["figures"]["loss"], rel=1e-5)
    for figure in ("loss", "reconstructions"):
        assert read_image(tmp_path / "run" / "figures" / f"{figure}.png").shape[1] > 100


def test_the_same_request_gives_the_same_bytes(
    tmp_path: Path, segue: Segue, album: Path, tiny: tuple[str, ...]
) -> None:
    for name, seed in (("one", 0), ("same", 0), ("other", 1)):
        segue("train", album, "-o", tmp_path / name, "--seed", seed, *tiny)
    one, same, other = (content(tmp_path / name) for name in ("one", "same", "other"))
    assert one == same and set(one) == FILES
    assert one["model.safetensors"] != other["model.safetensors"]


def test_sizes_channels_and_parts(tmp_path: Path, segue: Segue, album: Path, tiny: tuple[str, ...]) -> None:
    options = ["--size", "9", "--channels", "1", "--fit", "letterbox", "--hold-out", "0.5", "--limit", "7"]
    result = segue("train", album, "-o", tmp_path / "run", *options, *tiny)
    assert (result["image_shape"], result["images"]) == ([1, 9, 9], 7)
    assert json.loads((tmp_path / "run" / "config.json").read_text())["images"]["channels"] == 1
    walk = segue("interpolate", tmp_path / "run", "train:0", "test:0", "-o", tmp_path / "out.png")
    assert len(walk["codes"]) == 10


def test_what_a_failed_run_left_is_not_in_the_way(
    tmp_path: Path, segue: Segue, refused: Refused, album: Path, tiny: tuple[str, ...]
) -> None:
    words = ["train", album, "-o", tmp_path / "run", *tiny]
    for options in ([], [], ["--resume"]):
        assert "finite losses" in refused(*words, "--method", "vae:beta=1e300", *options)
        assert set(content(tmp_path / "run")) == {"config.json"}
    (tmp_path / "run" / "metrics.csv").write_text("epoch,loss\n" * 50)  # as of a run that failed later
    segue(*words)
    segue("train", album, "-o", tmp_path / "whole", *tiny)
    assert content(tmp_path / "run") == content(tmp_path / "whole")


def test_a_finished_run_is_not_overwritten(
    tmp_path: Path, segue: Segue, refused: Refused, album: Path, tiny: tuple[str, ...]
) -> None:
    run = tmp_path / "run"
    segue("train", album, "-o", run, *tiny)
    before = content(run)
    assert "finished run" in refused("train", album, "-o", run, "--seed", 1, *tiny)
    assert "finished run" in refused("train", album, "-o", run, "--resume", *tiny)
    assert content(run) == before
    segue("train", album, "-o", run, "--force", "--lr", "0.01", *tiny)
    assert content(run)["model.safetensors"] != before["model.safetensors"]


def test_force_leaves_nothing_of_the_run_before(tmp_path: Path, segue: Segue, tiny: tuple[str, ...]) -> None:
    world = "worlds:pole:horizontal=4,vertical=5"
    segue("train", world, "-o", tmp_path / "one", *tiny)
    shorter = ("--width", 2, "--latent", 2, "--steps", 1, "--pictures", 0)
    for name in ("one", "two"):
        segue("train", world, "-o", tmp_path / name, "--force", *shorter)
    assert (tmp_path / "one" / "figures" / "reconstructions.png").exists()
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_name_means_the_set_even_where_a_folder_is_called_so(
    tmp_path: Path, segue: Segue, monkeypatch: pytest.MonkeyPatch, tiny: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    segue("train", "digits", "-o", "digits", "--limit", 20, *tiny)
    segue("train", "digits", "-o", "digits", "--limit", 20, "--force", *tiny)
    assert json.loads(Path("digits/config.json").read_text())["data"] == "digits"
    assert segue("interpolate", "digits", "test:0", "label:5", "-o", "out.png")["a"].startswith("digits/")


def test_a_run_finds_its_data_from_anywhere(
    tmp_path: Path, segue: Segue, coloured: Pixels, monkeypatch: pytest.MonkeyPatch, tiny: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    idx(Path("x.idx"), coloured[..., 0])
    idx(Path("y.idx"), np.zeros(24, np.uint8))
    segue("train", "x.idx,y.idx", "-o", "run", *tiny)
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    segue("interpolate", "../run", "train:0", "label:0", "-o", "out.png")


def test_images_and_the_run_are_kept_apart(
    tmp_path: Path, refused: Refused, album: Path, tiny: tuple[str, ...]
) -> None:
    before = content(album)
    for out in (album, album / "run"):
        assert "among the images" in refused("train", album, "-o", out, *tiny)
    assert content(album) == before and not (album / "run").exists()


def test_a_run_stopped_by_ctrl_c_goes_on(
    tmp_path: Path, segue: Segue, refused: Refused, python: tuple[str, ...], environment: dict[str, str]
) -> None:
    run, whole = tmp_path / "run", tmp_path / "whole"
    options = ["--pictures", 0, "--limit", 64, "--batch", 16, "--width", 2, "--latent", 2, "--steps", 200]
    words = [*python, "train", "digits", "-o", run, *options]
    with subprocess.Popen([*map(str, words)], stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        said = [next(line for line in process.stderr if line.startswith("train: "))]
        process.send_signal(signal.SIGINT)
        said += process.stderr.readlines()
    assert process.returncode == 130, said
    assert said[-1].startswith("segue: stopped after ") and "--resume" in said[-1]
    assert {"checkpoint.safetensors", "config.json"} <= set(content(run)) and not (run / "model.safetensors").exists()

    info = segue("info", run)
    assert info["kind"] == "unfinished run" and 1 <= info["facts"]["step"] < 200
    assert "unfinished run" in refused("train", "digits", "-o", run, *options)
    before = content(run)
    changed = [*options[:-1], 201], [*options, "--seed", 4], [*options, "--method", "ae"], [*options, "--lr", "0.01"]
    for other in changed:
        assert "--resume with" in refused("train", "digits", "-o", run, "--resume", *other)
    assert "without model.safetensors" in refused("interpolate", run, "test:0", "test:1", "-o", tmp_path / "a.png")
    assert content(run) == before

    assert segue("train", "digits", "-o", run, "--resume", *options)["steps"] == 200
    segue("train", "digits", "-o", whole, *options)
    assert content(run) == content(whole)


def test_mnist_and_kmnist_are_found(
    data_dir: Path, tmp_path: Path, segue: Segue, tiny: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEGUE_DATA", raising=False)
    result = segue("train", "kmnist", "-o", tmp_path / "k", "--data-dir", data_dir, "--limit", 200, *tiny)
    assert result["notes"][0] == "only the first 7,011 of the 60,000 training images of kmnist are there"
    monkeypatch.setenv("SEGUE_DATA", str(data_dir))
    result = segue("train", "mnist", "-o", tmp_path / "m", "--limit", 200, *tiny)
    assert (result["images"], result["image_shape"]) == (200, [1, 28, 28])
    walk = segue("interpolate", tmp_path / "m", "label:5", "label:2", "-o", tmp_path / "5-2.png", "--steps", 10)
    assert [len(code) for code in walk["codes"]] == [2] * 10 and walk["t"][0] == 0 and walk["t"][-1] == 1
    assert walk["a"].startswith("test/") and walk["b"].startswith("test/")
    assert read_image(tmp_path / "5-2.png").shape[2] == 3


def test_a_picture_that_cannot_be_read_is_left_out_or_with_strict_refused(
    segue: Segue, refused: Callable[..., str], album: Path, tmp_path: Path, tiny: tuple[str, ...]
) -> None:
    folder = tmp_path / "album"
    shutil.copytree(album, folder)
    (folder / "cat" / "torn.png").write_bytes(b"\x89PNG no more")
    result = segue("train", folder, "-o", tmp_path / "run", *tiny)
    assert any("torn.png" in note for note in result["notes"])
    said = refused("train", folder, "-o", tmp_path / "other", *tiny, "--strict")
    assert "torn.png" in said and not (tmp_path / "other").exists()
