"""The true interpolations between images whose factors are known, as frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from segue.core.choices import choose
from segue.core.images import Pixels
from segue.data.datasets import WORLDS, ImageSet, LoadOptions, generated, recorded
from segue.data.datasets.options import Index
from segue.data.datasets.recorded import RECORDED, Axis, Layout, Recorded
from segue.data.datasets.worlds.factors import Factor, Values, shortest_paths

COARSEST = 2.0
"""Steps of a recorded factor that an image may be from the value it stands for: half of every fourth step."""


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of an image set: its factors, and images for any values of them.

    Attributes:
        space: The factors.
        frames: Makes uint8 images `[p, m, h, w, c]` of values `[p, m, k]`; None where it lacks an image.
    """

    space: tuple[Factor, ...]
    frames: Callable[[Values], Pixels | None]

    def between(self, a: Values, b: Values, count: int) -> Pixels | None:
        """Render the true interpolations: all shortest paths through the factors (`World.truths`).

        Args:
            a: The factors of the first image, `[k]`.
            b: The factors of the last image, `[k]`.
            count: Frames of each, at even times, both ends included.

        Returns:
            uint8 `[p, count, h, w, c]`; None where a category differs, between whose values there is nothing, and where
            an image on the way is missing.

        >>> turning = find_truth("worlds:lines", (), LoadOptions())
        >>> turning.between(np.array([0.0]), np.array([np.pi]), 5).shape
        (2, 5, 32, 32, 1)
        """
        values = shortest_paths(self.space, a, b, np.linspace(0, 1, count))
        return self.frames(values) if len(values) else None


def find_truth(data: str, parts: Sequence[ImageSet], options: LoadOptions) -> Truth | None:
    """Find the true interpolations of an image set.

    Args:
        data: The name of the set, as it was loaded by.
        parts: Its images; those of a recorded set are the frames of its truth.
        options: The size and the channels of a generated world's images.

    Returns:
        The truth. A generated world renders any values. A recorded set with known factors gives its own images, those
        at the nearest values that it has, no more than two recorded steps away. None for any other set.
    """
    if generated.reads(data):
        world = choose(data, WORLDS, "world")

        def frames(values: Values) -> Pixels:
            images = options.convert_stack(generated.render_cached(world, values.reshape(-1, values.shape[-1])))
            return images.reshape(*values.shape[:-1], *images.shape[1:])

        return Truth(world.space, frames)
    if recorded.reads(data):
        return _find_recorded(choose(data, RECORDED, "data"), parts)
    return None


def _find_recorded(choice: Recorded, parts: Sequence[ImageSet]) -> Truth:
    layout = _layout(choice, parts[0])
    factors = np.concatenate([part.factors for part in parts if part.factors is not None])
    columns = [np.unique(column, return_inverse=True) for column in factors.T]
    shape = tuple(len(values) for values, _ in columns)
    keys = np.ravel_multi_index(tuple(steps for _, steps in columns), shape)
    order = np.argsort(keys, kind="stable")

    def frames(values: Values) -> Pixels | None:
        flat = values.reshape(-1, values.shape[-1])
        near = [_nearest(*known) for known in zip(layout, (there for there, _ in columns), flat.T, strict=True)]
        steps = [indices for indices in near if indices is not None]
        if len(steps) < len(near):
            return None
        wanted = np.ravel_multi_index(tuple(steps), shape)
        at = np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)
        if (keys[order[at]] != wanted).any():
            return None
        images = _gather(parts, order[at])
        return images.reshape(*values.shape[:-1], *images.shape[1:])

    return Truth(tuple(axis.factor for axis in layout), frames)


def _layout(choice: Recorded, images: ImageSet) -> Layout:
    """The factors of a recorded set. Which shapes it has, the labels, tells of the two kinds of MPI3D apart."""
    both = [choice.layout(count) for count in (1_036_800, 460_800)]
    return next(layout for layout in both if any(axis.names == images.label_names for axis in layout))


def _nearest(axis: Axis, there: Values, wanted: Values) -> Index | None:
    """Which of the values `there` is nearest to each of those wanted; None where one has nothing near it."""
    low, high = axis.factor.low, axis.factor.high
    apart = np.abs(wanted[:, None] - there)
    if axis.factor.kind == "angle":
        apart %= high - low
        apart = np.minimum(apart, high - low - apart)
    step = (high - low) / max(axis.count - 1, 1)
    indices = apart.argmin(1)
    far = apart[np.arange(len(wanted)), indices].max() > (COARSEST * step if axis.factor.kind != "category" else 0)
    return None if far else indices


def _gather(parts: Sequence[ImageSet], indices: Index) -> Pixels:
    """The images at indices that count on from part to part."""
    found = np.empty((len(indices), *parts[0].images.shape[1:]), np.uint8)
    start = 0
    for part in parts:
        here = (indices >= start) & (indices < start + len(part))
        found[here] = part.images[indices[here] - start]
        start += len(part)
    return found
