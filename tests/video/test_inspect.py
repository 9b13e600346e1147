"""What probe says of whole clips, and what it says no to."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.video import FILMS, FilmWriter, probe, read_frames, write_gif
from segue.video.timing import find_timing

UNMARKED = "unmarked colours taken as BT.601, shown as BT.709"
REAL = {
    "big_buck_bunny_432_433.webm": (1280, 720, "24", 24, 2, ("BT.601 colours shown as BT.709",)),
    "bigbuckbunny.mp4": (1280, 720, "25", 132, 6, ("5.1 sound mixed to stereo",)),
    "chaplin.mp4": (640, 360, "25", 241, 2, (UNMARKED,)),
    "fire2.mp4": (
        1280,
        720,
        "25/2",
        30,
        1,
        ("turned upright by 180 degrees", "variable frame rate", "mono sound heard on both sides"),
    ),
    "flower.mp4": (960, 540, "30000/1001", 150, 2, ("BT.601 colours shown as BT.709",)),
    "gyrorbium.gif": (350, 225, "10", 46, None, ()),
    "pigs_in_a_polka.gif": (314, 273, "10", 30, None, ("transparency shown over black",)),
    "reaction_diffusion.mp4": (512, 512, "30", 302, None, (UNMARKED,)),
    "walk.mkv": (640, 480, "30", 89, None, ("full colour range shown as limited", UNMARKED)),
}


@pytest.mark.parametrize("name", REAL)
def test_real_clips_are_known(name: str, data_dir: Path) -> None:
    info = probe(data_dir / "clips" / name)
    assert (info.width, info.height, str(info.fps), info.frames, info.sound_channels, info.notes) == REAL[name]
    assert info.has_sound == (info.sound_channels is not None) == (info.sound_rate is not None)
    assert info.frames == round(info.seconds * info.fps)


def _refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        probe(path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    with pytest.raises(InputError):
        read_frames(path)
    return message


def test_no_clip_at_all(tmp_path: Path) -> None:
    assert "which does not exist" in _refused(tmp_path / "none.mp4")
    assert "a directory" in _refused(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "empty file" in _refused(tmp_path / "empty.mp4")


@pytest.mark.parametrize("name", ["text.mp4", "text.txt", "text.gif", "text.mkv"])
def test_text_is_no_clip(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("This is no film.\n" * 50)
    _refused(tmp_path / name)


def test_a_playlist_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    _refused(tmp_path / "list.mp4")


def test_no_picture(tmp_path: Path, films: ModuleType) -> None:
    assert "no picture" in _refused(films.write_sound_only(tmp_path / "sound.mp4"))
    assert "no picture" in _refused(films.write_sound_only(tmp_path / "cover.mp4", cover=True))


def test_no_frames(tmp_path: Path, films: ModuleType) -> None:
    _refused(films.write_film(tmp_path / "none.mp4", [], []))
    _refused(films.write_film(tmp_path / "none.mkv", [], []))


def test_too_small(tmp_path: Path) -> None:
    write_gif(tmp_path / "dot.gif", np.zeros((2, 1, 1, 3), np.uint8), Fraction(10))
    assert "1x1" in _refused(tmp_path / "dot.gif")
    write_gif(tmp_path / "least.gif", np.zeros((2, 16, 16, 3), np.uint8), Fraction(10))
    assert probe(tmp_path / "least.gif").width == 16


@pytest.mark.parametrize("noise", [True, False])
def test_nothing_decodes(noise: bool, tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(tmp_path / "a.mp4", [films.numbered(i) for i in range(5)], range(0, 200, 40))
    whole = path.read_bytes()
    start = whole.index(b"mdat") + 4
    length = whole.index(b"moov") - 4 - start
    rubbish = np.random.default_rng(0).bytes(length) if noise else bytes(length)
    path.write_bytes(whole[:start] + rubbish + whole[start + length :])
    assert "decoded" in _refused(path)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, films: ModuleType) -> Path:
    """A folder with one film in each container, and an MP4 with its index at the end."""
    folder = tmp_path_factory.mktemp("whole")
    frames = [films.numbered(i) for i in range(12)]
    for suffix in FILMS:
        with FilmWriter(folder / f"a{suffix}", 96, 64, Fraction(24)) as film:
            for frame in frames:
                film.write(frame)
    write_gif(folder / "a.gif", frames, Fraction(10))
    films.write_film(folder / "last.mp4", frames, range(0, 480, 40))
    return folder


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*(f"a{suffix}" for suffix in FILMS), "last.mp4"]), share=st.floats(0, 0.995))
def test_cut_off_anywhere(name: str, share: float, whole: Path, tmp_path: Path) -> None:
    data = (whole / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    _refused(tmp_path / name)


def test_gif_cut_off(whole: Path, tmp_path: Path) -> None:
    data = (whole / "a.gif").read_bytes()
    path = tmp_path / "a.gif"
    for missing in (len(data) - 3, len(data) // 2 + 1, 30, 3):
        path.write_bytes(data[:-missing])
        _refused(path)
    path.write_bytes(data[:-1])  # the trailer, which some writers leave out
    assert probe(path).frames == 12


@pytest.mark.parametrize("name", ["flower.mp4", "bigbuckbunny.mp4", "walk.mkv", "big_buck_bunny_432_433.webm"])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_real_clips_cut_off(name: str, share: float, data_dir: Path, tmp_path: Path) -> None:
    data = (data_dir / "clips" / name).read_bytes()
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    _refused(tmp_path / name)


def test_cut_before_the_pictures(whole: Path, tmp_path: Path) -> None:
    data = (whole / "a.mp4").read_bytes()
    (tmp_path / "a.mp4").write_bytes(data[: data.index(b"mdat") - 4])
    assert "cut off" in _refused(tmp_path / "a.mp4")


@pytest.mark.parametrize("suffix", FILMS)
def test_rubbish_behind_the_end_does_not_matter(suffix: str, whole: Path, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes((whole / f"a{suffix}").read_bytes() + b"rubbish" * 20)
    assert probe(tmp_path / f"a{suffix}").frames == 12


def test_unreadable(tmp_path: Path, whole: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes((whole / "a.mp4").read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "permission" in _refused(path)


@given(
    fps=st.sampled_from(["10", "12", "24000/1001", "24", "25", "30000/1001", "30", "50", "60"]),
    frames=st.integers(8, 200),
    tick=st.sampled_from([1000, 90000]),
)
def test_rounded_stamps_give_the_rate(fps: str, frames: int, tick: int) -> None:
    rate = Fraction(fps)
    stamps = [Fraction(round(i / rate * tick), tick) for i in range(frames)]
    timing = find_timing(stamps, Fraction(round(tick / rate), tick), [rate, Fraction(1000)])
    assert (timing.fps, timing.seconds, timing.steady) == (rate, frames / rate, True)
    assert [timing.time(stamp, 0) for stamp in stamps] == [i / rate for i in range(frames)]


@given(st.lists(st.integers(1, 2000), max_size=60), st.integers(0, 500))
def test_any_stamps_give_a_sensible_rate(gaps_ms: list[int], last_ms: int) -> None:
    stamps = [Fraction(sum(gaps_ms[:i]), 1000) for i in range(len(gaps_ms) + 1)]
    timing = find_timing(stamps, Fraction(last_ms, 1000), [None])
    assert timing.fps > 0 and timing.seconds > 0
    times = [timing.time(stamp, 0) for stamp in stamps]
    assert times[0] == 0 and times == sorted(times) and times[-1] < timing.seconds
