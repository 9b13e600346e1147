"""Images: the value range, reading, writing, size."""

from __future__ import annotations

import io
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from segue.core.errors import InputError
from segue.core.images import (
    PICTURES,
    Pixels,
    atomic_write,
    check_writable,
    fit,
    read_image,
    resize,
    to_float,
    to_uint8,
    with_channels,
    write_image,
)

SETS = arrays.arrays(
    np.uint8, st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3]))
)


def picture(height: int = 6, width: int = 9, channels: int = 3) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, channels), dtype=np.uint8)


@given(SETS)
def test_to_uint8_inverts_to_float(images: Pixels) -> None:
    floats = to_float(images)
    assert floats.dtype == torch.float32
    assert np.array_equal(to_uint8(floats), images)


def test_every_level_is_kept_and_the_rest_is_clipped() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert np.array_equal(to_uint8(to_float(levels)), levels)
    assert to_uint8(torch.tensor([-1.0, 2.0]).reshape(2, 1, 1, 1)).ravel().tolist() == [0, 255]


def test_read_only_and_mirrored_arrays_are_taken() -> None:
    images = picture()[None]
    images.setflags(write=False)
    assert np.array_equal(to_uint8(to_float(images)), images)
    assert np.array_equal(to_uint8(to_float(images[:, :, ::-1])), images[:, :, ::-1])


def test_channels() -> None:
    grey = picture(channels=1)
    assert with_channels(grey, 1) is grey
    assert np.array_equal(with_channels(with_channels(grey, 3), 1), grey)
    assert with_channels(np.array([[[255, 0, 0]]], np.uint8), 1).item() == 76


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".ppm"])
@pytest.mark.parametrize("channels", [1, 3])
def test_lossless_files_are_read_back(tmp_path: Path, suffix: str, channels: int) -> None:
    image, path = picture(channels=channels), tmp_path / "new" / f"a{suffix}"
    write_image(path, image)
    back = read_image(path)
    assert np.array_equal(back, image) and back.flags.writeable
    assert read_image(path, 1).shape == (6, 9, 1) and read_image(path, 3).shape == (6, 9, 3)


@pytest.mark.parametrize("suffix", PICTURES)
def test_every_picture_suffix_can_be_written(tmp_path: Path, suffix: str) -> None:
    write_image(tmp_path / f"a{suffix.upper()}", picture())
    assert read_image(tmp_path / f"a{suffix.upper()}").shape == (6, 9, 3)


@pytest.mark.parametrize("name", ["a", "a.xyz", "a.mp4"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"expected \.png"):
        write_image(tmp_path / name, picture())
    assert not list(tmp_path.iterdir())


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6  # the camera was turned: rotate by 90 degrees to the right
    Image.fromarray(picture()).save(tmp_path / "a.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "a.png"), np.rot90(picture(), -1))


@pytest.mark.parametrize(("mode", "channels"), [("LA", 1), ("RGBA", 3), ("P", 3), ("1", 1), ("CMYK", 3)])
def test_modes(tmp_path: Path, mode: str, channels: int) -> None:
    path = tmp_path / "a.tif"
    Image.new("L", (4, 3), 255).convert("RGB").convert(mode).save(path)
    assert np.array_equal(read_image(path), np.full((3, 4, channels), 255))


def test_transparency_is_black(tmp_path: Path) -> None:
    Image.new("RGBA", (2, 2), (200, 100, 50, 0)).save(tmp_path / "a.png")
    Image.new("LA", (2, 2), (200, 0)).save(tmp_path / "b.png")
    assert not read_image(tmp_path / "a.png").any()
    assert not read_image(tmp_path / "b.png").any()


@pytest.mark.parametrize(
    ("values", "seen"),
    [
        (np.array([[0, 257, 65535]], np.uint16), [0, 1, 255]),
        (np.array([[0, 200, 250]], np.uint16), [0, 1, 1]),  # dark, not eight bits
        (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, 100, 255]], np.float32), [0, 100, 255]),
        (np.array([[-5, 100, 255]], np.int32), [0, 100, 255]),
    ],
)
def test_deep_grey(tmp_path: Path, values: np.ndarray, seen: list[int]) -> None:
    Image.fromarray(values).save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif").ravel().tolist() == seen


def test_open_files_are_read_and_called_by_their_names() -> None:
    file = io.BytesIO()
    Image.fromarray(picture()).save(file, "png")
    file.seek(0)
    assert np.array_equal(read_image(file), picture()) and not file.closed
    torn = io.BytesIO(file.getvalue()[:60])
    with pytest.raises(InputError, match=r"^got a picture "):
        read_image(torn)
    torn.name = "a.zip/torn.png"
    with pytest.raises(InputError, match=r"^got a\.zip/torn\.png "):
        read_image(torn)


def test_broken_files_are_one_line(tmp_path: Path) -> None:
    write_image(tmp_path / "cut.png", np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:2000])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").touch()
    Image.fromarray(np.array([[np.nan]], np.float32)).save(tmp_path / "nan.tif")
    for name in ("cut.png", "text.png", "empty.png", "nan.tif", "absent.png", "."):
        with pytest.raises(InputError) as caught:
            read_image(tmp_path / name)
        assert str(caught.value).count("got ") == 1 and str(tmp_path) in str(caught.value)


