"""What every test may ask for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import made_clips
import numpy as np
import pytest
import torch
from hypothesis import settings

from segue.cli import main
from segue.core.images import Pixels
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import AE, Method

Segue = Callable[..., dict[str, Any]]

TINY = ("--width", "2", "--latent", "2", "--steps", "3", "--batch", "16", "--pictures", "0")

HERE = Path(__file__).resolve().parent

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
)

# One thread per worker: the tests run side by side, and results then do not depend on how many do.
torch.set_num_threads(1)

# No test is timed: the machines are noisy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of this session's own: nothing that was kept before is found, nothing is left in the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEGUE_CACHE", str(folder))
        yield folder


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window; skips where there is none, unless `SEGUE_REQUIRE_BROWSER` is 1."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("playwright is not installed: pip install -e '.[dev]'")
    path = os.environ.get("CHROME") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _without(f"none of {', '.join(BROWSERS)} is installed, nor named by CHROME")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


def _without(why: str) -> None:
    if os.environ.get("SEGUE_REQUIRE_BROWSER") == "1":
        pytest.fail(f"no browser: {why}")
    pytest.skip(f"no browser: {why}")


@pytest.fixture(scope="session")
def discs() -> Pixels:
    """Sixteen grey images `[16, 16, 16, 1]`, each with a disc at a place of its own; read-only."""
    places = np.random.default_rng(0).uniform(4, 11, (16, 2, 1, 1))
    down, across = np.mgrid[:16, :16]
    distance = np.hypot(down - places[:, 0], across - places[:, 1])
    images: Pixels = (255 * (4.5 - distance).clip(0, 1)).astype(np.uint8)[..., None]
    images.flags.writeable = False
    return images


@pytest.fixture(scope="session")
def build() -> Callable[..., ConvAutoencoder]:
    """Makes a small model for a method, the same one each time."""

    def built(
        method: Method | None = None,
        image_shape: tuple[int, int, int] = (1, 16, 16),
        latent: int = 4,
        grid: int | None = None,
    ) -> ConvAutoencoder:
        torch.manual_seed(0)
        return (method or AE()).build(image_shape, latent=latent, width=8, grid=grid, classes=3)

    return built


@pytest.fixture(scope="session")
def clips() -> ModuleType:
    """The functions that make clips of known content."""
    return made_clips


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
    source = str(Path(__file__).resolve().parent.parent / "src")
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="session")
def python() -> tuple[str, ...]:
    return sys.executable, "-m", "segue"


@pytest.fixture
def usual_handler() -> Iterator[None]:
    """Python's own handling of Ctrl-C, whatever the tests run under."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
