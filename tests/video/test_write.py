"""What is written reads back: frames, colours, sound in step; and nothing half-written stays."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.video import FILMS, FilmWriter, probe, read_frames, read_sound, write_gif

RATES = {".mp4": "24", ".mov": "30000/1001", ".mkv": "25", ".webm": "30"}


@pytest.mark.parametrize("suffix", FILMS)
def test_picture_and_sound_read_back(suffix: str, tmp_path: Path, films: ModuleType) -> None:
    path, fps, every = tmp_path / f"a{suffix}", Fraction(RATES[suffix]), 4800
    frames = [films.numbered(i) for i in range(36)]
    samples = round(36 / fps * 48000)
    sound = films.clicks(samples, every)
    with FilmWriter(path, 96, 64, fps) as film:
        for i, frame in enumerate(frames):
            film.write(frame)
            film.write_sound(sound[i * samples // 36 : (i + 1) * samples // 36])
    info = probe(path)
    assert (info.width, info.height, info.fps, info.frames, info.notes) == (96, 64, fps, 36, ())
    back = list(read_frames(path))
    assert [films.number_in(frame) for frame in back] == list(range(36))
    error = np.mean([(np.subtract(a, b, dtype=np.float64) ** 2).mean() for a, b in zip(frames, back, strict=True)])
    # Half-size chroma softens the edges between the fields of colour: no codec does better.
    assert 10 * np.log10(255**2 / error) > 28
    heard = np.concatenate(list(read_sound(path)))
    assert len(heard) == samples
    assert np.abs(films.click_places(heard, every)).max() < 48


COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255), (200, 30, 90), (9, 9, 9)]


@pytest.mark.parametrize("suffix", FILMS)
def test_colours_survive(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    with FilmWriter(path, 64, 32, Fraction(10), sound_rate=None) as film:
        for colour in COLOURS:
            film.write(np.broadcast_to(np.array(colour, np.uint8), (32, 64, 3)))
    for colour, frame in zip(COLOURS, read_frames(path), strict=True):
        assert np.abs(frame.reshape(-1, 3).mean(axis=0) - colour).max() < (4 if suffix == ".webm" else 2)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_range, context.pix_fmt) == (1, 1, "yuv420p")
        assert (context.color_primaries, context.color_trc) == (1, 1)
        assert not container.streams.audio


def _one(path: Path, films: ModuleType, block: int, sound_first: bool) -> bytes:
    sound = films.clicks(24000, 2400)
    with FilmWriter(path, 96, 64, Fraction(24)) as film:
        if not sound_first:
            for i in range(12):
                film.write(films.numbered(i))
        for at in range(0, 24000, block):
            film.write_sound(sound[at : at + block])
        if sound_first:
            for i in range(12):
                film.write(films.numbered(i))
    return path.read_bytes()


@pytest.mark.parametrize("suffix", FILMS)
def test_the_same_bytes_twice(suffix: str, tmp_path: Path, films: ModuleType) -> None:
    assert _one(tmp_path / f"a{suffix}", films, 1000, True) == _one(tmp_path / f"b{suffix}", films, 1000, True)


@pytest.mark.parametrize("block", [7, 999, 24000])
@pytest.mark.parametrize("sound_first", [True, False])
def test_any_order_and_block_gives_the_same_sound(
    block: int, sound_first: bool, tmp_path: Path, films: ModuleType
) -> None:
    _one(tmp_path / "a.mp4", films, 4800, True)
    _one(tmp_path / "b.mp4", films, block, sound_first)
    heard = [np.concatenate(list(read_sound(tmp_path / name))) for name in ("a.mp4", "b.mp4")]
    assert (heard[0] == heard[1]).all()


@pytest.mark.parametrize("given", [0, 1000, 100000])
def test_sound_ends_with_the_picture(given: int, tmp_path: Path, films: ModuleType) -> None:
    with FilmWriter(tmp_path / "a.mp4", 96, 64, Fraction(10)) as film:
        film.write_sound(np.full((given, 2), 2, np.float32))
        for i in range(5):
            film.write(films.numbered(i))
    with av.open(str(tmp_path / "a.mp4")) as container:
        ends = [float(stream.duration * stream.time_base) for stream in container.streams]
    assert abs(ends[0] - 0.5) < 1e-6 and abs(ends[1] - 0.5) < 0.005
    assert len(np.concatenate(list(read_sound(tmp_path / "a.mp4")))) == 24000


def test_nothing_remains_of_a_film_that_failed(tmp_path: Path, films: ModuleType) -> None:
    old = tmp_path / "a.mp4"
    old.write_text("what was there")
    with pytest.raises(KeyboardInterrupt), FilmWriter(old, 96, 64, Fraction(10)) as film:
        film.write(films.numbered(1))
        raise KeyboardInterrupt
    with pytest.raises(InputError, match="without a frame"), FilmWriter(old, 96, 64, Fraction(10)):
        pass
    with pytest.raises(InputError, match="a frame of"), FilmWriter(old, 96, 64, Fraction(10)) as film:
        film.write(films.numbered(1, 32, 96))
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"] and old.read_text() == "what was there"


def test_a_film_with_no_sound_takes_none(tmp_path: Path, films: ModuleType) -> None:
    with pytest.raises(InputError), FilmWriter(tmp_path / "a.mp4", 96, 64, Fraction(10), sound_rate=None) as film:
        film.write_sound(films.clicks(480, 100))


@pytest.mark.parametrize(
    ("name", "width", "fps", "options"),
    [
        ("a.avi", 96, "10", {}),
        ("a.mp4", 95, "10", {}),
        ("a.mp4", 0, "10", {}),
        ("a.mp4", 96, "0", {}),
        ("a.mp4", 96, "10", {"crf": 99}),
        ("a.mp4", 96, "10", {"sound_rate": 123}),
        ("a.webm", 96, "10", {"sound_rate": 44100}),
    ],
)
def test_what_no_film_can_be(name: str, width: int, fps: str, options: dict[str, int], tmp_path: Path) -> None:
    with pytest.raises(InputError):
        FilmWriter(tmp_path / name, width, 64, Fraction(fps), **options)
    assert not list(tmp_path.iterdir())


def test_the_suffix_may_be_large(tmp_path: Path, films: ModuleType) -> None:
    with FilmWriter(tmp_path / "A.MP4", 96, 64, Fraction(10)) as film:
        film.write(films.numbered(1))
    assert probe(tmp_path / "A.MP4").codec == "h264"


@pytest.mark.parametrize(("height", "width", "channels"), [(33, 47, 3), (20, 256, 1)])
def test_gif_reads_back(height: int, width: int, channels: int, tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    frames = np.zeros((12, height, width, channels), np.uint8)
    frames[..., 0] = ramp
    frames[:, :, :, -1] = np.roll(ramp, 5)
    for i in range(12):
        frames[i, : i + 2] = 255
    write_gif(tmp_path / "a.gif", frames, Fraction(24))
    with Image.open(tmp_path / "a.gif") as gif:
        assert (gif.n_frames, gif.info["loop"]) == (12, 0)
    info = probe(tmp_path / "a.gif")
    assert (info.width, info.height, info.frames) == (width, height, 12) and abs(info.seconds - 0.5) < 0.03
    back = np.stack(list(read_frames(tmp_path / "a.gif")))
    error = np.abs(back.astype(int) - frames).mean()
    assert error == 0 if channels == 1 else error < 6


def test_gif_that_cannot_be(tmp_path: Path) -> None:
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    for given, fps in ((frames, 0), (frames, 60), (frames[:0], 10), ([frames[0], frames[0, :8]], 10)):
        with pytest.raises(InputError):
            write_gif(tmp_path / "a.gif", given, Fraction(fps))
    assert not list(tmp_path.iterdir())
