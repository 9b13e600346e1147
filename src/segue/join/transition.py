"""The frames between two clips: a walk through the latent space, with the clips' own detail at its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from segue.images import Pixels, resize, to_float, to_uint8
from segue.model import Autoencoder
from segue.paths import Path, PathChoice, Surroundings

FADE = 0.6
"""The share of the time over which a clip's own detail fades."""


@dataclass(frozen=True)
class Transition:
    """Frames at any `t`: the decoded path, enlarged, plus what the decoder misses of each end, fading.

    `frame(t) = D(path(t)) + w(t) (a - D(path(0))) + w(1 - t) (b - D(path(1)))` with `w(0) = 1` and
    `w(t) = 0` from `FADE` on, so `frame(0)` is `a` and `frame(1)` is `b`, to the pixel.
    `a`, `b`: `[h, w, 3]`, the clips' frames at the cut.
    """

    model: Autoencoder
    path: Path
    a: Pixels
    b: Pixels

    def frames(self, t: Tensor) -> Iterator[Pixels]:
        """The frames at positions `t` `[n]`, uint8 `[h, w, 3]`, one at a time."""
        for part in t.split(8):  # type: ignore[no-untyped-call]
            frames = self._decoded(part)
            frames += fade(part)[:, None, None, None] * self._missed[0]
            frames += fade(1 - part)[:, None, None, None] * self._missed[1]
            yield from to_uint8(frames)

    @cached_property
    def _missed(self) -> Tensor:
        """What the decoder misses of the two ends, `[2, 3, h, w]`."""
        return to_float(np.stack([self.a, self.b])) - self._decoded(torch.tensor([0.0, 1.0]))

    @torch.no_grad()
    def _decoded(self, t: Tensor) -> Tensor:
        small = self.model.decode(self.path(t))
        return F.interpolate(small, size=self.a.shape[:2], mode="bicubic", align_corners=False)


def fade(t: Tensor) -> Tensor:
    """How much of an end's own detail is left: 1 at `t = 0`, 0 from `FADE` on, level at both.

    >>> fade(torch.tensor([0.0, 0.3, 0.6, 1.0]))
    tensor([1.0000, 0.5000, 0.0000, 0.0000])
    """
    u = (t / FADE).clamp(0, 1)
    return (1 - u * u * (3 - 2 * u)).float()


@torch.no_grad()
def between(
    model: Autoencoder, choice: PathChoice, a: Pixels, b: Pixels, around: Surroundings | None = None
) -> Transition:  # fmt: skip
    """The transition from frame `a` to frame `b`, `[h, w, 3]` of one size, along a path between their codes."""
    _, height, width = model.image_shape
    seen = to_float(np.stack([resize(a, height, width), resize(b, height, width)]))
    codes = model.encode(seen)
    return Transition(model, choice.between(codes[0], codes[1], around), a, b)


def paced(model: Autoencoder, path: Path, steps: int, first: float, last: float) -> Path:
    """The same path at another pace: decoded at `steps` even steps of `t`, it changes evenly.

    The change from frame to frame leaves with `first`, the pace of the clip before, and arrives with `last` (see
    `seam.change`); between, it swells or sinks smoothly to whatever the whole way needs. A path along which
    nothing changes is returned as it is.
    """
    fine = torch.linspace(0, 1, 4 * steps + 1, dtype=torch.float64)
    length = _lengths(model, path, fine)
    if length[-1] == 0:
        return path
    # A stretch without change would make the inverse ambiguous; a trace of slope settles it.
    rising = length / length[-1] + 1e-9 * fine.numpy()
    wanted = np.concatenate([[0.0], np.cumsum(profile(steps, length[-1], first, last)) / length[-1]])
    wanted[-1] = rising[-1]
    places = np.interp(wanted, rising, fine.numpy())
    even = np.linspace(0, 1, steps + 1)
    return Path(lambda t: path(torch.from_numpy(np.interp(t.double().numpy(), even, places))), told=path.told)


@torch.no_grad()
def _lengths(model: Autoencoder, path: Path, t: Tensor) -> npt.NDArray[np.float64]:
    """How much the decoded picture has changed along the path by each `t`, root mean squares added up; `[n]`.

    Of floats, not of grey levels: fine steps are smaller than these, and their rounding would count as change.
    """
    steps: list[float] = [0.0]
    last: Tensor | None = None
    for part in t.split(64):  # type: ignore[no-untyped-call]
        frames = model.decode(path(part)).flatten(1)
        known = frames if last is None else torch.cat([last, frames])
        steps += known.diff(dim=0).square().mean(1).sqrt().tolist()
        last = frames[-1:]
    return np.cumsum(steps)


def profile(steps: int, total: float, first: float, last: float) -> npt.NDArray[np.float64]:
    """`steps` step lengths that sum to `total`, begin near `first` and end near `last`, smooth between.

    Where the way is too short for both, they are scaled down together.

    >>> profile(4, 4.0, 1.0, 1.0).round(3).tolist()
    [0.856, 1.144, 1.144, 0.856]
    """
    u = (np.arange(steps) + 0.5) / steps
    ends = first * (1 - u) ** 3 + last * u**3
    swell = (u * (1 - u)) ** 2
    over, rest = ends.sum() / total, max(0.0, total - ends.sum())
    lengths: npt.NDArray[np.float64] = ends / max(1.0, over) + swell * (rest / swell.sum())
    return lengths
