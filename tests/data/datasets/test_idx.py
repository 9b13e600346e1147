from __future__ import annotations

import gzip
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.idx import read_idx

SHARED_FOLDER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def packed(shape: list[int], body: bytes, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(shape)]) + b"".join(n.to_bytes(4) for n in shape) + body


def write_pair(folder: Path, part: str, count: int, labels: int | None = None, suffix: str = "") -> Path:
    pixels = np.random.default_rng(count).integers(0, 256, (count, 6, 5), np.uint8)
    numbers = np.arange(count if labels is None else labels, dtype=np.uint8) % 10
    for name, array in ((f"{part}-images-idx3-ubyte", pixels), (f"{part}-labels-idx1-ubyte", numbers)):
        content = packed(list(array.shape), array.tobytes())
        (folder / (name + suffix)).write_bytes(gzip.compress(content) if suffix else content)
    return folder / f"{part}-images-idx3-ubyte{suffix}"


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.booleans())
@SHARED_FOLDER
def test_reads_back_what_was_packed(tmp_path: Path, shape: list[int], zipped: bool) -> None:
    body = np.random.default_rng(1).integers(0, 256, math.prod(shape), np.uint8)
    content = packed(shape, body.tobytes())
    path = tmp_path / "x-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if zipped else content)
    array = read_idx(path)
    assert array.tolist() == body.reshape(shape).tolist()
    assert array.flags.writeable


@given(st.binary(max_size=64), st.booleans())
@SHARED_FOLDER
def test_any_bytes_are_an_array_or_one_clear_line(tmp_path: Path, content: bytes, zipped: bool) -> None:
    path = tmp_path / "x-idx3-ubyte"
    path.write_bytes(gzip.compress(content) if zipped else content)
    try:
        array = read_idx(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert packed(list(array.shape), array.tobytes()) == content


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("shape", [[2**32 - 1] * 4, [60000, 28, 28], [4, 3, 3], [2, 3, 3]])
def test_a_lying_header_allocates_nothing(tmp_path: Path, shape: list[int], zipped: bool) -> None:
    path = tmp_path / "x-idx3-ubyte"
    content = packed(shape, bytes(27))
    path.write_bytes(gzip.compress(content) if zipped else content)
    tracemalloc.start()
    with pytest.raises(InputError, match="header promises"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 << 20


def test_a_deflated_bomb_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "x-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(packed([1, 2, 2], bytes(50_000_000))))
    tracemalloc.start()
    with pytest.raises(InputError, match="header promises"):
        read_idx(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 << 20


def test_cut_off_gzip_and_other_types(tmp_path: Path) -> None:
    path = tmp_path / "x-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(packed([2, 40, 40], np.random.default_rng(0).bytes(3200)))[:-900])
    with pytest.raises(InputError, match=r"x-idx3-ubyte\.gz"):
        read_idx(path)
    path.write_bytes(packed([1], bytes(4), kind=0x0D))
    with pytest.raises(InputError, match="0x0d"):
        read_idx(path)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_labels_and_test_part_are_found_beside(tmp_path: Path, suffix: str) -> None:
    images = write_pair(tmp_path, "train", 12, suffix=suffix)
    write_pair(tmp_path, "t10k", 5, suffix=suffix)
    found = load(str(images))
    assert found.test is not None
    assert (len(found.train), len(found.test)) == (12, 5)
    assert found.train.image_shape == (1, 6, 5)
    assert found.pick("test:3").id == "test/3"
    assert found.pick("label:4").label == "4"


def test_images_without_labels_and_a_named_pair(tmp_path: Path) -> None:
    images = write_pair(tmp_path, "own", 8)
    labels = tmp_path / "own-labels-idx1-ubyte"
    other = labels.rename(tmp_path / "other-labels")
    assert load(str(images)).train.labels is None
    assert load(f"{images},{other}").train.labels is not None
    with pytest.raises(InputError, match="which does not exist"):
        load(f"{images},{labels}")


def test_counts_that_differ_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="8 images and 7 labels"):
        load(str(write_pair(tmp_path, "own", 8, labels=7)))
