"""A stranger's own images, as NumPy arrays."""

from __future__ import annotations

import numpy as np
import pytest

import segue


def test_an_array_is_a_training_set(discs: np.ndarray) -> None:
    model = segue.AE().build((1, 16, 16), latent=2, width=8)
    assert segue.train(model, "ae", discs, segue.Training(steps=4, batch=8)).steps == 4


def test_labels_come_with_an_image_set(discs: np.ndarray) -> None:
    images = segue.ImageSet(discs, tuple(map(str, range(16))), np.arange(16) % 2, ("left", "right"))
    method = segue.VAE(conditional=True)
    model = method.build(images.image_shape, latent=2, width=8, classes=2)
    trained = segue.train(model, method, images, segue.Training(steps=4, batch=8), held_out=images)
    assert "test_psnr" in trained.history[-1]


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (np.zeros((4, 16, 16, 1)), "images of float64; expected uint8"),
        (np.zeros((4, 16, 16, 1), np.float32) + 0.5, "images of float32; expected uint8"),
        (np.zeros((4, 16, 16, 1), np.int64), "images of int64; expected uint8"),
        (np.zeros((4, 16, 16, 1), bool), "images of bool; expected uint8"),
        (np.zeros((4, 8, 8, 1), np.uint8), r"images \[4, 8, 8, 1\]; expected \[1 or more, 16, 16, 1\]"),
        (np.zeros((0, 16, 16, 1), np.uint8), r"images \[0, 16, 16, 1\]"),
    ],
)
def test_what_is_no_image_is_a_line(images: np.ndarray, says: str) -> None:
    model = segue.AE().build((1, 16, 16), latent=2, width=8)
    with pytest.raises(segue.InputError, match=says):
        segue.train(model, "ae", images, segue.Training(steps=1))
