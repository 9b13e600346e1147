"""The path to take when none is asked for: what has measured best."""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from segue.latent.paths.graph import GraphPath
from segue.latent.paths.path import Path, PathBatch, PathChoice, PathContext, check_pair, check_pairs
from segue.latent.paths.pipeline import PathPipeline
from segue.latent.paths.smooth import Smooth
from segue.latent.paths.speed import ConstantSpeed
from segue.latent.paths.straight import Linear
from segue.latent.paths.transport import Transport

_FEW = 64
"""Images below which a graph has too few nodes to go by."""


@dataclass(frozen=True)
class Auto(PathChoice):
    """Picks the path by what is there, at constant speed; its info says which, as `picked`.

    Spatial codes are transported: blending them is a cross-fade. Flat codes of 64 images or more go through the
    neighbour graph whose edges are as long as the images they decode to, smoothed; it left the images least of all on
    the pole world, on lines and on digits (docs/paths.md). Fewer images say too little of what lies between: the
    straight line. Without a context, the speed stays as it is.

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
        check_pair(a, b)
        return self.between_pairs(a[None], b[None], context)[0]

    def between_pairs(self, a: Tensor, b: Tensor, context: PathContext | None = None) -> PathBatch:
        check_pairs(a, b)
        picked = self.pick(a[0], 0 if context is None else len(context.space))
        if context is None and isinstance(picked, PathPipeline):
            picked = picked.first
        paths = picked.between_pairs(a, b, context)
        return replace(paths, info=tuple({"picked": str(picked), **info} for info in paths.info))

    def pick(self, code: Tensor, images: int) -> PathChoice:
        """Choose by what is there.

        Args:
            code: a code, `[*latent_shape]`.
            images: how many images there are to go by.

        Returns:
            The path that measured best for such codes.
        """
        if code.ndim == 3 and code[0].numel() > 1:
            return PathPipeline(Transport(), (ConstantSpeed(),))
        if images < _FEW:
            return PathPipeline(Linear(), (ConstantSpeed(),))
        return PathPipeline(GraphPath(weight="decoded"), (Smooth(), ConstantSpeed()))
