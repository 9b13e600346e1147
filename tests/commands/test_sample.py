"""`segue sample`: where codes are drawn, and that they are what is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from segue.cli import main
from segue.core.images import Pixels, read_image
from segue.data import datasets
from segue.latent.interpolation import decode
from segue.latent.space import LatentSpace
from segue.models.autoencoder import ConvAutoencoder
from segue.models.files import load_model, save_model
from segue.render.strip import sheet
from segue.training.methods import AE, VAE

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each kind on the digits, hardly trained."""
    made = {}
    for method in ("vae", "ae"):
        made[method] = tmp_path_factory.mktemp("sampled") / method
        options = f"--pictures 0 --limit 200 --steps 8 --batch 16 --lr 0.01 --width 2 --latent 2 --method {method}"
        assert main(["train", "digits", "-o", str(made[method]), *options.split()]) == 0
    return made


@pytest.fixture(scope="module")
def space(runs: dict[str, Path]) -> LatentSpace:
    """The codes that the plain autoencoder was trained on."""
    model, _ = load_model(runs["ae"] / "model.safetensors")
    return LatentSpace.of(model, datasets.load("digits", limit=200).train)


@pytest.fixture
def drawn(segue: Segue, tmp_path: Path) -> Callable[..., tuple[dict[str, Any], npt.NDArray[np.float32], Pixels]]:
    """Samples into an array file; returns the result, the codes and the images."""

    def run(*words: object) -> tuple[dict[str, Any], npt.NDArray[np.float32], Pixels]:
        result = segue("sample", *words, "-o", tmp_path / "s.npz")
        with np.load(tmp_path / "s.npz") as file:
            return result, file["codes"], file["images"]

    return run


Drawn = Callable[..., tuple[dict[str, Any], npt.NDArray[np.float32], Pixels]]


def test_from_the_prior(runs: dict[str, Path], drawn: Drawn) -> None:
    result, codes, images = drawn(runs["vae"], "--count", 2000)
    assert (result["by"], result["count"], result["labels"], result["weights"]) == ("prior", 2000, [], [])
    assert codes.shape == (2000, 2) and images.shape == (2000, 8, 8, 1) and images.dtype == np.uint8
    assert codes.mean(0) == pytest.approx([0, 0], abs=0.1) and codes.std(0) == pytest.approx([1, 1], abs=0.1)
    model, _ = load_model(runs["vae"] / "model.safetensors")
    assert np.abs(decode(model, torch.from_numpy(codes)).astype(int) - images).max() <= 1


def test_from_a_mixture(runs: dict[str, Path], drawn: Drawn, space: LatentSpace) -> None:
    result, codes, _ = drawn(runs["ae"], "--count", 2000)
    assert result["by"] == "mixture"
    own = space.codes.numpy()
    assert np.abs(codes.mean(0) - own.mean(0)).max() < 0.15 * own.std()
    assert np.cov(codes.T) == pytest.approx(np.cov(own.T), rel=0.25, abs=0.1 * float(own.var()))
    halves = codes[:1000], codes[1000:]
    assert np.abs(halves[0].mean(0) - halves[1].mean(0)).max() < 0.3 * own.std()  # in no order


def test_on_a_grid(runs: dict[str, Path], drawn: Drawn, space: LatentSpace) -> None:
    result, codes, _ = drawn(runs["vae"], "--by", "grid", "--count", 15)
    assert result["count"] == 16
    normal = torch.distributions.Normal(0, 1)
    shares = normal.cdf(torch.from_numpy(codes))  # type: ignore[no-untyped-call]
    assert shares[:4, 0].tolist() == pytest.approx([0.125, 0.375, 0.625, 0.875], abs=1e-5)
    assert shares[::4, 1].tolist() == pytest.approx([0.875, 0.625, 0.375, 0.125], abs=1e-5)
    _, codes, _ = drawn(runs["ae"], "--by", "grid", "--count", 100)
    own = space.codes.numpy()
    assert (codes.min(0) > own.min(0)).all() and (codes.max(0) < own.max(0)).all()
    assert (np.ptp(codes, axis=0) > 0.5 * np.ptp(own, axis=0)).all()


@pytest.mark.parametrize(
    ("words", "weights"),
    [
        ("--labels 0+8", {0: 0.5, 8: 0.5}),
        ("--labels 0+8 --weights 1+3", {0: 0.25, 8: 0.75}),
        ("--labels 3+5+1 --weights 0.2+0.8+0", {3: 0.2, 5: 0.8, 1: 0}),
        ("--by label --labels 7", {7: 1}),
    ],
)
def test_between_classes(
    words: str, weights: dict[int, float], runs: dict[str, Path], drawn: Drawn, space: LatentSpace
) -> None:
    result, codes, _ = drawn(runs["ae"], *words.split(), "--spread", 0, "--count", 3)
    assert result["by"] == "label" and result["labels"] == [str(label) for label in weights]
    assert result["weights"] == pytest.approx(list(weights.values()))
    means = space.class_means()
    middle = sum(weight * means[label].numpy() for label, weight in weights.items())
    assert codes == pytest.approx(np.tile(middle, (3, 1)), abs=1e-4)
    _, codes, _ = drawn(runs["ae"], *words.split(), "--spread", 2, "--count", 3000)
    variance = sum(weight * space.of_label(label).var(0, correction=0).numpy() for label, weight in weights.items())
    assert codes.std(0) == pytest.approx(2 * np.sqrt(variance), rel=0.1)
    assert codes.mean(0) == pytest.approx(middle, abs=0.2 * float(np.sqrt(variance).max()))


