"""Strips and sheets: sizes, places, words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.render.lettering import Lettering, to_ascii
from segue.render.strip import EDGE_GREY, MARGIN_PX, TITLE_PX, WIDEST_PX, Row, choose_columns, sheet, strip

WHITE = 255


def frames(count: int, height: int = 28, width: int = 28, channels: int = 1, value: int = 40) -> Pixels:
    return np.full((count, height, width, channels), value, np.uint8)


def boxes(picture: Pixels, value: int = 40) -> tuple[int, int]:
    """How many separate frames of one plain grey there are, across and down."""
    shown = (picture == value).all(axis=2)
    across, down = shown.any(axis=0), shown.any(axis=1)
    return int((np.diff(across.astype(int)) == 1).sum()), int((np.diff(down.astype(int)) == 1).sum())


def test_small_images_are_enlarged_by_a_whole_number() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 200, (2, 28, 28, 3), dtype=np.uint8)
    picture = strip([Row("", images)])
    first = picture[MARGIN_PX + 1 :, MARGIN_PX:][:84, :84]
    assert np.array_equal(first, images[0].repeat(3, axis=0).repeat(3, axis=1))


def test_the_asked_scale_is_kept() -> None:
    images = np.random.default_rng(0).integers(0, 200, (2, 28, 28, 1), dtype=np.uint8)
    picture = strip([Row("", images)], scale=1)
    assert np.array_equal(picture[MARGIN_PX + 1 :, MARGIN_PX:][:28, :28, :1], images[0])


def test_rows_align_and_grey_stands_beside_colour() -> None:
    picture = strip([Row("one", frames(10)), Row("another, longer", frames(10, channels=3))])
    assert boxes(picture) == (10, 2)


def test_white_images_have_an_edge() -> None:
    picture = strip([Row("", frames(1, value=WHITE))])
    assert (picture == EDGE_GREY).any()


@settings(max_examples=25)
@given(
    count=st.integers(1, 60),
    height=st.integers(1, 400),
    width=st.integers(1, 400),
    title=st.text(max_size=80),
    caption=st.text(max_size=40),
)
def test_every_strip_fits_a_screen_and_shows_all(count: int, height: int, width: int, title: str, caption: str) -> None:
    images = frames(count, height, width)
    for picture in (
        strip([Row(title, images, (caption,) * count), Row("b", images[:1])], title=title),
        sheet(images, captions=[caption] * count),
    ):
        assert picture.dtype == np.uint8 and picture.shape[2] == 3
        assert picture.shape[1] <= WIDEST_PX
        edges = np.concatenate([picture[:6].ravel(), picture[-6:].ravel(), picture[:, :6].ravel()])
        assert (edges == WHITE).all() and (picture[:, -6:] == WHITE).all()


def test_many_large_frames_go_on_in_a_second_line() -> None:
    picture = strip([Row("film", frames(30, 360, 640, 3))])
    assert boxes(picture) == (15, 2)
    assert picture.shape[1] <= WIDEST_PX


def test_a_strip_of_many_digits_stays_one_line() -> None:
    assert boxes(strip([Row("digits", frames(20))])) == (20, 1)


def test_long_titles_never_reach_the_frames() -> None:
    title = "an endless_title_of_one_word_that_has_to_be_broken_somewhere " * 5
    picture = strip([Row(title, frames(2))])
    left = int(np.flatnonzero((picture == EDGE_GREY).all(axis=2).sum(axis=0) > 80)[0])
    between = picture[:, left - 8 : left]
    assert left <= MARGIN_PX + TITLE_PX + 12 and (between == WHITE).all()
    assert picture.shape[0] > 200  # the title is taller than the frames, and all of it is there


def test_captions_stay_apart() -> None:
    picture = strip([Row("", frames(5), ("Wwwwwwwwwwwwwwwwwwwww",) * 5)])
    beneath = picture[MARGIN_PX + 84 + 4 :]
    written = (beneath < 250).any(axis=(0, 2)).astype(int)
    assert (np.diff(np.flatnonzero(written)) > 3).sum() >= 4


def test_a_sheet_is_near_square() -> None:
    assert boxes(sheet(frames(30))) == (6, 5)
    assert boxes(sheet(frames(30), columns=10)) == (10, 3)
    assert boxes(sheet(frames(2), columns=10)) == (2, 1)
    assert [choose_columns(n) for n in (1, 2, 3, 4, 5, 9, 10, 12, 100)] == [1, 2, 3, 2, 3, 3, 5, 4, 10]


@pytest.mark.parametrize(
    ("rows", "scale"),
    [
        ([], None),
        ([Row("", frames(0))], None),
        ([Row("", frames(1)[0])], None),
        ([Row("", frames(1, channels=2))], None),
        ([Row("", frames(1)), Row("", frames(1, height=29))], None),
        ([Row("", frames(1), ("a", "b"))], None),
        ([Row("", frames(1))], 0),
    ],
)
def test_what_cannot_be_shown_is_refused(rows: list[Row], scale: int | None) -> None:
    with pytest.raises(InputError):
        strip(rows, scale=scale)


def test_a_sheet_refuses_no_columns() -> None:
    with pytest.raises(InputError):
        sheet(frames(3), columns=-1)


@given(st.text(max_size=60), st.integers(20, 300))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    letters = Lettering(13, 0)
    lines = letters.wrap(text, width)
    assert all(letters.width(line) <= width or len(line) == 1 for line in lines)
    assert "".join("".join(lines).split()) == "".join(to_ascii(text).split())


def test_spelling_is_what_the_font_can_show() -> None:
    assert to_ascii("\u00e9 \u2212 \u4e2d \u2192 \u03b2") == "e - ? -> beta"


def test_words_above_stand_between_the_title_and_their_frame() -> None:
    plain, named = strip([Row("", frames(3))]), strip([Row("", frames(3), above=("a\nb", "c"))])
    taller = len(named) - len(plain)
    assert taller >= 2 * Lettering(13, 85).line_px
    assert np.array_equal(named[taller + MARGIN_PX :], plain[MARGIN_PX:])  # as it was, lower
    inked = named[: taller + MARGIN_PX].min(axis=(0, 2)) < 200
    third = named.shape[1] // 3
    assert inked[:third].any() and inked[third : 2 * third].any() and not inked[2 * third :].any()
    with pytest.raises(InputError, match="4 captions for 3 frames"):
        strip([Row("", frames(3), above=("a",) * 4)])
