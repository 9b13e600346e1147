"""Every message of an error reads as English: got a noun; expected a noun; try a noun or a gerund."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import segue

SOURCE = Path(segue.__file__).parent

ERRORS = {"InputError": 3, "missing_file": 3, "unreadable_file": 4, "reading": 3}
"""What makes an error with a remedy, and as which of its arguments."""

IMPERATIVES = frozenset(
    re.findall(
        r"\w+",
        """
        add ask build change check choose clean copy crop decode delete draw drop encode end finish fit fix
        get give go have install join leave list load look lower make map match measure mend name number pip
        project put raise rename render reshape resize restore resume run save say scale see select show
        stop take train try update use wrap write
        """,
    )
)


def calls() -> Iterator[tuple[str, list[str]]]:
    """Where an error is made, and the literal texts of its arguments; `{}` stands for what is filled in."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                remedies = [keyword.value for keyword in node.keywords if keyword.arg == "remedy"]
                if node.func.id == "InputError" or len(node.args) == ERRORS[node.func.id] or remedies:
                    texts = [text_of(argument) for argument in [*node.args, *remedies]]
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", texts


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return "{}"


CALLS = list(calls())


def test_there_are_errors() -> None:
    assert len(CALLS) > 250


@pytest.mark.parametrize("got_and_others", [texts for _, texts in CALLS], ids=[where for where, _ in CALLS])
def test_it_reads_as_english(got_and_others: list[str]) -> None:
    *others, remedy = got_and_others
    assert remedy.split(" ")[0].strip(",.:") not in IMPERATIVES
    assert all("; " not in text and not text.endswith(".") for text in (*others, remedy))


@pytest.mark.parametrize("texts", [texts for _, texts in CALLS], ids=[where for where, _ in CALLS])
def test_it_names_parameters_and_no_options(texts: list[str]) -> None:
    assert not any(re.search(r"(^|\s)--?[a-z]", text) for text in texts)
