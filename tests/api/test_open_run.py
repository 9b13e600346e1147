"""A stranger opens a run: model, images, method and latent space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import segue


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "digits"
    training = segue.Training(steps=4, batch=16)
    request = segue.TrainRequest("digits", out, method="ae", latent=2, width=2, pictures=0, training=training)
    result = segue.train_run(request)
    assert result.run.folder == out
    return out


@pytest.mark.parametrize("kind", [str, Path])
def test_a_run_is_opened_whole(folder: Path, kind: type) -> None:
    run = segue.open_run(kind(folder))
    assert run.method == segue.AE() and run.training.steps == 4
    assert run.data.train.image_shape == run.model.image_shape == (1, 8, 8)
    assert run.latent_space.codes.shape == (len(run.data.train), 2)
    assert "test_psnr" in run.figures
    five, two = run.data.pick("label:5").image, run.data.pick("label:2").image
    way = segue.interpolate_images(run.model, five, two, "graph+pace", 6, context=run.context)
    assert way.frames.shape == (6, 8, 8, 1)
    assert "<svg" in run._repr_html_()


@pytest.mark.parametrize("kind", [str, Path])
def test_a_model_is_read_from_the_folder_or_its_file(folder: Path, kind: type) -> None:
    (one, about), (other, _) = segue.load_model(kind(folder)), segue.load_model(kind(folder / "model.safetensors"))
    images = segue.to_float(np.zeros((1, 8, 8, 1), np.uint8))
    assert (one.encode(images) == other.encode(images)).all() and about["data"] == "digits"


def test_what_is_no_run_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(segue.InputError, match=r"expected .*a finished run"):
        segue.open_run(tmp_path)
    model = segue.AE().build((1, 8, 8), latent=2, width=2)
    segue.save_model(tmp_path / "alone.safetensors", model)
    with pytest.raises(segue.InputError, match="a model without a run"):
        segue.open_run(tmp_path / "alone.safetensors")
