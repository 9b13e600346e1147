"""What results, records and pages are as JSON, in one place: the keys of fields, and null for NaN."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from segue.core.choices import Choice

if TYPE_CHECKING:
    from segue.core.types import StrPath


def to_json(value: Any) -> Any:
    """Turn a value into JSON values.

    Args:
        value: a result, or any part of one. A dataclass becomes a mapping by the names of its fields; the metadata
            `json` of a field is another key, where its name has changed since the key was published, or None to leave
            it out. A choice becomes its spelling, and any number an int or a float.

    Returns:
        Dicts, lists, texts, ints, floats, booleans and None. NaN and infinity, which JSON has not, are None; keys and
        whatever else JSON does not know, paths for instance, are text.

    >>> to_json({"mse": float("nan"), "size": (2, 3)})
    {'mse': None, 'size': [2, 3]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, (type, Choice)):
        keys = {field.name: field.metadata.get("json", field.name) for field in dataclasses.fields(value)}
        return {key: to_json(getattr(value, name)) for name, key in keys.items() if key is not None}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else None
    return str(value)


def write_json(file: StrPath, value: Any) -> None:
    """Write a value as an indented JSON file, atomically.

    Args:
        file: the file; folders that are missing are made.
        value: as of `to_json`.

    Raises:
        InputError: where nothing can be written.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_json(f"{folder}/a.json", {"psnr": float("inf")})
    ...     json.loads(Path(folder, "a.json").read_text())
    {'psnr': None}
    """
    # Late, for the command line turns results into JSON without images.
    from segue.core.images import atomic_write

    with atomic_write(file) as beside:
        beside.write_text(json.dumps(to_json(value), indent=1, allow_nan=False) + "\n", encoding="utf-8")
