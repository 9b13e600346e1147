"""A benchmark: pairs of images, the paths to try between them, the controls, and what frames are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.progress import Event, Report, silent
from segue.data.datasets import ImageSet
from segue.data.datasets.options import Index
from segue.data.datasets.worlds.factors import Values
from segue.evaluation.leaderboard.pairs import Kind, draw_pairs
from segue.evaluation.leaderboard.truth import Truth
from segue.evaluation.metrics import Case, Reference
from segue.latent.context import make_context
from segue.latent.interpolation import cross_fade, even_steps, interpolate_images
from segue.latent.paths import Linear, PathChoice, PathContext
from segue.models.autoencoder import Autoencoder

_FINE = 8
"""True frames from one frame of a path to the next, so that a path can be aligned with the truth in order."""

LINEAR = str(Linear())

TRUTH = "truth"


@dataclass(frozen=True, eq=False)
class Pair:
    """Two images to go between.

    Attributes:
        a: The first image, uint8 `[h, w, c]`.
        b: The last image, of the same shape.
        names: What the two are called in tables and on sheets.
        factors: The factors `[k]` of both, where they are known.
    """

    a: Pixels
    b: Pixels
    names: tuple[str, str]
    factors: tuple[Values, Values] | None = None


@dataclass(frozen=True, eq=False)
class PathFrames:
    """What a path or control makes of a pair.

    Attributes:
        frames: uint8 `[m, h, w, c]`.
        codes: The frames' codes, `[m, *latent_shape]`; None for what was made in pixels.
        info: What the path reports of how it was found, such as its cost.
    """

    frames: Pixels
    codes: Tensor | None = None
    info: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Benchmark:
    """Everything that paths are scored on.

    Attributes:
        model: The autoencoder that decodes the paths.
        pairs: The images to go between.
        paths: The paths to try, by the names of their rows.
        steps: Frames of each path, both ends included; 3 or more.
        context: What paths may use: the model, and the codes of images.
        reference: The images that frames are compared with.
        truth: The true interpolations; None where they are not known.
    """

    model: Autoencoder
    pairs: tuple[Pair, ...]
    paths: Mapping[str, PathChoice]
    steps: int
    context: PathContext
    reference: Reference
    truth: Truth | None = None

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of the controls; `truth` only where it is known."""
        return tuple(name for name in CONTROLS if name != TRUTH or self.truth is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all rows: the paths, then the controls."""
        return *self.paths, *self.controls


def make_benchmark(
    model: Autoencoder,
    images: ImageSet,
    paths: Mapping[str, PathChoice],
    *,
    held_out: ImageSet | None = None,
    truth: Truth | None = None,
    pairs: int | Sequence[tuple[int, int]] = 16,
    kind: Kind = "any",
    steps: int = 16,
    nodes: int = 10_000,
    among: int = 10_000,
    seed: int = 0,
    report: Report = silent,
) -> Benchmark:
    """Draw pairs of images and set up what paths between them are compared with.

    The ends of the pairs, and every image that looks like one, are left out of what paths may use and of what frames
    are compared with.

    Args:
        model: An autoencoder for images of this shape.
        images: The images that paths use and that frames are compared with; usually those of training.
        paths: The paths to try, by name.
        held_out: The images that ends are drawn from; without it, `images`.
        truth: The true interpolations, where they are known.
        pairs: How many pairs to draw, or the pairs themselves as indices into `held_out` (or `images`).
        kind: How the two images of a drawn pair are related.
        steps: Frames of each path.
        nodes: The most images that paths may use, drawn by the seed.
        among: The most images that frames are compared with, drawn by the seed.
        seed: Seed of every draw.
        report: Called with progress.

    Returns:
        The benchmark.

    Raises:
        InputError: For a kind of pairs that there are too few of, an index that does not exist, and pairs that leave
            less than half of the images.
    """
    ends = images if held_out is None else held_out
    space = () if truth is None else truth.space
    if isinstance(pairs, int):
        indices = draw_pairs(ends, pairs, kind, seed, space)
    else:
        indices = _check_pairs(pairs, len(ends))
    rest = _leave_out(images, ends, np.unique(indices))
    report = _report_once(report)
    nodes_needed = any(choice.needs == "images" for choice in paths.values())
    compared = rest.sample(among, seed)
    return Benchmark(
        model=model,
        pairs=tuple(_make_pair(ends, a, b) for a, b in indices.tolist()),
        paths=paths,
        steps=steps,
        context=make_context(model, rest.sample(nodes, seed) if nodes_needed else None, steps, report),
        reference=Reference(
            images=compared.images,
            model=model,
            factors=compared.factors if space else None,
            space=space,
            seed=seed,
            report=report,
        ),
        truth=truth,
    )


def _check_pairs(pairs: Sequence[tuple[int, int]], count: int) -> Index:
    found = np.asarray(pairs, np.int64)
    if found.ndim != 2 or found.shape[1] != 2 or not len(found) or not 0 <= found.min() <= found.max() < count:
        raise InputError(f"pairs {list(found.shape)}", f"[1 or more, 2] indices below {count}", "other images")
    return found


def _leave_out(images: ImageSet, ends: ImageSet, indices: Index) -> ImageSet:
    """The images without the ends and without any that looks like one."""
    out = {ends.images[index].tobytes() for index in indices.tolist()}
    left = np.array([i for i, image in enumerate(images.images) if image.tobytes() not in out], np.int64)
    if ends is images and len(left) < max(2, len(images) // 2):
        got = f"pairs with {len(indices)} ends of {len(images)} images"
        raise InputError(got, "ends that leave half of the images", "fewer pairs, or holding images out")
    return images.subset(left)


def _make_pair(images: ImageSet, a: int, b: int) -> Pair:
    names = [images.ids[i] if images.labels is None else f"{images.name_of(i)} ({images.ids[i]})" for i in (a, b)]
    factors = None if images.factors is None else (images.factors[a], images.factors[b])
    return Pair(images.images[a], images.images[b], (names[0], names[1]), factors)


def _report_once(report: Report) -> Report:
    """A report that leaves out stages which end again for every pair."""
    ended: set[str] = set()

    def forward(event: Event) -> None:
        if event.stage not in ended:
            report(event)
        if event.done >= event.total > 0:
            ended.add(event.stage)

    return forward


@dataclass(frozen=True, eq=False)
class PairEvaluation:
    """One pair of a benchmark, and what every path makes of it, each made at its first use and then cached."""

    benchmark: Benchmark
    pair: Pair
    _cache: dict[str, PathFrames] = field(default_factory=dict, repr=False)

    def make_frames(self, name: str) -> PathFrames:
        """Go from one image to the other by a path or control.

        Args:
            name: One of `Benchmark.names`.

        Raises:
            InputError: Where the path does not exist for this pair, as between two components of a graph.
        """
        if name not in self._cache:
            self._cache[name] = self._make_frames(name)
        return self._cache[name]

    def make_case(self, name: str) -> Case:
        """What metrics measure: the frames of a path or control, with all that they are compared with."""
        made, of = self.make_frames(name), self.benchmark
        return Case(made.frames, self.pair.a, self.pair.b, of.reference, codes=made.codes, truths=self.truths)

    @property
    def linear(self) -> PathFrames:
        """The straight line, whether or not it is among the paths."""
        return self.make_frames(LINEAR)

    @cached_property
    def truths(self) -> Pixels | None:
        """The true interpolations `[p, 8 (steps - 1) + 1, h, w, c]`; None where they are not known."""
        if self.benchmark.truth is None or self.pair.factors is None:
            return None
        return self.benchmark.truth.between(*self.pair.factors, _FINE * (self.benchmark.steps - 1) + 1)

    def _make_frames(self, name: str) -> PathFrames:
        if name in CONTROLS:
            return PathFrames(np.ascontiguousarray(CONTROLS[name](self)))
        of = self.benchmark
        found = interpolate_images(
            of.model, self.pair.a, self.pair.b, of.paths.get(name, Linear()), of.steps, context=of.context
        )
        return PathFrames(found.frames, found.codes, found.info)


def cut(a: Pixels, b: Pixels, steps: int) -> Pixels:
    """Show one image for the first half, and then the other: the control that does not move.

    Args:
        a: The first image, `[h, w, c]`.
        b: The second image, `[h, w, c]`; shown where both are equally far.
        steps: How many frames.

    Returns:
        Frames `[steps, h, w, c]`.

    >>> dark, light = np.zeros((1, 1, 1), np.uint8), np.ones((1, 1, 1), np.uint8)
    >>> cut(dark, light, 5).ravel().tolist()
    [0, 0, 1, 1, 1]
    """
    first = even_steps(steps).numpy()[:, None, None, None] < 0.5
    return np.where(first, a, b)


def _follow_truth(evaluation: PairEvaluation) -> Pixels:
    """The first of the true interpolations."""
    if evaluation.truths is None:
        raise InputError("a pair with no truth between", "factors that go from one to the other", "others")
    truth: Pixels = evaluation.truths[0, :: (evaluation.truths.shape[1] - 1) // (evaluation.benchmark.steps - 1)]
    return truth


def _snap(evaluation: PairEvaluation) -> Pixels:
    """The straight line, each of its frames replaced by the nearest image of the set."""
    reference = evaluation.benchmark.reference
    return reference.images[reference.nearest(evaluation.linear.frames).indices]


CONTROLS: dict[str, Callable[[PairEvaluation], Pixels]] = {
    TRUTH: _follow_truth,
    "snap": _snap,
    "cross-fade": lambda evaluation: cross_fade(evaluation.pair.a, evaluation.pair.b, evaluation.benchmark.steps),
    "cut": lambda evaluation: cut(evaluation.pair.a, evaluation.pair.b, evaluation.benchmark.steps),
}
"""The controls by name: from the evaluation of a pair to frames."""
