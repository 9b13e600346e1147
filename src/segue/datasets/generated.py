"""A generated world as a source of images."""

from __future__ import annotations

from segue.choices import choose
from segue.datasets.image_set import DataSet, ImageSet
from segue.datasets.wanted import ABOUT_TO_FILL, MOST_BYTES, Index, Wanted
from segue.datasets.worlds import WORLDS
from segue.errors import InputError


def reads(data: str) -> bool:
    """Whether `data` spells a world, `worlds:NAME` with options."""
    return data == "worlds" or data.startswith("worlds:")


def load(data: str, wanted: Wanted) -> DataSet:
    """Every combination of the chosen factor values, rendered; all for training unless a share is held out."""
    world = choose(data, WORLDS, "world")
    factors = world.factors()
    train_index, test_index = wanted.split(len(factors), 0.0)
    count = len(train_index) + (0 if test_index is None else len(test_index))
    if count * world.side**2 * world.channels > MOST_BYTES:
        raise InputError(f"{world} with {count} images", f"{MOST_BYTES >> 30} GiB of pixels", ABOUT_TO_FILL)

    def part(index: Index) -> ImageSet:
        images = wanted.reshaped(world.render(factors[index], wanted.report))
        ids = tuple(map(str, index.tolist()))
        return ImageSet(images, ids, factors=factors[index], factor_names=world.factor_names)

    return DataSet(str(world), part(train_index), None if test_index is None else part(test_index))
