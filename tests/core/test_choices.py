"""Choices: one spelling for the command line, JSON and instances."""

from __future__ import annotations

import inspect
import json
import os
import pydoc
import subprocess
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import segue
from segue.core.choices import Checked, Choice, choose, option
from segue.core.errors import InputError
from segue.join.request import JoinRequest


@dataclass(frozen=True)
class Plain(Choice):
    """No options."""

    name: ClassVar[str] = "plain"


@dataclass(frozen=True)
class Rich(Choice):
    """One option of every kind."""

    name: ClassVar[str] = "rich"

    count: int = option(3, "how many", low=0)
    rate: float = option(0.5, "how much")
    deep: bool = option(False, "whether")
    kind: Literal["near", "far"] = option("near", "which")
    level: Literal[1, 3] = option(1, "which number")
    size: tuple[int, int] = option((4, 4), "height and width", low=1)
    weights: tuple[float, ...] = option((), "weights")
    flags: tuple[bool, ...] = option((), "flags")
    limit: float | None = option(None, "limit, if any")
    width: Literal["auto"] | int = option("auto", "width")
    label: str = option("", "text")


@dataclass(frozen=True)
class World(Choice):
    """A name that holds a colon."""

    name: ClassVar[str] = "worlds:pole"

    grid: int = option(40, "steps", low=1, high=1000)


@dataclass(frozen=True)
class Request(Checked):
    """No choice itself: a request that holds one, and something that must be given."""

    source: str
    steps: int = option(10, "steps", low=2)
    parts: tuple[str, ...] = ()
    path: Choice = Plain()
    extra: tuple[int, ...] = field(default_factory=tuple)


FAMILY: tuple[type[Choice], ...] = (Plain, Rich, World)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text().filter(lambda text: "," not in text and text == text.strip())

RICH = st.builds(
    Rich,
    count=st.integers(0),
    rate=NUMBERS,
    deep=st.booleans(),
    kind=st.sampled_from(["near", "far"]),
    level=st.sampled_from([1, 3]),
    size=st.tuples(st.integers(1), st.integers(1)),
    weights=st.lists(NUMBERS).map(tuple),
    flags=st.lists(st.booleans()).map(tuple),
    limit=st.none() | NUMBERS,
    width=st.just("auto") | st.integers(),
    label=TEXT,
)


@given(RICH | st.builds(Plain) | st.builds(World, grid=st.integers(1, 1000)))
def test_a_spelling_is_read_back(choice: Choice) -> None:
    assert choose(str(choice), FAMILY, "thing") == choice


@given(RICH)
def test_json_is_read_back(choice: Rich) -> None:
    assert Rich.from_json(json.loads(json.dumps(choice.to_json()))) == choice


@given(st.text())
def test_any_text_is_a_choice_or_one_line(text: str) -> None:
    for spelling in (text, f"rich:{text}", f"rich:count={text}", f"rich:size={text}", f"rich:limit={text}"):
        try:
            assert isinstance(choose(spelling, FAMILY, "thing"), Choice)
        except InputError as error:
            assert len(str(error).splitlines()) == 1


def test_defaults_are_left_out() -> None:
    assert str(Rich()) == "rich"
    assert str(Rich(rate=2, size=(2, 3), deep=True)) == "rich:rate=2.0,deep=true,size=2x3"
    assert str(World(grid=7)) == "worlds:pole:grid=7"


def test_an_instance_stays_as_it_is() -> None:
    mine = Rich(count=9)
    assert choose(mine, (Plain,), "thing") is mine


@pytest.mark.parametrize(
    ("spelling", "choice"),
    [
        (" plain ", Plain()),
        ("plain:", Plain()),
        ("rich: count = 4 , deep=yes", Rich(count=4, deep=True)),
        ("rich:level=3", Rich(level=3)),
        ("rich:limit=none", Rich()),
        ("rich:limit=2", Rich(limit=2.0)),
        ("rich:width=64", Rich(width=64)),
        ("rich:count=123456789012345678901", Rich(count=123456789012345678901)),
        ("worlds:pole", World()),
        ("worlds:pole:grid=5", World(grid=5)),
    ],
)
def test_spellings(spelling: str, choice: Choice) -> None:
    assert choose(spelling, FAMILY, "thing") == choice


