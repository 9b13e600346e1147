"""Images as training uses them: on the device, with labels and ids."""

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
    """A set of images as training uses it: the pixels on the device, with labels and ids.

    Args:
        pixels: uint8 `[n, h, w, c]`, on the CPU.
        images: the same values as a tensor on the device of the model.
        labels: int64 `[n]` on the device, or None for images without labels.
        ids: a name for each image, for messages.
    """

    pixels: Pixels
    images: Tensor
    labels: Tensor | None
    ids: Sequence[str]

    @classmethod
    def of(
        cls, images: Pixels | ImageSet, model: TrainableAutoencoder, device: torch.device, at_most: int | None = None
    ) -> TrainingData:
        """Take images to the device of the model.

        Args:
            images: uint8 `[n, h, w, c]`, or an image set. The images of an array are named by their indices.
            model: the model that is trained, which decides the size of the images.
            device: where the model is.
            at_most: how many images to take, from the first on; None: all.

        Returns:
            The images, on the device.

        Raises:
            InputError: there are no images, or the model takes images of another shape or type.
        """
        whole = images if isinstance(images, ImageSet) else None
        pixels = (images if whole is None else whole.images)[:at_most]  # type: ignore[index]
        c, h, w = model.image_shape
        if not len(pixels) or pixels.shape[1:] != (h, w, c):
            raise InputError(f"images {list(pixels.shape)}", f"[1 or more, {h}, {w}, {c}]", "fitting them to the model")
        check_images(pixels)
        labels = None if whole is None or whole.labels is None else torch.tensor(whole.labels[:at_most], device=device)
        ids = [f"image {i}" for i in range(len(pixels))] if whole is None else whole.ids
        # Torch takes neither read-only nor mirrored arrays; these are copied.
        return cls(pixels, torch.from_numpy(np.require(pixels, None, ["C", "W"])).to(device), labels, ids)

    def order(self, options: Training, epoch: int) -> tuple[Tensor, ...]:
        """Shuffle the images for an epoch.

        Args:
            options: the batch size and the seed.
            epoch: which epoch, from 0.

        Returns:
            For each step the indices of its images, int64 `[batch]`; the last step may have fewer. Each image comes
            once.
        """
        return _order(len(self.images), options.batch, derive_seed(options.seed, 2 * epoch))

    def batch(
        self, index: Tensor, seed: int, precision: Precision, corrupt: Corruption | None, progress: float
    ) -> Batch:
        """Make the batch of a step.

        Args:
            index: int64 `[batch]`, which images.
            seed: of the corruption, and of the noise that the method draws.
            precision: decides the memory layout.
            corrupt: what is done to the images that the encoder sees; None: nothing.
            progress: share of the training that is done, 0 to 1.

        Returns:
            The batch: what the encoder sees, the clean images `[batch, c, h, w]` in [0, 1], their labels and a
            generator.
        """
        generator = torch.Generator().manual_seed(seed)
        clean = precision.arrange(to_float(self.images[index]))
        seen = clean if corrupt is None else precision.arrange(corrupt.apply(clean, generator))
        return Batch(seen, clean, generator, None if self.labels is None else self.labels[index], progress)


@lru_cache(maxsize=2)
def _order(count: int, batch: int, seed: int) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    return torch.split(torch.randperm(count, generator=generator), batch)


def derive_seed(seed: int, counter: int) -> int:
    """Derive the seed of one step or epoch from the seed of a run.

    The two are hashed together, because torch uses only the low 32 bits of a seed on a CPU.

    Args:
        seed: of the run.
        counter: tells the steps and epochs apart.

    Returns:
        A seed, 0 to 2**32 - 1.
    """
    return int.from_bytes(hashlib.sha256(f"{seed} {counter}".encode()).digest()[:4])
