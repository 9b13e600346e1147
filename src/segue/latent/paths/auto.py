"""The path to take when none is asked for: what has measured best."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathChoice, PathContext
from segue.latent.paths.pipeline import PathPipeline
from segue.latent.paths.smooth import Smooth
from segue.latent.paths.speed import ConstantSpeed
from segue.latent.paths.straight import Linear
from segue.latent.paths.transport import Transport

_FEW = 64
"""Images below which a graph has too few nodes to go by."""


@dataclass(frozen=True)
class Auto(PathChoice):
    """Picks the path by what is there, at an even pace; `picked` tells which.

    Spatial codes are transported: mixing them is a cross-fade. Flat codes of 64 images and more go by the neighbour
    graph whose edges are as long as the images they decode to, smoothed; it left the images least of all on the pole
    world, on lines and on digits (docs/paths.md). Fewer images say too little of what lies between: the straight line.
    Without a context, the pace stays as it is.

    >>> import torch
    >>> from segue.latent.space import LatentSpace
    >>> from segue.models.autoencoder import ConvAutoencoder
    >>> space = LatentSpace(torch.randn(3, 2), tuple("abc"))
    >>> context = PathContext(ConvAutoencoder((1, 8, 8), latent=2, width=8), space)
    >>> Auto().between(torch.zeros(2), torch.ones(2), context).info["picked"]
    'linear+pace'
    """

    name = "auto"
    needs = "images"

    def between(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> Path:
        picked = self.pick(a, 0 if context is None else len(context.space))
        if context is None and isinstance(picked, PathPipeline):
            picked = picked.first
        path = picked.between(a, b, context)
        return replace(path, info={"picked": str(picked), **path.info})

    def pick(self, code: Tensor, images: int) -> PathChoice:
        """The path for codes like `code` among so many images."""
        if code.ndim == 3 and code[0].numel() > 1:
            return PathPipeline(Transport(), (ConstantSpeed(),))
        if images < _FEW:
            return PathPipeline(Linear(), (ConstantSpeed(),))
        return PathPipeline(GraphPath(weight="decoded"), (Smooth(), ConstantSpeed()))
