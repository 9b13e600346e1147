"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

HERE = Path(__file__).resolve().parent

# One thread per worker: the tests run side by side, and results then do not depend on how many do.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data: `SEGUE_DATA`, or `../shared/data` beside the checkout."""
    folder = Path(os.environ.get("SEGUE_DATA", HERE.parent.parent / "shared" / "data"))
    if not folder.is_dir():
        why = f"no real data at {folder}: set SEGUE_DATA"
        if os.environ.get("SEGUE_REQUIRE_DATA") == "1":
            pytest.fail(why)
        pytest.skip(why)
    return folder
