"""A generated world as a source of images."""

from __future__ import annotations

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.progress import Report, silent
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import ABOUT_TO_FILL, MOST_BYTES, Index, LoadOptions
from segue.data.datasets.worlds import WORLDS, World
from segue.data.datasets.worlds.factors import Values

KEPT_BYTES = 1 << 28
"""Of rendered images, which several jobs in one process ask for in turn, at most so many bytes are kept."""

_kept: dict[tuple[World, bytes], Pixels] = {}


def reads(data: str) -> bool:
    """Whether `data` spells a world, `worlds:NAME` with options."""
    return data == "worlds" or data.startswith("worlds:")


def load(data: str, wanted: LoadOptions) -> DataSet:
    """Every combination of the chosen factor values, rendered; all for training unless a share is held out."""
    world = choose(data, WORLDS, "world")
    factors = world.factors()
    train_index, test_index = wanted.split(len(factors), 0.0)
    count = len(train_index) + (0 if test_index is None else len(test_index))
    if count * world.side**2 * world.channels > MOST_BYTES:
        raise InputError(f"{world} with {count} images", f"{MOST_BYTES >> 30} GiB of pixels", ABOUT_TO_FILL)

    def part(index: Index) -> ImageSet:
        images = wanted.reshaped(rendered(world, factors[index], wanted.report))
        ids = tuple(map(str, index.tolist()))
        return ImageSet(images, ids, factors=factors[index], factor_names=world.factor_names)

    return DataSet(str(world), part(train_index), None if test_index is None else part(test_index))


def rendered(world: World, factors: Values, report: Report = silent) -> Pixels:
    """The images of factors `[n, k]`, read-only: those that are kept, or new ones, for which the oldest make room."""
    key = (world, factors.tobytes())
    if key in _kept:
        return _kept[key]
    images = world.render(factors, report)
    images.flags.writeable = False
    if images.nbytes <= KEPT_BYTES:
        while sum(each.nbytes for each in _kept.values()) + images.nbytes > KEPT_BYTES:
            del _kept[next(iter(_kept))]
        _kept[key] = images
    return images
