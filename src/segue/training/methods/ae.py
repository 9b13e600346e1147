"""The plain autoencoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import torch.nn.functional as F
from torch import Tensor

from segue.core.choices import option
from segue.core.progress import Report, silent
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.losses import Loss, choose_loss
from segue.training.methods.method import ALONE, Batch, Critics, Method

CLASS_WEIGHT = 0.01


@dataclass(frozen=True)
class AE(Method):
    """Autoencoder: `loss = d(x, g(f(x)))` (Hinton and Salakhutdinov 2006, doi 10.1126/science.1127647).

    - `loss` spells the distance d: `mse`, `l1`, `bce`, `ssim`, `perceptual`, `vgg16`, or a weighted sum of these, see
      `Loss`; `weights` is where those of its network are, kept as an absolute path, see `Network.find`.
    - `conditional`: the class is part of the code, and the decoder sees it, as in `VAE`. The cross-entropy of the
      encoder's guess, the term `classification` in nats, is added to the loss with a weight of 0.01.

    >>> str(AE(loss="l1:0.3 + vgg16/relu2_2"))
    'ae:loss=l1:0.3+vgg16/relu2_2'
    """

    name = "ae"
    loss: str = option(
        "mse",
        "distance of image and reconstruction: mse, l1, bce, ssim, perceptual, vgg16, or mse:0.7+vgg16/relu2_2:0.3",
    )
    weights: str | None = option(None, "file of the weights of the loss's network, or a folder to look in first")
    conditional: bool = option(False, "make the label part of the code")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weights is not None:
            object.__setattr__(self, "weights", str(Path(self.weights).expanduser().absolute()))
        object.__setattr__(self, "loss", str(self._distance))

    @property
    def needs_labels(self) -> bool:
        """Whether the class is part of the code: where `conditional` is set."""
        return self.conditional

    @property
    def _distance(self) -> Loss:
        return choose_loss(self.loss, None if self.weights is None else Path(self.weights))

    def prepare(self, weights: Path | None = None, data_dir: Path | None = None, report: Report = silent) -> Self:
        """Find and read the weights of the networks in the loss.

        Args:
            weights: the file of the weights, or a folder in which to look first.
            data_dir: a folder in which to look where neither `weights` nor the option of that name is given.
            report: receives the progress of a download.

        Returns:
            This method, with `weights` set where they were found in a place that was named.

        Raises:
            InputError: the weights are not found, or `weights` is given for a loss that needs none.
        """
        files = [perceptual.network.file.name for perceptual in self._distance.networks]
        if data_dir and not (weights or self.weights) and any((data_dir / name).is_file() for name in files):
            weights = data_dir
        ready = self if weights is None else replace(self, weights=str(weights))
        ready._distance.prepare(report)
        return ready

    def terms(self, model: TrainableAutoencoder, batch: Batch, critics: Critics = ALONE) -> dict[str, Tensor]:
        """Compute the distance of images and reconstructions.

        Args:
            model: the model that is trained.
            batch: the images of the step.
            critics: not used: this method has none.

        Returns:
            `loss`; for a conditional model also `reconstruction` and `classification`, scalars as the class defines
            them.
        """
        mean, _, classes = model.statistics(batch.seen)
        reconstruction = self._distance(model.logits(model.code(mean, batch.labels)), batch.clean).mean()
        if classes is None or batch.labels is None:
            return {"loss": reconstruction}
        classification = F.cross_entropy(classes, batch.labels)
        loss = reconstruction + CLASS_WEIGHT * classification
        return {"loss": loss, "reconstruction": reconstruction, "classification": classification}
