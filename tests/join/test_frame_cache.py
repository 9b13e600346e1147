"""Frames that are decoded once, though several ask for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.join.canvas import Canvas
from segue.join.clip_window import make_window
from segue.join.frame_cache import FrameCache
from segue.join.request import JoinRequest
from segue.join.run import run_join
from segue.video import Clip, decode, examine, inspect, read_frames

FRAME_BYTES = 48 * 64 * 3
FRAMES = 20


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> Clip:
    """Twenty numbered frames, twelve a second."""
    return examine(clips.write(tmp_path_factory.mktemp("clip") / "a.mkv", clips.counted(range(FRAMES))))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many frames of each file have been decoded."""
    counted: Counter[str] = Counter()
    whole = decode._decoded

    def counting(stream: Any, packets: Any) -> Iterator[Any]:
        for frame in whole(stream, packets):
            counted[Path(stream.container.name.removeprefix("file:")).name] += 1
            yield frame

    monkeypatch.setattr(decode, "_decoded", counting)
    return counted


def make_cache(clip: Clip, frames: int) -> FrameCache:
    """A cache with room for some frames."""
    return FrameCache(clip, clip.info.fps, range(FRAMES), frames * FRAME_BYTES)


def test_a_short_stretch_is_decoded_once(clip: Clip, clips: ModuleType, decoded: Counter[str]) -> None:
    cache = make_cache(clip, FRAMES)
    for numbers in (range(12, 20), range(20), [3, 3, 7, 19, 19], range(5)):
        assert clips.numbers_in(cache.read(numbers)) == list(numbers)
    assert decoded == {"a.mkv": FRAMES}


def test_of_a_long_one_what_will_be_wanted_again_is_kept(clip: Clip, clips: ModuleType, decoded: Counter[str]) -> None:
    cache = make_cache(clip, 8)
    assert clips.numbers_in(cache.read(range(6), keep=True)) == list(range(6))
    decoded.clear()
    assert clips.numbers_in(cache.read(range(6))) == list(range(6)) and not decoded
    assert clips.numbers_in(cache.read(range(20))) == list(range(20)) and decoded["a.mkv"] <= FRAMES
    decoded.clear()
    assert clips.numbers_in(cache.read(range(10, 20))) == list(range(10, 20)) and decoded


def test_there_is_an_end_to_what_is_kept(clip: Clip) -> None:
    cache = make_cache(clip, 8)
    frames = list(cache.read(range(20), keep=True))
    again = list(cache.read(range(20), keep=True))
    shared = [one is other for one, other in zip(frames, again, strict=True)]
    assert shared == [True] * 8 + [False] * 12
    assert all(np.array_equal(one, other) for one, other in zip(frames, again, strict=True))


def test_frames_cannot_be_written_to(clip: Clip) -> None:
    for frames in (1, FRAMES):
        with pytest.raises(ValueError, match="read-only"):
            next(make_cache(clip, frames).read([3]))[:] = 0


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reads=st.lists(st.tuples(st.lists(st.integers(0, FRAMES - 1), max_size=9).map(sorted), st.booleans()), max_size=5),
    room=st.sampled_from([0, 3, 12, FRAMES]),
)
def test_what_is_read_is_always_what_was_asked_for(
    reads: list[tuple[list[int], bool]], room: int, clip: Clip, clips: ModuleType
) -> None:
    cache = make_cache(clip, room)
    for numbers, keep in reads:
        assert clips.numbers_in(cache.read(numbers, keep=keep)) == numbers


@pytest.mark.parametrize("rate", [12, 30, 60, 5])
def test_windows_of_any_rate_show_what_the_clip_shows(rate: int, clip: Clip) -> None:
    canvas = Canvas(48, 64, Fraction(rate), "crop")
    for room in (0, 10**9):
        frames = list(make_window(canvas, clip, cache_bytes=room).frames())
        own = list(read_frames(clip, fps=canvas.fps))
        assert len(frames) == len(own)
        assert all(np.array_equal(one, other) for one, other in zip(frames, own, strict=True))


def test_frames_are_kept_as_small_as_the_film(clip: Clip, clips: ModuleType, decoded: Counter[str]) -> None:
    canvas = Canvas(24, 32, Fraction(12), "crop")
    window = make_window(canvas, clip, cache_bytes=FRAMES * FRAME_BYTES // 4)
    assert clips.numbers_in(window.frames()) == clips.numbers_in(window.frames()) == list(range(FRAMES))
    assert decoded == {"a.mkv": FRAMES}
    assert [frame.shape for frame in window.resize(12, 16).frames(18)] == [(12, 16, 3)] * 2 and decoded[
        "a.mkv"
    ] == FRAMES


def test_what_is_read_in_parts_may_be_decoded_in_one_go(clip: Clip, clips: ModuleType, decoded: Counter[str]) -> None:
    cache = make_cache(clip, 12)
    cache.prefetch(range(4, 16))
    decoded.clear()
    assert clips.numbers_in(cache.read(range(10, 16))) == list(range(10, 16))
    assert clips.numbers_in(cache.read(range(4, 11))) == list(range(4, 11)) and not decoded
    cache.prefetch(range(9))  # for which there is no room
    assert not decoded


@pytest.mark.parametrize("options", [{}, {"seconds": 0.4}, {"seconds": 0.4, "best_cut": 0.5}, {"fps": 30.0}], ids=str)
def test_a_join_examines_each_clip_once_and_decodes_each_frame_once(
    options: dict[str, Any],
    tmp_path: Path,
    clips: ModuleType,
    decoded: Counter[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = tuple(
        clips.write(tmp_path / f"{name}.mkv", clips.counted(range(n, n + FRAMES)), 12, clips.tone(440, FRAMES / 12))
        for name, n in (("a", 0), ("b", 30))
    )
    for path in pair:
        examine(path)
    to_examine = dict(decoded)
    decoded.clear()
    examined: Counter[str] = Counter()
    scan: Callable[..., Any] = inspect._scan

    def counting(container: Any, stream: Any, path: Path, *rest: Any) -> Any:
        examined[path.name] += 1
        return scan(container, stream, path, *rest)

    monkeypatch.setattr(inspect, "_scan", counting)
    run_join(
        JoinRequest(tmp_path / "out.mkv", pair, style="fade", report=True, sheet=True, otio=True, **options),
    )
    assert {name: examined[name] for name in ("a.mkv", "b.mkv")} == {"a.mkv": 1, "b.mkv": 1}
    assert {name: decoded[name] - count for name, count in to_examine.items()} == {"a.mkv": FRAMES, "b.mkv": FRAMES}
