"""Measures: what they are called, which values are good, what they give of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from segue.commands.runs import DataOptions
from segue.commands.sweep.measures import (
    EVALUATED,
    check_measures,
    list_training_figures,
    measure_run,
    parse_measure,
    read_history,
)
from segue.commands.train import TrainRequest, run_train
from segue.core.errors import InputError
from segue.training import Training
from segue.training.methods import METHODS


@pytest.mark.parametrize(
    ("text", "name", "better", "source"),
    [
        ("test_loss", "test_loss", "low", "train"),
        ("test_psnr", "test_psnr", "high", "train"),
        ("psnr", "psnr", "high", "evaluate"),
        ("linear", "linear", "high", "evaluate"),
        ("excess", "excess@linear", "low", "score"),
        ("pace:by=pixel @ graph:k=5+pace", "pace:by=pixel@graph:k=5+pace", "low", "score"),
        ("monotonicity@slerp", "monotonicity@slerp", "high", "score"),
        ("sharpness", "sharpness@linear", "one", "score"),
    ],
)
def test_names(text: str, name: str, better: str, source: str) -> None:
    found = parse_measure(text, ("loss", "test_loss", "test_psnr"))
    assert (found.name, found.better, found.source) == (name, better, source)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tset_loss", "try test_loss"),
        ("exces@linear", "try excess"),
        ("test_loss@linear", "expected loss"),
        ("excess@grph", "try graph"),
        ("pace:by=eye", "pixel"),
    ],
)
def test_what_is_no_metric(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_measure(text, ("loss", "test_loss"))


@pytest.mark.parametrize("cls", METHODS, ids=lambda cls: cls.name)
def test_the_figures_of_a_method_are_those_of_its_history(cls: type, tmp_path: Path) -> None:
    options = DataOptions(size=(8,), limit=24)
    training = Training(steps=1, batch=8)
    request = TrainRequest("digits", tmp_path, cls(), latent=2, width=2, images=options, training=training, pictures=0)
    data = options.load("digits", 0)
    named = set(list_training_figures(cls(), data))
    figures = run_train(request).figures
    assert {"loss", "test_loss", "test_psnr"} <= named <= set(figures)


def test_every_measure_of_a_run(tmp_path: Path) -> None:
    options = DataOptions(limit=40)
    training = Training(epochs=3, batch=20)
    method = "vae:likelihood=gaussian"
    request = TrainRequest("digits", tmp_path, method, latent=2, width=2, images=options, training=training, pictures=0)
    result = run_train(request)
    rows = read_history(tmp_path)
    assert len(rows) == 3 and rows[-1]["test_loss"] == pytest.approx(result.figures["test_loss"], rel=1e-5)
    names = ["test_loss", *(name for name in EVALUATED if name != "kmeans"), "excess@linear+pace", "pace:by=pixel"]
    measures = [parse_measure(name, ("test_loss",)) for name in names]
    check_measures(measures, options.load("digits", 0))
    found = measure_run(tmp_path, measures, pairs=2)
    assert set(found) == {measure.name for measure in measures}
    assert found["test_loss"] == rows[-1]["test_loss"] and 0 <= found["linear"] <= 100 and found["psnr"] > 0
    best = min(row["test_loss"] for row in rows)
    assert measure_run(tmp_path, measures[:1], patience=True) == {"test_loss": best}


def test_what_cannot_decide() -> None:
    data = DataOptions(limit=8, size=(16,)).load("worlds:pole:horizontal=3,vertical=3", 0)
    with pytest.raises(InputError, match="try it as a column"):
        check_measures([parse_measure("active_units", ())], data)
    with pytest.raises(InputError, match="without labels"):
        check_measures([parse_measure("psnr", ()), parse_measure("linear", ())], data)
