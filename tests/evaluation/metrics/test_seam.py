"""How much a seam shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.images import Pixels
from segue.evaluation.metrics.seam import LEAST_CHANGE, bends, change, colours, distinct, pace, seam, sharpenings


def greys(*values: int) -> Pixels:
    return np.array(values, np.uint8)[:, None, None, None].repeat(4, axis=1).repeat(4, axis=2)


def waves(frames: int, step: float = 0.25, height: int = 24, width: int = 32) -> Pixels:
    """A soft pattern that drifts by `step` px a frame or so, and swells."""
    down, across = np.mgrid[:height, :width]
    shades = [
        128 + (60 + 3 * np.sin(0.4 * i)) * np.sin((across - step * i) / 3) * np.cos((down + 0.7 * step * i) / 4)
        for i in range(frames)
    ]
    return np.stack([np.repeat(shade[..., None], 3, axis=2) for shade in shades]).round().astype(np.uint8)


def test_change_is_the_root_mean_square_of_each_step() -> None:
    assert change(greys(0, 51, 51, 0)) == pytest.approx([0.2, 0, 0.2])
    half = np.zeros((2, 2, 2, 1), np.uint8)
    half[1, 0] = 102
    assert change(half) == pytest.approx([0.4 / np.sqrt(2)])
    assert change(greys(7)).shape == change(iter(greys(7))).shape == (0,)


def test_bends_colours_and_sharpenings_of_known_films() -> None:
    assert bends(greys(0, 51, 102, 102)) == pytest.approx([0, 0.2], abs=1e-6)
    assert colours(greys(0, 51, 0)) == pytest.approx([0.2, 0.2])
    mirrored = np.stack([waves(1)[0], waves(1)[0][:, ::-1]])
    assert colours(mirrored) == pytest.approx([0], abs=1e-9) and sharpenings(mirrored) == pytest.approx([0], abs=1e-4)
    soft, hard = np.zeros((2, 8, 8, 1), np.uint8)
    soft[:, 4:], hard[:, 4:] = 50, 100
    assert sharpenings(np.stack([soft, hard])) == pytest.approx([np.log(4)], rel=1e-3)
    assert np.isfinite(sharpenings(greys(9, 9))).all()


def test_pace_is_the_median_of_what_is_not_repeated() -> None:
    assert pace(greys(0, 10, 20, 30, 255)) == pytest.approx(10 / 255)
    assert pace(greys(0, 0, 0, 10, 10, 10, 20, 20)) == pytest.approx(10 / 255)
    assert pace(greys(3)) == pace(greys(3, 3, 3)) == LEAST_CHANGE
    assert distinct(greys(1, 1, 2, 1, 1))[:, 0, 0, 0].tolist() == [1, 2, 1]


@given(st.integers(8, 25), st.floats(0.2, 0.6))
def test_a_film_cut_from_itself_has_no_seam(cut: int, step: float) -> None:
    film = waves(34, step)
    for clip, rest in ((film[:cut][::-1], film[cut:]), (film[cut:], film[:cut][::-1])):
        found = seam(clip, rest)
        assert found.position == pytest.approx(1, abs=0.2)
        assert found.velocity < 1.25 and found.colour < 1.5 and found.sharpness < 1.6


def test_a_seam_like_any_other_frame_is_one() -> None:
    assert seam(greys(100, 90, 80), greys(110, 120, 130)).position == pytest.approx(1)


@pytest.mark.parametrize(
    ("transition", "position"), [((140,), 4), ((140, 150), 4), ((110, 160, 161), 5), ((110, 120, 200), 1)]
)
def test_a_pop_counts_at_the_cut_and_one_frame_late(transition: tuple[int, ...], position: float) -> None:
    assert seam(greys(100, 90, 80), greys(*transition)).position == pytest.approx(position)


Change = Callable[[Pixels], Pixels]
WRONG: dict[str, tuple[Change, tuple[str, ...]]] = {
    "another picture": (lambda film: film[:, ::-1, ::-1], ("position", "velocity")),
    "a flash": (lambda film: (film + 40).clip(0, 255).astype(np.uint8), ("position", "velocity", "colour")),
    "a blur": (lambda film: (film // 2 + 64).astype(np.uint8), ("position", "velocity", "sharpness")),
    "a halt": (lambda film: np.repeat(film[:1], len(film), axis=0), ("velocity",)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_apart(wrong: str) -> None:
    film = waves(30)
    clip, go_on = film[:15][::-1], film[15:]
    right, found = seam(clip, go_on), seam(clip, WRONG[wrong][0](go_on))
    for part in ("position", "velocity", "colour", "sharpness"):
        value, usual = getattr(found, part), getattr(right, part)
        assert value > 2 if part in WRONG[wrong][1] else value < 1.3 * max(1, usual), (part, value, usual)


def test_frames_that_are_repeated_for_a_higher_rate_do_not_count() -> None:
    film = waves(24)
    clip, rest = film[:12][::-1], film[12:]
    own, slow = seam(clip, rest), seam(np.repeat(clip, 2, axis=0), rest)
    assert (slow.position, slow.colour, slow.sharpness) == (own.position, own.colour, own.sharpness)
    assert slow.velocity == pytest.approx(own.velocity)


def test_a_still_clip_is_held_to_what_can_be_seen() -> None:
    still = greys(100, 100, 100)
    assert seam(still, greys(100, 100)).position == seam(still, greys(100, 100)).velocity == 0
    assert seam(still, greys(101, 101)).position == pytest.approx(1 / 255 / LEAST_CHANGE)
    assert seam(greys(100), greys(101)).position == pytest.approx(1 / 255 / LEAST_CHANGE)


@pytest.mark.parametrize(("clip", "transition"), [(greys(), greys(1)), (greys(1), greys())])
def test_a_seam_needs_two_sides(clip: Pixels, transition: Pixels) -> None:
    with pytest.raises(ValueError, match="both sides"):
        seam(clip, transition)
