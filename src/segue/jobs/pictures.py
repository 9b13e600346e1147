"""The pictures of training: how reconstructions, decoded points and the latent map come to be, stage by stage."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.datasets import DataSet, ImageSet
from segue.images import Pixels, read_image, to_uint8, write_image
from segue.latent import encode, normal_grid
from segue.methods import Method
from segue.model import ConvAutoencoder, device_of
from segue.render.animation import write_animation
from segue.render.scatter import scatter
from segue.render.strip import Row, sheet, strip

KINDS = ("reconstructions", "grid", "map")
SHOWN, SIDE, MAPPED = 10, 8, 2000
SECONDS, HOLD_SECONDS = 6.0, 1.0
BEFORE = "map.npy"  # the points of the stage before, which the next is turned to

Points = npt.NDArray[np.float64]


class TrainingPictures:
    """Pictures of a model at each stage of its training, in a folder, and films of them.

    `reconstructions` has the images that `show` picks (as `train:17+label:5`; else ten, of as many labels as there are)
    above what the model makes of them. `grid` has what it decodes from points that stay the same: of two numbers a grid
    over N(0, I), else draws of it; scaled and shifted to the codes of the moment where the method has no prior. `map`
    has the codes of up to 2,000 images held out, coloured by label: as they are if they have two numbers, else on their
    two principal axes, turned such that a stage lies as near as can be to the one before.

    A run that is resumed goes on with what is there; else the folder is emptied first. Raises `InputError` for images
    that are not there.
    """

    def __init__(
        self, folder: Path, data: DataSet, method: Method, *, show: str | None = None, seed: int = 0,
        resume: bool = False,
    ) -> None:  # fmt: skip
        self.folder, self.method, self.seed = folder, method, seed
        held_out = data.test or data.train
        self.shown = _picked(data, show) if show else held_out.images[_of_each_label(held_out)]
        self.mapped = held_out.subset(np.arange(min(MAPPED, len(held_out))))
        if not resume:
            shutil.rmtree(folder, ignore_errors=True)

    @torch.no_grad()
    def stage(self, model: ConvAutoencoder, step: int, epoch: float) -> None:
        """Write the pictures of one stage. The model is left as it is, in the mode that it is in."""
        training = model.training
        model.eval()
        for later in self._frames("*"):
            if int(later.stem.rpartition("-")[2]) > step:
                later.unlink()
        title = f"step {step:,}, epoch {epoch:.3g}"
        codes = encode(model, self.mapped.images)
        pictures = {
            "reconstructions": self._reconstructions(model, title),
            "grid": sheet(_decoded(model, self._points(model, codes)), SIDE, title=title),
            "map": scatter(self._places(codes), self.mapped.labels, self.mapped.label_names, title),
        }
        for kind, picture in pictures.items():
            write_image(self.folder / f"{kind}-{step:07}.png", picture)
        model.train(training)

    def assemble(self) -> list[Path]:
        """Films and GIFs of what was written, six seconds and the last picture held; their files."""
        made: list[Path] = []
        for kind in KINDS:
            files = self._frames(kind)
            if not files:
                continue
            frames = [read_image(file) for file in files]
            height, width = frames[-1].shape[:2]
            same = np.stack([frame for frame in frames if frame.shape[:2] == (height, width)])
            for suffix in (".gif", ".mp4"):
                path = self.folder / f"{kind}{suffix}"
                write_animation(path, same, max(1.0, len(same) / SECONDS), HOLD_SECONDS)
                made.append(path)
        (self.folder / BEFORE).unlink(missing_ok=True)
        return made

    def _frames(self, kind: str) -> list[Path]:
        return sorted(self.folder.glob(f"{kind}-[0-9]*.png"))

    def _reconstructions(self, model: ConvAutoencoder, title: str) -> Pixels:
        decoded = _decoded(model, encode(model, self.shown))
        return strip([Row("image", self.shown), Row("reconstruction", decoded)], title=title)

    def _points(self, model: ConvAutoencoder, codes: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(self.seed)
        points = normal_grid(SIDE) if model.latent_shape == (2,) else model.draw(SIDE * SIDE, generator)
        if self.method.prior:
            return points
        own = codes[:, : model.latent].transpose(0, 1).flatten(1)
        shape = (1, -1, *[1] * (codes.dim() - 2))
        points[:, : model.latent] *= own.std(1, correction=0).view(shape)
        points[:, : model.latent] += own.mean(1).view(shape)
        return points

    def _places(self, codes: Tensor) -> Points:
        """Codes as points of a plane."""
        flat = codes.flatten(1).double().numpy()
        if flat.shape[1] == 2:
            return flat
        points = _principal(flat - flat.mean(0))
        before = self.folder / BEFORE
        if before.exists():
            points = points @ _turn(points, np.load(before, allow_pickle=False))
        self.folder.mkdir(parents=True, exist_ok=True)
        np.save(before, points)
        return points


def _principal(centred: Points) -> Points:
    """Points `[n, d]` on their two principal axes, `[n, 2]`; a single number beside a steady scatter."""
    n, d = centred.shape
    if d == 1:
        return np.column_stack([centred[:, 0], 0.2 * centred.std() * np.random.default_rng(0).normal(size=n)])
    if d <= n:
        axes: Points = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
        return centred @ axes
    squares, vectors = np.linalg.eigh(centred @ centred.T)
    points: Points = vectors[:, :-3:-1] * np.sqrt(squares[:-3:-1].clip(0))
    return points


def _turn(points: Points, before: Points) -> Points:
    """The rotation, perhaps with a flip, that brings points nearest to those before (Schonemann 1966)."""
    u, _, v = np.linalg.svd(points.T @ before)
    turn: Points = u @ v
    return turn


def _picked(data: DataSet, show: str) -> Pixels:
    return np.stack([data.pick(text.strip()).image for text in show.split("+")])


def _of_each_label(images: ImageSet) -> npt.NDArray[np.int64]:
    """The places of ten images: the first of each label, then the second, and so on; or the first ten."""
    if images.labels is None:
        return np.arange(min(SHOWN, len(images)))
    turn = np.zeros(len(images), np.int64)
    for label in np.unique(images.labels):
        of_label = np.flatnonzero(images.labels == label)
        turn[of_label] = np.arange(len(of_label))
    return np.lexsort([np.arange(len(images)), images.labels, turn])[:SHOWN]


def _decoded(model: ConvAutoencoder, codes: Tensor) -> Pixels:
    return to_uint8(model.decode(codes.to(device_of(model))).cpu())
