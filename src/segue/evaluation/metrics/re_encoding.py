"""Whether the model encodes what it decodes as the same code again."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from segue.evaluation.metrics.case import Case
from segue.evaluation.metrics.metric import Metric
from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of


@torch.no_grad()
def re_encoding(model: Autoencoder, codes: Tensor) -> Tensor:
    """Compute the re-encoding distance |E(D(z)) - z| of codes.

    What AEAI trains to be small (Oring et al. 2020, arXiv 2008.01487): a code that is decoded into an image with
    another code lies where the model has seen nothing.

    Args:
        model: The autoencoder.
        codes: `[m, *latent_shape]`, on any device.

    Returns:
        Euclidean distances, `[m]`, on the CPU.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> re_encoding(ConvAutoencoder((1, 8, 8), latent=2, width=8), torch.zeros(3, 2)).shape
    torch.Size([3])
    """
    device, away = device_of(model), []
    for part in codes.split(limit_batch(64, model)):  # type: ignore[no-untyped-call]
        again = model.encode(model.decode(part.to(device))).cpu()
        away.append((again - part.cpu()).double().flatten(1).norm(dim=1))
    return torch.cat(away)


@dataclass(frozen=True)
class ReEncoding(Metric):
    """The mean of |E(D(z)) - z| over the path's codes, over the codes' spread (`Reference.spread`); 0 is best.

    1 is as far as a code is from the mean of codes, so that models of any scale can be compared. NaN without codes, as
    for controls in pixels, without a model, and where all real images have the same code.
    """

    name = "re-encoding"
    better = "low"
    unit = ""

    def measure(self, case: Case) -> float:
        model, spread = case.reference.model, case.reference.spread()
        if case.codes is None or model is None or spread == 0:
            return float("nan")
        return float(re_encoding(model, case.codes).mean()) / spread
