"""The plain autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Generator, Tensor

from segue.choices import option
from segue.losses import choose_loss
from segue.methods.method import ALONE, Method, Rivals
from segue.model import ConvAutoencoder


@dataclass(frozen=True)
class AE(Method):
    """Autoencoder: `loss = d(x, g(f(x)))` (Hinton and Salakhutdinov 2006, doi 10.1126/science.1127647).

    `loss` spells the distance d: `mse`, `l1`, `bce`, `ssim`, `perceptual`, or a weighted sum of these, see `Loss`.

    >>> str(AE(loss="l1:0.3 + ssim"))
    'ae:loss=l1:0.3+ssim'
    """

    name = "ae"
    loss: str = option("mse", "distance of image and reconstruction: mse, l1, bce, ssim, perceptual, or mse:0.7+l1:0.3")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "loss", str(choose_loss(self.loss)))

    def terms(
        self, model: ConvAutoencoder, seen: Tensor, clean: Tensor, generator: Generator, rivals: Rivals = ALONE
    ) -> dict[str, Tensor]:
        return {"loss": choose_loss(self.loss)(model.logits(model.encode(seen)), clean).mean()}
