"""The pictures of training: how reconstructions, decoded points and the latent map come to be, stage by stage."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segue.core.images import Pixels, atomic_write, read_image, to_uint8, write_image
from segue.core.progress import Event, Report, silent
from segue.core.types import Points
from segue.data.datasets import DataSet, ImageSet
from segue.latent.space import encode, normal_grid
from segue.models.autoencoder import TrainableAutoencoder, device_of
from segue.render.animation import write_animation
from segue.render.scatter import draw_scatter
from segue.render.strip import Row, sheet, strip
from segue.training.methods import Method

KINDS = ("reconstructions", "grid", "map")
_SHOWN, _SIDE, MAPPED = 10, 8, 2000
_COLUMNS, TALL_PX = 5, 480  # of the reconstructions: images in a line, and what all the lines are high, or more
_SECONDS, HOLD_SECONDS = 6.0, 1.5
_MOST = 120  # frames of a film: of more stages, so many are taken evenly, the first and the last among them
_FILMS = (".gif", ".mp4")


class TrainingPictures:
    """Pictures of a model at each stage of its training, in a folder, and films of them.

    - `reconstructions`: some images above what the model makes of them.
    - `grid`: what it decodes from the same codes at each stage: a grid over N(0, I) where a code has two numbers, else
      draws from N(0, I); scaled and shifted to the codes of the stage where the method has no prior.
    - `map`: the codes of up to 2,000 held-out images, coloured by label: as they are where a code has two numbers, else
      on their two principal axes, rotated so that they lie as near as possible to those of the stage before.

    The pictures of an earlier run are removed first, unless that run is resumed; nothing else in the folder is.

    Args:
        folder: where they go.
        data: the image set.
        method: the training method.
        show: the images to reconstruct, `train:17+label:5`; None: ten, of as many labels as there are.
        seed: of the draws.
        resume: whether the run goes on.

    Raises:
        InputError: images to show are not there.
    """

    def __init__(
        self,
        folder: Path,
        data: DataSet,
        method: Method,
        *,
        show: str | None = None,
        seed: int = 0,
        resume: bool = False,
    ) -> None:
        self.folder, self.method, self.seed = folder, method, seed
        held_out = data.test or data.train
        self.shown = _pick(data, show) if show else held_out.images[_choose_of_labels(held_out)]
        # Drawn, as many a set is in the order of its labels.
        drawn = np.random.default_rng(seed).permutation(len(held_out))[:MAPPED]
        self.mapped = held_out.subset(np.sort(drawn))
        if not resume:
            self._remove_after(-1)
            with suppress(OSError):  # not there, or with things of others in it
                for film in self._films():
                    film.unlink(missing_ok=True)
                folder.rmdir()

    @torch.no_grad()
    def stage(self, model: TrainableAutoencoder, step: int, epoch: float) -> None:
        """Write the pictures of one stage. The model is left as it is, in the mode that it is in.

        Args:
            model: the model at this stage.
            step: how many steps it has been trained.
            epoch: how many epochs that is.
        """
        training = model.training
        model.eval()
        self._remove_after(step)
        title = f"step {step:,}, epoch {epoch:.3g}"
        codes = encode(model, self.mapped.images)
        pictures = {
            "reconstructions": self._reconstructions(model, title),
            "grid": sheet(_decode(model, self._points(model, codes)), _SIDE, title=title),
            "map": draw_scatter(self._project(codes, step), self.mapped.labels, self.mapped.label_names, title),
        }
        for kind, picture in pictures.items():
            write_image(self.folder / f"{kind}-{step:07}.png", picture)
        model.train(training)

    def assemble(self, report: Report = silent) -> list[Path]:
        """Make films and GIFs of what was written: six seconds, the first and the last picture held.

        Args:
            report: receives the progress.

        Returns:
            Their files.
        """
        made: list[Path] = []
        for kind in KINDS:
            files = self._files(kind, ".png")
            if not files:
                continue
            report(Event("pictures", note=f"a film of the {kind}"))
            evenly = np.linspace(0, len(files) - 1, min(_MOST, len(files))).round().astype(int)
            frames = [read_image(files[i], 3) for i in evenly]
            same = np.stack([frame for frame in frames if frame.shape == frames[-1].shape])
            for film in self._films(kind):
                write_animation(film, same, max(1.0, len(same) / _SECONDS), HOLD_SECONDS)
                made.append(film)
        for points in self._files("map", ".npy"):
            points.unlink()
        return made

    def _files(self, kind: str, suffix: str) -> list[Path]:
        """What stages left, in their order."""
        return sorted(self.folder.glob(f"{kind}-{'[0-9]' * 7}{suffix}"))

    def _films(self, *kinds: str) -> list[Path]:
        return [self.folder / f"{kind}{suffix}" for kind in kinds or KINDS for suffix in _FILMS]

    def _remove_after(self, step: int) -> None:
        for kind in KINDS:
            for file in self._files(kind, ".png") + self._files(kind, ".npy"):
                if _read_step(file) > step:
                    file.unlink()

    def _reconstructions(self, model: TrainableAutoencoder, title: str) -> Pixels:
        decoded = _decode(model, encode(model, self.shown))
        rows = [
            Row(name, images[start : start + _COLUMNS])
            for start in range(0, len(decoded), _COLUMNS)
            for name, images in (("image", self.shown), ("reconstruction", decoded))
        ]
        height, width = decoded.shape[1:3]
        row_px = TALL_PX / len(rows)
        scale = math.ceil(row_px / min(height, width)) if max(height, width) <= row_px else None
        return strip(rows, title=title, scale=scale)

    def _points(self, model: TrainableAutoencoder, codes: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(self.seed)
        points = normal_grid(_SIDE) if model.latent_shape == (2,) else model.draw(_SIDE * _SIDE, generator)
        if self.method.prior:
            return points
        own = codes[:, : model.latent].transpose(0, 1).flatten(1)
        shape = (1, -1, *[1] * (codes.dim() - 2))
        points[:, : model.latent] *= own.std(1, correction=0).view(shape)
        points[:, : model.latent] += own.mean(1).view(shape)
        return points

    def _project(self, codes: Tensor, step: int) -> Points:
        """Codes as points of a plane. A file holds them until the end, for a resumed run to align the next with."""
        flat = codes.flatten(1).double().numpy()
        if flat.shape[1] == 2:
            return flat
        points = _project_principal(flat - flat.mean(0))
        before = [file for file in self._files("map", ".npy") if _read_step(file) < step]
        if before:
            points = points @ _align(points, np.load(before[-1], allow_pickle=False))
        with atomic_write(self.folder / f"map-{step:07}.npy") as beside:
            np.save(beside, points)
        return points


def _read_step(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])


def _project_principal(centred: Points) -> Points:
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


def _align(points: Points, before: Points) -> Points:
    """The rotation, perhaps with a flip, that brings points nearest to those before (Schonemann 1966)."""
    u, _, v = np.linalg.svd(points.T @ before)
    turn: Points = u @ v
    return turn


def _pick(data: DataSet, show: str) -> Pixels:
    return np.stack([data.pick(text.strip()).image for text in show.split("+")])


def _choose_of_labels(images: ImageSet) -> npt.NDArray[np.int64]:
    """The indices of ten images: the first of each label, then the second, and so on; or the first ten."""
    if images.labels is None:
        return np.arange(min(_SHOWN, len(images)))
    turn = np.zeros(len(images), np.int64)
    for label in np.unique(images.labels):
        of_label = np.flatnonzero(images.labels == label)
        turn[of_label] = np.arange(len(of_label))
    return np.lexsort([np.arange(len(images)), images.labels, turn])[:_SHOWN]


def _decode(model: TrainableAutoencoder, codes: Tensor) -> Pixels:
    return to_uint8(model.decode(codes.to(device_of(model))).cpu())
