"""What a player shows is what is read: several recordings, sizes or streams in one file, and files begun midway."""

from __future__ import annotations

import os
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.video import probe, read_frames, read_sound

FPS, RATE = 25, 48_000
X264 = {"x264-params": "keyint=25:min-keyint=25:scenecut=0:bframes=2"}


def tone(hertz: float, seconds: float) -> npt.NDArray[np.float32]:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def record(path: Path, frames: list[Pixels], hertz: float, codec: str = "aac", **options: str) -> Path:
    """A transport stream, as a camera writes it: pictures and a tone."""
    with av.open(str(path), "w", format="mpegts") as container:
        picture: Any = container.add_stream("libx264", FPS, {**X264, **options})
        picture.height, picture.width = frames[0].shape[:2]
        track: Any = container.add_stream(codec, RATE, layout="stereo")
        for number, frame in enumerate(frames):
            shown = av.VideoFrame.from_ndarray(frame, "rgb24")
            shown.pts, shown.time_base = number, Fraction(1, FPS)
            container.mux(picture.encode(shown))
        container.mux(picture.encode(None))
        samples = np.repeat(tone(hertz, len(frames) / FPS)[None], 2, axis=0)
        if codec == "mp2":
            samples = (samples.T.reshape(1, -1) * 32767).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples, "s16" if codec == "mp2" else "fltp", "stereo")
        block.sample_rate, block.pts, block.time_base = RATE, 0, Fraction(1, RATE)
        container.mux(track.encode(block))
        container.mux(track.encode(None))
    return path