def test_a_sheet_shows_the_images(runs: dict[str, Path], drawn: Drawn, segue: Segue, tmp_path: Path) -> None:
    for words, columns in ((["--count", 12], None), (["--by", "grid", "--count", 9], 3)):
        _, _, images = drawn(runs["vae"], *words)
        segue("sample", runs["vae"], *words, "-o", tmp_path / "s.png")
        assert (read_image(tmp_path / "s.png", 3) == sheet(images, columns)).all()


@pytest.mark.parametrize("words", ["--by prior", "--by mixture", "--by grid", "--labels 1+2"])
def test_the_seed_decides(words: str, runs: dict[str, Path], tmp_path: Path, segue: Segue) -> None:
    for suffix in (".npz", ".png"):
        for name, seed in (("a", 1), ("b", 1), ("c", 2)):
            segue(
                "sample", runs["ae"], *words.split(), "--seed", seed, "-o", tmp_path / f"{name}{suffix}", "--count", 4
            )
        one, same, other = ((tmp_path / f"{name}{suffix}").read_bytes() for name in "abc")
        assert one == same
        assert suffix == ".png" or (one == other) == ("grid" in words)


def test_labels_have_names(album: Path, tmp_path: Path, segue: Segue, refused: Refused, tiny: tuple[str, ...]) -> None:
    segue("train", album, "-o", tmp_path / "run", *tiny, "--size", 12)
    words = ["sample", tmp_path / "run", "-o", tmp_path / "s.png", "--labels"]
    assert segue(*words, "dog+cat")["labels"] == ["dog", "cat"]
    assert segue(*words, "1+0")["labels"] == ["dog", "cat"]
    assert "try dog" in refused(*words, "dgo+cat")


def test_a_label_that_no_image_has(
    tmp_path: Path, coloured: Pixels, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    np.savez(tmp_path / "set.npz", images=coloured, labels=np.arange(24) % 2 * 2)
    segue("train", tmp_path / "set.npz", "-o", tmp_path / "run", *tiny)
    said = refused("sample", tmp_path / "run", "-o", tmp_path / "s.png", "--labels", "0+1")
    assert "label 1; expected labels of training images" in said


def test_few_and_equal_images(
    tmp_path: Path, coloured: Pixels, segue: Segue, refused: Refused, tiny: tuple[str, ...]
) -> None:
    for count in (1, 2):
        np.save(tmp_path / f"{count}.npy", np.repeat(coloured[:1], count, axis=0))
        segue("train", tmp_path / f"{count}.npy", "-o", tmp_path / f"run{count}", *tiny, "--method", "ae")
    words = ["-o", tmp_path / "s.png", "--by", "mixture"]
    assert segue("sample", tmp_path / "run2", *words)["count"] == 64
    assert "two or more" in refused("sample", tmp_path / "run1", *words)
    assert segue("sample", tmp_path / "run1", "-o", tmp_path / "g.png", "--by", "grid", "--count", 1)["count"] == 1


def test_a_model_without_a_run(
    tmp_path: Path, segue: Segue, refused: Refused, build: Callable[..., ConvAutoencoder]
) -> None:
    for method in (VAE(), AE()):
        save_model(tmp_path / f"{method.name}.safetensors", build(method), {})
    assert segue("sample", tmp_path / "vae.safetensors", "-o", tmp_path / "s.png")["by"] == "prior"
    assert segue("sample", tmp_path / "ae.safetensors", "-o", tmp_path / "s.png", "--by", "prior")["by"] == "prior"
    assert "no data set" in refused("sample", tmp_path / "ae.safetensors", "-o", tmp_path / "t.png")
    save_model(tmp_path / "aae.safetensors", build(), {"method": "aae:weight=0.1"})
    assert segue("sample", tmp_path / "aae.safetensors", "-o", tmp_path / "s.png")["by"] == "prior"


def test_a_mixture_of_long_codes(tmp_path: Path, album: Path, segue: Segue) -> None:
    options = "--pictures 0 --size 12 --latent 300 --method ae --width 2 --steps 1 --batch 16"
    segue("train", album, "-o", tmp_path / "run", *options.split())
    assert segue("sample", tmp_path / "run", "-o", tmp_path / "s.png")["by"] == "mixture"


def test_pairs_are_images_with_their_nearest_of_the_other_class(
    runs: dict[str, Path], space: LatentSpace, drawn: Drawn
) -> None:
    _, codes, _ = drawn(runs["ae"], "--labels", "3+8", "--weights", "0.25+0.75", "--mix", "pairs", "--count", 6)
    threes, eights = space.of_label(3), space.of_label(8)
    nearest = torch.cdist(threes, eights).argmin(1)
    allowed = 0.25 * threes + 0.75 * eights[nearest]
    assert all(torch.cdist(torch.from_numpy(code)[None], allowed).min() < 1e-4 for code in codes)
    assert len(np.unique(codes, axis=0)) > 1


def test_pairs_have_no_spread(runs: dict[str, Path], tmp_path: Path, refused: Refused) -> None:
    words = ("--labels", "3+8", "--mix", "pairs", "--spread", 1)
    assert "--spread with --mix=pairs" in refused("sample", runs["ae"], *words, "-o", tmp_path / "s.png")


def test_a_conditional_prior_has_every_class(tmp_path: Path, segue: Segue, drawn: Drawn, tiny: tuple[str, ...]) -> None:
    segue("train", "digits", "-o", tmp_path / "run", "--method", "vae:conditional=true", "--limit", 100, *tiny)
    result, codes, _ = drawn(tmp_path / "run", "--count", 200)
    assert result["by"] == "prior" and codes.shape == (200, 12)
    assert (
        set(np.unique(codes[:, 2:])) == {0, 1} and (codes[:, 2:].sum(0) > 5).all() and (codes[:, 2:].sum(1) == 1).all()
    )
