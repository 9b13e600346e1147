"""The film's sound, before it is written."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.types import Sound
from segue.join.sound import SOFT, ClipSound, Over, Track, cross_over, mirror, mix_equal_power, mix_sound
from segue.join.timeline import Cut, Mode, Stretch, make_timeline
from segue.video import read_sound
from segue.video.codecs import SOUND_RATE

FPS = 12
HOWS: tuple[Over, ...] = ("mix", "cut", "a", "b")
each_how = pytest.mark.parametrize("how", HOWS)
each_mode = pytest.mark.parametrize("mode", ["overlap", "insert"])

counts = st.integers(1, 6)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, clips: ModuleType) -> tuple[Path, Path]:
    """A second of 440 Hz, and one of 880; twelve frames each."""
    folder = tmp_path_factory.mktemp("pair")
    a, b = (
        clips.write(folder / f"{hertz}.mkv", clips.counted(range(12)), FPS, clips.tone(hertz, 1))
        for hertz in (440, 880)
    )
    return a, b


@pytest.fixture(scope="module")
def tracks(pair: tuple[Path, Path]) -> list[Sound]:
    return [np.concatenate(list(read_sound(path, SOUND_RATE))) for path in pair]


def joined(clips: tuple[Path, ...], cuts: list[Cut], how: Over = "mix", fps: float = FPS) -> Sound:
    """The sound of a film of clips of a second, whose edges are rounded as those of a film are."""
    parts = make_timeline([round(fps)] * len(clips), cuts)
    sounds = [ClipSound(partial(read_sound, clip, SOUND_RATE), round(fps)) for clip in clips]
    return np.concatenate(list(mix_sound(sounds, parts, Fraction(fps).limit_denominator(1001), how)))


def place(frames: float) -> int:
    return round(frames / FPS * SOUND_RATE)


def test_equal_power_is_even_and_meets_both_ends() -> None:
    one, other = np.eye(2, dtype=np.float32)[:, None].repeat(1000, axis=1)
    mixed = mix_equal_power(one, other)
    assert np.square(mixed).sum(axis=1) == pytest.approx(1, abs=1e-6) and mixed.dtype == np.float32
    assert mixed[0] == pytest.approx([1, 0], abs=1e-3) and mixed[-1] == pytest.approx([0, 1], abs=1e-3)
    assert mix_equal_power(one[:0], other[:0]).shape == (0, 2)


@settings(max_examples=15)
@given(
    modes=st.tuples(st.sampled_from(["overlap", "insert"]), st.sampled_from(["overlap", "insert"])),
    sizes=st.tuples(counts, counts),
    how=st.sampled_from(HOWS),
    fps=st.sampled_from([12, 12.5, 11.988]),
)
def test_it_is_as_long_as_the_picture_to_the_sample(
    modes: tuple[Mode, Mode], sizes: tuple[int, int], how: Over, fps: float, pair: tuple[Path, Path]
) -> None:
    cuts = [Cut(i, i + 1, size, mode) for i, (size, mode) in enumerate(zip(sizes, modes, strict=True))]
    found = joined((*pair, pair[0]), cuts, how, fps)
    frames = 36 + sum(-cut.count if cut.overlap else cut.count for cut in cuts)
    assert found.shape == (round(frames / fps * SOUND_RATE), 2) and found.dtype == np.float32
    assert np.abs(found).max() < 0.42 * 2**0.5  # two tones, never louder than they can be together


@each_how
@each_mode
@pytest.mark.parametrize("count", [1, 4])
def test_outside_the_transition_it_is_the_clips_own_in_step(
    count: int, mode: Mode, how: Over, pair: tuple[Path, Path], tracks: list[Sound]
) -> None:
    found = joined(pair, [Cut(0, 1, count, mode)], how)
    own = place(12 - count) if mode == "overlap" else SOUND_RATE
    assert np.array_equal(found[:own], tracks[0][:own]) and np.array_equal(found[-own:], tracks[1][-own:])


@each_how
@pytest.mark.parametrize("count", [1, 4])
def test_over_both_clips_their_own_sounds_are_heard(
    count: int, how: Over, pair: tuple[Path, Path], tracks: list[Sound]
) -> None:
    found = joined(pair, [Cut(0, 1, count, "overlap")], how)[place(12 - count) : place(12)]
    a, b = tracks[0][-len(found) :], tracks[1][: len(found)]
    if how == "mix":
        assert np.array_equal(found, mix_equal_power(a, b))
        return
    turn = {"cut": (len(found) - SOFT) // 2, "a": len(found) - SOFT, "b": 0}[how]
    assert np.array_equal(found[:turn], a[:turn]) and np.array_equal(found[turn + SOFT :], b[turn + SOFT :])


@each_how
@each_mode
def test_nothing_clicks(mode: Mode, how: Over, pair: tuple[Path, Path], tracks: list[Sound]) -> None:
    found = joined(pair, [Cut(0, 1, 6, mode)], how)
    usual = np.abs(np.diff(tracks[1], axis=0)).max()
    assert np.abs(np.diff(found, axis=0)).max() < 1.25 * usual
    assert (
        max(np.abs(found[edge - 2] - 2 * found[edge - 1] + found[edge]).max() for edge in (SOUND_RATE, SOUND_RATE // 2))
        < 0.05
    )


@each_mode
def test_a_mix_fades_from_one_to_the_other_at_even_power(
    mode: Mode, pair: tuple[Path, Path], clips: ModuleType
) -> None:
    found = joined(pair, [Cut(0, 1, 12, "insert")] if mode == "insert" else [Cut(0, 1, 11, "overlap")])
    start = SOUND_RATE if mode == "insert" else place(1)
    parts = [found[start + i * SOUND_RATE // 8 :][: SOUND_RATE // 8] for i in range(7)]
    low, high = ([clips.loudness(part, hertz) for part in parts] for hertz in (440, 880))
    assert all(a > b for a, b in pairwise(low)) and all(a < b for a, b in pairwise(high))
    assert np.hypot(low, high) == pytest.approx(np.full(7, 0.4), abs=0.05)


@each_mode
def test_a_clip_without_sound_is_silent(
    mode: Mode, tmp_path: Path, pair: tuple[Path, Path], clips: ModuleType, tracks: list[Sound]
) -> None:
    silent = clips.write(tmp_path / "silent.mp4", clips.counted(range(12)), FPS)
    found = joined((silent, pair[1]), [Cut(0, 1, 4, mode)])
    start = place(8) if mode == "overlap" else SOUND_RATE
    assert not found[:start].any() and np.array_equal(found[-place(8) :], tracks[1][-place(8) :])
    powers = [np.square(found[start + i * SOUND_RATE // 12 :][: SOUND_RATE // 12]).mean() for i in range(4)]
    assert all(quiet < loud for quiet, loud in pairwise(powers))
    assert not joined((silent, silent), [Cut(0, 1, 4, mode)]).any()


def test_longer_than_the_clips_it_goes_back_and_forth(pair: tuple[Path, Path], clips: ModuleType) -> None:
    found = joined(pair, [Cut(0, 1, 30, "insert")])
    for second in (1.1, 2.0, 2.9):
        part = found[round(second * SOUND_RATE) :][: SOUND_RATE // 4]
        assert np.hypot(clips.loudness(part, 440), clips.loudness(part, 880)) == pytest.approx(0.4, abs=0.06)


@each_mode
def test_a_film_that_closes_begins_after_what_it_ends_with(
    mode: Mode, pair: tuple[Path, Path], tracks: list[Sound]
) -> None:
    found = joined(pair, [Cut(0, 1, 3, mode), Cut(1, 0, 3, mode)])
    over_it = place(3)
    skipped = over_it if mode == "overlap" else 0
    assert np.array_equal(found[: place(6)], tracks[0][skipped:][: place(6)])
    if mode == "overlap":
        assert np.array_equal(found[-over_it:], mix_equal_power(tracks[1][-over_it:], tracks[0][:over_it]))
    seam = np.concatenate([found[-50:], found[:50]])  # played round and round
    assert np.abs(np.diff(seam, axis=0)).max() < 0.06


@each_mode
def test_one_clip_that_closes_on_itself(mode: Mode, pair: tuple[Path, Path], tracks: list[Sound]) -> None:
    found = joined(pair[:1], [Cut(0, 0, 4, mode)])
    (own,) = tracks[:1]
    count = place(4)
    if mode == "overlap":
        assert np.array_equal(found, np.concatenate([own[count:-count], mix_equal_power(own[-count:], own[:count])]))
    else:
        tail, start = own[::-1][:count], own[:count][::-1]
        assert np.array_equal(found, np.concatenate([own, mix_equal_power(tail, start)]))


def test_mirrored_repeats_back_and_forth() -> None:
    ramp = np.repeat(np.arange(3, dtype=np.float32)[:, None], 2, axis=1)
    assert mirror(ramp, 8)[:, 0].tolist() == [0, 1, 2, 2, 1, 0, 0, 1]
    assert mirror(ramp, 2)[:, 0].tolist() == [0, 1] and not mirror(ramp[:0], 5).any()


@pytest.mark.parametrize("samples", [0, 1, 700, SOUND_RATE, SOUND_RATE + 500])
def test_a_track_gives_what_is_asked_and_then_silence(
    samples: int, pair: tuple[Path, Path], tracks: list[Sound]
) -> None:
    track = Track(partial(read_sound, pair[0], SOUND_RATE))
    one, rest = track.take(0, samples), track.take(samples, SOUND_RATE)
    whole = np.concatenate([tracks[0], np.zeros((2 * SOUND_RATE, 2), np.float32)])
    assert np.array_equal(np.concatenate([one, rest]), whole[: samples + SOUND_RATE])


@settings(max_examples=20)
@given(places=st.lists(st.tuples(st.integers(0, SOUND_RATE), st.integers(0, 3000)), min_size=1, max_size=5))
def test_a_track_is_heard_from_any_place(
    places: list[tuple[int, int]], pair: tuple[Path, Path], tracks: list[Sound]
) -> None:
    track, at = Track(partial(read_sound, pair[0], SOUND_RATE)), 0
    whole = np.concatenate([tracks[0], np.zeros((SOUND_RATE, 2), np.float32)])
    for start, samples in places:
        here = at if abs(start - at) <= 1 else start  # a sample beside is the same place
        assert np.array_equal(track.take(start, samples), whole[here : here + samples])
        at = here + samples


@each_mode
def test_a_part_of_a_film_sounds_as_it_does_there(mode: Mode, pair: tuple[Path, Path], tracks: list[Sound]) -> None:
    cut = Cut(0, 1, 4, mode)
    whole = make_timeline([12, 12], [cut])
    end = 8 if mode == "overlap" else 12
    alone = (Stretch(0, end - 2, end), cut, Stretch(1, cut.overlap, cut.overlap + 2))
    sounds = [ClipSound(partial(read_sound, clip, SOUND_RATE), 12) for clip in pair]
    film, part = (np.concatenate(list(mix_sound(sounds, parts, Fraction(FPS), "mix"))) for parts in (whole, alone))
    assert np.array_equal(part, film[place(end - 2) :][: place(8)])


@each_how
@pytest.mark.parametrize("samples", [0, 1, SOFT - 1, SOFT, 3 * SOFT])
def test_any_length_can_be_gone_over(samples: int, how: Over) -> None:
    one, other = np.full((samples, 2), 1, np.float32), np.full((samples, 2), -1, np.float32)
    assert cross_over(one, other, how).shape == (samples, 2)
