"""The latent space: the codes of an image set under one model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels, check_images, to_float
from segue.core.neighbours import nearest_to
from segue.core.notebook import points_html
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats
from segue.data.datasets import ImageSet
from segue.models.autoencoder import Autoencoder, device_of
from segue.models.foreign import Coder

MOST_PX = 2**20  # in a batch: a quarter of a GB for a layer of 64 channels
ACTIVE = 0.01  # variance over the images above which a dimension is in use

_LARGEST = 1e100
"""Codes up to here have squared distances that are finite."""

SHOWN_CODES = 2_000
"""How many codes a notebook shows at most."""


@torch.no_grad()
def encode(model: Autoencoder | Coder, images: Pixels, batch: int = 256, report: Report = silent) -> Tensor:
    """Encode images, a batch at a time.

    Args:
        model: anything with `encode`.
        images: uint8 `[n, h, w, c]`, n from 1 up, of the model's size.
        batch: how many at a time; of large images fewer, so that they fit into memory.
        report: called with progress.

    Returns:
        Codes `[n, *latent_shape]`, on the CPU.

    Raises:
        InputError: for no images, for images that are no uint8 arrays, and for images of another size than the model's.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> encode(ConvAutoencoder((1, 8, 8), latent=3, width=8), np.zeros((5, 8, 8, 1), np.uint8)).shape
    torch.Size([5, 3])
    """
    check_images(images)
    channels, height, width = getattr(model, "image_shape", (images.shape[-1], *images.shape[1:3]))
    if images.ndim != 4 or len(images) == 0 or images.shape[1:] != (height, width, channels):
        allowed = f"[1 or more, {height}, {width}, {channels}]"
        raise InputError(f"images {list(images.shape)}", allowed, "fitting them to the model's size")
    device, batch = device_of(model), limit_batch(batch, model)
    codes: list[Tensor] = []
    for start in range(0, len(images), batch):
        codes.append(model.encode(to_float(images[start : start + batch]).to(device)).cpu())
        report(Event("encode", min(start + batch, len(images)), len(images)))
    return torch.cat(codes)


def check_codes(codes: Tensor, shape: Sequence[int] | None = None, what: str = "codes") -> None:
    """Check that codes are finite numbers of a shape.

    Args:
        codes: what should be codes.
        shape: the shape that they should have; None for any.
        what: what they are called in messages.

    Raises:
        InputError: for what is no floating-point tensor, has another shape, or is not finite.

    >>> check_codes(torch.zeros(3), (2,))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    segue.core.errors.InputError: got codes [3]; expected [2]; ...
    """
    if not isinstance(codes, Tensor) or not codes.is_floating_point():
        got = f"of {codes.dtype}" if isinstance(codes, Tensor) else f"as {type(codes).__name__}"
        raise InputError(f"{what} {got}", "a tensor of floats", "what a model encodes to, or `torch.from_numpy`")
    if shape is not None and codes.shape != torch.Size(shape):
        raise InputError(f"{what} {list(codes.shape)}", f"{list(shape)}", "encoding all by one model")
    if codes.numel() == 0 or not codes.isfinite().all():
        got = "without numbers" if codes.numel() == 0 else "with values that are not finite"
        raise InputError(f"{what} {got}", "finite numbers", "a look at the model's health")


def limit_batch(batch: int, model: object) -> int:
    """At most `batch`, and so few that what a model makes of large images stays in memory."""
    _, height, width = getattr(model, "image_shape", (1, 1, 1))
    return max(1, min(batch, MOST_PX // (height * width)))


def flatten_codes(codes: Tensor | npt.NDArray[Any]) -> Floats:
    """Copy codes of any shape as vectors in double precision.

    Args:
        codes: `[n, *latent_shape]`, n from 1 up.

    Returns:
        `[n, d]`.

    Raises:
        InputError: for no codes, and for values that are not finite or beyond 1e100, whose squared distances would not
            be finite.

    >>> flatten_codes(torch.zeros(5, 2, 3)).shape
    (5, 6)
    """
    array = np.array(codes.detach().cpu().numpy() if isinstance(codes, Tensor) else codes, np.float64)
    if array.ndim < 2 or array.size == 0:
        raise InputError(f"codes {list(array.shape)}", "[1 or more, *latent_shape]", "one code or more")
    array = array.reshape(len(array), -1)
    if not (np.abs(array) <= _LARGEST).all():
        raise InputError(
            "codes that are not finite or beyond 1e100", "finite codes", "another model, as this one diverged"
        )
    return array


@dataclass(frozen=True, eq=False)
class LatentSpace:
    """The codes of an image set under one model. In a notebook it shows itself as a map.

    Args:
        codes: `[n, *latent_shape]`, on the CPU.
        ids: the id of each image.
        labels: the label of each image where they are known, int64 `[n]`: indices of `label_names`.
        label_names: the names of all labels.

    >>> space = LatentSpace(torch.tensor([[0.0], [1.0], [4.0]]), ("a", "b", "c"), np.array([0, 0, 1]), ("low", "high"))
    >>> space.nearest(torch.tensor([3.0]), 2).tolist()
    [2, 1]
    >>> space.class_means()
    {0: tensor([0.5000]), 1: tensor([4.])}
    >>> space.class_distances()
    {(0, 1): 14.0}
    """

    codes: Tensor = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    labels: npt.NDArray[np.int64] | None = field(default=None, repr=False)
    label_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: Autoencoder, image_set: ImageSet, report: Report = silent) -> LatentSpace:
        """Encode an image set.

        Args:
            model: the autoencoder.
            image_set: its images, of the model's size.
            report: called with progress.

        Returns:
            The space, with the set's ids and labels.

        Raises:
            InputError: as `encode` does.
        """
        codes = encode(model, image_set.images, report=report)
        return cls(codes, image_set.ids, image_set.labels, image_set.label_names)

    def __len__(self) -> int:
        return len(self.codes)

    def _repr_html_(self) -> str:
        """In a notebook: the codes as a map, in their own plane or else in that of their two principal components."""
        chosen = np.unique(np.linspace(0, max(0, len(self) - 1), SHOWN_CODES).round().astype(int))[: len(self)]
        codes = self.codes[torch.from_numpy(chosen)].flatten(1).double().numpy()
        size = codes.shape[1] if len(codes) else 0
        title = f"{len(self):,} codes of {size} numbers"
        if not len(codes):
            return f"<p>{title}</p>"
        if size > 2:
            centred = codes - codes.mean(axis=0)
            codes = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
            title += ", in the plane of their two principal components"
        codes = np.pad(codes, ((0, 0), (0, 2 - codes.shape[1])))  # one number, or one code, spans a line
        if len(chosen) < len(self):
            title += f"; {len(chosen):,} are shown"
        return points_html(codes, None if self.labels is None else self.labels[chosen], self.label_names, title)

    def of_label(self, label: int) -> Tensor:
        """The codes of one label.

        Args:
            label: an index of `label_names`.

        Returns:
            `[m, *latent_shape]`; m = 0 where no image has the label, or none has any.
        """
        if self.labels is None:
            return self.codes[:0]
        return self.codes[torch.from_numpy(self.labels == label)]

    def class_means(self) -> dict[int, Tensor]:
        """The mean code `[*latent_shape]` of each label that some image has; empty without labels."""
        present = [] if self.labels is None else np.unique(self.labels).tolist()
        return {label: self.of_label(label).mean(0) for label in present}

    def class_distances(self) -> dict[tuple[int, int], float]:
        """How far each two labels are from each other: `2 d / (r + s)`.

        d is the distance between their means, r and s are the mean distances of their codes from these. 1 means that
        the classes are as near to each other as codes are to the mean of their class.

        Returns:
            The distance of each pair of labels, the nearest first; infinite where both classes are single points.
        """
        means = {label: mean.double() for label, mean in self.class_means().items()}
        radii = {
            label: float((self.of_label(label).double() - mean).flatten(1).norm(dim=1).mean())
            for label, mean in means.items()
        }
        apart = {}
        for a, b in combinations(means, 2):
            radius = radii[a] + radii[b]
            apart[a, b] = 2 * float((means[a] - means[b]).norm()) / radius if radius else math.inf
        return dict(sorted(apart.items(), key=lambda pair: pair[1]))

    def nearest(self, code: Tensor, k: int = 1) -> Tensor:
        """Find the codes nearest to a code, by Euclidean distance.

        Args:
            code: `[*latent_shape]`.
            k: how many, from 1 up; all, if there are fewer.

        Returns:
            The indices of the codes, nearest first, `[k]`.

        Raises:
            InputError: for k below 1, and for a code of another shape.
        """
        if k < 1:
            raise InputError(f"{k} nearest codes", "1 or more", "1")
        check_codes(code, self.codes.shape[1:], "a code")
        indices, _ = nearest_to(self.codes.flatten(1).double().numpy(), code.cpu().flatten().double().numpy(), k)
        return torch.from_numpy(indices)

    def active_units(self) -> int:
        """How many dimensions vary over the images, by more than 0.01 in variance.

        The measure of Burda et al. 2016 (arXiv 1509.00519). It is meant for codes that are the means of a posterior
        with the prior N(0, I); the codes of a plain autoencoder have any scale.
        """
        return int((self.codes.double().var(0, correction=0) > ACTIVE).sum())


def plane(across: Tensor, up: Tensor) -> Tensor:
    """The grid of two-dimensional codes that a picture shows, line by line, the last of `up` first.

    Args:
        across: first numbers of the codes, `[columns]`.
        up: second numbers, `[rows]`.

    Returns:
        Codes `[rows * columns, 2]`.

    >>> plane(torch.tensor([0.0, 1.0]), torch.tensor([5.0, 6.0])).tolist()
    [[0.0, 6.0], [1.0, 6.0], [0.0, 5.0], [1.0, 5.0]]
    """
    rows, columns = torch.meshgrid(up.flip(0), across, indexing="ij")
    return torch.stack([columns.flatten(), rows.flatten()], dim=1)


def middles(count: int) -> Tensor:
    """The middles of `count` equal parts of the range from 0 to 1.

    >>> middles(2).tolist()
    [0.25, 0.75]
    """
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


def normal_grid(side: int) -> Tensor:
    """Two-dimensional codes `[side * side, 2]` in a grid whose lines have equal shares of N(0, I) between them.

    >>> normal_grid(1).tolist()
    [[0.0, 0.0]]
    """
    lines = torch.special.ndtri(middles(side))
    return plane(lines, lines).float()


def central_range(codes: Tensor, share: float = 0.98) -> Tensor:
    """Where the central share of codes lies in each dimension.

    Args:
        codes: `[n, d]`.
        share: from 0 to 1.

    Returns:
        Lower and upper quantiles, `[2, d]`.

    >>> central_range(torch.arange(101.0)[:, None], share=0.9).round().ravel().tolist()
    [5.0, 95.0]
    """
    ends = [(1 - share) / 2, (1 + share) / 2]
    return torch.from_numpy(np.quantile(codes.double().numpy(), ends, axis=0))