def put_together(path: Path, *parts: Path) -> Path:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def pitch(sound: npt.NDArray[np.float32]) -> float:
    """The loudest pitch, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound[:, 0] * np.hanning(len(sound))))
    return float(spectrum.argmax() * RATE / len(sound))


def heard(path: Path) -> npt.NDArray[np.float32]:
    return np.concatenate(list(read_sound(path, RATE)))


def numbered(films: ModuleType, numbers: range, height: int = 64, width: int = 96) -> list[Pixels]:
    return [films.numbered(number, height, width) for number in numbers]


def test_recordings_one_after_the_other(tmp_path: Path, films: ModuleType) -> None:
    first = record(tmp_path / "1.ts", numbered(films, range(30)), 440)
    second = record(tmp_path / "2.ts", numbered(films, range(30, 60)), 880)
    both = put_together(tmp_path / "both.ts", first, second)
    info = probe(both)
    assert (info.frames, info.seconds) == (60, 2.4)
    assert any("2 recordings" in note for note in info.notes)
    assert [films.number_in(frame) for frame in read_frames(both)] == list(range(60))
    assert [films.number_in(frame) for frame in read_frames(both, start=41)] == list(range(41, 60))
    sound = heard(both)
    assert len(sound) == 2.4 * RATE
    assert abs(pitch(sound[: round(1.1 * RATE)]) - 440) < 5 and abs(pitch(sound[round(1.3 * RATE) :]) - 880) < 5


def test_three_recordings(tmp_path: Path, films: ModuleType) -> None:
    parts = [
        record(tmp_path / f"{i}.ts", numbered(films, range(20 * i, 20 * i + 20)), 330.0 * (i + 1)) for i in range(3)
    ]
    whole = put_together(tmp_path / "all.ts", *parts)
    assert [films.number_in(frame) for frame in read_frames(whole)] == list(range(60))
    sound = heard(whole)
    for i in range(3):
        middle = sound[round((0.8 * i + 0.2) * RATE) : round((0.8 * i + 0.7) * RATE)]
        assert abs(pitch(middle) - 330 * (i + 1)) < 5


@pytest.mark.parametrize(
    ("name", "frames", "says"),
    [
        ("ts_pts_reset.ts", 150, "2 recordings"),
        ("ts_size_change.ts", 150, "changes to 160x90: shown at 320x180"),  # and its second sound is MPEG's, not AAC
        ("ts_mid_gop.ts", 25, "the first 1.32 s cannot be decoded and are left out"),
    ],
)
def test_recordings_that_were_lost_in_silence(name: str, frames: int, says: str, data_dir: Path) -> None:
    path = data_dir.parent / "cases" / name
    info = probe(path)
    assert info.frames == frames and any(says in note for note in info.notes)
    shown = list(read_frames(path))
    assert len(shown) == frames and {frame.shape for frame in shown} == {(180, 320, 3)}
    changes = [np.abs(a.astype(int) - b).mean() for a, b in pairwise(shown)]
    assert min(changes) > 0.1  # none is frozen
    sound = heard(path)
    assert len(sound) == round(frames / FPS * RATE)
    loud = np.abs(sound[: len(sound) // 4800 * 4800].reshape(-1, 4800 * 2)).mean(axis=1)
    assert loud.min() > 0.05  # none is silent


@pytest.mark.parametrize(("height", "width"), [(32, 48), (128, 192)])
def test_a_picture_that_changes_its_size(height: int, width: int, tmp_path: Path, films: ModuleType) -> None:
    first = record(tmp_path / "1.ts", numbered(films, range(20)), 440)
    second = record(tmp_path / "2.ts", numbered(films, range(20, 40), height, width), 440)
    both = put_together(tmp_path / "both.ts", first, second)
    info = probe(both)
    assert (info.width, info.height, info.frames) == (96, 64, 40)
    assert any(f"changes to {width}x{height}" in note for note in info.notes)
    frames = list(read_frames(both))
    assert {frame.shape for frame in frames} == {(64, 96, 3)}
    assert [films.number_in(frame) for frame in frames] == list(range(40))


def test_a_picture_of_another_shape_has_bars(tmp_path: Path) -> None:
    light = np.full((64, 96, 3), 200, np.uint8)
    first = record(tmp_path / "1.ts", [light] * 10, 440)
    second = record(tmp_path / "2.ts", [light[:, :64]] * 10, 440)
    last = list(read_frames(put_together(tmp_path / "both.ts", first, second)))[-1]
    assert last[:, 18:78].min() > 190 and last[:, :14].max() < 20 and last[:, 82:].max() < 20


def test_what_cannot_be_decoded_at_the_start_is_left_out(tmp_path: Path, films: ModuleType) -> None:
    whole = record(tmp_path / "whole.ts", numbered(films, range(60)), 440)
    data = whole.read_bytes()
    packets = [data[at : at + 188] for at in range(0, len(data), 188)]
    tables = packets[:3]  # what a stream repeats: which programmes and streams there are
    cut = tmp_path / "cut.ts"
    cut.write_bytes(b"".join([*tables, *packets[len(packets) // 5 :]]))
    info = probe(cut)
    numbers = [films.number_in(frame) for frame in read_frames(cut)]
    assert numbers == list(range(25, 60)) and info.frames == 35
    (note,) = [note for note in info.notes if "left out" in note]
    assert "cannot be decoded" in note
    assert len(heard(cut)) == 35 / FPS * RATE


def streams(path: Path, films: ModuleType, default: int | None) -> Path:
    """A film of two pictures, small and large, and of two sounds, one channel and two."""
    with av.open(str(path), "w") as container:
        pictures: list[Any] = [container.add_stream("libx264", FPS, {}) for _ in range(2)]
        tracks: list[Any] = [container.add_stream("aac", RATE, layout=layout) for layout in ("mono", "stereo")]
        for index, (picture, size) in enumerate(zip(pictures, ((32, 48), (64, 96)), strict=True)):
            picture.height, picture.width = size
            picture.disposition = av.stream.Disposition.default if index == default else av.stream.Disposition(0)
        for index, track in enumerate(tracks):
            track.disposition = av.stream.Disposition.default if index == default else av.stream.Disposition(0)
        for picture, size in zip(pictures, ((32, 48), (64, 96)), strict=True):
            for number in range(10):
                shown = av.VideoFrame.from_ndarray(films.numbered(number, *size), "rgb24")
                shown.pts, shown.time_base = number, Fraction(1, FPS)
                container.mux(picture.encode(shown))
            container.mux(picture.encode(None))
        for track, channels, hertz in zip(tracks, (1, 2), (440, 880), strict=True):
            samples = np.repeat(tone(hertz, 0.4)[None], channels, axis=0)
            block = av.AudioFrame.from_ndarray(samples, "fltp", "mono" if channels == 1 else "stereo")
            block.sample_rate, block.pts, block.time_base = RATE, 0, Fraction(1, RATE)
            container.mux(track.encode(block))
            container.mux(track.encode(None))
    return path


@pytest.mark.parametrize(("default", "width", "hertz"), [(0, 48, 440), (1, 96, 880), (None, 96, 880)])
def test_of_several_streams_the_one_that_players_take(
    default: int | None, width: int, hertz: float, tmp_path: Path, films: ModuleType
) -> None:
    path = streams(tmp_path / "a.mkv", films, default)
    info = probe(path)
    assert info.width == width and next(read_frames(path)).shape[1] == width
    assert abs(pitch(heard(path)) - hertz) < 10
    assert any("of 2 pictures" in note for note in info.notes)
    assert any("of 2 sound tracks" in note for note in info.notes)


def test_a_title_that_is_not_utf_8(tmp_path: Path, films: ModuleType) -> None:
    path = films.write_film(
        tmp_path / "a.avi", numbered(films, range(6)), [40 * i for i in range(6)], codec="mpeg4", fps=25
    )
    data = path.read_bytes()
    software = data.index(b"ISFT")
    length = int.from_bytes(data[software + 4 : software + 8], "little")
    named = data[: software + 8] + b"Caf\xe9".ljust(length, b"\0") + data[software + 8 + length :]
    path.write_bytes(named)
    assert probe(path).frames == 6 and len(list(read_frames(path))) == 6


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile other.mp4\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 32\n",
    ],
)
def test_a_script_is_no_film(text: str, tmp_path: Path, films: ModuleType) -> None:
    films.write_film(tmp_path / "other.mp4", numbered(films, range(6)), [40 * i for i in range(6)])
    path = tmp_path / "film.mp4"
    path.write_text(text)
    with pytest.raises(InputError, match="not a video"):
        probe(path)


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", Path("/dev/zero")):
        with pytest.raises(InputError, match="device or pipe"):
            probe(path)
