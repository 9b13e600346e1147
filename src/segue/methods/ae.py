"""The plain autoencoder."""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from segue.choices import option
from segue.losses import choose_loss
from segue.methods.method import ALONE, Batch, Method, Rivals
from segue.model import ConvAutoencoder

CLASS_WEIGHT = 0.01


@dataclass(frozen=True)
class AE(Method):
    """Autoencoder: `loss = d(x, g(f(x)))` (Hinton and Salakhutdinov 2006, doi 10.1126/science.1127647).

    `loss` spells the distance d: `mse`, `l1`, `bce`, `ssim`, `perceptual`, or a weighted sum of these, see `Loss`.
    `conditional`: the class is part of the code and the decoder is told it, as in `VAE`; the cross-entropy of the
    encoder's guess, the term `classification` in nats, is added to the loss with a weight of 0.01.

    >>> str(AE(loss="l1:0.3 + ssim"))
    'ae:loss=l1:0.3+ssim'
    """

    name = "ae"
    loss: str = option("mse", "distance of image and reconstruction: mse, l1, bce, ssim, perceptual, or mse:0.7+l1:0.3")
    conditional: bool = option(False, "make the label part of the code")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "loss", str(choose_loss(self.loss)))

    @property
    def needs_labels(self) -> bool:
        return self.conditional

    def terms(self, model: ConvAutoencoder, batch: Batch, rivals: Rivals = ALONE) -> dict[str, Tensor]:
        mean, _, classes = model.statistics(batch.seen)
        reconstruction = choose_loss(self.loss)(model.logits(model.code(mean, batch.labels)), batch.clean).mean()
        if classes is None or batch.labels is None:
            return {"loss": reconstruction}
        classification = F.cross_entropy(classes, batch.labels)
        loss = reconstruction + CLASS_WEIGHT * classification
        return {"loss": loss, "reconstruction": reconstruction, "classification": classification}
