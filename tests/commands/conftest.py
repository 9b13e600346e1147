"""Images for commands to run on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segue.core.images import Pixels


@pytest.fixture(scope="session")
def coloured() -> Pixels:
    """Twenty-four colour images `[24, 12, 10, 3]`; read-only."""
    places = np.random.default_rng(1).uniform(2, 8, (24, 1, 1, 2))
    down, across = np.mgrid[:12, :10]
    near = np.hypot(down - places[..., 0], across - places[..., 1]) < 3
    images: Pixels = np.where(near[..., None], (240, 200, 30), (20, 60, 120)).astype(np.uint8)
    images.flags.writeable = False
    return images


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory, coloured: Pixels) -> Path:
    """A folder of the coloured images in two class folders, one of them larger than the rest."""
    folder = tmp_path_factory.mktemp("album")
    for i, image in enumerate(coloured):
        path = folder / ("cat", "dog")[i % 2] / f"{i:02}.png"
        path.parent.mkdir(exist_ok=True)
        picture = Image.fromarray(image)
        (picture.resize((30, 20)) if i == 7 else picture).save(path)
    return folder
