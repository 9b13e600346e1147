"""Every codec in every file that it may be in: read back, the same bytes twice, and what cannot be is refused."""

from __future__ import annotations

import typing
import wave
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.video import CODECS, CodecName, FilmWriter, carries_sound, check_output, probe, read_frames, read_sound
from segue.video.codecs import Codec, output

EACH = [(codec, ending) for codec in CODECS for ending in codec.endings]
NAMED = [f"{codec.name}{ending}" for codec, ending in EACH]
FILES = [pair for pair in EACH if pair[1]]
FPS = Fraction(10)


def _write(path: Path, codec: Codec, films: ModuleType, count: int = 12) -> list[Pixels]:
    frames = [films.numbered(i) for i in range(count)]
    with FilmWriter(path, 96, 64, FPS, codec=codec.name) as film:
        for frame in frames:
            film.write(frame)
        film.write_sound(films.clicks(round(count / FPS * 48000), 4800))
    return frames


def _read(path: Path) -> list[Pixels]:
    if path.is_dir():
        return [np.array(Image.open(file)) for file in sorted(path.glob("*.png"))]
    return list(read_frames(path))


def _heard(path: Path) -> np.ndarray:
    if not path.is_dir():
        return np.concatenate(list(read_sound(path)))
    with wave.open(str(path / "sound.wav")) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (48000, 2)
        return np.frombuffer(sound.readframes(10**7), "<i2").reshape(-1, 2).astype(np.float32) / 32767


@pytest.mark.parametrize(("codec", "ending"), EACH, ids=NAMED)
def test_reads_back_in_picture_and_sound(codec: Codec, ending: str, tmp_path: Path, films: ModuleType) -> None:
    path = tmp_path / f"a{ending}"
    check_output(path, codec.name, fps=FPS)
    frames = _write(path, codec, films)
    back = _read(path)
    assert [films.number_in(frame) for frame in back] == list(range(12))
    error = np.mean([(np.subtract(a, b, dtype=np.float64) ** 2).mean() for a, b in zip(frames, back, strict=True)])
    assert error == 0 if codec.lossless else error < (60 if codec.pix_fmt == "yuv422p10le" else 150)
    if carries_sound(path, codec.name):
        heard = _heard(path)
        assert len(heard) == 57600 and np.abs(films.click_places(heard, 4800)).max() < 48
    else:
        assert not probe(path).has_sound


@pytest.mark.parametrize(("codec", "ending"), EACH, ids=NAMED)
def test_the_same_bytes_twice(codec: Codec, ending: str, tmp_path: Path, films: ModuleType) -> None:
    for name in ("a", "b"):
        _write(tmp_path / f"{name}{ending}", codec, films)
    a, b = ([tmp_path / f"{name}{ending}"] if ending else sorted((tmp_path / name).iterdir()) for name in ("a", "b"))
    assert [file.name[-10:] for file in a][1:] == [file.name[-10:] for file in b][1:]
    assert [file.read_bytes() for file in a] == [file.read_bytes() for file in b]


@pytest.mark.parametrize(("codec", "ending"), FILES, ids=[name for name in NAMED if "." in name])
def test_what_players_are_told(codec: Codec, ending: str, tmp_path: Path, films: ModuleType) -> None:
    path = tmp_path / f"a{ending}"
    _write(path, codec, films, 3)
    info = probe(path)
    assert info.codec == codec.name and (info.width, info.height, info.frames) == (96, 64, 3)
    if codec.name in ("gif", "webp"):
        return
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        rgb = codec.pix_fmt == "bgr0"
        assert context.pix_fmt == codec.pix_fmt
        assert (context.colorspace, context.color_range) == ((0, 2) if rgb else (1, 1))
        assert (context.color_primaries, context.color_trc) == (1, 1)
        if codec.name == "hevc" and ending != ".mkv":
            assert context.codec_tag == "hvc1"
        if codec.name == "prores":
            assert context.codec_tag in ("apch", "\0\0\0\0")
        sound = container.streams.audio[0].codec_context.name
    assert sound == {"prores": "pcm_s16le", "ffv1": "flac"}.get(codec.name, "opus" if ending == ".webm" else "aac")


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec.crf], ids=lambda codec: codec.name)
def test_a_smaller_crf_is_better(codec: Codec, tmp_path: Path) -> None:
    assert codec.crf is not None
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3)).astype(np.uint8)
    sizes = []
    for crf in (codec.crf.low + 5, None, codec.crf.high - 5):
        path = tmp_path / f"a{codec.endings[0]}"
        with FilmWriter(path, 96, 64, FPS, sound_rate=None, codec=codec.name, crf=crf) as film:
            film.write(noise)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes, reverse=True) and sizes[2] < sizes[0]


