from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import with_channels
from segue.data.datasets import load
from segue.data.datasets.arrays import from_arrays
from segue.data.datasets.options import LoadOptions

TWO = np.array([[[0, 51], [102, 255]]] * 2, np.uint8)


def pixels(**arrays: Any) -> np.ndarray[Any, Any]:
    return from_arrays("it", arrays).train.images


@given(st.integers(1, 4), st.integers(5, 9), st.integers(5, 9), st.sampled_from([None, 1, 3, 4]), st.booleans())
@settings(max_examples=40)
def test_every_layout_becomes_channels_last(n: int, h: int, w: int, c: int | None, first: bool) -> None:
    values = np.random.default_rng(n).integers(2, 256, (n, h, w, c or 1), np.uint8)
    given_ = values[..., 0] if c is None else values.transpose(0, 3, 1, 2) if first else values
    assert np.array_equal(pixels(x=given_), values[..., : 3 if c == 4 else c or 1])


@pytest.mark.parametrize(
    ("values", "note"),
    [
        (TWO, None),
        (TWO.astype(np.int64), "0 to 255"),
        (TWO / 255, "0 to 1"),
        (TWO.astype(np.float32) / 127.5 - 1, "-1 to 1"),
        (TWO.astype(np.float16), "0 to 255"),
        (TWO.astype(np.uint16) * 257, "0 to 65535"),
    ],
)
def test_ranges_are_told_and_give_the_same_pixels(values: np.ndarray[Any, Any], note: str | None) -> None:
    found = from_arrays("it", {"images": values})
    assert np.array_equal(found.train.images[..., 0], TWO)
    assert found.notes == (() if note is None else (f"values were taken as {note}",))


@pytest.mark.parametrize("kind", [bool, np.uint8])
def test_zeros_and_ones_are_black_and_white(kind: type) -> None:
    assert set(np.unique(pixels(x=np.eye(6, dtype=kind)[None]))) == {0, 255}


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"x": np.zeros((3, 5, 5, 2))}, "[3, 5, 5, 2]"),
        ({"x": np.zeros((3, 4))}, "[3, 4]"),
        ({"x": np.zeros((0, 4, 4))}, "without images"),
        ({"x": np.zeros((3, 0, 4))}, "without images"),
        ({"x": np.full((3, 4, 4), "a")}, "<U1"),
        ({"x": np.full((3, 4, 4), 1j)}, "complex"),
        ({"x": np.full((3, 4, 4), -3.0)}, "-3 to -3"),
        ({"x": np.full((3, 4, 4), 70000)}, "70000"),
        ({"other": np.zeros((3, 4, 4))}, "with other"),
        ({"x": np.zeros((3, 4, 4)), "y": np.zeros(4, int)}, "3 images and 4 labels"),
        ({"x": np.zeros((3, 4, 4)), "y": np.zeros((3, 2), int)}, "labels [3, 2]"),
        ({"x": np.zeros((3, 4, 4)), "factors": np.zeros((2, 2))}, "2 rows of factors"),
    ],
)
def test_what_is_no_image_set_is_refused(arrays: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError) as caught:
        from_arrays("it", arrays)
    assert says in str(caught.value)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_first_image_that_is_not_finite_is_named(bad: float) -> None:
    values = np.zeros((3000, 2, 2), np.float32)
    values[2100:, 1, 1] = bad
    with pytest.raises(InputError, match="image 2100"):
        from_arrays("it", {"x": values})


def test_labels_factors_and_test_parts() -> None:
    found = from_arrays(
        "it",
        {
            "x_train": np.zeros((3, 4, 4)),
            "y_train": np.array(["cat", "ant", "cat"]),
            "x_test": np.zeros((2, 4, 4)),
            "y_test": np.array(["bee", "ant"]),
            "latents_values": np.eye(3),
            "latents_names": np.array(["a", "b", "c"]),
        },
    )
    assert found.train.label_names == ("ant", "bee", "cat")
    assert found.train.labels is not None
    assert found.train.labels.tolist() == [2, 0, 2]
    assert found.pick("label:bee").id == "test/0"
    assert found.train.factor_names == ("a", "b", "c")


