"""Files of weights: where they are looked for."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from segue.core.download import Remote
from segue.core.errors import InputError
from segue.core.weights import weights_file

CONTENT = b"weights"
FILE = Remote("weights/net/net.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path / "data"))


def put(path: Path, content: bytes = CONTENT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_data_comes_before_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = put(tmp_path / "cache" / FILE.name)
    assert weights_file(FILE, "a test") == cached
    told = put(tmp_path / "data" / FILE.name)
    assert weights_file(FILE, "a test") == told
    monkeypatch.delenv("SEGUE_DATA")
    assert weights_file(FILE, "a test") == cached


def test_a_folder_is_the_only_place(tmp_path: Path) -> None:
    put(tmp_path / "data" / FILE.name)
    with pytest.raises(
        InputError, match=r"no net\.bin, which a test needs, in .*/mine; .*try putting it at .*mine/net\.bin"
    ):
        weights_file(FILE, "a test", tmp_path / "mine")
    mine = put(tmp_path / "mine" / "net.bin")
    assert weights_file(FILE, "a test", tmp_path / "mine") == mine


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("data", "cache"):
        with pytest.raises(InputError) as caught:
            weights_file(FILE, "a test")
        message = str(caught.value)
        assert FILE.sha256 in message and message.endswith(f"try putting it at {tmp_path / folder / FILE.name}")
        monkeypatch.delenv("SEGUE_DATA", raising=False)


def test_another_file_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "data" / FILE.name, b"other")
    with pytest.raises(InputError, match="sha256"):
        weights_file(FILE, "a test")
