"""What interpolations are measured against: the real images, and what is known of them."""

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
from segue.evaluation.metrics.nearest import By, InFeatures, InPixels, Nearest, drawn
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.models.autoencoder import Autoencoder

SAMPLE = 1000
"""Images, at most, by which a model is judged."""

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Reference:
    """The image set, uint8 `[n, h, w, c]`, that interpolations should not leave; made once, and shared by all of them.

    `model` is the one that decodes them, for what depends on how well it reconstructs; `factors` `[n, k]` are the
    values of `space`, where they are known. What is dear is made when first asked for, and kept. ACAI's figures take
    `worlds.lines.reference()` as the set. Raises `InputError` where shapes or counts do not fit.

    >>> set_of_two = Reference(np.array([0, 255], np.uint8).reshape(2, 1, 1, 1))
    >>> set_of_two.nearest(np.full((1, 1, 1, 1), 200, np.uint8)).places.tolist()
    [1]
    """

    images: Pixels = field(repr=False)
    model: Autoencoder | None = field(default=None, repr=False)
    factors: npt.NDArray[np.float64] | None = field(default=None, repr=False)
    space: tuple[Factor, ...] = ()
    seed: int = 0
    report: Report = field(default=silent, repr=False)
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        images = self.images
        if images.dtype != np.uint8 or images.ndim != 4 or images.size == 0:
            raise InputError(f"a set of {images.dtype} {list(images.shape)}", "uint8 [n, h, w, c]", "give its images")
        wanted = (len(images), len(self.space))
        if self.factors is not None and self.factors.shape != wanted:
            raise InputError(f"factors {list(self.factors.shape)}", f"{list(wanted)}", "give every image's, by `space`")

    def once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` gives, made at the first call with this key."""
        if key not in self._made:
            self._made[key] = make()
        found: _T = self._made[key]
        return found

    def nearest(self, frames: Pixels, by: By = "pixel") -> Nearest:
        """The image nearest to each of frames `[m, h, w, c]`: by mean square error, exact, or by `perceptual_distance`.

        The latter is to at most 2,000 images, drawn by the seed (see `InFeatures`), and raises `InputError` where the
        weights of the network are not found.
        """
        return self.nearest_by_values(frames)[0] if by == "pixel" else self._seen().nearest(frames)

    def nearest_by_values(self, frames: Pixels) -> tuple[Nearest, Nearest]:
        """The image nearest to each frame by mean square error, and the one nearest by cosine (see `InPixels`)."""
        return self.once("pixels", lambda: InPixels(self.images, self.report)).nearest(frames)

    def floor(self, by: By = "pixel") -> float:
        """How far reconstructions are from the set: what an interpolation through real codes cannot get below.

        The mean distance from D(E(x)) to the nearest image, over at most 1,000 images x drawn by the seed. NaN without
        a model.
        """
        return self.once(("floor", by), lambda: self._floor(by))

    def spread(self) -> float:
        """The median distance of a code from the mean of codes, over the same images; NaN without a model."""
        return self.once("spread", self._spread)

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
        some = drawn(len(self.images), SAMPLE, self.seed)
        return self.once("codes", lambda: encode(model, self.images[some], report=self.report))

    def _seen(self) -> InFeatures:
        return self.once("features", lambda: InFeatures(self.images, self.seed, self.report))
