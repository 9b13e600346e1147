"""The autoencoder's loss: spelled in words, checked when it is made."""

from __future__ import annotations

import pytest

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.training.methods import AE, METHODS


def test_one_sum_has_one_spelling() -> None:
    made = choose("ae:loss=mse:0.70 + perceptual:.3", METHODS, "method")
    assert made == AE(loss="mse:0.7+perceptual:0.3")
    assert str(made) == "ae:loss=mse:0.7+perceptual:0.3"
    assert AE(loss="mse:1") == AE() and str(AE(loss="mse:1")) == "ae"


@pytest.mark.parametrize("loss", ["msee", "", "mse:-1", "mse:0", "mse:1,l1:1"])
def test_a_bad_loss_makes_no_method(loss: str) -> None:
    with pytest.raises(InputError):
        AE(loss=loss)
