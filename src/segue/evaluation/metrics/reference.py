"""What interpolations are compared with: the real images, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from segue.core.errors import InputError
from segue.core.images import Pixels
from segue.core.progress import Report, silent
from segue.data.datasets.worlds.factors import Factor
from segue.evaluation.metrics.nearest import By, FeatureSearch, Nearest, PixelSearch, draw_indices
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.models.autoencoder import Autoencoder

SAMPLE = 1000
"""Images, at most, by which a model is judged."""

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Reference:
    """The image set that interpolations should not leave, made once and shared by all of them.

    What is slow to compute is computed at its first use, and cached. ACAI's figures take `worlds.lines.reference()` as
    the set.

    Attributes:
        images: uint8 `[n, h, w, c]`.
        model: The model that decodes the interpolations, for what depends on how well it reconstructs.
        factors: Values of the factors, `[n, k]`, where they are known.
        space: The factors.
        seed: Seed of the samples that `floor`, `spread` and the search by features take.
        report: Called with progress.

    Raises:
        InputError: Where shapes or counts do not fit.

    >>> set_of_two = Reference(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1))
    >>> set_of_two.nearest(np.full((1, 1, 1, 1), 200, np.uint8)).indices.tolist()
    [1]
    """

    images: Pixels = field(repr=False)
    model: Autoencoder | None = field(default=None, repr=False)
    factors: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    space: tuple[Factor, ...] = ()
    seed: int = 0
    report: Report = field(default=silent, repr=False)
    _cache: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        images = self.images
        if images.dtype != np.uint8 or images.ndim != 4 or images.size == 0:
            raise InputError(f"a set of {images.dtype} {list(images.shape)}", "uint8 [n, h, w, c]", "the set's images")
        wanted = (len(images), len(self.space))
        if self.factors is not None and self.factors.shape != wanted:
            raise InputError(
                f"factors {list(self.factors.shape)}",
                f"{list(wanted)}",
                "those of every image, in the order of `space`",
            )

    def cache(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """The value of `make()`, which is called at the first use of this key."""
        if key not in self._cache:
            self._cache[key] = make()
        found: _T = self._cache[key]
        return found

    def nearest(self, frames: Pixels, by: By = "pixel") -> Nearest:
        """Find the image nearest to each frame.

        Args:
            frames: uint8 `[m, h, w, c]`.
            by: "pixel" for the mean square error, exact; "perceptual" for `perceptual_distance` to at most 2,000 of the
                images, drawn by the seed (`FeatureSearch`).

        Raises:
            InputError: By "perceptual", where the weights of the network are not found.
        """
        return self.nearest_by_values(frames)[0] if by == "pixel" else self._feature_search().nearest(frames)

    def nearest_by_values(self, frames: Pixels) -> tuple[Nearest, Nearest]:
        """Find the image nearest to each frame by mean square error, and the one nearest by cosine (`PixelSearch`)."""
        return self.cache("pixels", lambda: PixelSearch(self.images, self.report)).nearest(frames)

    def floor(self, by: By = "pixel") -> float:
        """Measure how far reconstructions are from the set, which an interpolation through real codes cannot beat.

        Args:
            by: The distance, as of `nearest`.

        Returns:
            The mean distance from D(E(x)) to the nearest image, over at most 1,000 images x drawn by the seed. NaN
            without a model.
        """
        return self.cache(("floor", by), lambda: self._floor(by))

    def spread(self) -> float:
        """Measure the median distance of a code from the mean of codes, over the same images; NaN without a model."""
        return self.cache("spread", self._spread)

    def _floor(self, by: By) -> float:
        if self.model is None:
            return float("nan")
        again = decode(self.model, self._codes(), report=self.report)
        return float(self.nearest(again, by).distances.mean())

    def _spread(self) -> float:
        if self.model is None:
            return float("nan")
        codes = self._codes().double().flatten(1)
        return float((codes - codes.mean(0)).norm(dim=1).quantile(0.5))

    def _codes(self) -> torch.Tensor:
        model = self.model
        assert model is not None  # noqa: S101 - for the type checker
        some = draw_indices(len(self.images), SAMPLE, self.seed)
        return self.cache("codes", lambda: encode(model, self.images[some], report=self.report))

    def _feature_search(self) -> FeatureSearch:
        return self.cache("features", lambda: FeatureSearch(self.images, self.seed, self.report))
