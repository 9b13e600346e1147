"""The one cache: where it is, and what was expensive to compute, found again by a digest of all it depends on.

An entry is a file of tensors with a JSON header, in a folder of its kind. The header holds the key and a checksum over
key and content, so a damaged file, or one of another key, is never taken for the entry: it is computed again.
A cache that cannot be read or written slows work down, and never stops it.

What a processor, a number of threads or another release computes may differ in the last bits, so these belong to every
key: an entry is what would be computed here and now, to the bit.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import atomic_write
from segue.core.progress import Event, Report, silent

CODES, LENGTHS, MODELS = "codes", "lengths", "models"
"""The kinds of entries: codes of image sets, lengths of a graph's edges, models that joins and slow motion train."""

HEADER = "segue"


@dataclass(frozen=True, eq=False)
class Entry:
    """What the cache keeps under one key.

    Args:
        tensors: tensors of any types and shapes, by name.
        about: anything else that belongs to them, in JSON values.
    """

    tensors: Mapping[str, Tensor]
    about: Mapping[str, Any] = field(default_factory=dict)


def cache_dir() -> Path:
    """Where the cache is.

    Returns:
        The folder that `SEGUE_CACHE` names, else the user's own cache folder of segue; it need not be there yet.
    """
    named = os.environ.get("SEGUE_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("segue")


def cache_path(kind: str, key: Any) -> Path:
    """The file of an entry.

    Args:
        kind: the folder within the cache.
        key: all that the entry depends on, in JSON values; the order of a dict's items does not matter.

    Returns:
        A path whose name is the key's digest.

    >>> cache_path("codes", {"a": 1, "b": 2}) == cache_path("codes", {"b": 2, "a": 1})
    True
    """
    name = hashlib.sha256(_spell([key, _environment()]).encode()).hexdigest()
    return cache_dir() / kind / f"{name}.safetensors"


def digest(*arrays: npt.NDArray[Any] | Tensor) -> str:
    """The sha256 over types, shapes and values, in hex.

    Args:
        arrays: arrays or tensors of any types; bfloat16 tensors too.

    Returns:
        64 hex digits.

    >>> digest(np.zeros((2, 3))) == digest(np.zeros((3, 2)))
    False
    """
    total = hashlib.sha256()
    for array in arrays:
        if isinstance(array, Tensor):
            total.update(repr((str(array.dtype), tuple(array.shape))).encode())
            array = array.detach().cpu().contiguous().flatten().view(torch.uint8).numpy()
        else:
            total.update(repr((array.dtype.str, array.shape)).encode())
        total.update(np.ascontiguousarray(array).data)
    return total.hexdigest()


def cached(kind: str, key: Any, compute: Callable[[], Entry], report: Report = silent) -> Entry:
    """The entry of a key: read if it is there and whole, else computed and written.

    Args:
        kind: the folder within the cache.
        key: all that the entry depends on, in JSON values.
        compute: makes the entry.
        report: is told of a damaged entry, and of a cache that cannot be written.

    Returns:
        The entry, whose tensors are on the CPU where it was read.
    """
    entry = read_entry(kind, key, report)
    if entry is None:
        entry = compute()
        write_entry(kind, key, entry, report)
    return entry


def read_entry(kind: str, key: Any, report: Report = silent) -> Entry | None:
    """Read an entry.

    Args:
        kind: the folder within the cache.
        key: all that the entry depends on, in JSON values.
        report: is told of a file that is damaged, or another's.

    Returns:
        The entry; None where there is none, or only such a file.
    """
    path = cache_path(kind, key)
    try:
        if not path.exists():
            return None
        with safe_open(path, "pt") as file:
            header = json.loads((file.metadata() or {})[HEADER])
            entry = Entry({name: file.get_tensor(name) for name in file.keys()}, header["about"])  # noqa: SIM118
        if header["sha256"] == _checksum(kind, key, entry):
            return entry
        why = "its content is not what was written"
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0]
    report(Event("cache", note=f"a damaged entry of the cache is computed again: {path} ({why})"))
    return None


def write_entry(kind: str, key: Any, entry: Entry, report: Report = silent) -> None:
    """Write an entry, whole or not at all.

    Args:
        kind: the folder within the cache.
        key: all that the entry depends on, in JSON values.
        entry: what to keep.
        report: is told where it cannot be written, which is no error.
    """
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in entry.tensors.items()}
    header = {
        "key": key,
        "about": dict(entry.about),
        "sha256": _checksum(kind, key, entry),
    }
    path = cache_path(kind, key)
    try:
        with atomic_write(path) as beside:
            save_file(tensors, beside, metadata={HEADER: json.dumps(header)})
    except (InputError, SafetensorError, OSError) as error:
        report(Event("cache", note=f"nothing is kept in the cache, which cannot be written: {path} ({error})"))


@dataclass(frozen=True)
class Usage:
    """How much of the cache one kind takes: its folder, how many files, and their bytes."""

    kind: str
    folder: Path
    files: int
    bytes: int


def usage(kind: str) -> Usage:
    """How much of the cache a kind takes.

    Args:
        kind: the folder within the cache.

    Returns:
        Its files and bytes, 0 where there is no such folder.
    """
    files = list(_files(kind))
    return Usage(kind, cache_dir() / kind, len(files), sum(file.stat().st_size for file in files))


def clear(kind: str) -> Usage:
    """Remove all files of a kind, and the folders that are empty then.

    Args:
        kind: the folder within the cache.

    Returns:
        What was removed.

    Raises:
        InputError: a file cannot be removed.
    """
    before = usage(kind)
    try:
        for file in _files(kind):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            f"{error.filename}, which cannot be removed ({error.strerror})",
            "a cache of one's own",
            "removing it by hand",
        ) from None
    with suppress(OSError):  # a folder that something else was put into stays
        for folder in sorted((path for path in before.folder.rglob("*") if path.is_dir()), reverse=True):
            folder.rmdir()
        before.folder.rmdir()
    return before


def _files(kind: str) -> list[Path]:
    return [path for path in (cache_dir() / kind).rglob("*") if path.is_file()]


def _spell(key: Any) -> str:
    return json.dumps(key, sort_keys=True)


def _environment() -> list[str | int]:
    """What decides the last bits of whatever is computed."""
    return [
        version("segue"),
        torch.__version__,
        platform.machine(),
        torch.backends.cpu.get_cpu_capability(),
        torch.get_num_threads(),
    ]


def _checksum(kind: str, key: Any, entry: Entry) -> str:
    total = hashlib.sha256(_spell([kind, key, _environment(), dict(entry.about)]).encode())
    for name in sorted(entry.tensors):
        total.update(f"{name} {digest(entry.tensors[name])}".encode())
    return total.hexdigest()
