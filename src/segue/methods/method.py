"""What a training method is."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from torch import Generator, Tensor

from segue.choices import Choice
from segue.model import ConvAutoencoder


class Method(Choice):
    """A training rule: from a batch to the terms of its loss.

    `statistics` is what it asks of the encoder (see `ConvAutoencoder`): 1, the code; 2, a Gaussian posterior.
    """

    statistics: ClassVar[int] = 1

    @abstractmethod
    def terms(self, model: ConvAutoencoder, seen: Tensor, clean: Tensor, generator: Generator) -> dict[str, Tensor]:
        """The batch means of the loss terms, scalars by name; `loss` is what is minimised.

        `seen` is what the encoder sees and `clean` the target, `[n, c, h, w]` in [0, 1]; all randomness
        comes from `generator`. `loss` is per value of an image, so that one learning rate and one gradient
        clip serve every size; the other terms have the units that people quote.
        """