@pytest.mark.parametrize(
    ("spelling", "said"),
    [
        ("plian", "got thing 'plian'; expected plain, rich, worlds:pole; try plain"),
        ("worlds:pol", "try worlds:pole"),
        ("", "expected plain"),
        ("rich:cuont=3", "try count"),
        ("rich:count", "expected key=value pairs"),
        ("rich:count=1,count=2", "rich:count twice"),
        ("rich:count=2.5", "got rich:count=2.5; expected an int"),
        ("rich:count=-1", "expected 0 or more"),
        ("rich:count=", "expected an int"),
        ("rich:rate=nan", "expected a number"),
        ("rich:rate=1e999", "expected a number"),
        ("rich:deep=maybe", "expected true or false"),
        ("rich:kind=fra", "try far"),
        ("rich:level=2", "expected 1, 3"),
        ("rich:size=4", "expected 2 values"),
        ("rich:size=4x0", "expected 1 or more"),
        ("rich:width=wide", "expected auto or an int"),
        ("worlds:pole:grid=1001", "expected 1 to 1000"),
        ("plain:a=1", "option of plain 'a'"),
    ],
)
def test_wrong_spellings_are_told_in_one_line(spelling: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        choose(spelling, FAMILY, "thing")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"count": 2.5},
        {"count": True},
        {"count": None},
        {"count": float("inf")},
        {"rate": 10**400},
        {"rate": "fast"},
        {"size": 4},
        {"size": (1, 2, 3)},
        {"size": (1, 2.5)},
        {"label": 5},
        {"label": "a,b"},
        {"label": " a"},
        {"level": 2},
    ],
)
def test_wrong_values_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Rich(**options)


@pytest.mark.parametrize("value", [None, 5, Plain])
def test_what_is_no_choice_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="'plain'"):
        choose(value, FAMILY, "thing")


def test_ints_become_the_floats_asked_for() -> None:
    choice = Rich(rate=1, limit=2, weights=(1, 2))
    assert [type(v) for v in (choice.rate, choice.limit, *choice.weights)] == [float] * 4


def test_requests_name_their_flags() -> None:
    with pytest.raises(InputError, match="got `steps=1`; expected 2 or more"):
        Request("a", steps=1)
    assert Request("a,b").source == "a,b"


def test_requests_from_json() -> None:
    request = Request("a", 3, ("x", "y"), Rich(count=1))
    data = json.loads(json.dumps(request.to_json()))
    assert data == {"source": "a", "steps": 3, "parts": ["x", "y"], "path": "rich:count=1", "extra": []}
    with pytest.raises(InputError, match="try steps"):
        Request.from_json({"source": "a", "stesp": 3})
    with pytest.raises(InputError, match="source"):
        Request.from_json({"steps": 3})


def test_the_help_of_a_class_lists_its_options() -> None:
    text = inspect.getdoc(Rich)
    assert text is not None and text.startswith("One option of every kind.\n\nOptions:\n")
    assert "count (int, 0 or more, default 3): how many\n" in text
    assert "kind ('near' or 'far', default near): which\n" in text
    assert "size (intxint, 1 or more, default 4x4): height and width\n" in text
    assert "weights (any number of float, default empty): weights\n" in text
    assert "limit (float or None, default none): limit, if any\n" in text
    assert inspect.getdoc(Plain) == "No options."
    request = pydoc.render_doc(JoinRequest, renderer=pydoc.plaintext)
    for each in fields(JoinRequest):
        assert f"{each.name} (" in request
        assert " ".join(each.metadata["help"].split()) in " ".join(request.replace("|", "").split())


SNIPPET = """
from dataclasses import dataclass
from segue.core.choices import Checked, Choice, needed, option

@dataclass(frozen=True)
class Request(Checked):
    out: str = needed(help="where")
    seconds: float = option(1.0, "how long")

@dataclass(frozen=True)
class Longer(Request):
    more: str = option("", "more")

Request()
Request("film.mp4"), Request(out="film.mp4", seconds=2.0), Longer("film.mp4", more="a")
Longer(more="b")
Request("film.mp4", second=2.0)
Request("film.mp4").seconds = 4
"""


def test_a_type_checker_knows_what_is_needed(tmp_path: Path) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(file)]
    environment = {**os.environ, "MYPYPATH": str(Path(segue.__file__).parent.parent)}
    run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    errors = [line.partition("error: ")[2] for line in run.stdout.splitlines() if ": error: " in line]
    lines = [int(line.split(":")[1]) for line in run.stdout.splitlines() if ": error: " in line]
    assert lines == [14, 16, 17, 18], run.stdout
    assert 'Missing positional argument "out"' in errors[0] and "read-only" in errors[3]
