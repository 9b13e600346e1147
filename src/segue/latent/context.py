"""What paths of a model may use: the model itself, and the codes of images, which are cached on disk."""

from __future__ import annotations

import torch

from segue.core.cache import CODES, Entry, cached
from segue.core.progress import Report, silent
from segue.data.datasets import ImageSet
from segue.latent.paths import PathContext
from segue.latent.space import LatentSpace
from segue.models.autoencoder import Autoencoder, has_weights, model_digest


def make_context(model: Autoencoder, images: ImageSet | None, frames: int = 16, report: Report = silent) -> PathContext:
    """Encode images for the paths of a model; those of a trained network are kept in the cache.

    Args:
        model: The autoencoder.
        images: The images whose codes paths may use; None for paths that need the model alone.
        frames: How many even positions a path will be shown at.
        report: Called with progress.

    Returns:
        The context, with an empty space where there are no images.

    Raises:
        InputError: For images of another shape than the model's.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> len(make_context(ConvAutoencoder((1, 8, 8), latent=2, width=8), None).space)
    0
    """
    if images is None:
        return PathContext(model, LatentSpace(torch.zeros(0, *model.latent_shape), ()), frames, report)
    return PathContext(model, _encode(model, images, report), frames, report)


def _encode(model: Autoencoder, images: ImageSet, report: Report) -> LatentSpace:
    if not has_weights(model):
        return LatentSpace.of(model, images, report)
    key = {"images": images.digest(), "model": model_digest(model)}
    entry = cached(CODES, key, lambda: Entry({"codes": LatentSpace.of(model, images, report).codes}), report)
    return LatentSpace(entry.tensors["codes"], images.ids, images.labels, images.label_names)
