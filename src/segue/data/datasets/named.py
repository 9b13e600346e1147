"""Sets known by name: found on disk, or fetched from where they are usually had."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segue.core.cache import cache_dir
from segue.core.download import Remote, check, fetch
from segue.data.datasets.idx import read_part
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import LoadOptions

DIGITS = "digits"


@dataclass(frozen=True)
class Named:
    """A set of four IDX files: training images and labels, test images and labels.

    `short` is a pair that stands in for the training part where that is not on disk but these are,
    and `short_note` says what is missing then.
    """

    name: str
    folder: str
    home: str
    label_names: tuple[str, ...]
    files: tuple[Remote, Remote, Remote, Remote]
    short: tuple[Remote, ...] = ()
    short_note: str = ""


def _four(*rows: tuple[int, str]) -> tuple[Remote, Remote, Remote, Remote]:
    names = [f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")]
    a, b, c, d = (Remote(name, *row) for name, row in zip(names, rows, strict=True))
    return a, b, c, d


NAMED = (
    Named(
        "mnist",
        "mnist",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        tuple("0123456789"),
        _four(
            (9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            (28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            (1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            (4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ),
    ),
    Named(
        "fashion-mnist",
        "fashion_mnist",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
        _four(
            (26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            (29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            (4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            (5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ),
    ),
    Named(
        "kmnist",
        "kmnist",
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        _four(
            (18165135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            (29497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            (3041136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            (5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
        ),
        short=(
            Remote(
                "train-first7011-images-idx3-ubyte.gz",
                2141105,
                "60deaea1b994be554200fb327390fdc861e795f09b616d818555eb9f21fb858b",
            ),
            Remote(
                "train-first7011-labels-idx1-ubyte.gz",
                3598,
                "d96901f5a8e20ab13a00f523900684712530846fcdbae9e3f36ef44a4e95d350",
            ),
        ),
        short_note="only the first 7,011 of the 60,000 training images of kmnist are there",
    ),
)

SET_NAMES = (*(named.name for named in NAMED), DIGITS)


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: the name of a set.

    Returns:
        Whether it is such a name.
    """
    return data in SET_NAMES


def load(data: str, options: LoadOptions) -> DataSet:
    """Load a set by its name; its own test part is the test part.

    Args:
        data: the name of a set.
        options: size, channels, parts and limit.

    Returns:
        The image set.

    Raises:
        InputError: as `load_named` does.
    """
    if data == DIGITS:
        return load_digits(options)
    return load_named(next(named for named in NAMED if named.name == data), options)


def load_named(named: Named, options: LoadOptions) -> DataSet:
    """Load a set of four IDX files, each checked against its sha256.

    Args:
        named: the set.
        options: size, channels, limit, and where to look first: `data_dir` or `SEGUE_DATA`, then the cache, then its
            home.

    Returns:
        The image set.

    Raises:
        InputError: for a file that is another one, and for one that cannot be had.
    """
    folders = folders_of(named.folder, options.data_dir)
    train_files: tuple[Remote, ...] = named.files[:2]
    notes: list[str] = []
    if named.short and not _found(folders, train_files) and _found(folders, named.short):
        train_files, notes = named.short, [named.short_note]
    images, labels = (_obtain(remote, named, folders, options) for remote in train_files)
    test_images, test_labels = (_obtain(remote, named, folders, options) for remote in named.files[2:])
    train = read_part(images, labels, "train/", named.label_names)
    return options.data_set(named.name, train, read_part(test_images, test_labels, "test/", named.label_names), notes)


def folders_of(name: str, data_dir: Path | None) -> list[Path]:
    """Where the files of a set may lie.

    Args:
        name: the set's own folder.
        data_dir: the first choice; None: `SEGUE_DATA`.

    Returns:
        Folders, the first choice first; the last is in the cache.
    """
    told = data_dir or (Path(os.environ["SEGUE_DATA"]) if os.environ.get("SEGUE_DATA") else None)
    return [folder / name for folder in (told, cache_dir()) if folder is not None]


def _found(folders: list[Path], remotes: tuple[Remote, ...]) -> bool:
    return all(any((folder / remote.name).is_file() for folder in folders) for remote in remotes)


def _obtain(remote: Remote, named: Named, folders: list[Path], options: LoadOptions) -> Path:
    for folder in folders:
        if (folder / remote.name).is_file():
            return check(folder / remote.name, remote)
    # A shared folder of data may well be one that only others may write to; the cache is ours.
    target = next((f for f in folders if os.access(_nearest(f), os.W_OK)), folders[-1])
    return fetch(named.home + remote.name, target / remote.name, remote, options.report)


def _nearest(folder: Path) -> Path:
    """The folder, or the innermost one around it that is there."""
    return next(f for f in (folder, *folder.parents) if f.exists())


def load_digits(options: LoadOptions) -> DataSet:
    """The 1,797 handwritten digits of 8x8 that come with scikit-learn; every fifth is for tests."""
    # Here, so that scikit-learn is not loaded for anything else.
    from sklearn import datasets

    bunch = datasets.load_digits()
    images = (bunch.images * (255 / 16)).round().astype(np.uint8)[..., None]
    ids = tuple(f"{DIGITS}/{i}" for i in range(len(images)))
    whole = ImageSet(images, ids, bunch.target.astype(np.int64), tuple("0123456789"))
    place = np.arange(len(whole))
    return options.data_set(DIGITS, whole.subset(place[place % 5 != 4]), whole.subset(place[place % 5 == 4]))
