"""Which pairs of images to go between."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.errors import InputError
from segue.data.datasets import ImageSet
from segue.data.datasets.options import Index
from segue.data.datasets.worlds.factors import Factor, Values

Kind: TypeAlias = Literal["any", "same-label", "other-label", "one-factor", "all-factors"]
"""How the two images of a pair are related."""


def draw_pairs(images: ImageSet, count: int, kind: Kind, seed: int, space: tuple[Factor, ...] = ()) -> Index:
    """Draw pairs of different images, no pair twice. Every image is an end once before any is twice.

    Args:
        images: The images to draw from.
        count: How many pairs, 1 or more.
        kind: How the two images are related. `one-factor` pairs differ in one factor, `all-factors` pairs in all that
            vary over the set; neither differs in a category, between whose values there is nothing.
        seed: Seed of the draw.
        space: The factors, which tell which of them are categories; without it none is.

    Returns:
        Indices of the two ends, int64 `[count, 2]`.

    Raises:
        InputError: Where the labels or factors of this kind are not known, and where there are fewer such pairs.

    >>> grey = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1)
    >>> six = ImageSet(grey, tuple("abcdef"), labels=np.array([0, 0, 1, 1, 2, 2]))
    >>> sorted(sorted(pair) for pair in draw_pairs(six, 3, "same-label", 0).tolist())
    [[0, 1], [2, 3], [4, 5]]
    """
    _check(images, kind)
    rng = np.random.default_rng([seed, 1])
    found: dict[tuple[int, int], None] = {}
    while len(found) < count:
        before = len(found)
        for a in rng.permutation(len(images)).tolist():
            b = _pick_partner(images, a, kind, space, rng)
            if b is not None and (a, b) not in found and (b, a) not in found:
                found[a, b] = None
            if len(found) == count:
                break
        if len(found) == before:
            # Chance found none: few are left, if any.
            left = _all_pairs(images, kind, space) - found.keys() - {(b, a) for a, b in found}
            chosen = rng.permutation(len(left))[: count - before].tolist()
            found.update(dict.fromkeys(sorted(left)[index] for index in chosen))
        if len(found) == before:
            raise InputError(
                f"{count} pairs of kind {kind}", f"{before}, as there are no more", "fewer, or another kind"
            )
    return np.array(list(found), np.int64)


def _check(images: ImageSet, kind: Kind) -> None:
    if kind.endswith("label") and images.labels is None:
        raise InputError(f"pairs of kind {kind} of images without labels", "kind any", "leaving it out")
    if kind.endswith(("factor", "factors")) and images.factors is None:
        raise InputError(
            f"pairs of kind {kind} of images without known factors", "kind any, or one by label", "leaving it out"
        )


def _pick_partner(
    images: ImageSet, a: int, kind: Kind, space: tuple[Factor, ...], rng: np.random.Generator
) -> int | None:
    """One of the images that are related to image `a`, and do not look the same."""
    others = np.flatnonzero(_find_related(images, a, kind, space))
    others = others[others != a]
    for _ in range(8):
        if not len(others):
            break
        b = int(rng.choice(others))
        if not np.array_equal(images.images[a], images.images[b]):
            return b
    return None


def _all_pairs(images: ImageSet, kind: Kind, space: tuple[Factor, ...]) -> set[tuple[int, int]]:
    """Every pair `a < b` of images that are related and do not look the same."""
    return {
        (a, b)
        for a in range(len(images))
        for b in np.flatnonzero(_find_related(images, a, kind, space)).tolist()
        if a < b and not np.array_equal(images.images[a], images.images[b])
    }


def _find_related(images: ImageSet, a: int, kind: Kind, space: tuple[Factor, ...]) -> npt.NDArray[np.bool_]:
    if images.labels is not None and kind.endswith("label"):
        same: npt.NDArray[np.bool_] = images.labels == images.labels[a]
        return same if kind == "same-label" else ~same
    if images.factors is not None and kind.endswith(("factor", "factors")):
        return _find_differing(images.factors, a, kind, space)
    return np.ones(len(images), bool)


def _find_differing(factors: Values, a: int, kind: Kind, space: tuple[Factor, ...]) -> npt.NDArray[np.bool_]:
    category = np.array([factor.kind == "category" for factor in space] or [False] * factors.shape[1])
    differs = factors != factors[a]
    count = (differs & ~category).sum(1)
    wanted = 1 if kind == "one-factor" else int((np.ptp(factors, axis=0)[~category] > 0).sum())
    return np.asarray((count == max(wanted, 1)) & ~(differs & category).any(1))
