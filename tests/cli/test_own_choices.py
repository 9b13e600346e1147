"""Choices of one's own on the command line: a world, a method, a loss, a corruption, a path and a metric."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]

CODE = '''
from dataclasses import dataclass

import numpy as np

from segue.core.choices import option
from segue.data.corruptions import Corruption
from segue.data.datasets.worlds import World
from segue.data.datasets.worlds.factors import Factor
from segue.evaluation.metrics.metric import Metric
from segue.latent.paths import Path, PathChoice
from segue.latent.paths.path import PathTransform
from segue.training.methods import AE


@dataclass(frozen=True)
class Bars(World):
    """A bar that moves down."""

    space = (Factor("height", "number", 0, 7),)
    side, channels = 8, 1
    count: int = option(40, "bars")

    def factors(self):
        return np.linspace(0, 7, self.count)[:, None]

    def draw(self, values):
        rows = np.arange(8)[None, :, None, None]
        near = (1 - abs(rows - values[:, 0, None, None, None])).clip(0, 1)
        return (255 * near).round().astype(np.uint8).repeat(8, axis=2)


@dataclass(frozen=True)
class Scaled(AE):
    """An autoencoder whose loss is scaled."""

    scale_by: float = option(1.0, "factor")

    def terms(self, model, batch, critics={}):
        terms = super().terms(model, batch, critics)
        return {**terms, "loss": terms["loss"] * self.scale_by}


def edges(logits, target):
    return (logits.sigmoid().diff(dim=2) - target.diff(dim=2)).abs().mean((1, 2, 3))


@dataclass(frozen=True)
class Dim(Corruption):
    """Darkens."""

    share: float = option(0.5, "of the light that is left")

    def apply(self, images, generator):
        return images * self.share


@dataclass(frozen=True)
class Detour(PathChoice):
    """By way of a place off the line."""

    far: float = option(0.5, "how far off")

    def between(self, a, b, context=None):
        def at(t):
            t = t.reshape(-1, *(1 for _ in a.shape)).to(a)
            return a + t * (b - a) + self.far * t * (1 - t)

        return Path(at)


@dataclass(frozen=True)
class Backwards(PathTransform):
    """Does nothing, twice."""

    def apply(self, path, context=None):
        return path


@dataclass(frozen=True)
class Brightness(Metric):
    """The mean of all frames."""

    better, unit = "none", ""

    def measure(self, case):
        return float(case.frames.mean())
'''

TINY = ("--width", 2, "--latent", 2, "--steps", 3, "--batch", 8, "--pictures", 0)


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "mine_of").mkdir()
    (tmp_path / "mine_of" / "things.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "mine_of"]:
        del sys.modules[name]


def config_of(run: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((run / "config.json").read_text())
    return config


def test_a_method_a_loss_and_a_corruption(tmp_path: Path, segue: Segue, refused: Refused) -> None:
    run, method = tmp_path / "run", "mine_of.things:Scaled:loss=mse:0.5+mine_of.things:edges:0.25,scale_by=2"
    words = ("--method", method, "--corrupt", "gaussian:sigma=0.1+mine_of.things:Dim:share=0.25")
    segue("train", "digits", "-o", run, "--limit", 40, *words, *TINY)
    assert config_of(run)["method"] == method.replace("=2", "=2.0")
    assert config_of(run)["corrupt"] == "gaussian:sigma=0.1+mine_of.things:Dim:share=0.25"
    forget()
    for command, out in (("stress", "s.png"), ("evaluate", None)):
        words = (command, run, *(("-o", tmp_path / out) if out else ()))
        assert "code to import" in refused(*words) and "mine_of.things" not in sys.modules
        segue(*words, "--trust-code")
        forget()
    assert segue("stress", run, "-o", tmp_path / "s.png", "--corrupt", "mask")["corrupt"] == "mask"
    assert "mine_of.things" not in sys.modules


def test_a_world(tmp_path: Path, segue: Segue, refused: Refused) -> None:
    run = tmp_path / "run"
    result = segue("train", "mine_of.things:Bars:count=24", "-o", run, *TINY)
    assert (result["images"], result["image_shape"]) == (24, [1, 8, 8])
    assert config_of(run)["data"] == "mine_of.things:Bars:count=24"
    forget()
    words = ("interpolate", run, "train:0", "train:5", "-o", tmp_path / "i.png", "--path", "linear")
    assert "code to import" in refused(*words) and "mine_of.things" not in sys.modules
    segue(*words, "--trust-code")


def test_a_path_and_a_metric(tmp_path: Path, segue: Segue, refused: Refused) -> None:
    run = tmp_path / "run"
    segue("train", "digits", "-o", run, "--limit", 40, *TINY)
    path = "mine_of.things:Detour:far=0.25+mine_of.things:Backwards+pace"
    words = ("interpolate", run, "test:0", "test:5", "-o", tmp_path / "i.png")
    assert segue(*words, "--path", path)["path"] == path
    assert "expected a subclass of PathChoice" in refused(*words, "--path", "mine_of.things:Dim")
    assert "try Detour" in refused(*words, "--path", "mine_of.things:Detuor")
    result = segue(
        "score", run, "-o", tmp_path / "scores", "--pairs", 2, "--steps", 4, "--paths", path,
        "--metrics", "mine_of.things:Brightness pace:by=pixel",
    )  # fmt: skip
    assert list(result["better"]) == ["mine_of.things:Brightness", "pace:by=pixel"]
    assert path in [row["path"] for row in result["rows"]]


def test_a_sweep(tmp_path: Path, segue: Segue) -> None:
    pytest.importorskip("optuna")
    result = segue(
        "sweep", "digits", "-o", tmp_path / "sweep", "--limit", 40, *TINY,
        "--axis", "method=ae,mine_of.things:Scaled:scale_by=2", "--also", "mine_of.things:Brightness@linear",
    )  # fmt: skip
    assert [row["state"] for row in result["rows"]] == ["complete"] * 2
    assert [row["values"]["method"] for row in result["rows"]] == ["ae", "mine_of.things:Scaled:scale_by=2.0"]
    losses = [row["figures"]["test_loss"] for row in result["rows"]]
    assert losses[1] == pytest.approx(2 * losses[0], rel=0.2)
    assert "mine_of.things:Brightness@linear" in result["rows"][0]["figures"]
