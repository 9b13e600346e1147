"""One small model of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from segue.models.foreign import TAEF2, Diffusers, ForeignModel


@pytest.fixture(scope="session")
def kl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny AutoencoderKL, of random weights, that halves once."""
    diffusers = pytest.importorskip("diffusers")
    folder = tmp_path_factory.mktemp("models") / "kl"
    torch.manual_seed(0)
    diffusers.AutoencoderKL(
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        scaling_factor=0.5,
        shift_factor=0.1,
    ).save_pretrained(folder)
    return folder


@pytest.fixture
def foreign(request: pytest.FixtureRequest) -> ForeignModel:
    """A small choice of the class that the test is parametrised with, which is there to be opened."""
    if request.param is TAEF2:
        folder = request.getfixturevalue("data_dir") / "weights" / "taef2"
        return TAEF2(size=(16, 24), weights=str(folder))
    assert request.param is Diffusers, "make a small one here"
    return Diffusers(str(request.getfixturevalue("kl")), size=(16, 24))
