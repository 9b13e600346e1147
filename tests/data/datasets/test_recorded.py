from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from segue.core.errors import InputError
from segue.data.datasets import load
from segue.data.datasets.recorded import SPRITES, Mpi3d, Mpi3dComplex

# One pixel per image, whose colour is the image's number: the count and the order are the real ones.
SIX, FOUR = (6, 6, 2, 3, 3, 40, 40), (4, 4, 2, 3, 3, 40, 40)


def numbered(count: int) -> npt.NDArray[np.uint8]:
    number = np.arange(count)
    return np.stack([number >> 16, number >> 8 & 255, number & 255], -1).astype(np.uint8).reshape(-1, 1, 1, 3)


def numbers(images: npt.NDArray[np.uint8]) -> list[int]:
    red, green, blue = images.astype(int).reshape(-1, 3).T
    return (red * 65536 + green * 256 + blue).tolist()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "mpi3d").mkdir()
    np.savez(folder / "mpi3d" / "mpi3d_toy.npz", images=numbered(math.prod(SIX)))
    np.savez_compressed(folder / "mpi3d" / "mpi3d_real.npz", images=numbered(math.prod(FOUR)))
    np.savez(folder / "mpi3d" / "real3d_complicated_shapes_ordered.npz", images=numbered(math.prod(FOUR)))
    np.savez(folder / "mpi3d" / "mpi3d_realistic.npz", images=numbered(1600))
    return folder


def test_one_thing_leaves_sixteen_hundred_images(folder: Path) -> None:
    found = load("mpi3d-toy:color=white,shape=cone,size=large,background=purple,height=top", data_dir=folder)
    expected = np.arange(math.prod(SIX)).reshape(SIX)[0, 0, 1, 0, 0].reshape(-1)
    assert numbers(found.train.images) == expected.tolist()
    assert found.train.ids[0] == f"mpi3d-toy/{expected[0]}"
    assert found.train.factor_names == ("color", "shape", "size", "height", "background", "horizontal", "vertical")
    assert found.train.factors is not None
    assert found.train.factors[41].tolist() == [0, 0, 1, 0, 0, 1, 1]
    assert found.test is None
    assert found.notes == ()


@pytest.mark.parametrize("name", ["mpi3d-toy", "mpi3d-real"])
def test_names_numbers_and_several_of_them(folder: Path, name: str) -> None:
    """From a file that is mapped, and from one that is unpacked."""
    found = load(f"{name}:color=blue,shape=sphere+0,size=1,height=2,background=1,vertical=3+39", data_dir=folder)
    shape, blue, sphere = (SIX, 3, 5) if name == "mpi3d-toy" else (FOUR, 2, 3)
    order = np.arange(math.prod(shape)).reshape(shape)
    assert numbers(found.train.images) == order[blue][[0, sphere], 1, 2, 1][:, :, [3, 39]].reshape(-1).tolist()
    assert found.train.label_names[sphere] == "sphere"


def test_the_count_says_which_factors_there_are(folder: Path) -> None:
    assert (
        load("mpi3d-complex:color=yellow,shape=croissant", data_dir=folder, limit=3).train.label_names[1]
        == "tennis-ball"
    )
    with pytest.raises(InputError, match="expected green, red, blue, brown, all"):
        load("mpi3d-real:color=white", data_dir=folder)
    with pytest.raises(InputError, match=r"1,600 images; expected 1,036,800 or 460,800"):
        load("mpi3d-realistic", data_dir=folder)
    assert math.prod(axis.count for axis in Mpi3dComplex().layout(460_800)) == 460_800
    assert math.prod(axis.count for axis in Mpi3d().layout(1_036_800)) == 1_036_800


