"""From a run to what a leaderboard runs on: pairs of its images, what paths go by, what frames are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segue.commands.runs import some, surroundings_of
from segue.commands.train import DataOptions
from segue.core.errors import InputError
from segue.core.progress import Event, Report, silent
from segue.data.datasets import DataSet, ImageSet, LoadOptions
from segue.data.datasets.options import Index
from segue.evaluation.leaderboard import Benchmark, Kind, Pair, Truth, draw_pairs, truth_of
from segue.evaluation.metrics import Reference
from segue.latent.paths import PathChoice
from segue.models.autoencoder import Autoencoder


def field_of(
    model: Autoencoder,
    about: dict[str, Any],
    data: DataSet,
    paths: Mapping[str, PathChoice],
    *,
    pairs: int = 16,
    kind: Kind = "any",
    steps: int = 16,
    nodes: int = 10_000,
    among: int = 10_000,
    seed: int = 0,
    report: Report = silent,
) -> Benchmark:
    """What `paths` run on: the model of a run, what is known `about` it, and its images.

    The ends are drawn from the test part, or the training part where there is no other. Paths go by at most `nodes`
    training images, and frames are compared with at most `among`; the ends, and whatever looks like one, are neither.
    Raises `InputError` for pairs that there are not, or that leave less than half of the images.
    """
    truth = _truth(about, data)
    space = () if truth is None else truth.space
    ends = data.train if data.test is None else data.test
    drawn = draw_pairs(ends, pairs, kind, seed, space)
    rest = _rest(data.train, ends, np.unique(drawn))
    once, needy = _once(report), any(choice.needs == "images" for choice in paths.values())
    around = surroundings_of(model, some(rest, nodes, seed) if needy else None, steps, once)
    compared = some(rest, among, seed)
    reference = Reference(compared.images, model, compared.factors if space else None, space, seed, once)
    return Benchmark(
        model, tuple(_pair(ends, *pair) for pair in drawn.tolist()), paths, steps, around, reference, truth
    )


def _once(report: Report) -> Report:
    """A report without what is told again for every pair."""
    ended: set[str] = set()

    def told(event: Event) -> None:
        if event.stage not in ended:
            report(event)
        if event.done >= event.total > 0:
            ended.add(event.stage)

    return told


def _truth(about: dict[str, Any], data: DataSet) -> Truth | None:
    options = DataOptions.from_json(about.get("images", {}))
    size = None if options.size is None else (options.size[0], options.size[-1])
    parts = [part for part in (data.train, data.test) if part is not None]
    return truth_of(about["data"], parts, LoadOptions(size, options.fit, options.channels))


def _rest(train: ImageSet, ends: ImageSet, places: Index) -> ImageSet:
    """The training images without the ends and without any that looks like one."""
    out = {ends.images[place].tobytes() for place in places.tolist()}
    left = np.array([at for at, image in enumerate(train.images) if image.tobytes() not in out], np.int64)
    if ends is train and len(left) < max(2, len(train) // 2):
        raise InputError(
            f"pairs with {len(places)} ends of {len(train)} images",
            "ends that leave half of the images",
            "ask for fewer --pairs, or train with --hold-out",
        )
    return train.subset(left)


def _pair(images: ImageSet, a: int, b: int) -> Pair:
    names = [images.ids[i] if images.labels is None else f"{images.name_of(i)} ({images.ids[i]})" for i in (a, b)]
    factors = None if images.factors is None else (images.factors[a], images.factors[b])
    return Pair(images.images[a], images.images[b], (names[0], names[1]), factors)
