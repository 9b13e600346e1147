"""From a key frame on the same frames come out as by decoding all, at the same places."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.video import probe, read_frames
from segue.video.decode import pictures
from segue.video.inspect import examine

COUNT = 60
STEADY = [40 * i for i in range(COUNT)]
VARIABLE = list(accumulate([0, *(7 + 31 * (i * i % 5) for i in range(COUNT - 1))]))
B_FRAMES = {"g": "12", "bf": "3"}
X264 = "keyint=13:min-keyint=13:bframes=3:b-adapt=0:scenecut=0"

# Suffix, stamps in ms, codec, its options.
CLIPS = {
    "b-frames": (".mp4", STEADY, "libx264", B_FRAMES),
    "open groups": (".mkv", STEADY, "libx264", {"x264-params": f"{X264}:open-gop=1"}),
    "open groups in a stream": (".ts", STEADY, "libx264", {"x264-params": f"{X264}:open-gop=1"}),
    "one long group": (".mp4", STEADY, "libx264", {"g": "250"}),
    "refreshed bit by bit": (".ts", STEADY, "libx264", {"x264-params": "intra-refresh=1:keyint=12"}),
    "interlaced": (".mp4", STEADY, "libx264", {"x264-params": f"{X264}:interlaced=1"}),
    "interlaced, variable": (".mkv", VARIABLE, "libx264", {"x264-params": f"{X264}:interlaced=1"}),
    "vp9": (".webm", STEADY, "libvpx-vp9", {"g": "15", "deadline": "realtime", "cpu-used": "8"}),
    "vp9, hidden frames": (".webm", STEADY, "libvpx-vp9", {"g": "20", "lag-in-frames": "16", "auto-alt-ref": "1"}),
    "variable": (".mkv", VARIABLE, "libx264", B_FRAMES),
    "starts late": (".mp4", [stamp + 5000 for stamp in STEADY], "libx264", B_FRAMES),
    "starts late, variable": (".mkv", [stamp + 777 for stamp in VARIABLE], "libx264", B_FRAMES),
    "transport stream": (".ts", STEADY, "libx264", B_FRAMES),
    "mpeg 2": (".ts", STEADY, "mpeg2video", B_FRAMES),
    "mpeg 4": (".mp4", STEADY, "mpeg4", B_FRAMES),
    "mpeg 4 in avi": (".avi", STEADY, "mpeg4", {"g": "12"}),
    "hevc, open groups": (".mp4", STEADY, "libx265", {"x265-params": "keyint=12:bframes=3:log-level=error"}),
    "gif": (".gif", [stamp + stamp % 3 for stamp in STEADY], "gif", {}),
    "prores": (".mov", STEADY, "prores", {}),
}
LED_ASTRAY = ("one long group", "refreshed bit by bit", "interlaced, variable", "gif")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, films: ModuleType) -> dict[str, tuple[Path, list[np.ndarray]]]:
    """Each clip with all its frames, read from the start: noise that rolls by, so that no frame is like another."""
    folder = tmp_path_factory.mktemp("seek")
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3)).astype(np.uint8)
    frames = [np.roll(noise, (2 * i, 3 * i), (0, 1)) for i in range(COUNT)]
    made = {}
    for name, (suffix, stamps, codec, options) in CLIPS.items():
        pix_fmt = {"gif": "rgb8", "prores": "yuv422p10le"}.get(codec, "yuv420p")
        fps = 25 if codec.startswith("mpeg") else 1000
        path = folder / f"{name}{suffix}"
        films.write_film(path, frames, stamps, codec=codec, options=options, pix_fmt=pix_fmt, fps=fps)
        made[name] = path, list(read_frames(path))
    return made


def _same(path: Path, whole: list[np.ndarray], start: int) -> None:
    part = list(read_frames(path, start=start))
    assert len(part) == max(0, len(whole) - start)
    assert all((a == b).all() for a, b in zip(part, whole[start:], strict=True))


@pytest.mark.parametrize("name", CLIPS)
def test_the_same_frames_from_anywhere(name: str, clips: dict[str, tuple[Path, list[np.ndarray]]]) -> None:
    path, whole = clips[name]
    for start in {1, 11, 12, 13, 14, 15, 26, 27, 31, 40, 41, len(whole) - 1, len(whole), len(whole) + 9}:
        _same(path, whole, start)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(CLIPS)), start=st.integers(0, 70), fps=st.sampled_from(["12", "24", "25", "60"]))
def test_the_same_frames_at_any_rate(
    name: str, start: int, fps: str, clips: dict[str, tuple[Path, list[np.ndarray]]]
) -> None:
    path = clips[name][0]
    whole, part = (list(read_frames(path, fps=Fraction(fps), start=number)) for number in (0, start))
    assert len(part) == max(0, len(whole) - start)
    assert all((a == b).all() for a, b in zip(part, whole[start:], strict=True))


@pytest.mark.parametrize("name", CLIPS)
def test_few_frames_are_decoded_for_the_last(name: str, clips: dict[str, tuple[Path, list[np.ndarray]]]) -> None:
    path, whole = clips[name]
    clip = examine(path)
    key, before = clip.keys_before((len(whole) - 1) / clip.info.fps)
    decoded = sum(1 for _ in pictures(path, key, before=before))
    assert decoded == COUNT if name in LED_ASTRAY else decoded <= 23


@pytest.mark.parametrize(
    "name",
    [
        "clips/fire2.mp4",
        "clips/flower.mp4",
        "clips/big_buck_bunny_432_433.webm",
        "clips/walk.mkv",
        "clips/gyrorbium.gif",
        # Its key frames need what only the start of the file says: decoded alone they are green rubbish.
        "../cases/cockatoo.mp4",
        "../cases/ts_pts_reset.ts",
        "../cases/ts_size_change.ts",
        "../cases/ts_mid_gop.ts",
    ],
)
def test_real_clips_from_anywhere(name: str, data_dir: Path) -> None:
    path = data_dir / name
    count = probe(path).frames
    whole = [frame.tobytes() for frame in read_frames(path)]
    for start in (count // 3, count - 2):
        assert [frame.tobytes() for frame in read_frames(path, start=start)] == whole[start:]


def test_a_damaged_clip_from_anywhere(tmp_path: Path, clips: dict[str, tuple[Path, list[np.ndarray]]]) -> None:
    data = bytearray(clips["b-frames"][0].read_bytes())
    middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 3000] = bytes(3000)
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    whole = list(read_frames(path))
    for start in (1, 20, 30, 40, 59):
        part = list(read_frames(path, start=start))
        assert len(part) == len(whole) - start and (part[-1] == whole[-1]).all()


@pytest.mark.parametrize("name", ["b-frames", "open groups", "refreshed bit by bit", "vp9"])
def test_a_key_frame_is_checked_once(name: str, clips: dict[str, tuple[Path, list[np.ndarray]]]) -> None:
    path, whole = clips[name]
    clip = examine(path)
    for start in (50, 50, 3, 57, 30):
        part = list(read_frames(clip, start=start))
        assert len(part) == len(whole) - start
        assert all((a == b).all() for a, b in zip(part, whole[start:], strict=True))
    decided = dict(clip.checked)
    believed = dict.fromkeys(clip.checked, True)  # what is there is not looked at again
    clip.checked.update(believed)
    list(read_frames(clip, start=50))
    assert decided and clip.checked == believed


def test_a_clip_is_read_as_its_path_is(clips: dict[str, tuple[Path, list[np.ndarray]]]) -> None:
    path, whole = clips["variable"]
    frames = list(read_frames(examine(path)))
    assert len(frames) == len(whole) and all((a == b).all() for a, b in zip(frames, whole, strict=True))
