"""Diagnostics: what goes wrong in training, in plain words.

The images are examined before training, the model during it and at the end. Where the loss is no longer finite, or the
output has saturated, the run goes back to its last good state and on at a lower learning rate (`segue.training.run`);
everything else becomes a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from segue.core.images import Pixels
from segue.models.autoencoder import TrainableAutoencoder
from segue.training.methods import Batch, Critics, Method

_FLAT = 1e-4
"""Mean slope of the sigmoid below which hardly any gradient gets through; a pixel of 1 or 254 has 4e-3."""

DEAD = 1e-6
"""Variance over the images below which decoded pictures, or code entries, count as all the same."""

MEAN_SHARE = 0.02
"""Share of the images' variance below which reconstructions count as the mean image, with noise."""

IN_USE = 0.01
"""Variance over the images above which a code entry of a posterior is in use (Burda et al. 2016, arXiv 1509.00519)."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a model.

    Args:
        name: `saturated`, `mean image`, `collapsed` or `idle`, see `diagnose`.
        words: what is wrong, as the part of a sentence.
    """

    name: str
    words: str


def odd_range(images: Pixels) -> str | None:
    """Say what is odd about the values of images, which often means that they were converted wrongly.

    Args:
        images: uint8 `[n, h, w, c]`, n at least 1.

    Returns:
        What is odd: all values are the same, all images are the same, values are at most 1, or they span fewer than 32
        grey levels. None where nothing is odd.

    >>> import numpy as np
    >>> odd_range(np.array([0, 1], np.uint8).reshape(2, 1, 1, 1))
    'the images only hold values from 0 to 1 of 255: if 1 is to be white, multiply them by 255'
    >>> odd_range(np.arange(64, dtype=np.uint8).reshape(1, 8, 8, 1).repeat(3, 0))
    'the 3 images are all the same'
    """
    low, high = int(images.min()), int(images.max())
    if low == high:
        return f"the images are blank: every value is {low}"
    if len(images) > 1 and bool((images == images[:1]).all()):
        return f"the {len(images)} images are all the same"
    if high <= 1:
        return "the images only hold values from 0 to 1 of 255: if 1 is to be white, multiply them by 255"
    if high - low < 32:
        return f"the images only hold values from {low} to {high} of 255: stretch them, or little will be learned"
    return None


@torch.no_grad()
def diagnose(model: TrainableAutoencoder, images: Tensor) -> tuple[Finding, ...]:
    """Find what is wrong with a model, from a few images.

    - `saturated`: every image decodes to the same picture, black or white, where the sigmoid is flat and no gradient
      gets through.
    - `mean image`: the variance of the reconstructions over the images is less than a fiftieth of that of the images.
    - `collapsed`: no entry of the code varies with the image.
    - `idle`: some entries of a Gaussian posterior do not vary: the variance of their mean is at most 0.01 (Burda et al.
      2016, arXiv 1509.00519). This is no fault in itself.

    Args:
        model: the model, which is left in the mode that it was in.
        images: `[n, c, h, w]`, 0 to 1.

    Returns:
        What was found; empty for a healthy model, for a single image, and for images that are all the same.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> model = ConvAutoencoder((1, 8, 8), latent=2, width=2)
    >>> for parameter in model.encoder[-1].parameters():
    ...     _ = torch.nn.init.zeros_(parameter)
    >>> [finding.name for finding in diagnose(model, torch.rand(4, 1, 8, 8))]
    ['mean image', 'collapsed']
    """
    differ = images.var(0, correction=0).mean()
    if differ < DEAD:
        return ()
    training = model.training
    model.eval()
    mean, log_variance, classes = model.statistics(images)
    shown = model.decode(model.encode(images))
    model.train(training)
    spread = mean.transpose(0, 1).flatten(1).var(1, correction=0)
    found: list[Finding] = []
    if (shown * (1 - shown)).mean() < _FLAT and shown.var(0, correction=0).mean() < DEAD:
        found.append(Finding("saturated", "every picture comes out the same, with pixels of pure black or white"))
    elif shown.var(0, correction=0).mean() < MEAN_SHARE * differ:
        found.append(Finding("mean image", "every reconstruction is nearly the mean image: the code has no effect"))
    active = int((spread > (DEAD if log_variance is None else IN_USE)).sum())
    if not active and classes is None:
        found.append(Finding("collapsed", f"the latent space has collapsed: of {len(spread)} code entries none varies"))
    elif log_variance is not None and active < len(spread):
        found.append(Finding("idle", f"{active} of {len(spread)} code entries are in use, the others carry nothing"))
    return tuple(found)


ADVICE = {
    "saturated": "train again at a lower learning rate (lr), or with another loss (mse or bce)",
    "mean image": "train longer, at another learning rate (lr), or with a longer code (latent)",
    "collapsed": "train longer, or at a lower learning rate (lr); a vae: lower beta, warmup=0.3 or free_bits=0.1",
}


def format_findings(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Format findings as notes, each with advice where there is any.

    Args:
        findings: as of `diagnose`.

    Returns:
        A line for each.
    """
    return tuple(f"{f.words}; {ADVICE[f.name]}" if f.name in ADVICE else f.words for f in findings)


def find_culprits(model: TrainableAutoencoder, method: Method, batch: Batch, critics: Critics) -> list[int]:
    """Find the images that make a loss not finite, by the loss of each image alone.

    Args:
        model: the model.
        method: the training rule.
        batch: the batch whose loss, or whose gradient, was not finite.
        critics: the networks of the method beside the model.

    Returns:
        The indices in the batch of the images whose own loss or gradient is not finite; empty where it comes from the
        batch as a whole.
    """
    found: list[int] = []
    weights = list(model.parameters())
    for i in range(len(batch.clean)):
        one = slice(i, i + 1)
        labels = None if batch.labels is None else batch.labels[one]
        alone = Batch(batch.seen[one], batch.clean[one], batch.generator, labels, batch.progress)
        loss = method.terms(model, alone, critics)["loss"]
        gradients = torch.autograd.grad(loss, weights, allow_unused=True)
        if not all(x.isfinite().all() for x in (loss, *gradients) if x is not None):
            found.append(i)
    return found
