"""Re-encoding: how far a model moves a code when it decodes it and encodes the image again."""

from __future__ import annotations

import torch
from torch import Tensor

from segue.latent.space import limit_batch
from segue.models.autoencoder import Autoencoder, device_of


def re_encoding_offsets(model: Autoencoder, codes: Tensor, images: Tensor | None = None) -> Tensor:
    """Compute how a model moves codes: `E(D(z)) - z`, through which gradients flow.

    A trained autoencoder moves what lies off the data towards it (Alain and Bengio 2014, arXiv 1211.4246).

    Args:
        model: the autoencoder: encoder E, decoder D.
        codes: `[n, *latent_shape]`, on the device of the model.
        images: what the codes decode to, `[n, c, h, w]`, where that is known; None to decode them.

    Returns:
        `[n, d]`.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> re_encoding_offsets(ConvAutoencoder((1, 8, 8), latent=2, width=8), torch.zeros(3, 2)).shape
    torch.Size([3, 2])
    """
    again = model.encode(model.decode(codes) if images is None else images)
    return (again - codes).flatten(1)


@torch.no_grad()
def re_encoding_distances(model: Autoencoder, codes: Tensor, batch: int = 64) -> Tensor:
    """Compute the re-encoding distance `|E(D(z)) - z|` of codes, a batch at a time.

    What AEAI trains to be small (Oring et al. 2020, arXiv 2008.01487): a code that is decoded into an image with
    another code lies where the model has seen nothing.

    Args:
        model: the autoencoder.
        codes: `[m, *latent_shape]`, m from 1 up, on any device.
        batch: how many are decoded at a time, at most.

    Returns:
        Euclidean distances, float64 `[m]`, on the CPU.

    >>> class Halves:
    ...     image_shape = 1, 1, 2
    ...     def encode(self, x): return x.flatten(1) / 2
    ...     def decode(self, z): return z[:, None, None]
    >>> re_encoding_distances(Halves(), torch.tensor([[0.0, 0.0], [6.0, 8.0]])).tolist()
    [0.0, 5.0]
    """
    device = device_of(model)
    parts = codes.split(limit_batch(batch, model))  # type: ignore[no-untyped-call]
    return torch.cat([re_encoding_offsets(model, part.to(device)).cpu().double().norm(dim=1) for part in parts])
