"""A generated world as a source of images."""

from __future__ import annotations

from pathlib import Path

from segue.core.choices import choose
from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.own_choices import split_own
from segue.core.progress import Report, silent
from segue.data.datasets.image_set import DataSet, ImageSet
from segue.data.datasets.options import ABOUT_TO_FILL, MOST_BYTES, Index, LoadOptions
from segue.data.datasets.worlds import WORLDS, World
from segue.data.datasets.worlds.factors import Values

KEPT_BYTES = 1 << 28
"""Of rendered images, which several jobs in one process ask for in turn, at most so many bytes are kept."""

_kept: dict[tuple[World, bytes], Pixels] = {}


def reads(data: str) -> bool:
    """Whether this source reads `data`.

    Args:
        data: what the user names: `worlds:NAME`, or `package.module:Name` of one's own world, with options.

    Returns:
        Whether it is such a spelling, and no file has that name.
    """
    return data == "worlds" or data.startswith("worlds:") or (split_own(data) is not None and not Path(data).exists())


def load(data: str, options: LoadOptions) -> DataSet:
    """Render every combination of the chosen factor values.

    Args:
        data: `worlds:NAME`, or `package.module:Name` of one's own world, with options.
        options: size, channels, parts and limit.

    Returns:
        The image set, all for training unless a share is held out.

    Raises:
        InputError: for an unknown world or option, and more images than fit in memory.
    """
    world = choose(data, WORLDS, "world")
    factors = world.factors()
    train_index, test_index = options.split(len(factors), 0.0)
    count = len(train_index) + (0 if test_index is None else len(test_index))
    if count * world.side**2 * world.channels > MOST_BYTES:
        raise InputError(f"{world} with {count} images", f"{MOST_BYTES >> 30} GiB of pixels", ABOUT_TO_FILL)

    def part(index: Index) -> ImageSet:
        images = options.convert_stack(render_cached(world, factors[index], options.report))
        ids = tuple(map(str, index.tolist()))
        return ImageSet(images, ids, factors=factors[index], factor_names=world.factor_names)

    return DataSet(str(world), part(train_index), None if test_index is None else part(test_index))


def render_cached(world: World, factors: Values, report: Report = silent) -> Pixels:
    """Render a world's images, or find them again where they were rendered in this process.

    Args:
        world: the world.
        factors: values `[n, k]`.
        report: hears how far it is.

    Returns:
        uint8 `[n, h, w, c]`, read-only. At most 256 MB are remembered; the oldest make room.
    """
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
