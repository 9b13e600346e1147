"""A transition frame by frame: how frames are numbered, and which are bad, where that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

from segue.core.images import Pixels
from segue.join.frame_analysis import SHOWN_FRAMES, FrameAnalysis, analyze_frames
from segue.join.seam_frames import SeamFrames

COUNT, BESIDE = 17, 5


def stripes(shift: float, height: int = 24, width: int = 36) -> Pixels:
    """A picture of soft stripes, shifted to the right."""
    wave = 0.5 + 0.4 * np.sin((np.arange(width) - shift) * 2 * np.pi / 12)
    return np.repeat((255 * wave).round().astype(np.uint8)[None, :, None], height, axis=0).repeat(3, axis=2)


def squares(row: int, shift: float = 0) -> Pixels:
    """The same with another row of it turned dark: what tells one clip from another."""
    picture = stripes(shift).copy()
    picture[8 * row : 8 * row + 8] = 20
    return picture


def seams(picture: Callable[[float], Pixels]) -> tuple[SeamFrames, SeamFrames]:
    """A clip that moves by one pixel a frame on either side of a transition: what leads to it, and what follows."""
    times = np.arange(-BESIDE, COUNT + 2 + BESIDE)
    whole = np.stack([picture(float(time)) for time in times])
    live = whole[BESIDE : BESIDE + COUNT + 2]
    return SeamFrames(live, whole[: BESIDE + 1][::-1]), SeamFrames(live, whole[-BESIDE - 1 :])


def of(frames: Pixels, before: SeamFrames, after: SeamFrames) -> FrameAnalysis:
    found = analyze_frames(frames, before, after)
    last = len(frames) - 1
    assert found.start == -BESIDE
    assert found.change.shape == (last + 2 * BESIDE,) and found.sharpness.shape == (last + 2 * BESIDE + 1,)
    assert found.wanted.shape == (last,) and found.ghosting.shape == (last + 1,)
    assert list(found.off) == ["change", "sharpness", "ghosting"]
    return found


def test_a_clip_that_goes_on_as_it_did_has_no_bad_frame() -> None:
    before, after = seams(stripes)
    found = of(before.live, before, after)
    assert found.bad == () and all(not numbers for numbers in found.off.values())
    assert found.change == pytest.approx(np.full(len(found.change), found.change[0]), rel=0.05)
    assert found.wanted == pytest.approx(found.change[BESIDE:-BESIDE], rel=0.05)
    assert found.sharpness == pytest.approx(np.ones(len(found.sharpness)), rel=0.1)


def test_a_fade_is_a_mix_in_the_middle_and_loses_sharpness() -> None:
    (before, _), (_, after) = seams(lambda time: squares(0)), seams(lambda time: squares(2))
    a, b = before.live[0].astype(float), after.live[0].astype(float)
    frames = np.stack([(1 - t) * a + t * b for t in np.linspace(0, 1, COUNT + 2)]).round().astype(np.uint8)
    found = of(frames, before, after)
    assert found.ghosting[[0, -1]] == pytest.approx([0, 0], abs=1e-6)
    assert found.ghosting[COUNT // 2 + 1] == pytest.approx(1, abs=0.01)
    assert found.off["ghosting"] == tuple(range(6, 13)) and set(range(6, 13)) <= set(found.bad)
    assert found.sharpness[: BESIDE + 1] == pytest.approx(np.ones(BESIDE + 1)) and found.sharpness.min() < 0.8


@pytest.mark.parametrize("at", [1, 9, COUNT + 1])
def test_a_cut_is_bad_where_it_is(at: int) -> None:
    (before, _), (_, after) = seams(lambda time: squares(0, time)), seams(lambda time: squares(2, time))
    found = of(np.concatenate([before.live[:at], after.live[at:]]), before, after)
    assert found.off["change"] == (at,) and at in found.bad
    assert int(found.change.argmax()) + found.start + 1 == at
    assert found.ghosting == pytest.approx(np.zeros(COUNT + 2), abs=0.35)


def test_a_stall_is_bad_where_it_is() -> None:
    before, after = seams(stripes)
    times = [*range(8), 7, *range(9, COUNT + 2)]  # stands still once, then makes up for it
    found = of(np.stack([before.live[time] for time in times]), before, after)
    assert found.off["change"] == (8, 9) == found.bad


def test_what_blurs_and_what_bristles_in_the_middle_is_bad() -> None:
    before, after = seams(stripes)
    frames = before.live.copy()
    frames[8] = frames[8] // 2 + 60  # half the contrast, a quarter of the gradient energy
    frames[10, :, ::2] = 255 - frames[10, :, ::2]
    frames[2, :, ::2] = 255 - frames[2, :, ::2]  # not in the middle third
    found = of(frames, before, after)
    assert found.off["sharpness"] == (8, 10)
    assert found.sharpness[8 - found.start] == pytest.approx(0.25, abs=0.03)


def test_nothing_at_all_is_not_bad() -> None:
    grey = np.full((COUNT + 2, 24, 36, 3), 90, np.uint8)
    still = SeamFrames(grey, grey[: BESIDE + 1])
    found = of(grey, still, still)
    assert found.bad == () and np.isnan(found.ghosting).all() and not found.change.any()
    assert np.isnan(found.sharpness).all()


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_pictures_stand_for_all_of_it(count: int) -> None:
    before, after = seams(stripes)
    frames = np.stack([stripes(float(time)) for time in range(count + 2)])
    found = of(frames, SeamFrames(frames, before.own), SeamFrames(frames, after.own))
    assert found.shown[0] == 0 and found.shown[-1] == count + 1
    assert len(found.shown) == min(SHOWN_FRAMES, count + 2) == len(set(found.shown))
    assert np.array_equal(found.pictures, frames[list(found.shown)])


def test_one_frame_of_a_clip_is_enough() -> None:
    before, after = seams(stripes)
    found = analyze_frames(before.live, SeamFrames(before.live, before.own[:1]), SeamFrames(after.live, after.own[:1]))
    assert found.start == 0 and len(found.change) == COUNT + 1 and len(found.sharpness) == COUNT + 2
    assert {field.name for field in fields(found)} >= {"off", "shown"}
