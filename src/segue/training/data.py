"""Images as training has them: on the device, with labels and ids."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels, check_images, to_float
from segue.data.corruptions import Corruption
from segue.data.datasets import ImageSet
from segue.models.autoencoder import TrainableAutoencoder
from segue.models.precision import Precision
from segue.training.methods import Batch
from segue.training.options import Training


@dataclass(frozen=True, eq=False)
class TrainingData:
    """`images`: uint8 `[n, h, w, c]` on the device, `pixels` the same on the CPU; `labels` int64 `[n]` where known."""

    pixels: Pixels
    images: Tensor
    labels: Tensor | None
    ids: Sequence[str]

    @classmethod
    def of(
        cls, images: Pixels | ImageSet, model: TrainableAutoencoder, device: torch.device, at_most: int | None = None
    ) -> TrainingData:
        """The first `at_most` images, or all; those of a plain array are named by their places.

        Raises `InputError` if there are none, or they are not what the model takes.
        """
        whole = images if isinstance(images, ImageSet) else None
        pixels = (images if whole is None else whole.images)[:at_most]  # type: ignore[index]
        c, h, w = model.image_shape
        if not len(pixels) or pixels.shape[1:] != (h, w, c):
            raise InputError(f"images {list(pixels.shape)}", f"[1 or more, {h}, {w}, {c}]", "fitting them to the model")
        check_images(pixels)
        labels = None if whole is None or whole.labels is None else torch.tensor(whole.labels[:at_most], device=device)
        ids = [f"image {i}" for i in range(len(pixels))] if whole is None else whole.ids
        # Torch takes neither read-only nor mirrored arrays; such are copied.
        return cls(pixels, torch.from_numpy(np.require(pixels, None, ["C", "W"])).to(device), labels, ids)

    def order(self, options: Training, epoch: int) -> tuple[Tensor, ...]:
        """The places of the images of each step of an epoch."""
        return _order(len(self.images), options.batch, seed_of(options.seed, 2 * epoch))

    def batch(
        self, index: Tensor, seed: int, precision: Precision, corrupt: Corruption | None, progress: float
    ) -> Batch:
        """What a step sees."""
        generator = torch.Generator().manual_seed(seed)
        clean = precision.arrange(to_float(self.images[index]))
        seen = clean if corrupt is None else precision.arrange(corrupt.apply(clean, generator))
        return Batch(seen, clean, generator, None if self.labels is None else self.labels[index], progress)


@lru_cache(maxsize=2)
def _order(count: int, batch: int, seed: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    return torch.split(torch.randperm(count, generator=generator), batch)


def seed_of(seed: int, counter: int) -> int:
    """A generator's seed from a run's seed and a counter; hashed, as torch heeds but the low 32 bits on a CPU."""
    return int.from_bytes(hashlib.sha256(f"{seed} {counter}".encode()).digest()[:4])
