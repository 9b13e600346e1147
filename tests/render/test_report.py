"""Reports: what goes onto the page and into the files beside it, and nothing else."""

from __future__ import annotations

import base64
import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import write_image
from segue.render.animation import write_animation
from segue.render.report import Claim, Page, Picture, Section, Table, format_cell, judge, write_report

NASTY = "<script>alert('x')</script> & \"quoted\" {{ 7 * 6 }} {% raw %}"


class ParsedPage(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def report(folder: Path, *sections: Section, claims: tuple[Claim, ...] = (), **numbers: Any) -> ParsedPage:
    study = Page("A study", "In short.", sections, claims, numbers)
    return ParsedPage(write_report(study, folder, {"Seed": "0"}, ("segue train digits --out runs/a --via 'a b'",)))


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    write_image(tmp_path / "figures" / "grey.png", np.full((4, 6, 3), 99, np.uint8))
    return tmp_path / "figures" / "grey.png"


def test_the_page_holds_its_pictures(picture: Path, tmp_path: Path) -> None:
    for name in ("film.gif", "film.mp4"):
        write_animation(picture.with_name(name), np.zeros((3, 32, 32, 1), np.uint8))
    film = Picture(picture.with_name("film.gif"), "Dark.", (picture.with_name("film.mp4"),))
    page = report(tmp_path, Section("All", "", (Picture(picture, "Grey."), film, Picture(film.also[0], "A film."))))
    grey, moving = page.all("img")
    assert grey["src"] == f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    assert str(moving["src"]).startswith("data:image/gif;") and grey["alt"] == "Grey."
    assert str(page.all("video")[0]["src"]).startswith("data:video/mp4;")
    (save,) = page.all("a")
    assert save["download"] == "film.mp4" and str(save["href"]).startswith("data:video/mp4;")
    assert all(f"Figure {n}." in page.text for n in (1, 2, 3)) and "Figure 4." not in page.text
    addresses = re.findall(r"""(?:src|href)\s*=\s*["'](?!data:)|url\(|https?:""", page.rawdata or "")
    assert not addresses and not page.all("script") and not page.all("link")


def test_words_are_words(tmp_path: Path) -> None:
    table = Table("t", NASTY, (NASTY, "n"), ((NASTY, 1.5),))
    claim = Claim("c", NASTY, NASTY, "confirmed")
    page = report(tmp_path, Section(NASTY, f"One {NASTY}.\n\nTwo `code <b>` and\n   more.", (table,)), claims=(claim,))
    assert not page.all("script") and not page.all("b")[1:] and page.text.count(NASTY) == 7
    assert [tag for tag, _ in page.elements].count("p") == 4  # the lead, two paragraphs, "step by step"
    assert "<code>code &lt;b&gt;</code> and more." in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_number_and_its_unit_stay_together(tmp_path: Path) -> None:
    claim = Claim("c", "S", "From 8 % to 12.5 dB, 3 nationals.", "confirmed")
    report(tmp_path, Section("S", "About 9 % of it."), claims=(claim,))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "8\u00a0% to 12.5\u00a0dB, 3 nationals" in text and "9\u00a0% of" in text


def test_a_long_spelling_may_break(tmp_path: Path) -> None:
    spelled = Table("t", "T.", ("graph:weight=decoded+smooth", "n"), (("ae:loss=mse:0.7", 12345),))
    report(tmp_path, Section("S", "", (spelled,)))
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "graph:<wbr>weight=<wbr>decoded+<wbr>smooth" in text and "ae:<wbr>loss=<wbr>mse:<wbr>0.7" in text
    assert ">12,345<" in text


def test_numbers_are_written_whole(tmp_path: Path) -> None:
    rows = (("a, b", 1 / 3, 2), ("line\nbreak", float("nan"), None))
    section = Section("S", "", (Table("t", "T.", ("name", "third", "n"), rows),))
    several: dict[str, Any] = {"nan": float("nan"), "yes": True, "path": Path("x"), "many": np.float64(2.5)}
    page = report(tmp_path, section, a={"b": [1, {"c": 0.1}]}, **several)
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert numbers == {"a": {"b": [1, {"c": 0.1}]}, "nan": None, "yes": True, "path": "x", "many": 2.5}
    with (tmp_path / "numbers.csv").open(newline="") as file:
        flat = dict(csv.reader(file))
    assert flat == {
        "name": "value",
        "a.b.0": "1",
        "a.b.1.c": "0.1",
        "nan": "",
        "yes": "True",
        "path": "x",
        "many": "2.5",
    }
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file))[1:] == [["a, b", str(1 / 3), "2"], ["line\nbreak", "nan", ""]]
    numeric = [cell.get("class") for cell in page.all("td")]
    assert numeric == [None, "number", "number"] * 2  # a dash stands where a number would
    assert "0.333" in page.text and page.text.count("–") == 2  # noqa: RUF001


def test_the_same_study_gives_the_same_bytes(picture: Path, tmp_path: Path) -> None:
    for name in "ab":
        report(tmp_path / name, Section("S", "T", (Picture(picture, "P."),)), n=1)
    for file in ("report.html", "numbers.json", "numbers.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_a_study_of_nothing(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert page.all("h1") and not page.all("table") and not page.all("figure")
    assert ParsedPage(write_report(Page("T", "L", ()), tmp_path / "bare", {})).all("pre") == []


def test_claims_have_an_anchor_and_a_verdict(tmp_path: Path) -> None:
    claims = (Claim("one", "S", "F", judge(True)), Claim("two", "S", "F", judge(False)))
    page = report(tmp_path, claims=claims)
    assert [row["id"] for row in page.all("tr") if "id" in row] == ["one", "two"]
    assert [span["class"] for span in page.all("span") if "class" in span] == [
        "verdict confirmed",
        "verdict not-confirmed",
    ]


@pytest.mark.parametrize("name", ["missing.png", "notes.txt"])
def test_pictures_that_cannot_be_shown(name: str, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match=name):
        report(tmp_path / "r", Section("S", "", (Picture(tmp_path / name, "P."),)))
    assert not (tmp_path / "r" / "report.html").exists()


def test_commands_break_between_options(tmp_path: Path) -> None:
    report(tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    for piece in ("segue", "train", "digits", "--out runs/a", "--via &#39;a b&#39;"):
        assert f"<span>{piece}</span>" in text


@given(st.floats() | st.integers() | st.text() | st.none())
def test_any_cell_can_be_shown(cell: float | int | str | None) -> None:
    text = format_cell(cell)
    assert text == cell or not {"nan", "inf", "None"} & {text}
    if isinstance(cell, float) and np.isfinite(cell) and cell:
        assert float(text.replace(",", "")) == pytest.approx(cell, rel=5e-3)