@pytest.mark.filterwarnings("ignore")  # Pillow tells of what it mends
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".bmp", ".tif", ".webp"])
def test_damaged_files_are_read_or_refused(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(0)
    write_image(tmp_path / f"a{suffix}", picture(24, 20))
    whole = np.frombuffer((tmp_path / f"a{suffix}").read_bytes(), np.uint8)
    for _ in range(60):
        damaged = whole.copy()
        damaged[rng.integers(0, min(len(whole), 200), 3)] = rng.integers(0, 256, 3)
        (tmp_path / f"b{suffix}").write_bytes(damaged[: rng.integers(1, 2 * len(whole))].tobytes())
        try:
            assert read_image(tmp_path / f"b{suffix}").dtype == np.uint8
        except InputError as error:
            assert "\n" not in str(error)


@settings(deadline=None)
@given(*[st.integers(1, 60)] * 4, st.sampled_from(["crop", "letterbox"]), st.sampled_from([1, 3]))
def test_fit_gives_the_size(h: int, w: int, height: int, width: int, how: str, channels: int) -> None:
    image = np.full((h, w, channels), 200, np.uint8)
    fitted = fit(image, height, width, how)  # type: ignore[arg-type]
    assert fitted.shape == (height, width, channels) and fitted.dtype == np.uint8
    assert fitted.max() == 200
    if how == "crop":
        assert fitted.min() == 200


def test_fit_crops_the_middle_and_bars_the_rest() -> None:
    image = np.zeros((10, 30, 1), np.uint8)
    image[:, 10:20] = 250
    assert (fit(image, 10, 10) == 250).all()
    boxed = fit(np.full((10, 30, 1), 250, np.uint8), 30, 30, "letterbox")
    assert (boxed[10:20] == 250).all() and not boxed[:10].any() and not boxed[20:].any()


def test_fit_never_stretches() -> None:
    y, x = np.mgrid[:90, :160]
    disc = (((y - 44.5) ** 2 + (x - 79.5) ** 2 < 30**2) * 255).astype(np.uint8)[..., None]
    for how in ("crop", "letterbox"):
        shown = fit(disc, 64, 64, how)[..., 0] > 127  # type: ignore[arg-type]
        assert abs(int(shown.any(axis=0).sum()) - int(shown.any(axis=1).sum())) <= 1


def test_a_sliver_fills_a_frame_cheaply() -> None:
    assert fit(picture(1, 60000), 720, 1280).shape == (720, 1280, 3)


def test_the_right_size_is_left_alone() -> None:
    image = picture()
    assert fit(image, 6, 9) is image and resize(image, 6, 9) is image
    assert resize(image, 3, 4).flags.writeable


def test_a_file_is_as_it_was_or_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as beside:
        beside.write_text("ne")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    with atomic_write(path) as beside:
        assert beside.parent == tmp_path and beside.suffix == ".txt"
        beside.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]
    fresh = tmp_path / "fresh"
    fresh.touch()
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(fresh.stat().st_mode)


def test_folders_are_made_and_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a" / "b" / "c.txt") as beside:
        beside.touch()
    with pytest.raises(InputError), atomic_write(tmp_path / "a"):
        pass
    with pytest.raises(InputError), atomic_write(tmp_path / "a" / "b" / "c.txt" / "d.txt"):
        pass
    with pytest.raises(InputError), atomic_write(Path("/dev/null")):
        pass
    assert (tmp_path / "a" / "b" / "c.txt").is_file()


def test_text_names_a_file_as_a_path_does(tmp_path: Path) -> None:
    write_image(str(tmp_path / "new" / "a.png"), picture())
    assert np.array_equal(read_image(str(tmp_path / "new" / "a.png")), picture())
    check_writable(str(tmp_path / "b.png"))
    with atomic_write(str(tmp_path / "c.txt")) as beside:
        beside.write_text("c")
    assert (tmp_path / "c.txt").read_text() == "c" and not (tmp_path / "b.png").exists()
    with pytest.raises(InputError, match=r"none\.png, which does not exist; expected a picture; try checking the path"):
        read_image(str(tmp_path / "none.png"))


@pytest.mark.parametrize(
    "convert", [lambda a: a / 255, lambda a: a.astype(np.int64), lambda a: a > 9, lambda a: a[..., 0]]
)
@pytest.mark.parametrize(
    "use",
    [
        lambda a: to_float(a[None]),
        lambda a: with_channels(a, 1),
        lambda a: fit(a, 2, 2),
        lambda a: fit(a, *a.shape[:2]),
        lambda a: resize(a, 2, 2),
        lambda a: write_image("never.png", a),
    ],
)
def test_what_is_no_image_is_refused(convert: Any, use: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"^got images "):
        use(convert(picture()))
    assert not list(tmp_path.iterdir())


def test_floats_are_told_how_to_convert() -> None:
    with pytest.raises(InputError) as caught:
        to_float((picture() / 255)[None])
    assert str(caught.value) == (
        "got images of float64; expected uint8, 0 to 255; "
        "try `(255 * images).round().astype('uint8')` for values in [0, 1]"
    )
    images = picture() / 255
    assert np.array_equal((255 * images).round().astype("uint8"), picture())


def test_tensors_of_another_type_or_shape_are_refused() -> None:
    for wrong in (torch.zeros(1, 2, 2, 3), torch.zeros(2, 2, 3, dtype=torch.uint8)):
        with pytest.raises(InputError, match="got images"):
            to_float(wrong)
    for wrong in (torch.zeros(1, 3, 2, 2, dtype=torch.uint8), torch.zeros(3, 2, 2)):
        with pytest.raises(InputError, match="got images"):
            to_uint8(wrong)


def test_sizes_without_pixels_are_refused() -> None:
    for use in (fit, resize):
        with pytest.raises(InputError, match="a size of 0x3; expected 1x1 or more"):
            use(picture(), 0, 3)
        with pytest.raises(InputError, match="one image at a time"):
            use(picture()[None], 2, 2)
    with pytest.raises(InputError, match="got fit 'crp'; expected crop, letterbox; try crop"):
        fit(picture(), 3, 3, "crp")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="`channels=2`; expected 1 or 3"):
        with_channels(picture(), 2)
