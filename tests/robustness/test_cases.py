"""Files that once ended in a traceback, or took gigabytes: each is one line now, and exit code 0 or 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from segue.cli import main

DATA = Path(os.environ.get("SEGUE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
FOLDER = DATA.parent / "cases" / "malformed"
INSIDE = ("config", "journal", "scores", "request", "reproduce")  # of a folder that a command made
CASES = sorted(path.name for path in FOLDER.glob("*") if not path.name.startswith(INSIDE)) or ["none"]


@pytest.mark.parametrize("name", CASES)
def test_a_malformed_file_is_a_line(
    name: str, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data_dir.parent / "cases" / "malformed" / name
    assert path.exists()
    monkeypatch.chdir(tmp_path)
    joined = name.startswith(("toml", "record"))
    words = ["join", "--from", str(path), "-o", "o.mp4"] if joined else ["info", str(path)]
    code = main(words)
    said = capsys.readouterr().err
    assert code in (0, 2), said
    if code == 2:
        (*_, line) = said.splitlines()
        assert line.startswith("segue: got ") and "; expected " in line and "; try " in line
    assert not list(tmp_path.iterdir())
