"""What a training method is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar, Self, TypeAlias

from torch import Generator, Tensor, nn

from segue.core.choices import Choice
from segue.core.errors import InputError
from segue.core.progress import Report, silent
from segue.models.autoencoder import ConvAutoencoder, Scale, TrainableAutoencoder, seeded
from segue.models.nets import ImageShape

Critics: TypeAlias = Mapping[str, nn.Module]

ALONE: Critics = MappingProxyType({})
"""No critics."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What a method sees of one training step.

    Args:
        seen: `[n, c, h, w]` in [0, 1], what the encoder sees.
        clean: `[n, c, h, w]` in [0, 1], what is to be reconstructed.
        generator: decides all randomness of the step.
        labels: int64 `[n]`, where the images have them.
        progress: share of the training that is done, 0 to 1.
    """

    seen: Tensor
    clean: Tensor
    generator: Generator
    labels: Tensor | None = None
    progress: float = 1.0


class Method(Choice):
    """A training rule: from a batch to the terms of its loss.

    `statistics` is how many numbers per code entry it needs from the encoder (see `TrainableAutoencoder`): 1, the code;
    2, the mean and log-variance of a Gaussian posterior. `prior` is whether codes are trained towards the prior `N(0,
    I)`, so that draws from it decode to images.
    """

    statistics: ClassVar[int] = 1
    prior: ClassVar[bool] = False

    @property
    def needs_labels(self) -> bool:
        """Whether the class is part of the code, see `TrainableAutoencoder`."""
        return False

    @property
    def scale(self) -> Scale:
        """The error that the decoder is to learn: for the whole image `set`, for each `pixel`, or None."""
        return None

    def build(
        self,
        image_shape: ImageShape,
        *,
        latent: int = 32,
        width: int = 32,
        grid: int | None = None,
        classes: int = 0,
        seed: int = 0,
    ) -> ConvAutoencoder:
        """Make an untrained autoencoder of the kind that this method trains.

        Args:
            image_shape: `(c, h, w)`.
            latent: numbers in a code, or with a `grid` in each of its cells; from 1 up.
            width: channels of the networks' first stage, from 2 up.
            grid: cells along the shorter side of a spatial code; None: a flat one.
            classes: how many labels the images have, 0 for none; only conditional methods use it.
            seed: of the weights. Torch's global generator is left as it is.

        Returns:
            The model, on the CPU.

        Raises:
            InputError: for a conditional method without labels.
        """
        if self.needs_labels and not classes:
            raise InputError(
                f"{self} on images without labels", "a set with labels", "a set with labels, or another method"
            )
        with seeded(seed):
            return ConvAutoencoder(
                image_shape,
                latent=latent,
                width=width,
                grid=grid,
                scale=self.scale,
                statistics=self.statistics,
                classes=classes if self.needs_labels else 0,
            )

    def check_model(self, model: TrainableAutoencoder) -> None:
        """Check that this method can train a model.

        Args:
            model: any.

        Raises:
            InputError: for a conditional method and a model whose codes have no class.
        """
        if self.needs_labels and not model.classes:
            raise InputError(
                f"{self} for a model whose codes have no class",
                "a model that `method.build` makes",
                "conditional=false",
            )

    def prepare(self, weights: Path | None = None, data_dir: Path | None = None, report: Report = silent) -> Self:
        """Find and read all that the loss needs, so that nothing is missing at the first step.

        Args:
            weights: the file of the weights of the loss's network, or a folder in which to look first.
            data_dir: a folder in which to look where `weights` is None.
            report: receives the progress of a download.

        Returns:
            This method, with the place of the weights where one was found.

        Raises:
            InputError: the weights are not found, or `weights` is given for a loss that needs none.
        """
        if weights is not None:
            raise InputError(f"weights {weights} for {self}", "ae with a loss by a network", "leaving them out")
        return self

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """Make the further networks that are trained beside the model, such as a critic or a discriminator.

        Args:
            model: the model, whose shapes and width decide theirs.

        Returns:
            Untrained networks by name; empty for most methods.
        """
        return {}

    @abstractmethod
    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute the loss terms of a batch.

        `loss` is per value of an image, so that one learning rate and one gradient clip serve every image size; the
        other terms have the units that are usual for them. The gradient of each loss reaches the weights of its own
        network alone (`Networks.learn`), so that nothing need be detached; all networks move at once.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: as of `critics`, trained so far.

        Returns:
            Scalars by name, means over the batch. The model minimises `loss`; a critic called `critic` minimises
            `critic_loss`.
        """
