"""The report of a join, in a browser: it plays, nothing is fetched, and what is bad is marked where it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from segue.cli import main
from segue.core.images import read_image

Join = Callable[..., dict[str, Any]]

WIDE, NARROW, TALL = 1280, 390, 800
PAPER = 673  # CSS pixels across, of A4 without its margins
COUNT = 12

LOADED = """async () => Promise.all([...document.querySelectorAll('video')].map(film => new Promise(done => {
  if (film.readyState || film.error) done(film.duration || 0)
  film.onloadedmetadata = () => done(film.duration)
  film.addEventListener('error', () => done(0))
})))"""
PLAYED = """async () => {
  const film = document.querySelector('.transition video'), before = film.currentTime
  film.scrollIntoView()
  await film.play()
  await new Promise(done => { film.ontimeupdate = () => film.currentTime > before && done() })
  return film.currentTime > before
}"""


@pytest.fixture
def pair(clips: ModuleType, tmp_path: Path) -> tuple[Path, Path]:
    """Two clips of two seconds at 12 frames a second, named to be escaped."""
    a = clips.write(tmp_path / "a & <b> #1.mp4", clips.rolling(24, (8, 20), (1, 0)), sound=clips.tone(440, 2))
    return a, clips.write(tmp_path / "b.mp4", clips.rolling(24, (50, 30), (-1, 0), blue=200))


class Opened:
    """A page in the browser, and what went on as it was opened."""

    def __init__(self, browser: Any, file: Path) -> None:
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page = browser.new_page(viewport={"width": WIDE, "height": TALL})
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())

    def count(self, selector: str) -> int:
        return int(self.page.locator(selector).count())

    def words(self, selector: str) -> str:
        return str(self.page.locator(selector).first.inner_text())


def test_a_cut_in_the_browser(pair: tuple[Path, Path], tmp_path: Path, browser: Any, join: Join) -> None:
    result = join(*pair, "-o", tmp_path / "out & #2.mp4", "--report", style="cut")
    file = tmp_path / "out & #2.html"
    assert result["report"] == str(file)
    opened = Opened(browser, file)
    whole, small = opened.page.evaluate(LOADED)
    assert whole == pytest.approx(3, abs=0.05) and small == pytest.approx((COUNT + 2 * 7) / 12, abs=0.05)
    assert opened.page.evaluate(PLAYED)
    film = (tmp_path / "out%20%26%20%232.mp4").as_uri().replace("%25", "%")
    assert {url for url in opened.asked if not url.startswith("data:")} == {file.as_uri(), film}
    assert opened.words("h1") == "out & #2" and opened.words(".transition h2") == "a & <b> #1.mp4 → b.mp4"
    check_bad(opened)
    check_pictures(opened, tmp_path)
    opened.page.close()
    assert not opened.wrong


def check_bad(opened: Opened) -> None:
    """The leap is from frame 6 to frame 7 of 0 to 13, number 18 of the film, and is marked everywhere."""
    bad = 6 + 7  # of the 26 that are shown, 7 of them before number 1
    assert opened.count("svg .mark") == opened.count(".change .mark") == 1
    assert float(opened.page.locator(".change .mark").get_attribute("x1")) == pytest.approx(
        100 * (bad + 0.5) / 26, abs=0.01
    )
    assert [float(wash.get_attribute("x")) for wash in opened.page.locator("svg .wash").all()] == [100 * bad / 26] * 3
    assert "Bad frames: change 18" in opened.words(".taken")
    assert opened.words(".still.bad").split() == ["18", "·", "54", "%", "bad", "change"]
    assert opened.count(".still.bad") == 1 and opened.words(".still.bad b") == "bad change"
    assert "missed" in opened.words(".scores") and "misses pace" in opened.words("header")


def check_pictures(opened: Opened, folder: Path) -> None:
    """All fits, wide, narrow and on paper."""
    assert opened.count(".still img") == 12 and opened.count(".plot svg") == 3
    for width in (WIDE, NARROW):
        opened.page.set_viewport_size({"width": width, "height": TALL})
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        opened.page.screenshot(path=folder / f"page-{width}.png", full_page=True)
        assert read_image(folder / f"page-{width}.png", 3).std() > 5
    opened.page.set_viewport_size({"width": PAPER, "height": TALL})
    opened.page.emulate_media(media="print")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= PAPER


def test_any_frame_can_be_seen(pair: tuple[Path, Path], tmp_path: Path, browser: Any, join: Join) -> None:
    result = join(*pair, "-o", tmp_path / "out.mp4", "--report", style="fade")
    opened = Opened(browser, Path(result["report"]))
    opened.page.evaluate(LOADED)
    film, plot = opened.page.locator(".transition video"), opened.page.locator(".plot.sharpness")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()

    def shown() -> int:
        """The frame at which the preview stands still."""
        assert film.evaluate("film => film.paused")
        return int(film.evaluate("film => Math.floor(film.currentTime * 12)"))

    opened.page.mouse.move(box["x"] + box["width"] * 10.5 / 26, box["y"] + 20)
    assert shown() == 10 and opened.words(".said").startswith("frame 15 · 00:01.25 · change ")
    assert "wanted" in opened.words(".said") and "ghosting" in opened.words(".said")
    opened.page.locator(".still").last.click()
    assert shown() == 13 + 6 and opened.words(".said").startswith("frame 24 ")
    opened.page.keyboard.press("ArrowRight")
    assert shown() == 20 and opened.words(".said").startswith("frame 25 ") and "wanted" not in opened.words(".said")
    at = opened.page.locator(".transition").evaluate("part => part.style.getPropertyValue('--at')")
    assert float(at.rstrip("%")) == pytest.approx(100 * 20.5 / 26)
    opened.page.close()


def test_a_page_sent_alone_still_plays_the_transition(
    pair: tuple[Path, Path], tmp_path: Path, browser: Any, join: Join
) -> None:
    page = Path(join(*pair, "-o", tmp_path / "out.mp4", "--report")["report"])
    alone = tmp_path / "sent" / "out.html"
    alone.parent.mkdir()
    alone.write_bytes(page.read_bytes())
    opened = Opened(browser, alone)
    assert opened.page.evaluate(LOADED)[1] > 2
    assert "out.mp4 is not beside this page" in opened.words(".whole figcaption")
    opened.page.close()


def test_the_same_request_gives_the_same_bytes(pair: tuple[Path, Path], tmp_path: Path, join: Join) -> None:
    pages = [
        Path(join(*pair, "-o", tmp_path / name / "out.mp4", "--report", "--quick", style="morph")["report"])
        for name in ("one", "same")
    ]
    one, same = (page.read_text(encoding="utf-8") for page in pages)
    assert one == same and str(tmp_path) not in one


def test_it_says_what_was_asked_and_done(pair: tuple[Path, Path], tmp_path: Path, join: Join) -> None:
    words = ("--report", "--seed", 7, "--seconds", 0.5, "--size", "32x64", "--mode", "insert")
    result = join(*pair, "-o", tmp_path / "out.mkv", *words)
    page = Path(result["report"]).read_text(encoding="utf-8")
    kept = json.loads(Path(result["record"]).read_text(encoding="utf-8"))
    for clip in kept["project"]["clips"]:
        assert clip["sha256"] in page
    assert result["arithmetic"] in page and all(note in page for note in result["notes"] if "resized" in note)
    assert "<dt>Seed</dt><dd>7</dd>" in page and "size 32x64" in page and "stands between the clips" in page
    assert "segue join --from out.json -o again.mkv" in page and "missed" in page


@pytest.mark.parametrize("words", [("--loop",), ("--only-transition",), ("--quick", "--seconds", "0.04")])
def test_it_follows_what_is_written(
    words: tuple[str, ...], pair: tuple[Path, Path], tmp_path: Path, browser: Any, join: Join, clips: ModuleType
) -> None:
    third = clips.write(tmp_path / "c.mp4", [clips.disc(30, 20)] * 24)
    result = join(*pair, third, "-o", tmp_path / "out.webm", "--report", *words)
    opened = Opened(browser, Path(result["report"]))
    transitions = len(result["transitions"])
    lengths = opened.page.evaluate(LOADED)
    assert len(lengths) == len(result["films"]) + transitions and all(lengths)
    assert opened.count(".transition") == opened.count("#transition-1, #transition-2, #transition-3") == transitions
    assert opened.count("section table a") == transitions
    assert ("only the transitions were written" in opened.words("header")) == ("--only-transition" in words)
    assert (opened.count(".scores th") > 3 * transitions) == ("--quick" not in words)
    opened.page.close()
    assert not opened.wrong


@pytest.mark.parametrize(
    ("name", "words", "element"),
    [
        ("out.gif", (), "img"),
        ("out.mov", ("--codec", "prores"), ""),
        ("out", (), ""),
    ],
)
def test_a_film_that_browsers_do_not_play_is_named(
    name: str, words: tuple[str, ...], element: str, pair: tuple[Path, Path], tmp_path: Path, browser: Any, join: Join
) -> None:
    opened = Opened(browser, Path(join(*pair, "-o", tmp_path / name, "--report", *words)["report"]))
    assert opened.count(".whole video") == 0 and opened.count(".transition video") == 1
    assert opened.count(".whole img") == (element == "img")
    caption = opened.page.locator(".whole figcaption")
    assert caption.is_visible() == (not element) and name in caption.text_content()
    opened.page.close()
    assert not opened.wrong


def test_a_still_without_a_mark_has_nothing_to_draw(
    tmp_path: Path, browser: Any, join: Join, clips: ModuleType
) -> None:
    grey = [np.full((48, 64, 3), 90, np.uint8)] * 24
    a, b = (clips.write(tmp_path / name, grey) for name in ("a.mp4", "b.mp4"))
    opened = Opened(browser, Path(join(a, b, "-o", tmp_path / "out.mp4", "--report")["report"]))
    assert opened.count(".plot") == 1 and "Not defined" in opened.words(".charts")
    assert "No bad frames." in opened.words(".taken")
    opened.page.close()
    assert not opened.wrong


def test_it_is_written_only_where_it_is_asked_for(
    pair: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], join: Join
) -> None:
    assert join(*pair, "-o", tmp_path / "plain.mp4")["report"] is None
    assert not (tmp_path / "plain.html").exists()
    words = ["join", *map(str, pair), "-o", str(tmp_path / "out.mp4"), "--style", "fade", "--report"]
    assert main(words) == 0
    assert f"report      {tmp_path / 'out.html'}" in capsys.readouterr().out.splitlines()
    (tmp_path / "other.html").mkdir()
    assert main([*words[:4], str(tmp_path / "other.mp4"), *words[5:]]) == 2
    assert "other.html" in capsys.readouterr().err and not (tmp_path / "other.mp4").exists()
