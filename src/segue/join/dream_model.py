"""The model that a dream walks through: one for all clips of a film, learned once and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.core.progress import Event, Report, silent
from segue.join.clip_window import learned
from segue.join.dream import Dream, dream
from segue.join.source import Source
from segue.join.timeline import Cut
from segue.latent.graph.length_cache import digest_of, in_cache
from segue.latent.paths import PathChoice, PathContext
from segue.latent.space import LatentSpace, encode
from segue.models.autoencoder import ConvAutoencoder, load_model, save_model
from segue.training import Training, train
from segue.training.losses import psnr
from segue.training.methods import Method


@dataclass
class Learning:
    """Trains when the first dream asks for it, on the frames beside all `cuts` and on `extra` pictures.

    `psnr` in dB is the mean over these frames, NaN before; `steps` is how many were made, whether now or when the model
    was kept. The file is found by what the frames, the method and the options are; one is kept unless a clock ends it.
    """

    sources: Sequence[Source]
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
        """A dream between two frames `[h, w, 3]`."""
        return dream(self.model, self.path, a, b, self._around)

    @cached_property
    def frames(self) -> Pixels:
        """What is learned, `[n, h, w, 3]`: each end of a clip at which there is a cut, once."""
        ends = dict.fromkeys(end for cut in self.cuts for end in ((cut.a, True), (cut.b, False)))
        frames = [learned(self.sources[clip], at_end=at_end) for clip, at_end in ends]
        return np.concatenate(frames if self.extra is None else [*frames, self.extra()])

    @cached_property
    def model(self) -> ConvAutoencoder:
        """The model, in evaluation mode: the one that is kept, or a new one."""
        file = self._file
        with suppress(InputError):
            model, about = load_model(file)
            self.steps, self.psnr = int(about["steps"]), float(about["psnr"])
            self.report(Event("train", note="these clips were learned before"))
            return model
        model = self._trained()
        if self.options.minutes is None:
            with suppress(InputError):  # a cache that cannot be written is no reason to stop
                save_model(file, model, {"steps": self.steps, "psnr": self.psnr})
        return model

    @property
    def _file(self) -> Path:
        settings: dict[str, Any] = {
            "method": str(self.method),
            "latent": self.latent,
            "width": self.width,
            "training": repr(self.options),
        }
        return in_cache("joins", [digest_of(self.frames), settings])

    def _trained(self) -> ConvAutoencoder:
        method = self.method.prepared(report=self.report)
        torch.manual_seed(self.options.seed)
        model = method.build((3, *self.frames.shape[1:3]), latent=self.latent, width=self.width)
        # Long codes do without settling, and some clips train worse from it (docs/lab-notes.md).
        self.steps = train(model, method, self.frames, self.options, settle=False, report=self.report).steps
        model.cpu()
        self.psnr = _mean_psnr(model, self.frames)
        return model

    @cached_property
    def _around(self) -> PathContext | None:
        if self.path.needs == "nothing":
            return None
        codes = encode(self.model, self.frames)
        space = LatentSpace(codes, tuple(map(str, range(len(codes)))))
        return PathContext(self.model, space, 30, self.report)


@torch.no_grad()
def _mean_psnr(model: ConvAutoencoder, frames: Pixels) -> float:
    parts = [to_float(frames[start : start + 32]) for start in range(0, len(frames), 32)]
    return torch.cat([psnr(model.decode(model.encode(part)), part) for part in parts]).mean().item()
