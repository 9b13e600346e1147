from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.progress import Event
from segue.data.datasets import SOURCES, load


def test_digits_come_with_their_own_test_part() -> None:
    digits = load("digits")
    assert digits.test is not None
    assert (len(digits.train), len(digits.test)) == (1438, 359)
    assert digits.train.image_shape == (1, 8, 8)
    assert (digits.train.images.min(), digits.train.images.max()) == (0, 255)
    assert load("digits", seed=5).test.digest() == digits.test.digest()  # type: ignore[union-attr]


def test_limits_draw_by_seed_and_keep_the_order() -> None:
    one, same, other = (load("digits", limit=50, seed=seed).train for seed in (1, 1, 2))
    assert one.digest() == same.digest() != other.digest()
    places = [int(name.split("/")[1]) for name in one.ids]
    assert places == sorted(places)


def test_progress_is_told() -> None:
    events: list[Event] = []
    load("digits", size=16, limit=300, report=events.append)
    assert [event.done for event in events] == [256, 300, 256, 300]  # both parts


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("mnits", "try mnist"),
        ("fashion", "fashion-mnist"),
        ("worlds:pol", "try worlds:pole"),
        ("worlds", "worlds:pole"),
        ("", "mnist"),
        ("no/such", "no/such, which does not exist"),
        ("no.such", "no.such, which does not exist"),
        ("none.npz", "none.npz, which does not exist"),
        ("none.npy", "none.npy, which does not exist"),
        ("none.zip", "none.zip, which does not exist"),
        ("none-images-idx3-ubyte.gz", "none-images-idx3-ubyte.gz, which does not exist"),
    ],
)
def test_data_that_is_not_there(data: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        load(data)
    assert says in str(caught.value)


def test_a_file_of_no_known_kind(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(InputError, match="no known kind"):
        load(str(tmp_path / "a.txt"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": (8, 100000)},
        {"hold_out": 1.0},
        {"hold_out": -0.1},
        {"limit": 0},
        {"fit": "stretch"},
        {"channels": 2},
    ],
)
def test_absurd_options(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"`{next(iter(wrong))}="):
        load("digits", **wrong)


def test_every_name_has_one_reader() -> None:
    for data in (
        "mnist",
        "digits",
        "worlds:pole",
        "mpi3d-toy:color=red",
        "dsprites",
        "x-idx3-ubyte.gz",
        "a.npz",
        "a.npy",
        "a.zip",
        "a.mp4",
        "a.gif",
    ):
        assert sum(source.reads(data) for source in SOURCES) == 1


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = "import sys, segue.data.datasets; print([m for m in ('av', 'sklearn', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_path_is_as_good_as_text(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", np.arange(3 * 64, dtype=np.uint8).reshape(3, 8, 8))
    by_path, by_text = load(tmp_path / "images.npy"), load(str(tmp_path / "images.npy"))
    assert by_path.train.digest() == by_text.train.digest()
    assert load("digits", limit=5, data_dir=str(tmp_path)).train.digest() == load("digits", limit=5).train.digest()
