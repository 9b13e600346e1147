"""The command line in-process, and things to run it on."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from segue.cli import main
from segue.images import Pixels

Segue = Callable[..., dict[str, Any]]

TINY = ("--width", "2", "--latent", "2", "--steps", "3", "--batch", "16", "--pictures", "0")


@pytest.fixture
def segue(capsys: pytest.CaptureFixture[str]) -> Segue:
    """Runs a command with `--json`; returns its one JSON object."""

    def run(*arguments: object) -> dict[str, Any]:
        capsys.readouterr()
        code = main([*map(str, arguments), "--json"])
        out, err = capsys.readouterr()
        assert code == 0, err
        assert out.endswith("\n") and out.count("\n") == 1
        result: dict[str, Any] = json.loads(out)
        return result

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that must end with code 2; returns its line."""

    def run(*arguments: object) -> str:
        capsys.readouterr()
        code = main(list(map(str, arguments)))
        out, err = capsys.readouterr()
        assert code == 2 and not out, (code, out, err)
        return err.splitlines()[-1]

    return run


@pytest.fixture(scope="session")
def tiny() -> tuple[str, ...]:
    """Options that make training take no time."""
    return TINY


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """For `python -m segue` in a process of its own; one thread, as the tests have."""
    source = str(Path(__file__).resolve().parents[2] / "src")
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def python() -> tuple[str, ...]:
    return sys.executable, "-m", "segue"


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