def test_films_by_name_are_all_there() -> None:
    assert tuple(codec.name for codec in CODECS) == typing.get_args(CodecName)
    implied = {ending: output(Path(f"a{ending}")).codec.name for _, ending in EACH}
    assert implied == {
        ".mp4": "h264",
        ".mov": "h264",
        ".mkv": "h264",
        ".webm": "vp9",
        ".gif": "gif",
        ".webp": "webp",
        "": "png",
    }


@pytest.mark.parametrize(
    ("name", "codec", "crf", "said"),
    [
        ("a.avi", None, None, ".mp4"),
        ("a.png", None, None, "folder"),
        ("a.png", "png", None, "folder"),
        ("a.mp4", "png", None, "folder"),
        ("a", "h264", None, ".mov or .mkv"),
        ("a.webm", "h264", None, ".mov or .mkv"),
        ("a.mp4", "prores", None, ".mov"),
        ("a.mp4", "h265", None, "hevc"),
        ("a.mp4", None, 52, "0 to 51"),
        ("a.mp4", "av1", 0, "1 to 63"),
        ("a.mov", "prores", 18, "try leaving it out"),
        ("a.gif", None, 18, "try leaving it out"),
    ],
)
def test_what_does_not_go_together(name: str, codec: str | None, crf: int | None, said: str, tmp_path: Path) -> None:
    for refuse in (
        lambda: check_output(tmp_path / name, codec, crf),
        lambda: FilmWriter(tmp_path / name, 96, 64, FPS, codec=codec, crf=crf),
    ):
        with pytest.raises(InputError) as caught:
            refuse()
        assert said in str(caught.value) and "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_gif_is_not_too_fast(tmp_path: Path) -> None:
    check_output(tmp_path / "a.gif", fps=50)
    for refuse in (
        lambda: check_output(tmp_path / "a.gif", fps=60),
        lambda: FilmWriter(tmp_path / "a.gif", 96, 64, Fraction(60)),
    ):
        with pytest.raises(InputError, match="up to 50"):
            refuse()


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.mkv", "frames"])
def test_odd_sides(name: str, tmp_path: Path, films: ModuleType) -> None:
    frame, path = films.numbered(9, 33, 47), tmp_path / name
    with FilmWriter(path, 47, 33, FPS, codec="ffv1" if name == "a.mkv" else None, sound_rate=None) as film:
        film.write(frame)
        film.write(255 - frame)
    back, inverse = _read(path)
    assert back.shape == inverse.shape == (33, 47, 3)
    assert np.abs(back.astype(int) - frame).max() == 0 or name == "a.webp"
    assert np.abs(back.astype(int) - frame).mean() < 8


@pytest.mark.parametrize("fps", ["24", "30000/1001", "50"])
def test_webp_keeps_time(fps: str, tmp_path: Path, films: ModuleType) -> None:
    with FilmWriter(tmp_path / "a.webp", 96, 64, Fraction(fps)) as film:
        for i in range(24):
            film.write(films.numbered(i))
    with Image.open(tmp_path / "a.webp") as webp:
        assert (webp.n_frames, webp.info["loop"]) == (24, 0)
    assert probe(tmp_path / "a.webp").seconds == pytest.approx(24 / Fraction(fps), abs=0.002)


def _frames_into(path: Path, count: int, fail: bool = False) -> None:
    with FilmWriter(path, 16, 16, FPS, codec="png") as film:
        for i in range(count):
            film.write(np.full((16, 16, 3), i, np.uint8))
        if fail:
            raise KeyboardInterrupt


def test_a_folder_is_whole_or_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "take.1"
    _frames_into(folder, 5)
    with pytest.raises(KeyboardInterrupt):
        _frames_into(folder, 2, fail=True)
    assert len(list(folder.glob("*.png"))) == 5
    _frames_into(folder, 3)
    assert sorted(file.name for file in folder.iterdir()) == ["000001.png", "000002.png", "000003.png", "sound.wav"]
    assert [path.name for path in tmp_path.iterdir()] == ["take.1"]


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("dear")
    for name, said in (("home", "holds other files"), ("file", "no folder"), ("file/frames", "file")):
        with pytest.raises(InputError, match=said):
            check_output(tmp_path / name, "png")
        with pytest.raises(InputError, match=said):
            _frames_into(tmp_path / name, 1)
    assert (tmp_path / "home" / "letter.txt").read_text() == "dear" == (tmp_path / "file").read_text()
    check_output(tmp_path / "new" / "deep", "png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "home"]
