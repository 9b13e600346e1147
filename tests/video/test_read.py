"""Frames and sound come out at the right time, the right way up and in the right colours."""

from __future__ import annotations

import gc
import os
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.video import FilmWriter, probe, read_frames, read_sound, write_gif


def _numbers(path: Path, films: ModuleType, fps: Fraction | None = None) -> list[int]:
    return [films.number_in(frame) for frame in read_frames(path, fps=fps)]


@pytest.mark.parametrize("name", ["big_buck_bunny_432_433.webm", "fire2.mp4", "gyrorbium.gif", "walk.mkv"])
def test_real_clips_read_as_probed(name: str, data_dir: Path) -> None:
    path = data_dir / "clips" / name
    info = probe(path)
    count = 0
    for frame in read_frames(path):
        assert frame.shape == (info.height, info.width, 3) and frame.dtype == np.uint8
        count += 1
    assert count == info.frames


@pytest.mark.parametrize("name", ["bigbuckbunny", "chaplin", "fire2", "flower", "reaction_diffusion"])
def test_real_sound_lasts_as_long_as_the_picture(name: str, data_dir: Path) -> None:
    path = data_dir / "clips" / f"{name}.mp4"
    sound = np.concatenate(list(read_sound(path, 16000)))
    assert sound.shape == (round(probe(path).seconds * 16000), 2) and sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert (np.abs(sound).max() > 0.01) == (name in ("bigbuckbunny", "chaplin", "fire2"))


def test_fire2_stands_upright(data_dir: Path) -> None:
    path = data_dir / "clips" / "fire2.mp4"
    with av.open(str(path)) as container:
        stored = next(container.decode(video=0)).to_ndarray(format="rgb24")
    shown = next(read_frames(path))
    assert np.abs(shown.astype(int) - stored[::-1, ::-1]).mean() < 3


