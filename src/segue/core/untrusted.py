"""Files that anyone may have written: whatever is wrong with them becomes one line, in bounded time and memory."""

from __future__ import annotations

import json
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from segue.core.errors import InputError, missing_file, unreadable_file

MOST_TEXT_BYTES = 32 << 20
"""JSON or TOML of more than this is none that segue wrote."""


@contextmanager
def reading(path: str | Path, expected: str, remedy: str = "saving or copying it again") -> Iterator[None]:
    """Turn whatever a library raises while it reads a file into one line.

    A library is free to raise anything on damaged bytes, and does: LZMAError, TokenError, RecursionError, TypeError. So
    the block should hold calls that read, and nothing else.

    Args:
        path: the file, as the message calls it.
        expected: what it should be.
        remedy: what to try.

    Raises:
        InputError: for any error in the block but one that is an `InputError` already.

    >>> with reading("a.json", "JSON"):
    ...     json.loads("[" * 100_000)
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got a.json (maximum recursion depth exceeded...); expected JSON; try ...
    """
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise missing_file(path, expected) from None
    except MemoryError:
        raise unreadable_file(path, "more than the memory holds", expected, remedy) from None
    except Exception as error:
        raise unreadable_file(path, error, expected, remedy) from None


def check_regular(path: Path, expected: str) -> None:
    """Refuse what may never end: a device, a pipe, a socket.

    Args:
        path: a file or folder; one that does not exist passes, as whoever opens it says so.
        expected: what it should be.

    Raises:
        InputError: for anything but a regular file or a folder.
    """
    if path.exists() and not (path.is_dir() or stat.S_ISREG(path.stat().st_mode)):
        raise InputError(f"{path}, which is a device or pipe", expected, "saving it to a file first")


def parse_json(text: str | bytes, path: str | Path) -> Any:
    """Parse JSON that anyone may have written.

    Args:
        text: the JSON, UTF-8 where it is bytes.
        path: where it comes from, as the message calls it.

    Returns:
        Its value. Every text in it can be written again as UTF-8.

    Raises:
        InputError: for what is no JSON, is nested too deeply, is too long, or holds text that is not Unicode.

    >>> parse_json('{"a": [1, 2]}', "a.json")
    {'a': [1, 2]}
    """
    with reading(path, "JSON as segue writes it"):
        _check_length(len(text), path)
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate passes as an escape
    return value


def read_json(path: Path) -> Any:
    """Read a JSON file that anyone may have written.

    Args:
        path: the file.

    Returns:
        Its value.

    Raises:
        InputError: as `parse_json` does, and for a file that cannot be read.
    """
    return parse_json(_read(path, "JSON as segue writes it"), path)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file that anyone may have written.

    Args:
        path: the file.

    Returns:
        Its table.

    Raises:
        InputError: for a file that cannot be read, and for what is no TOML, is nested too deeply or too long.
    """
    text = _read(path, "a TOML file")
    with reading(path, "TOML"):
        return tomllib.loads(text.decode("utf-8"))


def _read(path: Path, expected: str) -> bytes:
    check_regular(path, expected)
    with reading(path, expected):
        _check_length(path.stat().st_size, path)
        return path.read_bytes()


def _check_length(length: int, path: str | Path) -> None:
    if length > MOST_TEXT_BYTES:
        raise InputError(
            f"{path} of {length >> 20} MB", f"up to {MOST_TEXT_BYTES >> 20} MB", "checking that it is the right file"
        )
