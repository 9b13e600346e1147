"""A stranger's script: paths of one's own, a plain function and a class, compared with slerp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

import segue


def detour(a: torch.Tensor, b: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    """By way of the origin."""
    return (1 - 2 * t) * a if t < 0.5 else (2 * t - 1) * b


@dataclass(frozen=True)
class Overshoot(segue.PathChoice):
    """Straight, but swinging out to one side on the way."""

    name = "overshoot"
    swing: float = 0.5

    def between(self, a: torch.Tensor, b: torch.Tensor, context: segue.PathContext | None = None) -> segue.Path:
        def at(t: torch.Tensor) -> torch.Tensor:
            out = 4 * self.swing * (t * (1 - t))[:, None].to(a)
            return segue.lerp(a, b, t) + out

        return segue.Path(at, info={"swing": self.swing})


def test_paths_of_ones_own_stand_beside_slerp() -> None:
    torch.manual_seed(0)
    model = segue.ConvAutoencoder((1, 16, 16), latent=8, width=8).eval()
    ramp = np.linspace(0, 255, 16).astype(np.uint8)
    five, two = np.tile(ramp, (16, 1))[..., None], np.tile(ramp[:, None], (1, 16))[..., None]

    ways = {
        str(path): segue.interpolate_images(model, five, two, path, steps=9)
        for path in ("slerp", "slerp+pace", segue.Slerp(), segue.slerp, detour, Overshoot(swing=0.2))
    }
    assert list(ways) == ["slerp", "slerp+pace", str(segue.slerp), str(detour), "overshoot:swing=0.2"]
    slerp = ways["slerp"]
    for way in ways.values():
        assert way.frames.shape == (9, 16, 16, 1)
        assert torch.equal(way.codes[[0, -1]], slerp.codes[[0, -1]])
    assert torch.allclose(ways[str(segue.slerp)].codes, slerp.codes)
    assert torch.equal(ways[str(detour)].codes[4], torch.zeros(8))
    assert ways["overshoot:swing=0.2"].info == {"swing": 0.2}
    longer = [float(way.codes.diff(dim=0).norm(dim=1).sum()) for way in (slerp, ways["overshoot:swing=0.2"])]
    assert longer[0] < longer[1]

    # Codes work as well as images do, and transforms apply to any path.
    a, b = slerp.codes[0], slerp.codes[-1]
    assert np.array_equal(segue.interpolate(model, a, b, path=detour, steps=9).frames, ways[str(detour)].frames)
    smooth = segue.Smooth(width=0.5).apply(segue.choose_path(detour).between(a, b))
    assert float(smooth(0.5).norm()) > 0.01
