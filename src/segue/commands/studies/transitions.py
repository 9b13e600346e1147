"""Many transitions of one kind, and what becomes of them on the way: ghosts, other classes, steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from segue.core.images import Pixels
from segue.core.progress import Event
from segue.core.types import Floats, Interval
from segue.data.datasets import ImageSet
from segue.evaluation.classifier import Classifier
from segue.evaluation.leaderboard.rows import summarise
from segue.evaluation.metrics.ghosting import ghosting
from segue.evaluation.metrics.metric import middle_third
from segue.evaluation.metrics.nearest import PixelSearch
from segue.evaluation.metrics.steps import motion
from segue.latent.interpolation import cross_fade, interpolate_images
from segue.latent.paths import PathChoice, PathContext

TRANSITION_STEPS = 17  # of a measured transition: odd, so that one frame is the middle

Pairs = Sequence[tuple[Pixels, Pixels]]


@dataclass(frozen=True, eq=False)
class Transitions:
    """Transitions of one kind between many pairs: frames uint8 `[pairs, steps, h, w, c]`."""

    name: str
    frames: Pixels = field(repr=False)

    def flat(self) -> Pixels:
        """All frames, `[pairs * steps, h, w, c]`."""
        return self.frames.reshape(-1, *self.frames.shape[2:])

    def middles(self) -> Pixels:
        """The frame in the middle of each, `[pairs, h, w, c]`."""
        return self.frames[:, self.frames.shape[1] // 2]


def decode_pairs(name: str, path: PathChoice, pairs: Pairs, context: PathContext) -> Transitions:
    """Decode a path between the images of each pair.

    Args:
        name: What the transitions are called.
        path: The path.
        pairs: The images, uint8 `[h, w, c]`.
        context: The model, and what the path may use.

    Returns:
        The transitions.
    """
    frames = []
    for a, b in pairs:
        frames.append(interpolate_images(context.model, a, b, path, TRANSITION_STEPS, context=context).frames)
        context.report(Event("transitions", len(frames), len(pairs), note=name))
    return Transitions(name, np.stack(frames))


def fade_pairs(name: str, pairs: Pairs) -> Transitions:
    """Cross-fade the pixels of each pair.

    Args:
        name: What the transitions are called.
        pairs: The images, uint8 `[h, w, c]`.

    Returns:
        The transitions.
    """
    return Transitions(name, np.stack([cross_fade(a, b, TRANSITION_STEPS) for a, b in pairs]))


def measure_transitions(of: Transitions, reader: Classifier, real: PixelSearch) -> dict[str, Floats]:
    """Measure transitions of one kind.

    Args:
        of: The transitions.
        reader: A classifier of real images.
        real: The real images.

    Returns:
        Numbers of each transition, `[pairs]`, by name. `ghosting` is against its own first and last frame, so that it
        asks whether what is shown is a cross-fade of what is shown. `others` counts the classes that frames are read
        as, other than those of its ends; `confidence` is the probability of the class that the middle is read as;
        `step` the share of the whole change that the largest step makes; `onset` the first t at which the last image is
        there by a quarter (`measure_presence`); `distance` the mean square error of the middle third to the nearest
        real images.
    """
    count, steps = of.frames.shape[:2]
    read = reader.probabilities(of.flat()).reshape(count, steps, -1)
    inner = middle_third(steps)
    third = of.frames[:, inner].reshape(-1, *of.frames.shape[2:])
    moved = [motion(frames).steps for frames in of.frames]
    return {
        "ghosting": np.array([ghosting(frames, frames[0], frames[-1]) for frames in of.frames]),
        "others": np.array([float(len(set(one.tolist()) - {int(one[0]), int(one[-1])})) for one in read.argmax(2)]),
        "confidence": read[:, steps // 2].max(1),
        "step": np.array([one.max() / one.sum() if one.any() else np.nan for one in moved]),
        "onset": np.array([_onset(measure_presence(frames)) for frames in of.frames]),
        "distance": real.nearest(third)[0].distances.reshape(count, len(inner)).mean(1),
    }


def summarise_all(values: dict[str, Floats], seed: int) -> dict[str, Interval]:
    """Average numbers over the pairs where they are defined.

    Args:
        values: `[pairs]`, by name, NaN where undefined.
        seed: Seed of the intervals' resampling.

    Returns:
        Means with their 95 % intervals (`summarise`), by name.
    """
    return {name: bootstrap_mean(numbers, seed) for name, numbers in values.items()}


def bootstrap_mean(values: Floats, seed: int) -> Interval:
    """Average values where they are defined.

    Args:
        values: `[n]`, NaN where undefined.
        seed: Seed of the interval's resampling.

    Returns:
        The mean and the ends of its 95 % interval.
    """
    found = summarise(values, values, "none", seed)
    return found.mean, found.low, found.high


def draw_class_pairs(images: ImageSet, a: str, b: str, count: int, seed: int) -> list[tuple[Pixels, Pixels]]:
    """Draw pairs of an image of one class and one of another.

    Args:
        images: Images with labels.
        a: The label of the first image.
        b: The label of the second.
        count: How many pairs.
        seed: Seed of the draw.

    Returns:
        The pairs, uint8 `[h, w, c]` each.
    """
    rng = np.random.default_rng([seed, 7])
    of = [np.flatnonzero(images.labels == images.label_names.index(name)) for name in (a, b)]
    return [
        (images.images[one], images.images[other])
        for one, other in zip(*(rng.choice(x, count) for x in of), strict=True)
    ]


def list_changes(names: Sequence[str]) -> str:
    """Classes in the order in which they come, each once as long as it lasts.

    >>> list_changes(["0", "0", "3", "8", "8", "7"])
    '0 3 8 7'
    """
    return " ".join(name for name, _ in groupby(names))


def format_half_width(interval: Interval) -> str:
    """A mean and half the width of its interval; the mean alone where there is no interval.

    >>> format_half_width((0.5, 0.4, 0.6))
    '0.50 ± 0.10'
    """
    number, low, high = interval
    return f"{number:.2f} ± {(high - low) / 2:.2f}" if math.isfinite(low) else f"{number:.2f}"


def format_interval(interval: Interval, digits: int = 2) -> str:
    """Format a mean and its interval; the mean alone where there is no interval.

    Args:
        interval: The mean and the ends of its interval.
        digits: Decimals.

    >>> format_interval((0.5, 0.4, 0.6), 1)
    '0.5 (0.4 to 0.6)'
    """
    number, low, high = (f"{value:.{digits}f}" for value in interval)
    return f"{number} ({low} to {high})" if math.isfinite(interval[1]) else number


def measure_presence(frames: Pixels) -> Floats:
    """How much of the last of frames `[m, h, w, c]` is there in each, `[m]`: 0 in the first, 1 in the last.

    The weight of the last in the least-squares mix of the first and the last that comes nearest to a frame. Of a
    cross-fade it is t itself. NaN where the two are the same.

    >>> measure_presence(np.array([[0, 255], [128, 127], [255, 0]], np.uint8).reshape(3, 2, 1, 1)).round(2).tolist()
    [0.0, 0.5, 1.0]
    """
    flat = frames.reshape(len(frames), -1).astype(np.float64)
    both = np.stack([flat[0], flat[-1]], 1)
    if np.linalg.matrix_rank(both) < 2:
        return np.full(len(frames), np.nan)
    weights: Floats = np.linalg.lstsq(both, flat.T)[0][1]
    return weights


def _onset(there: Floats, least: float = 0.25) -> float:
    """The t at which a rising share first reaches `least`, between frames by the straight line; NaN where it is NaN."""
    if np.isnan(there).any():
        return float("nan")
    first = int((there >= least).argmax())
    before, after = there[max(first - 1, 0)], there[first]
    part = (least - before) / (after - before) if after > before else 0.0
    return float((first - 1 + part) / (len(there) - 1)) if first else 0.0
