"""`segue interpolate`: two images, ten codes, a strip or a film."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from segue.cli import main
from segue.core.images import Pixels, fit, read_image, to_float, with_channels
from segue.data import datasets
from segue.latent.interpolation import cross_fade, decode_path
from segue.latent.paths import Linear, Slerp
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import load_model, save_model
from segue.video import probe, read_frames

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on the digits, hardly trained: no two of its codes are alike all the same."""
    folder = tmp_path_factory.mktemp("runs") / "digits"
    options = "--limit 64 --steps 8 --batch 16 --lr 0.01 --width 2 --latent 2 --method ae"
    assert main(["train", "digits", "-o", str(folder), *options.split()]) == 0
    return folder


@pytest.fixture(scope="module")
def set_of_run() -> datasets.DataSet:
    return datasets.load("digits", limit=64)


def encoded(run: Path, image: Pixels) -> tuple[ConvAutoencoder, torch.Tensor]:
    model, _ = load_model(run / "model.safetensors")
    with torch.no_grad():
        return model, model.encode(to_float(image[None]))[0]


def psnr(a: Pixels, b: Pixels) -> float:
    return float(-10 * np.log10(np.square((a.astype(float) - b) / 255).mean() + 1e-12))


def test_ten_codes_from_one_end_to_the_other(
    run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["interpolate", run, "label:5", "label:2", "-o", tmp_path / "out.png", "--path", "linear"]
    result = segue(*words)
    assert result["t"] == pytest.approx([i / 9 for i in range(10)]) and len(result["codes"]) == 10
    for place, label in ((0, "5"), (-1, "2")):
        _, code = encoded(run, set_of_run.pick(f"label:{label}").image)
        assert result["codes"][place] == pytest.approx(code.tolist(), abs=1e-5)
    steps = np.diff(result["codes"], axis=0)
    assert steps == pytest.approx(np.tile(steps[0], (9, 1)), abs=1e-5) and np.abs(steps).max() > 0
    assert main(list(map(str, words))) == 0
    printed = capsys.readouterr().out.splitlines()[2:]
    assert [[float(word) for word in line.split()] for line in printed] == [
        pytest.approx([t, *code], abs=1e-3) for t, code in zip(result["t"], result["codes"], strict=True)
    ]


def test_picks_are_the_images_they_name(run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue) -> None:
    for a, b in (("test:17", "train:3"), ("label:5", "label:5#3"), ("label:7", "train:63")):
        result = segue("interpolate", run, a, b, "-o", tmp_path / "out.png")
        for end, pick, code in ((result["a"], a, result["codes"][0]), (result["b"], b, result["codes"][-1])):
            image = set_of_run.pick(pick)
            assert end == image.id and code == pytest.approx(encoded(run, image.image)[1].tolist(), abs=1e-5)


def test_image_files_of_any_size_and_colour(run: Path, tmp_path: Path, segue: Segue) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (30, 20, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    result = segue("interpolate", run / "model.safetensors", tmp_path / "a.png", "test:1", "-o", tmp_path / "out.png")
    assert result["a"] == str(tmp_path / "a.png")
    grey = fit(with_channels(pixels, 1), 8, 8, "crop")
    assert result["codes"][0] == pytest.approx(encoded(run, grey)[1].tolist(), abs=1e-5)


@pytest.mark.parametrize("suffix", [".gif", ".mp4", ".webm"])
def test_films_show_the_interpolation_frame_by_frame(
    suffix: str, run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue
) -> None:
    film = tmp_path / f"out{suffix}"
    segue("interpolate", run, "label:5", "label:2", "-o", film, "--path", "slerp", "--steps", "7", "--fps", "10")
    model, a = encoded(run, set_of_run.pick("label:5").image)
    _, b = encoded(run, set_of_run.pick("label:2").image)
    own = decode_path(model, Slerp().between(a, b), 7).frames
    shown = list(read_frames(film))
    assert probe(film).fps == 10 and len(shown) == 5 + 7 + 5  # half a second of rest at both ends
    for frame, image in zip(shown, own[[0] * 5 + list(range(7)) + [6] * 5], strict=True):
        assert psnr(frame, np.kron(image, np.ones((32, 32, 3), np.uint8))) > 30


def test_the_strip_holds_every_frame_and_the_cross_fade(
    run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue
) -> None:
    segue("interpolate", run, "label:5", "label:2", "-o", tmp_path / "out.png", "--path", "linear")
    strip = read_image(tmp_path / "out.png", 3)
    one, two = (set_of_run.pick(f"label:{label}").image for label in "52")
    (model, a), (_, b) = encoded(run, one), encoded(run, two)
    decoded = [_places(strip, frame) for frame in decode_path(model, Linear().between(a, b), 10).frames]
    faded = [_places(strip, frame) for frame in cross_fade(one, two, 10)]
    assert all(decoded) and all(faded)
    assert min(y for y, _ in faded[0]) > max(y for y, _ in decoded[0])  # beneath
    for row in (decoded, faded):
        places = [min(x for _, x in found) for found in row]
        assert places == sorted(places)


def _places(strip: Pixels, frame: Pixels) -> list[tuple[int, int]]:
    """Where the frame, enlarged elevenfold, is in the strip."""
    block = np.kron(frame, np.ones((11, 11, 3), np.uint8))
    height, width = block.shape[:2]
    corners = (strip[: 1 - height, : 1 - width] == block[0, 0]).all(axis=2)
    corners &= (strip[height - 1 :, width - 1 :] == block[-1, -1]).all(axis=2)
    return [(y, x) for y, x in np.argwhere(corners) if np.array_equal(strip[y : y + height, x : x + width], block)]


def test_a_graph_goes_by_the_images_of_the_set(
    run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue
) -> None:
    words = ["interpolate", run, "label:5", "label:2", "-o", tmp_path / "out.png"]
    result = segue(*words, "--path", "graph:k=2+smooth+pace", "--steps", 6)
    ids = set(set_of_run.train.ids)
    assert result["told"]["nodes"] and all(node is None or node in ids for node in result["told"]["nodes"])
    assert result["told"]["uneven"] < 0.01 and result["path"] == "graph:k=2+smooth+pace"
    picked = segue(*words)
    assert picked["path"] == "auto" and picked["told"]["picked"] == "graph:weight=decoded+smooth+pace"
    assert segue(*words)["codes"] == picked["codes"]


def test_what_was_picked_and_what_went_wrong_is_told(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["interpolate", str(run), "label:5", "label:2", "-o", str(tmp_path / "out.png"), "--path"]
    assert main([*words, "auto"]) == 0
    assert "auto (graph:weight=decoded+smooth+pace) from" in capsys.readouterr().out
    assert main([*words, "geodesic:iterations=1"]) == 0
    assert "not converged" in capsys.readouterr().out


def test_by_way_of_others_and_round(run: Path, set_of_run: datasets.DataSet, tmp_path: Path, segue: Segue) -> None:
    words = ["interpolate", run, "label:5", "label:2", "--via", "label:7 test:3", "--loop", "--path", "linear"]
    result = segue(*words, "-o", tmp_path / "out.gif", "--steps", 401)
    assert result["via"] == [set_of_run.pick("label:7").id, set_of_run.pick("test:3").id]
    codes = np.array(result["codes"])
    for pick in ("label:5", "label:7", "test:3", "label:2"):
        code = encoded(run, set_of_run.pick(pick).image)[1].numpy()
        assert np.abs(codes - code).max(1).min() < 0.02 * np.abs(codes).max()
    assert result["codes"][0] == result["codes"][-1]


def test_the_least_and_the_same(run: Path, tmp_path: Path, segue: Segue) -> None:
    assert segue("interpolate", run, "test:0", "test:1", "-o", tmp_path / "a.gif", "--steps", 2)["t"] == [0, 1]
    for path in ("linear", "slerp"):
        result = segue("interpolate", run, "test:0", "test:0", "-o", tmp_path / "b.png", "--path", path)
        assert all(code == result["codes"][0] for code in result["codes"])


def test_the_same_request_gives_the_same_bytes(run: Path, tmp_path: Path, segue: Segue) -> None:
    for suffix in (".png", ".gif", ".mp4"):
        for name in ("one", "two"):
            segue("interpolate", run, "test:0", "label:2", "-o", tmp_path / f"{name}{suffix}")
        one, two = (tmp_path / f"{name}{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_data_that_changed_since_the_run(
    album: Path, tmp_path: Path, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    photos = tmp_path / "photos"
    shutil.copytree(album, photos)
    segue("train", photos, "-o", tmp_path / "run", *tiny)
    words = ["interpolate", tmp_path / "run", "train:0", "label:dog", "-o", tmp_path / "out.png"]
    segue(*words)
    (tmp_path / "out.png").unlink()
    shutil.copy(photos / "dog" / "01.png", photos / "dog" / "03.png")
    assert "changed since the run" in refused(*words)
    shutil.rmtree(photos)
    assert "photos" in refused(*words)
    assert not (tmp_path / "out.png").exists()


def test_a_test_part_that_changed_since_the_run(
    tmp_path: Path, coloured: Pixels, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    np.savez(tmp_path / "set.npz", x_train=coloured[:20], x_test=coloured[20:])
    segue("train", tmp_path / "set.npz", "-o", tmp_path / "run", *tiny)
    words = ["interpolate", tmp_path / "run", "train:0", "test:3", "-o", tmp_path / "out.png"]
    segue(*words)
    np.savez(tmp_path / "set.npz", x_train=coloured[:20], x_test=coloured[20:][::-1])
    assert "changed since the run" in refused(*words)


def test_a_model_without_a_run_takes_image_files(
    tmp_path: Path, album: Path, segue: Segue, refused: Refused, build: Callable[..., ConvAutoencoder]
) -> None:
    save_model(tmp_path / "own.safetensors", build(image_shape=(3, 12, 10)), {})
    words = ["interpolate", tmp_path / "own.safetensors", album / "cat" / "00.png"]
    assert len(segue(*words, album / "dog" / "07.png", "-o", tmp_path / "out.png")["codes"][0]) == 4
    assert "no data set" in refused(*words, "test:0", "-o", tmp_path / "other.png")