def test_parts_and_limits_are_disjoint_and_seeded(folder: Path) -> None:
    data = "mpi3d-toy:color=red,shape=cube,size=small,horizontal=0"
    found = load(data, data_dir=folder, hold_out=0.25, limit=50)
    assert found.test is not None
    train, test = numbers(found.train.images), numbers(found.test.images)
    assert (len(train), len(test)) == (50, 50)
    assert not set(train) & set(test)
    assert train == sorted(train)
    assert numbers(load(data, data_dir=folder, hold_out=0.25, limit=50).train.images) == train
    assert [f"mpi3d-toy/{i}" for i in train] == list(found.train.ids)


def test_what_is_not_there_says_where_to_get_it(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mpi3d_toy.npz in .*disentanglement_dataset; try putting it into"):
        load("mpi3d-toy", data_dir=tmp_path)
    with pytest.raises(InputError, match=r"try white"):
        load("mpi3d-toy:color=whit", data_dir=folder)
    with pytest.raises(InputError, match="try color"):
        load("mpi3d-toy:colour=white", data_dir=folder)
    with pytest.raises(InputError, match=r"try mpi3d-toy"):
        load("mpi3d-toi")


def sprite(tmp_path: Path, **arrays: npt.NDArray[np.generic]) -> Path:
    (tmp_path / "dsprites").mkdir()
    np.savez_compressed(tmp_path / "dsprites" / "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz", **arrays)  # type: ignore[arg-type]
    return tmp_path


def test_the_whole_of_dsprites_by_its_count(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2, (3, 6, 40, 32, 32), np.uint8)
    folder = sprite(tmp_path, imgs=bits.reshape(-1, 1, 1))
    found = load("dsprites:shape=heart,scale=5,orientation=1+39", data_dir=folder)
    assert np.array_equal(found.train.images.reshape(2, 32, 32), 255 * bits[2, 5, [1, 39]])
    assert found.train.factors is not None
    assert found.train.factors[-1] == pytest.approx([2, 1, 2 * np.pi, 1, 1])
    assert found.notes == ()
    assert {found.train.name_of(i) for i in range(5)} == {"heart"}


def test_another_count_without_classes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="100 images; expected 737,280, or latents_classes"):
        load("dsprites", data_dir=sprite(tmp_path, imgs=np.zeros((100, 2, 2), np.uint8)))


def test_other_arrays_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"float32 \[100, 2, 2\]; expected uint8"):
        load("dsprites", data_dir=sprite(tmp_path, imgs=np.zeros((100, 2, 2), np.float32)))


def test_the_real_parts_of_dsprites(data_dir: Path) -> None:
    grid = load("dsprites:shape=heart,scale=5,part=grid", data_dir=data_dir)
    assert len(grid.train) == 10 * 16 * 16
    assert "46,080 of the 737,280" in grid.notes[0]
    random = load("dsprites:part=random,shape=0+heart", data_dir=data_dir)
    there = {one: i for i, one in enumerate(grid.train.ids)}
    both = [(i, there[one]) for i, one in enumerate(random.train.ids) if one in there]
    assert len(both) > 20
    for i, j in both:
        assert np.array_equal(random.train.images[i], grid.train.images[j])
    with np.load(data_dir / "dsprites" / "dsprites_random20000.npz") as file:
        keep = file["latents_classes"][:, 0] != 1
        values, places = file["latents_values"][keep], file["original_dataset_indices"][keep]
    assert random.train.factors is not None
    assert random.train.factors[:, 1:] == pytest.approx(values[:, 1:])
    assert list(random.train.ids) == [f"dsprites/{place}" for place in places]
    assert [axis.count for axis in SPRITES] == [3, 6, 40, 32, 32]


def test_what_the_grid_does_not_have(data_dir: Path) -> None:
    with pytest.raises(InputError, match="orientation=1; expected 0, 4, 8"):
        load("dsprites:part=grid,orientation=1", data_dir=data_dir)
    with pytest.raises(InputError, match="a combination that the file has"):
        load("dsprites:part=random,shape=heart,scale=0,orientation=0,x=0,y=0", data_dir=data_dir)
