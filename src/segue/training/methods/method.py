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
"""No rivals."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What a method sees of one step.

    `seen` is what the encoder sees and `clean` the target, `[n, c, h, w]` in [0, 1]; all randomness comes from
    `generator`; `labels` is int64 `[n]` where the images have them; `progress` is the share of the training that
    is done, from 0 to 1.
    """

    seen: Tensor
    clean: Tensor
    generator: Generator
    labels: Tensor | None = None
    progress: float = 1.0


class Method(Choice):
    """A training rule: from a batch to the terms of its loss.

    `statistics` is what it asks of the encoder (see `TrainableAutoencoder`): 1, the code; 2, a Gaussian posterior.
    `prior` is whether codes are trained towards the prior `N(0, I)`, so that draws from it decode to images.
    """

    statistics: ClassVar[int] = 1
    prior: ClassVar[bool] = False

    @property
    def needs_labels(self) -> bool:
        """Whether the class is part of the code, see `TrainableAutoencoder`."""
        return False

    @property
    def scale(self) -> Scale:
        """What the decoder says of its own error, see `TrainableAutoencoder`."""
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
            latent: numbers in a code, or with a `grid` in each of its cells.
            width: channels of the networks' first stage.
            grid: cells along the shorter side of a spatial code; None: a flat one.
            classes: how many labels the images have, 0 for none; only conditional methods heed it.
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

    def prepared(self, weights: Path | None = None, data_dir: Path | None = None, report: Report = silent) -> Self:
        """This method with all that its loss must read found and read, so that nothing is missing at the first step.

        `weights` is the file of the weights of its loss's network, or a folder where they are looked for first, and
        without it `data_dir` such a folder. Raises `InputError` where they are not found, or none are needed.
        """
        if weights is not None:
            raise InputError(f"weights {weights} for {self}", "ae with a loss by a network", "leaving them out")
        return self

    def critics(self, model: TrainableAutoencoder) -> dict[str, nn.Module]:
        """The further networks that play along, by name, untrained: a critic, a discriminator; most have none."""
        return {}

    @abstractmethod
    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """The batch means of the loss terms, scalars by name; the model minimises `loss`.

        A rival called `critic` minimises `critic_loss`. Each player's gradient goes to its own weights alone,
        so nothing need be detached for another's sake; all players move at once.

        `loss` is per value of an image, so that one learning rate and one gradient clip serve every size; the
        other terms have the units that people quote.
        """