def test_variable_rate(tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(tmp_path / "a.mp4", [films.numbered(i) for i in range(5)], [500, 540, 700, 733, 1200])
    info = probe(path)
    assert info.fps == 30 and "variable frame rate" in info.notes
    changes = [0, 0.04, 0.2, 0.233, 0.7]
    expected = [sum(i / 30 >= change - 1e-9 for change in changes) - 1 for i in range(info.frames)]
    assert _numbers(path, films) == expected


def test_other_rates(tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(tmp_path / "a.mkv", [films.numbered(i) for i in range(10)], range(0, 400, 40))
    assert probe(path).fps == 25
    assert _numbers(path, films) == list(range(10))
    assert _numbers(path, films, Fraction(50)) == [i // 2 for i in range(20)]
    assert _numbers(path, films, Fraction(25, 2)) == [0, 2, 4, 6, 8]
    assert _numbers(path, films, Fraction(30)) == [i * 25 // 30 for i in range(12)]
    assert _numbers(path, films, Fraction(1, 100)) == [0]
    with pytest.raises(InputError):
        read_frames(path, fps=Fraction(0))


def test_repeated_frames_are_separate(tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(tmp_path / "a.mkv", [films.numbered(7)] * 2, [0, 40])
    first, second, *_ = read_frames(path, fps=Fraction(50))
    first[:] = 0
    assert films.number_in(second) == 7


def test_gif_delays(tmp_path: Path, films: ModuleType) -> None:
    pictures = [Image.fromarray(films.numbered(i, 63, 97)) for i in range(4)]
    path = tmp_path / "a.gif"
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=[100, 300, 100, 500])
    info = probe(path)
    assert (info.width, info.height, info.fps, info.frames) == (97, 63, 10, 10)
    assert _numbers(path, films) == [0, 1, 1, 1, 2, 3, 3, 3, 3, 3]


def test_transparency_is_black(tmp_path: Path) -> None:
    rgba = np.zeros((16, 16, 4), np.uint8)
    rgba[:8] = (255, 0, 0, 255)
    Image.fromarray(rgba).save(tmp_path / "a.gif")
    frame = next(read_frames(tmp_path / "a.gif"))
    assert (frame[:8] == (255, 0, 0)).all() and not frame[8:].any()


@pytest.mark.parametrize(
    ("matrix", "corner", "turned"),
    [
        ((0, 1, -1, 0), (0, -1), True),
        ((0, -1, 1, 0), (-1, 0), True),
        ((-1, 0, 0, -1), (-1, -1), False),
        ((-1, 0, 0, 1), (0, -1), False),
    ],
)
def test_upright(
    matrix: tuple[int, ...], corner: tuple[int, int], turned: bool, tmp_path: Path, films: ModuleType
) -> None:
    path = films.write_film(tmp_path / "a.mp4", [films.numbered(0)], [0])
    films.turn_in_header(path, matrix)
    info, frame = probe(path), next(read_frames(path))
    assert frame.shape == ((96, 64, 3) if turned else (64, 96, 3)) == (info.height, info.width, 3)
    # The red field lies in the top left corner of what was stored.
    assert np.abs(frame[corner].astype(int) - (230, 20, 30)).max() < 4
    assert sum("turned" in note or "mirrored" in note for note in info.notes) == 1


@pytest.mark.parametrize(("aspect", "width"), [(Fraction(4, 3), 128), (Fraction(8, 9), 85), (Fraction(1, 1000), 96)])
def test_square_pixels(aspect: Fraction, width: int, tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(tmp_path / "a.mp4", [films.numbered(5)], [0], aspect=aspect)
    frame = next(read_frames(path))
    assert frame.shape == (64, width, 3) and probe(path).width == width
    assert films.number_in(frame) == 5


def test_odd_sizes_and_full_colour(tmp_path: Path, films: ModuleType) -> None:
    picture = films.numbered(9, 61, 97)
    path = films.write_film(tmp_path / "a.mkv", [picture], [0], codec="ffv1", pix_fmt="bgr0")
    assert (next(read_frames(path)) == picture).all()


def _still_open(path: Path) -> bool:
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return any(os.path.realpath(link) == str(path.resolve()) for link in links)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("read", [read_frames, read_sound])
def test_an_abandoned_reader_closes_its_file(read: object, tmp_path: Path, films: ModuleType) -> None:
    path = tmp_path / "a.mp4"
    with FilmWriter(path, 96, 64, Fraction(10)) as film:
        film.write_sound(films.clicks(96000, 4800))
        for i in range(20):
            film.write(films.numbered(i))
    reader = read(path)  # type: ignore[operator]
    next(reader)
    assert _still_open(path)
    del reader
    gc.collect()
    assert not _still_open(path)


def test_a_silent_clip_gives_silence(tmp_path: Path) -> None:
    write_gif(tmp_path / "a.gif", np.zeros((7, 16, 16, 3), np.uint8), Fraction(10))
    sound = np.concatenate(list(read_sound(tmp_path / "a.gif", 44100)))
    assert sound.shape == (30870, 2) and not sound.any()
    with pytest.raises(InputError):
        read_sound(tmp_path / "a.gif", 0)


def _film_with_sound(path: Path, sound: np.ndarray, layout: str, rate: int, start: float) -> Path:
    """A second of grey at 10 frames a second with FLAC `sound`, [channels, k], that begins at `start` seconds."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", 10)
        picture.width = picture.height = 32  # type: ignore[union-attr]
        track = container.add_stream("flac", rate, layout=layout)
        grey = np.full((32, 32, 3), 128, np.uint8)
        for i in range(10):
            frame = av.VideoFrame.from_ndarray(grey, "rgb24")
            frame.pts, frame.time_base = i + 10, Fraction(1, 10)
            container.mux(picture.encode(frame))  # type: ignore[union-attr]
        block = av.AudioFrame.from_ndarray((sound * 32767).astype(np.int16).T.reshape(1, -1), "s16", layout)
        block.sample_rate, block.pts, block.time_base = rate, round((1 + start) * rate), Fraction(1, rate)
        container.mux(track.encode(block))  # type: ignore[union-attr]
        for stream in (picture, track):
            container.mux(stream.encode(None))  # type: ignore[union-attr]
    return path


@pytest.mark.parametrize("start", [-0.3, 0.0, 0.25])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_sound_starts_where_it_belongs(start: float, rate: int, tmp_path: Path) -> None:
    sound = np.zeros((2, rate), np.float32)
    sound[:, rate // 2] = 0.9
    path = _film_with_sound(tmp_path / "a.mkv", sound, "stereo", rate, start)
    heard = np.concatenate(list(read_sound(path)))
    assert heard.shape == (48000, 2)
    assert abs(np.abs(heard[:, 0]).argmax() / 48000 - (0.5 + start)) < 0.002


def test_one_channel_is_heard_on_both_sides_as_loud(tmp_path: Path) -> None:
    tone = 0.5 * np.sin(np.arange(48000) / 20, dtype=np.float32)[None]
    heard = np.concatenate(list(read_sound(_film_with_sound(tmp_path / "a.mkv", tone, "mono", 48000, 0))))
    assert np.abs(heard - tone.T).max() < 1e-3


def test_six_channels_are_mixed(tmp_path: Path) -> None:
    channels = np.zeros((6, 48000), np.float32)
    channels[0, :8000], channels[1, 8000:16000], channels[2, 16000:24000] = 0.5, 0.5, 0.5
    heard = np.concatenate(list(read_sound(_film_with_sound(tmp_path / "a.mkv", channels, "5.1", 48000, 0))))
    centre = 0.5 * np.sqrt(0.5)
    for at, sides in ((4000, (0.5, 0)), (12000, (0, 0.5)), (20000, (centre, centre))):
        assert np.abs(heard[at] - sides).max() < 0.01
