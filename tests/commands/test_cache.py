"""`segue cache`: what is there is told, and cleared; what was fetched stays unless it is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from segue.cli import main
from segue.core.cache import CODES, MODELS, Entry, write_entry

Segue = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path))
    write_entry(CODES, "a", Entry({"codes": torch.zeros(4, 2)}))
    write_entry(CODES, "b", Entry({"codes": torch.zeros(4, 2)}))
    write_entry(MODELS, "a", Entry({"weight": torch.zeros(4, 2)}))
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k").write_bytes(bytes(1000))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("not segue's")
    return tmp_path


def kinds(result: dict[str, Any]) -> dict[str, int]:
    return {kind["kind"]: kind["files"] for kind in result["kinds"]}


def test_what_is_there(folder: Path, segue: Segue) -> None:
    result = segue("cache")
    assert result["folder"] == str(folder) and not result["cleared"]
    assert kinds(result) == {"codes": 2, "models": 1, "mnist": 1}
    assert kinds(segue("cache", "codes")) == {"codes": 2} and kinds(segue("cache", "weights")) == {}


def test_it_is_cleared(folder: Path, segue: Segue) -> None:
    assert kinds(segue("cache", "--clear", "codes")) == {"codes": 2}
    assert kinds(segue("cache")) == {"models": 1, "mnist": 1}
    assert kinds(segue("cache", "--clear")) == {"models": 1}
    assert kinds(segue("cache")) == {"mnist": 1}
    assert kinds(segue("cache", "--clear", "mnist")) == {"mnist": 1}
    assert kinds(segue("cache")) == {} and (folder / "mine" / "letter").exists()


def test_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["cache"])
    shown = capsys.readouterr().out
    assert "codes" in shown and "2 files" in shown and "1000 B in 1 file: the image set mnist" in shown
    main(["cache", "--clear"])
    assert "removed" in capsys.readouterr().out
    main(["cache", "--clear"])
    assert "nothing to remove" in capsys.readouterr().out


def test_an_unknown_kind(folder: Path, refused: Refused) -> None:
    assert "try codes or models" in refused("cache", "--clear", "cods")
    assert len([file for file in folder.rglob("*") if file.is_file()]) == 5
