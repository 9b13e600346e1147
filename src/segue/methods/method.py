"""What a training method is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from torch import Generator, Tensor, nn

from segue.choices import Choice
from segue.model import ConvAutoencoder
from segue.nets import ImageShape

Rivals: TypeAlias = Mapping[str, nn.Module]

ALONE: Rivals = MappingProxyType({})
"""No rivals."""


class Method(Choice):
    """A training rule: from a batch to the terms of its loss.

    `statistics` is what it asks of the encoder (see `ConvAutoencoder`): 1, the code; 2, a Gaussian posterior.
    `prior` is whether codes are trained towards the prior `N(0, I)`, so that draws from it decode to images.
    """

    statistics: ClassVar[int] = 1
    prior: ClassVar[bool] = False

    def build(self, image_shape: ImageShape, *, latent: int = 32, width: int = 32) -> ConvAutoencoder:
        """An untrained autoencoder of the kind that this method trains, for images `(c, h, w)`.

        Its weights are drawn from torch's global generator: `torch.manual_seed` first.
        """
        return ConvAutoencoder(image_shape, latent=latent, width=width, statistics=self.statistics)

    def rivals(self, model: ConvAutoencoder) -> dict[str, nn.Module]:
        """The further networks that play along, by name, untrained: a critic, a discriminator; most have none."""
        return {}

    @abstractmethod
    def terms(
        self, model: ConvAutoencoder, seen: Tensor, clean: Tensor, generator: Generator, rivals: Rivals = ALONE
    ) -> dict[str, Tensor]:
        """The batch means of the loss terms, scalars by name; the model minimises `loss`.

        A rival called `critic` minimises `critic_loss`. Each player's gradient goes to its own weights alone,
        so nothing need be detached; all players move at once.

        `seen` is what the encoder sees and `clean` the target, `[n, c, h, w]` in [0, 1]; all randomness
        comes from `generator`. `loss` is per value of an image, so that one learning rate and one gradient
        clip serve every size; the other terms have the units that people quote.
        """
