"""Transparency, HDR, interlacing and colours: how such clips are shown, and that it is told."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.video import probe, read_frames
from segue.video.decode import deinterlace, pictures, seconds_of

OVER_BLACK = "transparency shown over black"


def _half_clear() -> np.ndarray:
    """Opaque red above; below, half clear green on the left, nothing on the right."""
    rgba = np.zeros((64, 64, 4), np.uint8)
    rgba[:32] = (200, 30, 60, 255)
    rgba[32:, :32] = (30, 200, 60, 128)
    return rgba


@pytest.mark.parametrize(
    ("suffix", "codec", "pix_fmt", "options"),
    [
        (".mov", "prores_ks", "yuva444p10le", {"profile": "4444"}),
        (".webm", "libvpx-vp9", "yuva420p", {"b": "0", "crf": "10"}),
        (".webm", "libvpx", "yuva420p", {"b": "1M", "crf": "10", "auto-alt-ref": "0"}),
        (".mov", "png", "rgba", {}),
        (".mov", "qtrle", "argb", {}),
        (".mkv", "ffv1", "bgra", {}),
    ],
)
def test_alpha(suffix: str, codec: str, pix_fmt: str, options: dict[str, str], tmp_path: Path, films: Any) -> None:
    frames = [_half_clear()] * 4
    path = films.write_film(
        tmp_path / f"a{suffix}", frames, range(0, 400, 100), codec=codec, pix_fmt=pix_fmt, options=options, fps=10
    )
    assert OVER_BLACK in probe(path).notes
    shown = list(read_frames(path))
    assert len(shown) == 4
    for place, colour in (((8, 8), (200, 30, 60)), ((50, 8), (15, 100, 30)), ((50, 50), (0, 0, 0))):
        assert np.abs(shown[2][place].astype(int) - colour).max() < 6


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
@pytest.mark.parametrize("clear", [True, False])
def test_alpha_of_animations(suffix: str, clear: bool, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    rgba = np.repeat(_half_clear()[None], 5, 0)
    rgba[:, :32, :, 1] = np.arange(0, 250, 50)[:, None, None]
    rgba[..., 3] = np.where(rgba[..., 3] > 128, 255, 0 if clear else 255)
    first, *others = [Image.fromarray(frame, "RGBA" if clear else None).convert("RGBA") for frame in rgba]
    first.save(path, save_all=True, append_images=others, duration=[100, 100, 200, 100, 100], lossless=True, disposal=2)
    info = probe(path)
    assert (OVER_BLACK in info.notes) == clear
    assert (info.width, info.height, info.seconds, info.codec) == (64, 64, 0.6, suffix[1:])
    shown = list(read_frames(path))
    assert [int(frame[8, 8, 1]) for frame in shown] == pytest.approx([0, 50, 100, 100, 150, 200], abs=2)
    assert not shown[2][50, 50].any()


@pytest.mark.parametrize("missing", [1, 40, 300])
def test_a_webp_cut_off(missing: int, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3)).astype(np.uint8)
    first, *others = map(Image.fromarray, noise)
    first.save(tmp_path / "a.webp", save_all=True, append_images=others, duration=100)
    data = (tmp_path / "a.webp").read_bytes()
    (tmp_path / "a.webp").write_bytes(data[:-missing])
    with pytest.raises(InputError, match="cut off"):
        probe(tmp_path / "a.webp")


def _marked(path: Path, films: ModuleType, pix_fmt: str, **context: int) -> tuple[str, ...]:
    films.write_film(path, [films.numbered(0)] * 2, [0, 40], codec="ffv1", pix_fmt=pix_fmt, context=context)
    return probe(path).notes


@pytest.mark.parametrize(
    ("pix_fmt", "context", "notes"),
    [
        ("yuv420p", {"colorspace": 1, "color_range": 1}, ()),
        ("yuv420p", {"colorspace": 1, "color_range": 2}, ("full colour range shown as limited",)),
        ("yuv420p", {"colorspace": 6}, ("BT.601 colours shown as BT.709",)),
        ("yuv420p", {}, ("unmarked colours taken as BT.601, shown as BT.709",)),
        (
            "yuv420p10le",
            {"colorspace": 9, "color_trc": 16},
            (
                "HDR (PQ) shown without tone mapping",
                "10 bits a colour rounded to 8",
                "BT.2020 colours shown as BT.709",
            ),
        ),
        (
            "yuv444p10le",
            {"colorspace": 1, "color_trc": 18},
            ("HDR (HLG) shown without tone mapping", "10 bits a colour rounded to 8"),
        ),
        ("bgr0", {}, ()),
    ],
)
def test_colours_are_told(
    pix_fmt: str, context: dict[str, int], notes: tuple[str, ...], tmp_path: Path, films: ModuleType
) -> None:
    assert _marked(tmp_path / "a.mkv", films, pix_fmt, **context) == notes


def _combed(count: int) -> list[np.ndarray]:
    """A bar that moves 4 pixels from field to field; the lower field, of odd rows, comes first, as x264 takes it."""
    frames = []
    for i in range(count):
        frame = np.full((64, 128, 3), 30, np.uint8)
        for order, field in enumerate((1, 0)):
            at = 8 + 4 * (2 * i + order)
            frame[field::2, at : at + 16] = (220, 160, 90)
        frames.append(frame)
    return frames


def test_interlaced_fields_do_not_show(tmp_path: Path, films: ModuleType) -> None:
    frames = _combed(10)
    path = films.write_film(
        tmp_path / "a.mkv", frames, range(0, 400, 40), options={"x264-params": "interlaced=1", "crf": "5"}
    )
    info, shown = probe(path), list(read_frames(path))
    assert any("interlaced" in note for note in info.notes) and info.frames == len(shown) == 10

    def comb(frame: np.ndarray) -> float:
        grey = frame[..., 1].astype(float)
        return float(np.abs(2 * grey[1:-1] - grey[:-2] - grey[2:]).mean())

    assert max(map(comb, shown)) < 0.5 * comb(frames[5])
    for kept, frame in zip(shown, frames, strict=True):
        # The first field's rows stay where and when they were.
        assert np.abs(kept[3:-2:2].astype(int) - frame[3:-2:2]).mean() < 4


def test_a_picture_of_interlaced_rows_is_left_alone(tmp_path: Path, films: ModuleType) -> None:
    flags = av.codec.context.Flags.interlaced_dct.value
    path = films.write_film(
        tmp_path / "a.mov", _combed(2), [0, 40], codec="png", pix_fmt="rgb24", context={"flags": flags}
    )
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).interlaced_frame
    assert probe(path).notes == () and (next(read_frames(path)) == _combed(1)[0]).all()


def test_deinterlaced_frames_keep_their_colours_and_times(tmp_path: Path, films: ModuleType) -> None:
    marks = {"color_range": 2, "colorspace": 1, "color_trc": 1, "color_primaries": 1}
    path = films.write_film(
        tmp_path / "a.mkv", _combed(5), [0, 40, 100, 120, 500], options={"x264-params": "interlaced=1"}, context=marks
    )
    before, after = list(pictures(path)), list(deinterlace(pictures(path)))
    assert [seconds_of(frame) for frame in after] == [seconds_of(frame) for frame in before]
    for frame in after:
        assert {name: int(getattr(frame, name)) for name in marks} == marks
