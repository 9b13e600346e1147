"""Every study's report, in a browser: whole, legible, and in need of nothing but itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from segue.commands.studies import STUDIES
from segue.commands.studies.study import Study
from segue.commands.studies.workspace import Workspace, command
from segue.core.choices import Checked
from segue.core.images import read_image
from segue.render.report import Page, Picture, Table, Verdict, write_report

WIDE, NARROW, TALL = 1280, 390, 800
PAPER = 673  # CSS pixels across, of A4 without its margins

LOADED = """async () => {
  const seen = element => element.tagName === 'IMG'
    ? element.decode().then(() => element.naturalWidth, () => 0)
    : new Promise(done => element.readyState ? done(element.videoWidth)
        : (element.onloadedmetadata = () => done(element.videoWidth), element.onerror = () => done(0)))
  return Promise.all([...document.querySelectorAll('img, video')].map(seen))
}"""


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study.name)
def test_a_report_in_the_browser(
    study: Study, browser: Any, read: Callable[[str], Checked], data_dir: Path, tmp_path: Path
) -> None:
    workspace = Workspace(tmp_path, "tiny", data_dir=data_dir)
    page = study.make_page(workspace)
    file = write_report(page, tmp_path, {"Study": study.name}, tuple(workspace.commands))
    check_words(page)
    for line in workspace.commands:
        assert command(read(line), Path()) == line
    json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    check_page(browser, file, page)


def check_words(page: Page) -> None:
    """Every part says something, under a name of its own."""
    assert page.title and page.lead and page.claims and page.numbers
    names = [claim.name for claim in page.claims]
    assert len(set(names)) == len(names)
    assert all(claim.source and claim.found and claim.verdict in get_args(Verdict) for claim in page.claims)
    parts = [part for section in page.sections for part in section.parts]
    tables = [part for part in parts if isinstance(part, Table)]
    assert len({table.name for table in tables}) == len(tables)
    assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
    assert all(part.caption for part in parts)
    assert all(section.title and " nan " not in section.text for section in page.sections)


def check_page(browser: Any, file: Path, page: Page) -> None:
    """All is there, wide, narrow and on paper; nothing is fetched, and nothing goes wrong."""
    wrong: list[str] = []
    tab = browser.new_page(viewport={"width": WIDE, "height": TALL})
    tab.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(file.as_uri())
    pictures = [part for section in page.sections for part in section.parts if isinstance(part, Picture)]
    widths = tab.evaluate(LOADED)
    assert len(widths) == len(pictures) and all(widths), widths
    assert tab.locator("h1").inner_text() == page.title
    assert tab.locator("#claims tbody tr").count() == len(page.claims)
    for width in (WIDE, NARROW):
        tab.set_viewport_size({"width": width, "height": TALL})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        picture = file.with_name(f"page-{width}.png")
        tab.screenshot(path=picture, full_page=True)
        assert read_image(picture, 3).std() > 5
    tab.set_viewport_size({"width": PAPER, "height": TALL})
    tab.emulate_media(media="print")
    assert tab.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert tab.pdf(format="A4").startswith(b"%PDF")
    tab.close()
    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
    assert not wrong
