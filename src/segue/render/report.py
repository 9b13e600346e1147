"""Reports: one self-contained HTML page of figures, tables and claims, with the raw numbers beside it."""

from __future__ import annotations

import base64
import csv
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Literal, TypeAlias

from segue.core.errors import InputError
from segue.core.images import atomic_write
from segue.core.jsonable import to_json

PAGE, NUMBERS, _FLAT = "report.html", "numbers.json", "numbers.csv"
_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}

SIGNS = r"(?<=[a-z])([:+,=/])(?=\w)"  # of spelled options, after which a table's cell may break

Cell: TypeAlias = str | int | float | None
Verdict = Literal["confirmed", "confirmed with a condition", "not confirmed", "not tested"]


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes:
        file: A still (.png, .jpg, .svg), an animation (.gif, .webp) or a film (.mp4, .webm).
        caption: What it shows.
        also: Other forms of it, which the page offers to save.
    """

    file: Path
    caption: str
    also: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    Attributes:
        name: Of its file, `NAME.csv`.
        caption: What it shows.
        columns: The heads.
        rows: Cells; NaN and None are shown as a dash.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Claim:
    """A claim of the source.

    Attributes:
        name: One word or two, hyphened.
        source: What the source found.
        found: What was found here, and by which rule it is judged.
        verdict: Whether that confirms it.
    """

    name: str
    source: str
    found: str
    verdict: Verdict


def judge(whole: bool, partly: bool = False) -> Verdict:
    """Judge a claim.

    Args:
        whole: Whether it is confirmed as a whole.
        partly: Whether a part of it is.

    >>> judge(False, partly=True)
    'confirmed with a condition'
    """
    return "confirmed" if whole else "confirmed with a condition" if partly else "not confirmed"


def judge_conditions(*held: bool) -> Verdict:
    """Judge a claim by conditions.

    Args:
        held: Which of them hold; one or more.

    Returns:
        Confirmed where all hold, with a condition where at least half of them do, else not confirmed.

    >>> judge_conditions(True, True), judge_conditions(True, False), judge_conditions(True, False, False)
    ('confirmed', 'confirmed with a condition', 'not confirmed')
    """
    share = sum(held) / len(held)
    return judge(share == 1, partly=share >= 0.5)


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        title: Its heading.
        text: Paragraphs with blank lines between them, `code` between backticks.
        parts: The pictures and tables that they speak of.
    """

    title: str
    text: str
    parts: tuple[Picture | Table, ...] = ()


@dataclass(frozen=True)
class Page:
    """What a report says.

    Attributes:
        title: Its heading.
        lead: A sentence or two beneath it.
        sections: The body.
        claims: What the source says, and what became of it.
        numbers: All numbers by name, nested; JSON values, in which NaN is allowed.
    """

    title: str
    lead: str
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...] = ()
    numbers: dict[str, Any] = field(default_factory=dict)


def write_report(page: Page, folder: Path, about: Mapping[str, str], commands: tuple[str, ...] = ()) -> Path:
    """Write `report.html`, `numbers.json`, `numbers.csv` and a CSV file of each table.

    The page holds its pictures and needs no other file. In `numbers.csv` nested names are joined by dots.

    Args:
        page: What to say.
        folder: Where to write.
        about: Settings, seed, time and the like, shown as they are.
        commands: The commands that made the figures.

    Returns:
        The file of the page.

    Raises:
        InputError: For a picture that does not exist or is of another kind, and for what cannot be written.
    """
    html = render_template("report.html.jinja", page=page, about=about, commands=commands, films=(".mp4", ".webm"))
    numbers = to_json(page.numbers)
    _write(folder / NUMBERS, json.dumps(numbers, indent=2) + "\n")
    _write(folder / _FLAT, _format_csv(("name", "value"), tuple(_flatten(numbers))))
    for section in page.sections:
        for part in section.parts:
            if isinstance(part, Table):
                _write(folder / f"{part.name}.csv", _format_csv(part.columns, part.rows))
    _write(folder / PAGE, html)
    return folder / PAGE


def render_template(template: str, **values: Any) -> str:
    """Fill in one of the templates beside this file, which share a frame.

    Args:
        template: The name of its file.
        values: What the template names; text in it is escaped.

    Returns:
        The page as HTML.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup, escape

    pages = Environment(
        loader=PackageLoader("segue", "render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(
        paragraphs=_split_paragraphs, embedded=_embed, cell=format_cell, parts=_split_command, joined=_join_units
    )
    pages.filters["breaking"] = lambda text: Markup(re.sub(SIGNS, r"\1<wbr>", str(escape(text))))  # noqa: S704 - escaped
    pages.tests["picture"] = _is_picture
    return pages.get_template(template).render(**values)


def format_cell(cell: Cell) -> str:
    """Format a cell: three digits of a number, or its whole part from 1,000 on; a dash for None and NaN.

    >>> [format_cell(cell) for cell in (0.02, 98.76, 100.0, 12345, float("nan"), "linear")]
    ['0.0200', '98.8', '100', '12,345', '–', 'linear']
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"  # noqa: RUF001
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 1000:
        return f"{cell:,.0f}"
    return f"{cell:#.3g}".removesuffix(".")


def join_words(things: Sequence[object]) -> str:
    """Join two things or more by commas, the last two by "and".

    >>> join_words([1, 2, 3])
    '1, 2 and 3'
    """
    return f"{', '.join(map(str, things[:-1]))} and {things[-1]}"


def _is_picture(part: object) -> bool:
    return isinstance(part, Picture)


def _split_paragraphs(text: str) -> Iterator[list[tuple[bool, str]]]:
    """Each paragraph as pieces: whether it is code, and its text."""
    for paragraph in text.strip().split("\n\n"):
        if paragraph.strip():
            words = _join_units(" ".join(paragraph.split()))
            yield [(index % 2 == 1, piece) for index, piece in enumerate(words.split("`"))]


def _join_units(text: str) -> str:
    """The text with no line break between a number and its unit."""
    return re.sub(r"(?<=\d) (?=(%|dB|nats)(?!\w))", "\u00a0", text)


def _split_command(command: str) -> list[str]:
    """A command in the pieces that a line may end between: an option stays with its value."""
    return re.findall(r"--\S+ (?!--)(?:'[^']*'|\S+)|'[^']*'|\S+", command)


def _embed(file: Path) -> str:
    """A file as a `data:` address."""
    kind = _KINDS.get(file.suffix.lower())
    if kind is None or not file.is_file():
        raise InputError(f"figure {file}", f"a file that ends in {', '.join(_KINDS)}", "making it first")
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def _flatten(value: Any, name: str = "") -> Iterator[tuple[str, Cell]]:
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _flatten(item, f"{name}.{key}" if name else str(key))
    else:
        yield name, value


def _format_csv(columns: tuple[str, ...], rows: tuple[tuple[Cell, ...], ...]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue()


def _write(file: Path, text: str) -> None:
    with atomic_write(file) as beside:
        beside.write_text(text, encoding="utf-8", newline="")
