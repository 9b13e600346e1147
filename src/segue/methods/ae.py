"""The plain autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from segue.choices import option
from segue.losses import LOSSES, LossName
from segue.methods.method import Method
from segue.model import ConvAutoencoder


@dataclass(frozen=True)
class AE(Method):
    """Autoencoder: `loss = d(x, g(f(x)))` (Hinton and Salakhutdinov 2006, doi 10.1126/science.1127647).

    `loss` names the distance d: `mse`, `l1` or `bce`, each a mean over the values of an image.

    >>> str(AE(loss="l1"))
    'ae:loss=l1'
    """

    name = "ae"
    loss: LossName = option("mse", "distance between an image and its reconstruction")

    def terms(self, model: ConvAutoencoder, seen: Tensor, clean: Tensor, generator: Generator) -> dict[str, Tensor]:
        return {"loss": LOSSES[self.loss](model.logits(model.encode(seen)), clean).mean()}