def test_labels_keep_their_numbers_unless_these_are_wild() -> None:
    tame = from_arrays("it", {"x": np.zeros((2, 4, 4)), "y": np.array([[5], [2]])}).train
    wild = from_arrays("it", {"x": np.zeros((2, 4, 4)), "y": np.array([10**9, -4])}).train
    assert tame.name_of(0) == "5"
    assert wild.label_names == ("-4", "1000000000")
    assert wild.name_of(0) == "1000000000"


def test_files(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (25, 6, 6, 3), np.uint8)
    np.savez_compressed(tmp_path / "a.npz", imgs=images, labels=np.arange(25) % 3)
    np.save(tmp_path / "b.npy", images)
    one, other = load(str(tmp_path / "a.npz")), load(str(tmp_path / "b.npy"))
    assert one.test is not None
    assert (len(one.train), len(one.test)) == (23, 2)  # a tenth, rounded
    assert np.array_equal(one.train.images, other.train.images)
    assert sorted({*one.train.ids, *one.test.ids}, key=int) == [str(i) for i in range(25)]
    assert load(str(tmp_path / "b.npy"), channels=1, size=(3, 4)).train.image_shape == (1, 3, 4)


def test_channels_are_kept_or_brought_to_what_is_wanted() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (3, 5, 5, 3), np.uint8)
    grey = with_channels(colour, 1)
    mixed = {"x_train": grey, "x_test": colour}
    with pytest.raises(InputError, match="or `channels`"):
        from_arrays("it", mixed)
    for channels in (1, 3):
        found = from_arrays("it", mixed, LoadOptions(channels=channels))
        assert found.test is not None
        assert np.array_equal(found.train.images, with_channels(grey, channels))
        assert np.array_equal(found.test.images, with_channels(colour, channels))
        assert from_arrays("it", {"x": colour}, LoadOptions(channels=channels)).train.image_shape == (channels, 5, 5)


def test_pickles_are_never_read(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    np.save(tmp_path / "a.npy", np.array([Trap()], object), allow_pickle=True)
    np.savez(tmp_path / "b.npz", x=np.array([Trap()], object))
    (tmp_path / "c.npy").write_bytes(b"not an array")
    (tmp_path / "d.npz").write_bytes(b"not a zip")
    for name in ("a.npy", "b.npz", "c.npy", "d.npz"):
        with pytest.raises(InputError, match=name):
            load(str(tmp_path / name))
    assert not (tmp_path / "sprung").exists()


def test_a_lying_header_allocates_nothing(tmp_path: Path) -> None:
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (10**6, 1000, 1000)})
    content = file.getvalue() + bytes(100)
    (tmp_path / "a.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", content)
    tracemalloc.start()
    for name in ("a.npy", "a.npz"):
        with pytest.raises(InputError, match=name):
            load(str(tmp_path / name))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 << 20


def test_real_files(data_dir: Path) -> None:
    found = load(str(data_dir / "dsprites" / "dsprites_grid_3x6x10x16x16.npz"), limit=100)
    assert found.train.factor_names == ("shape", "scale", "orientation", "posX", "posY")
    assert found.train.image_shape == (1, 64, 64)
    assert found.train.images.max() == 255


def test_the_seed_decides_what_is_held_out() -> None:
    arrays = {"x": np.arange(100, dtype=np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)}
    parts = [from_arrays("it", arrays, LoadOptions(seed=seed, limit=30)) for seed in (0, 0, 1)]
    assert parts[0].train.ids == parts[1].train.ids != parts[2].train.ids
    for part in parts:
        assert part.test is not None
        assert (len(part.train), len(part.test)) == (30, 10)
        assert not {*part.train.ids} & {*part.test.ids}
        assert [int(i) for i in part.train.ids] == sorted(int(i) for i in part.train.ids)
