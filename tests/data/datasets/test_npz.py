from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.errors import InputError
from segue.core.progress import Event
from segue.data.datasets.npz import find_rows, read_array

SAVERS = pytest.mark.parametrize("save", [np.savez, np.savez_compressed])


@SAVERS
def test_rows_are_those_of_the_whole_array(tmp_path: Path, save: Callable[..., None]) -> None:
    first, second = np.arange(35.0).reshape(7, 5), np.arange(10_000 * 6, dtype=np.int32).reshape(10_000, 2, 3)
    save(tmp_path / "a.npz", first=first, second=second)
    found = find_rows(tmp_path / "a.npz", "second")
    assert (found.shape, found.dtype, found.begin is None) == (second.shape, second.dtype, save is np.savez_compressed)
    index = np.array([0, 1, 17, 9_998, 9_999])
    assert np.array_equal(found.take(index), second[index])
    assert found.take(index[:0]).shape == (0, 2, 3)
    events: list[Event] = []
    assert np.array_equal(found.take(np.arange(10_000), events.append), second)
    assert [event.done for event in events] == [4096, 8192, 10_000]
    assert np.array_equal(np.asarray(read_array(tmp_path / "a.npz", "first")), first)
    assert read_array(tmp_path / "a.npz", "third") is None


@SAVERS
def test_only_what_is_wanted_is_in_memory(tmp_path: Path, save: Callable[..., None]) -> None:
    save(tmp_path / "a.npz", images=np.zeros((128, 1 << 20), np.uint8))
    tracemalloc.start()
    find_rows(tmp_path / "a.npz", "images").take(np.array([3, 120]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 48 << 20


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (np.asfortranarray(np.ones((3, 4))), "plain rows"),
        (np.array(5.0), "plain rows"),
        (np.array([{}, None]), "plain"),
    ],
)
def test_arrays_without_rows(tmp_path: Path, value: np.ndarray[Any, Any], says: str) -> None:
    np.savez(tmp_path / "a.npz", images=value)
    with pytest.raises(InputError, match=says):
        find_rows(tmp_path / "a.npz", "images")


def test_files_that_are_not_what_they_say(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="which does not exist"):
        find_rows(tmp_path / "none.npz", "images")
    (tmp_path / "text.npz").write_text("text")
    with pytest.raises(InputError, match="not a zip file"):
        find_rows(tmp_path / "text.npz", "images")
    np.savez(tmp_path / "other.npz", labels=np.ones(3))
    with pytest.raises(InputError, match="with labels; expected images"):
        find_rows(tmp_path / "other.npz", "images")
    whole = tmp_path / "one.npy"
    np.save(whole, np.zeros((1000, 10)))
    with zipfile.ZipFile(tmp_path / "short.npz", "w") as archive:
        archive.writestr("images.npy", whole.read_bytes()[:5000])
    with pytest.raises(InputError, match="promises 80000 bytes"):
        find_rows(tmp_path / "short.npz", "images")
