"""Any result as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segue.core.jsonable import to_json, write_json
from segue.training.methods import VAE


@dataclass(frozen=True)
class Inner:
    value: float


@dataclass(frozen=True)
class Outer:
    out: Path
    info: dict[str, Inner] = field(metadata={"json": "told"})
    board: object = field(metadata={"json": None})
    rates: tuple[Fraction, ...] = ()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ((float("nan"), float("inf"), -float("inf"), 1.5), [None, None, None, 1.5]),
        ({"a": Path("x"), 3: None, "b": True}, {"a": "x", "3": None, "b": True}),
        ([np.float64(0.1), np.float32(0.5), np.float32("nan"), np.int64(7)], [0.1, 0.5, None, 7]),
        (
            Outer(out=Path("o"), info={"x": Inner(float("nan"))}, board=object(), rates=(Fraction(1, 4),)),
            {"out": "o", "told": {"x": {"value": None}}, "rates": [0.25]},
        ),
        (VAE(beta=4), "vae:beta=4.0"),
    ],
)
def test_known_values(value: Any, wanted: Any) -> None:
    found = to_json(value)
    assert found == wanted
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_a_file_is_one_value_that_every_reader_takes(tmp_path: Path) -> None:
    write_json(tmp_path / "new" / "a.json", {"scores": (1, float("nan"))})
    text = (tmp_path / "new" / "a.json").read_text()
    assert text == '{\n "scores": [\n  1,\n  null\n ]\n}\n'
