"""The cache: what was computed is found again, and only that; nothing about it stops any work."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from segue.core import cache
from segue.core.cache import Entry, cache_dir, cache_path, cached, clear, digest, read_entry, usage, write_entry
from segue.core.progress import Event

KEY = {"images": "1f", "points": 8}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Counting:
    """Computes an entry, and counts how often; `notes` are what was reported."""

    def __init__(self) -> None:
        self.count, self.notes = 0, list[str]()

    def compute(self) -> Entry:
        self.count += 1
        codes = torch.arange(6, dtype=torch.float32).reshape(3, 2)
        return Entry({"codes": codes, "coarse": codes.bfloat16()}, {"psnr": 21.5, "ids": ["a", "b"]})

    def report(self, event: Event) -> None:
        self.notes.append(event.note)

    def get(self, key: object = KEY) -> Entry:
        entry = cached("codes", key, self.compute, self.report)
        assert torch.equal(entry.tensors["codes"], torch.arange(6.0).reshape(3, 2))
        return entry


def test_what_was_computed_is_found_again(folder: Path) -> None:
    counting = Counting()
    first, again = counting.get(), counting.get({"points": 8, "images": "1f"})
    assert counting.count == 1 and not counting.notes and again.about == first.about
    assert again.tensors["coarse"].dtype == torch.bfloat16
    assert torch.equal(first.tensors["coarse"], again.tensors["coarse"])
    assert [file.parent for file in folder.rglob("*.safetensors")] == [folder / "codes"]
    for key in ({**KEY, "points": 9}, [], None):
        counting.get(key)
    assert counting.count == 4
    assert read_entry("lengths", KEY) is None  # of another kind


def reorder(path: Path) -> None:
    """The same codes in another order: all that a look at names, types and shapes would pass."""
    with cache.safe_open(path, "pt") as file:
        metadata = file.metadata()
    tensors = load_file(path)
    save_file({**tensors, "codes": tensors["codes"].flip(0).contiguous()}, path, metadata=metadata)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def change_about(path: Path) -> None:
    content = path.read_bytes()
    assert content.count(b"21.5") == 1
    path.write_bytes(content.replace(b"21.5", b"31.5"))


def put_another(path: Path) -> None:
    """A whole entry, of another key."""
    write_entry("codes", "other", Entry({"codes": torch.zeros(3, 2)}))
    shutil.copy(cache_path("codes", "other"), path)


def put_foreign(path: Path) -> None:
    save_file({"codes": torch.zeros(3, 2)}, path)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "damage", [reorder, truncate, flip_a_bit, change_about, put_another, put_foreign, empty], ids=lambda f: f.__name__
)
def test_a_damaged_or_foreign_file_is_never_taken(damage: Callable[[Path], None]) -> None:
    counting = Counting()
    counting.get()
    damage(cache_path("codes", KEY))
    assert counting.get().about["psnr"] == 21.5 and counting.count == 2
    assert len(counting.notes) == 1 and "computed again" in counting.notes[0]
    counting.get()
    assert counting.count == 2, "the entry was not mended"


@pytest.mark.parametrize("way", ["a file for the cache", "a file for the kind", "a folder for the entry"])
def test_a_cache_that_cannot_be_written_stops_nothing(way: str, folder: Path) -> None:
    obstacle = {"cache": folder, "kind": folder / "codes", "entry": cache_path("codes", KEY)}[way.split()[-1]]
    obstacle.parent.mkdir(parents=True, exist_ok=True)
    obstacle.mkdir() if "folder" in way else obstacle.write_text("in the way")
    counting = Counting()
    for count in (1, 2):
        counting.get()
        assert counting.count == count and "cannot be written" in counting.notes[-1]
    assert obstacle.exists()


def test_a_full_disk_stops_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "save_file", fail)
    counting = Counting()
    counting.get()
    assert "No space left" in counting.notes[-1]
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_the_environment_belongs_to_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    counting.get()
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "another")
    counting.get()
    assert counting.count == 2


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cache_dir() == tmp_path / "cache"
    monkeypatch.setenv("SEGUE_CACHE", "~/somewhere")
    assert cache_dir() == Path.home() / "somewhere"
    monkeypatch.setenv("SEGUE_CACHE", "")
    own = cache_dir()
    monkeypatch.delenv("SEGUE_CACHE")
    assert cache_dir() == own != Path() and own.name == "segue"


def test_digests_tell_types_shapes_and_values_apart() -> None:
    arrays = [np.zeros(2), np.zeros(2, np.int64), np.zeros((1, 2)), np.ones(2), torch.zeros(2), torch.zeros(2).half()]
    assert len({digest(array) for array in arrays}) == len(arrays)
    assert digest(np.zeros(2), np.ones(2)) != digest(np.ones(2), np.zeros(2))
    assert digest(torch.tensor(1.0)) != digest(torch.tensor(2.0))


def test_what_is_there_is_counted_and_cleared(folder: Path) -> None:
    assert (usage("codes").files, usage("codes").bytes) == (0, 0)
    write_entry("codes", 1, Entry({"a": torch.zeros(100)}))
    write_entry("models", 1, Entry({"a": torch.zeros(5)}))
    nested = folder / "codes" / "deeper" / "file"
    nested.parent.mkdir()
    nested.write_text("12345")
    found = usage("codes")
    assert found.files == 2 and found.bytes > 405
    assert clear("codes") == found and not (folder / "codes").exists()
    assert usage("codes").files == 0 and usage("models").files == 1
