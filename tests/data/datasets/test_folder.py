from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segue.core.errors import InputError
from segue.data.datasets import load


def paint(path: Path, height: int = 8, width: int = 8, grey: bool = False, value: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L" if grey else "RGB", (width, height), value if grey else (value, 0, 0)).save(path)
    return path


def zipped(folder: Path, to: Path) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return to


@pytest.mark.parametrize("as_zip", [False, True])
def test_class_folders_become_labels(tmp_path: Path, as_zip: bool) -> None:
    for i, name in enumerate(["b/2.png", "a/1.png", "b/deep/3.bmp", ".hidden/4.png", "__MACOSX/a/5.png"]):
        paint(tmp_path / "set" / name, value=i)
    (tmp_path / "set" / "a" / "notes.txt").write_text("no picture")
    data = zipped(tmp_path / "set", tmp_path / "set.zip") if as_zip else tmp_path / "set"
    found = load(str(data))
    assert found.train.ids == ("a/1.png", "b/2.png", "b/deep/3.bmp")
    assert found.train.label_names == ("a", "b")
    assert found.train.images[:, 0, 0, 0].tolist() == [1, 0, 2]
    assert found.pick("label:b#1").id == "b/deep/3.bmp"
    assert found.test is None  # too few to hold out


def test_train_and_test_folders_become_parts(tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/b/2.png", "test/b/3.png", "val/a/4.png"):
        paint(tmp_path / name)
    found = load(str(tmp_path))
    assert found.test is not None
    assert (found.train.ids, found.test.ids) == (("train/a/1.png", "train/b/2.png"), ("test/b/3.png",))
    assert found.pick("test:0").label == "b"
    assert "1 pictures outside" in found.notes[0]


def test_a_folder_around_everything_is_no_label(tmp_path: Path) -> None:
    for name in ("set/a/1.png", "set/b/2.png"):
        paint(tmp_path / name)
    assert load(str(tmp_path)).train.label_names == ("a", "b")


def test_pictures_outside_class_folders_leave_no_labels(tmp_path: Path) -> None:
    for name in ("1.png", "a/2.png"):
        paint(tmp_path / name)
    assert load(str(tmp_path)).train.labels is None


def test_different_sizes_are_made_alike(tmp_path: Path) -> None:
    for i, (height, width) in enumerate([(8, 8), (80, 70), (8, 8)]):
        paint(tmp_path / f"{i}.png", height, width)
    found = load(str(tmp_path))
    assert found.train.images.shape == (3, 64, 64, 3)
    assert len(found.notes) == 1
    assert load(str(tmp_path), size=(6, 9)).notes == ()


@pytest.mark.parametrize("as_zip", [False, True])
def test_grey_among_colour_becomes_rgb_with_a_note(tmp_path: Path, as_zip: bool) -> None:
    for i, (size, grey) in enumerate([(8, False), (9, False), (8, True), (8, True)]):
        paint(tmp_path / "set" / f"{i}.png", size, size, grey, value=200)
    data = zipped(tmp_path / "set", tmp_path / "set.zip") if as_zip else tmp_path / "set"
    found = load(data, size=6)
    assert found.train.images[:, 0, 0].tolist() == [[200, 0, 0]] * 2 + [[200] * 3] * 2
    (note,) = found.notes
    assert "grey and colour" in note
    one, three = (load(data, size=6, channels=channels) for channels in (1, 3))
    assert one.train.images[:, 0, 0].tolist() == [[60], [60], [200], [200]]  # the luma of red, and grey as it was
    assert (three.train.images == found.train.images).all() and not three.notes and not one.notes


def test_fit_is_heeded(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", 8, 16, value=200)
    assert load(str(tmp_path), size=8).train.images[0, 0, 0, 0] == 200
    assert load(str(tmp_path), size=8, fit="letterbox").train.images[0, 0, 0, 0] == 0


def test_held_out_by_seed(tmp_path: Path) -> None:
    for i in range(20):
        paint(tmp_path / "a" / f"{i:02}.png")
    found, again = load(str(tmp_path), seed=3), load(str(tmp_path), seed=3)
    assert found.test is not None
    assert again.test is not None
    assert len(found.test) == 2
    assert found.test.ids == again.test.ids
    assert {*found.train.ids, *found.test.ids} == {f"a/{i:02}.png" for i in range(20)}
    assert load(str(tmp_path), hold_out=0).test is None


@pytest.mark.parametrize("as_zip", [False, True])
def test_pictures_that_cannot_be_read_are_left_out_and_named(tmp_path: Path, as_zip: bool) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    (tmp_path / "set" / "a").mkdir(parents=True)
    for name in ("1.png", "2.png", "4.png"):
        Image.fromarray(noise).save(tmp_path / "set" / "a" / name)
    content = (tmp_path / "set" / "a" / "1.png").read_bytes()
    (tmp_path / "set" / "a" / "torn.png").write_bytes(content[: len(content) // 2])
    (tmp_path / "set" / "a" / "text.jpg").write_text("no picture")
    data = zipped(tmp_path / "set", tmp_path / "set.zip") if as_zip else tmp_path / "set"
    found = load(data)
    assert found.train.ids == ("a/1.png", "a/2.png", "a/4.png")
    assert found.train.labels is not None and found.train.labels.tolist() == [0, 0, 0]
    (note,) = found.notes
    assert note.startswith("2 of 5 pictures cannot be read and were left out: ")
    assert "a/torn.png (" in note and "a/text.jpg (" in note
    with pytest.raises(InputError, match=r"a/text\.jpg.*a/torn\.png"):
        load(data, strict=True)


@pytest.mark.parametrize("as_zip", [False, True])
def test_no_picture_can_be_read(tmp_path: Path, as_zip: bool) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.png").write_text("text")
    data = zipped(tmp_path / "set", tmp_path / "set.zip") if as_zip else tmp_path / "set"
    with pytest.raises(InputError, match=r"no whole picture \(a\.png"):
        load(data)


def test_kinds_that_nothing_reads_are_counted(tmp_path: Path) -> None:
    paint(tmp_path / "1.png")
    paint(tmp_path / "2.jp2")
    (tmp_path / "3.heic").write_bytes(b"....ftypheic")
    (tmp_path / "4.HEIF").write_bytes(b"....ftypheic")
    found = load(tmp_path)
    assert found.train.ids == ("1.png", "2.jp2")
    (note,) = found.notes
    assert note.startswith("2 pictures (.heic, .heif) were left out")


def test_a_turned_photo_counts_as_it_is_shown(tmp_path: Path) -> None:
    """Headers give the size before the turn that EXIF asks for."""
    upright = Image.new("RGB", (12, 8))
    upright.save(tmp_path / "1.jpg")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 12)).save(tmp_path / "2.jpg", exif=exif)
    found = load(tmp_path)
    assert found.train.image_shape == (3, 8, 12) and not found.notes


def test_a_set_that_would_fill_the_memory_is_refused_at_once(tmp_path: Path) -> None:
    for i in range(50):
        paint(tmp_path / f"{i}.png")
    begun = []
    with pytest.raises(InputError, match="50 images of 8192x8192"):
        load(tmp_path, size=8192, report=begun.append)
    assert not begun


def test_flat_pictures_in_a_zip_are_no_bomb_but_a_bomb_is(tmp_path: Path) -> None:
    paint(tmp_path / "set" / "flat.png", 1000, 1000)
    assert load(zipped(tmp_path / "set", tmp_path / "flat.zip")).train.image_shape == (3, 1000, 1000)
    for i in range(5):
        paint(tmp_path / "set" / f"{i}.png", 8000, 8000, grey=True)
    with pytest.raises(InputError, match="unpack to"):
        load(zipped(tmp_path / "set", tmp_path / "bomb.zip"))


@pytest.mark.parametrize("as_zip", [False, True])
def test_no_pictures(tmp_path: Path, as_zip: bool) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text("text")
    data = zipped(tmp_path / "set", tmp_path / "set.zip") if as_zip else tmp_path / "set"
    with pytest.raises(InputError, match="without images"):
        load(str(data))


def test_a_file_that_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"a\.zip"):
        load(str(tmp_path / "a.zip"))


def test_a_zip_is_not_believed(tmp_path: Path) -> None:
    paint(tmp_path / "set" / "1.png")
    path = zipped(tmp_path / "set", tmp_path / "set.zip")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1  # says that it wants a password
    path.write_bytes(content)
    with pytest.raises(InputError, match="password"):
        load(str(path))


def test_zips_are_not_unpacked(tmp_path: Path) -> None:
    paint(tmp_path / "set" / "1.png")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a/1.png", "../../outside.png"):
            archive.write(tmp_path / "set" / "1.png", name)
    before = sorted(tmp_path.rglob("*"))
    assert load(str(tmp_path / "a.zip")).train.ids == ("a/1.png",)
    assert sorted(tmp_path.rglob("*")) == before


def test_real_pictures(data_dir: Path) -> None:
    found = load(str(data_dir / "photos" / "flowers64.zip"), limit=30)
    assert found.train.images.shape == (30, 64, 64, 3)
    assert found.train.label_names == ("daisy", "dandelion", "roses", "sunflowers", "tulips")
    photos = load(str(data_dir / "photos" / "flowers"), size=32, limit=20)
    assert photos.train.image_shape == (3, 32, 32)
    assert photos.train.label_names == found.train.label_names
