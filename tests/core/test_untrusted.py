"""Whatever is wrong with a file is one line."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import pytest

from segue.core.errors import InputError
from segue.core.untrusted import MOST_TEXT_BYTES, check_regular, parse_json, read_json, read_toml, reading


@pytest.mark.parametrize(
    "error", [lzma.LZMAError("Corrupt"), TypeError("a\nb"), KeyError(), RecursionError("deep"), MemoryError()]
)
def test_any_error_becomes_a_line(error: Exception) -> None:
    with (
        pytest.raises(InputError, match=r"^got a\.npz \([^\n]+\); expected arrays; ") as caught,
        reading("a.npz", "arrays"),
    ):
        raise error
    assert "\n" not in str(caught.value)


def test_a_line_stays_as_it_is_and_ctrl_c_too() -> None:
    with pytest.raises(InputError, match="got this; expected that"), reading("a", "b"):
        raise InputError("this", "that", "so")
    with pytest.raises(KeyboardInterrupt), reading("a", "b"):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"a":' * 100_000,
        b"\xff\xfe",
        '"\\ud800"',
        '{"\\udfff": 1}',
        "1" * 5000,
        "[" + "0," * (MOST_TEXT_BYTES // 2) + "0]",
    ],
    ids=["empty", "open", "deep list", "deep dict", "no UTF-8", "surrogate", "surrogate key", "huge number", "long"],
)
def test_bad_json_is_a_line(text: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^got .*a\.json"):
        parse_json(text, "a.json")
    path = tmp_path / "a.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=r"a\.json"):
        read_json(path)


@pytest.mark.parametrize("text", [b"a = ", b"a = " + b"[" * 100_000, b"\xff", b"a = 1\n" * 2])
def test_bad_toml_is_a_line(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(text)
    with pytest.raises(InputError, match=r"a\.toml"):
        read_toml(path)


def test_good_ones_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"name": "Café", "n": [1.5, null]}', encoding="utf-8")
    (tmp_path / "a.toml").write_text('name = "Café"', encoding="utf-8")
    assert read_json(tmp_path / "a.json") == {"name": "Café", "n": [1.5, None]}
    assert read_toml(tmp_path / "a.toml") == {"name": "Café"}


def test_what_never_ends_is_not_begun(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.toml").symlink_to("/dev/zero")
    for path in (tmp_path / "pipe", tmp_path / "link.toml"):
        with pytest.raises(InputError, match="device or pipe"):
            check_regular(path, "a file")
        with pytest.raises(InputError, match="device or pipe"):
            read_toml(path)
    check_regular(tmp_path, "a folder")
    check_regular(tmp_path / "none", "a file")
