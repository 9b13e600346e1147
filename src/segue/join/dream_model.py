"""The model that a dream walks through: one for all clips of a film, trained once and kept in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import torch

from segue.core.cache import MODELS, Entry, digest, read_entry, write_entry
from segue.core.images import Pixels, to_float
from segue.core.progress import Event, Report, silent
from segue.join.clip_window import ClipWindow
from segue.join.dream import Dream, make_dream
from segue.join.seam_frames import read_training_frames
from segue.join.timeline import Cut
from segue.latent.paths import PathChoice, PathContext
from segue.latent.space import LatentSpace, encode
from segue.models.autoencoder import ConvAutoencoder
from segue.training import Training, train
from segue.training.losses import psnr
from segue.training.methods import Method


def choose_training(
    *, steps: int, minutes: float | None, precision: Literal["auto", "bf16", "fp32"], seed: int, width: int
) -> Training:
    """Choose how a model of clips is trained: small batches at a high rate, for there are few frames.

    Args:
        steps: how many at the most.
        minutes: how long at the most; None for no clock.
        precision: the number format; "auto" becomes the one that pays at this width.
        seed: of weights, order and noise.
        width: of the networks.

    Returns:
        The options of the training.

    >>> choose_training(steps=9, minutes=None, precision="fp32", seed=1, width=16).batch
    4
    """
    options = Training(steps=steps, minutes=minutes, batch=4, lr=3e-3, precision=precision, seed=seed)
    return options.pin_precision(width)


@dataclass
class DreamModel:
    """A model that is trained when the first dream asks for it, on the frames of `windows` beside all `cuts`.

    `extra` makes pictures `[n, h, w, 3]` to train on too. `method`, `options`, `latent` and `width` are those of the
    training, `path` is the way of a dream through the latent space.

    `psnr` in dB is the mean over the training frames, NaN before; `steps` is how many were made, whether now or before.
    The model is kept in the cache under its frames, method and options, unless a clock ends its training.
    """

    windows: Sequence[ClipWindow]
    cuts: Sequence[Cut]
    method: Method
    path: PathChoice
    options: Training
    latent: int
    width: int
    extra: Callable[[], Pixels] | None = None
    report: Report = silent
    psnr: float = field(default=float("nan"), init=False)
    steps: int = field(default=0, init=False)

    def dream(self, a: Pixels, b: Pixels) -> Dream:
        """Find the dream between two frames.

        Args:
            a: uint8 `[h, w, 3]`.
            b: uint8 `[h, w, 3]`, of the same size.

        Returns:
            The dream.
        """
        return make_dream(self.model, self.path, a, b, self._context)

    @cached_property
    def frames(self) -> Pixels:
        """What the model is trained on, `[n, h, w, 3]`: each end of a clip at which there is a cut, once."""
        ends = dict.fromkeys(end for cut in self.cuts for end in ((cut.a, True), (cut.b, False)))
        frames = [read_training_frames(self.windows[clip], at_end=at_end) for clip, at_end in ends]
        return np.concatenate(frames if self.extra is None else [*frames, self.extra()])

    @cached_property
    def model(self) -> ConvAutoencoder:
        """The model, in evaluation mode: the one in the cache, or a new one. With a clock it is always new."""
        clock = self.options.minutes is not None
        entry = None if clock else read_entry(MODELS, self._key, self.report)
        if entry is not None:
            self.report(Event("train", note="a model of these clips was trained before"))
            self.steps, self.psnr = int(entry.about["steps"]), float(entry.about["psnr"])
            model = self._build()
            model.load_state_dict(dict(entry.tensors))
            return model.eval()
        model = self._train()
        if not clock:
            entry = Entry(model.state_dict(), {"steps": self.steps, "psnr": self.psnr})
            write_entry(MODELS, self._key, entry, self.report)
        return model

    @property
    def _key(self) -> dict[str, Any]:
        return {
            "frames": digest(self.frames),
            "method": str(self.method),
            "latent": self.latent,
            "width": self.width,
            "training": self.options.to_json(),
        }

    def _build(self) -> ConvAutoencoder:
        shape = (3, *self.frames.shape[1:3])
        return self.method.build(shape, latent=self.latent, width=self.width, seed=self.options.seed)

    def _train(self) -> ConvAutoencoder:
        method = self.method.prepare(report=self.report)
        model = self._build()
        # Long codes do without settling, and some clips train worse from it (docs/lab-notes.md).
        self.steps = train(model, method, self.frames, self.options, init_output_bias=False, report=self.report).steps
        model.cpu()
        self.psnr = _mean_psnr(model, self.frames)
        return model

    @cached_property
    def _context(self) -> PathContext | None:
        if self.path.needs == "nothing":
            return None
        codes = encode(self.model, self.frames)
        space = LatentSpace(codes, tuple(map(str, range(len(codes)))))
        return PathContext(self.model, space, 30, self.report)


@torch.no_grad()
def _mean_psnr(model: ConvAutoencoder, frames: Pixels) -> float:
    parts = [to_float(frames[start : start + 32]) for start in range(0, len(frames), 32)]
    return torch.cat([psnr(model.decode(model.encode(part)), part) for part in parts]).mean().item()
