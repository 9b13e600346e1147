"""The latent space: the codes of an image set under one model."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.core.notebook import points_html
from segue.core.progress import Event, Report, silent
from segue.data.datasets import ImageSet
from segue.models.autoencoder import Autoencoder, device_of

MOST_PX = 2**20  # in a batch: a quarter of a GB for a layer of 64 channels
ACTIVE = 0.01  # variance over the images above which a dimension is in use

SHOWN_CODES = 2_000
"""How many codes a notebook shows at most."""


@torch.no_grad()
def encode(model: Autoencoder, images: Pixels, batch: int = 256, report: Report = silent) -> Tensor:
    """uint8 images `[n, h, w, c]` of the model's size as codes `[n, *latent_shape]` on the CPU, a batch at a time.

    Raises `InputError` for no images and for images of another shape.

    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> encode(ConvAutoencoder((1, 8, 8), latent=3, width=8), np.zeros((5, 8, 8, 1), np.uint8)).shape
    torch.Size([5, 3])
    """
    channels, height, width = model.image_shape
    if len(images) == 0 or images.shape[1:] != (height, width, channels):
        allowed = f"[1 or more, {height}, {width}, {channels}]"
        raise InputError(f"images {list(images.shape)}", allowed, "fit them to the model's size")
    device, batch = device_of(model), limit_batch(batch, model)
    codes: list[Tensor] = []
    for start in range(0, len(images), batch):
        codes.append(model.encode(to_float(images[start : start + batch]).to(device)).cpu())
        report(Event("encode", min(start + batch, len(images)), len(images)))
    return torch.cat(codes)


def limit_batch(batch: int, model: Autoencoder) -> int:
    """At most `batch`, and so few that what a model makes of large images stays in memory."""
    _, height, width = model.image_shape
    return max(1, min(batch, MOST_PX // (height * width)))


@dataclass(frozen=True, eq=False)
class LatentSpace:
    """Codes `[n, *latent_shape]` on the CPU, each with the id and, where known, the label of its image.

    `labels` is int64 `[n]`, each a place in `label_names`.

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
        """The codes of an image set. Raises `InputError` as `encode` does."""
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
        """The codes with this label `[m, *latent_shape]`; m = 0 where no image has it, or none has any."""
        if self.labels is None:
            return self.codes[:0]
        return self.codes[torch.from_numpy(self.labels == label)]

    def class_means(self) -> dict[int, Tensor]:
        """The mean code of each label that some image has; empty without labels."""
        present = [] if self.labels is None else np.unique(self.labels).tolist()
        return {label: self.of_label(label).mean(0) for label in present}

    def class_distances(self) -> dict[tuple[int, int], float]:
        """How far each two labels are from each other, the nearest first: 2 d / (r + s).

        d is the distance between their means, r and s are the mean distances of their codes from these; 1 means that
        the classes are as near to each other as codes are to the mean of their class. Infinite where both classes are
        single points.
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
        """The places `[k]` of the codes nearest to `code` `[*latent_shape]`, nearest first; all, if there are fewer.

        The distance is Euclidean. Raises `InputError` for k below 1.
        """
        if k < 1:
            raise InputError(f"{k} nearest codes", "1 or more", "ask for at least one")
        away = (self.codes.double() - code.cpu().double()).flatten(1).square().sum(1)
        return away.argsort(stable=True)[:k]

    def active_units(self) -> int:
        """How many dimensions vary over the images, by more than 0.01 in variance (Burda et al. 2016).

        The count is meant for codes that are the means of a posterior with the prior N(0, I); the codes of a
        plain autoencoder have any scale.
        """
        return int((self.codes.double().var(0, correction=0) > ACTIVE).sum())


def plane(across: Tensor, up: Tensor) -> Tensor:
    """Two-dimensional codes `[rows * columns, 2]` of a grid, line by line as a picture is read: the last of `up` first.

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
    """Where the central share of codes `[n, d]` lies in each dimension, `[2, d]`: lower and upper quantiles."""
    ends = [(1 - share) / 2, (1 + share) / 2]
    return torch.from_numpy(np.quantile(codes.double().numpy(), ends, axis=0))
