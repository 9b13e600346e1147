"""The path to take when none is asked for: what has measured best."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from segue.paths.chain import Chain
from segue.paths.graph import GraphPath
from segue.paths.pace import Pace
from segue.paths.path import Path, PathChoice, Surroundings
from segue.paths.smooth import Smooth
from segue.paths.straight import Linear
from segue.paths.transport import Transport

FEW = 64
"""Images below which a graph has too few nodes to go by."""


@dataclass(frozen=True)
class Auto(PathChoice):
    """Picks the path by what is there, at an even pace; `picked` tells which.

    Spatial codes are transported: mixing them is a cross-fade. Flat codes of 64 images and more go by the neighbour
    graph whose edges are as long as the images they decode to, smoothed; it left the images least of all on the pole
    world, on lines and on digits (docs/paths.md). Fewer images say too little of what lies between: the straight line.
    With nothing around, the pace stays as it is.

    >>> import torch
    >>> from segue.latent import LatentSpace
    >>> from segue.model import ConvAutoencoder
    >>> space = LatentSpace(torch.randn(3, 2), tuple("abc"))
    >>> around = Surroundings(ConvAutoencoder((1, 8, 8), latent=2, width=8), space)
    >>> Auto().between(torch.zeros(2), torch.ones(2), around).told["picked"]
    'linear+pace'
    """

    name = "auto"
    needs = "images"

    def between(self, a: Tensor, b: Tensor, around: Surroundings | None = None) -> Path:
        picked = self.pick(a, 0 if around is None else len(around.space))
        if around is None and isinstance(picked, Chain):
            picked = picked.first
        path = picked.between(a, b, around)
        return replace(path, told={"picked": str(picked), **path.told})

    def pick(self, code: Tensor, images: int) -> PathChoice:
        """The path for codes like `code` among so many images."""
        if code.ndim == 3 and code[0].numel() > 1:
            return Chain(Transport(), (Pace(),))
        if images < FEW:
            return Chain(Linear(), (Pace(),))
        return Chain(GraphPath(weight="decoded"), (Smooth(), Pace()))
