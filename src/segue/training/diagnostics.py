"""What goes wrong in training, named in plain words.

The images are looked at before, the model as it learns and at the end. A loss that is no longer finite, and an output
that has saturated, are mended by going back to the last good state at a lower rate (`segue.training.run`); the rest is
told.
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
"""Mean slope of the sigmoid below which next to no gradient comes through; a pixel of 1 or 254 has 4e-3."""

DEAD = 1e-6
"""Variance over images below which decoded pictures, or code entries, are all the same."""

MEAN_SHARE = 0.02
"""Share of the images' variance below which reconstructions are the mean image, with noise."""

IN_USE = 0.01
"""Variance over the images above which a code entry of a posterior is in use (Burda et al. 2016, arXiv 1509.00519)."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, by its name, and in words."""

    name: str
    words: str


def odd_range(images: Pixels) -> str | None:
    """What is odd about the values of uint8 images `[n, h, w, c]`, in words; None for nothing.

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
    """What is wrong with a model, seen on a few images `[n, c, h, w]` in [0, 1]; nothing for a healthy one.

    `saturated`: every picture comes out the same, black or white, where the sigmoid is flat and no gradient gets
    through. `mean image`: reconstructions vary less than a fiftieth of what the images do. `collapsed`: no entry of the
    code varies with the image. `idle`: some entries of a posterior do not; no fault in itself. Images that are all the
    same, or one alone, tell nothing.
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
        found.append(Finding("mean image", "every reconstruction is nearly the mean image: the code is not heeded"))
    active = int((spread > (DEAD if log_variance is None else IN_USE)).sum())
    if not active and classes is None:
        found.append(Finding("collapsed", f"the latent space has collapsed: of {len(spread)} code entries none varies"))
    elif log_variance is not None and active < len(spread):
        found.append(Finding("idle", f"{active} of {len(spread)} code entries are in use, the others tell nothing"))
    return tuple(found)


ADVICE = {
    "saturated": "train anew at a lower --lr, or with another loss (mse or bce)",
    "mean image": "train longer, at another --lr, or with a longer code (--latent)",
    "collapsed": "train longer or at a lower --lr; a vae: lower beta, warmup=0.3 or free_bits=0.1",
}


def format_findings(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Findings as notes, each with what to do about it."""
    return tuple(f"{f.words}; {ADVICE[f.name]}" if f.name in ADVICE else f.words for f in findings)


def find_culprits(model: TrainableAutoencoder, method: Method, batch: Batch, critics: Critics) -> list[int]:
    """The places in a batch of the images whose own loss, or whose loss's gradient, is not finite."""
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
