"""The walk through a model's latent space, with the clips' own detail at its ends."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
import torch

from segue.core.images import Pixels
from segue.evaluation.metrics.seam import change
from segue.join.dream import FADE_SHARE, detail_left, make_dream, pair_for
from segue.latent.interpolation import decode
from segue.latent.paths import PATHS, Linear, PathChoice
from segue.models.autoencoder import ConvAutoencoder

Pair = tuple[Pixels, Pixels]


@pytest.fixture(scope="module")
def model() -> ConvAutoencoder:
    torch.manual_seed(0)
    return ConvAutoencoder((3, 24, 32), latent=4, width=4).eval()


@pytest.fixture(scope="module")
def pair(clips: ModuleType) -> Pair:
    return clips.disc(14, 14), clips.disc(50, 34, blue=160)


@pytest.mark.parametrize("path", [path() for path in PATHS if path.needs == "nothing"], ids=str)
def test_it_goes_from_one_frame_to_the_other(path: PathChoice, model: ConvAutoencoder, pair: Pair) -> None:
    made = make_dream(model, path, *pair)
    frames = [made.frame(float(share), *pair) for share in torch.linspace(0, 1, 11)]
    assert all(frame.shape == pair[0].shape and frame.dtype == np.uint8 for frame in frames)
    assert np.array_equal(frames[0], pair[0]) and np.array_equal(frames[-1], pair[1])
    assert change(frames).min() > 0
    assert max(
        change([frames[0], made.frame(1e-4, *pair)])[0], change([frames[-1], made.frame(1 - 1e-4, *pair)])[0]
    ) < (2 / 255)


def test_live_frames_of_any_size_are_met_at_the_ends(model: ConvAutoencoder, pair: Pair, clips: ModuleType) -> None:
    made = make_dream(model, Linear(), *pair)
    a, b = clips.disc(30, 60, height=90, width=122), clips.disc(70, 20, height=90, width=122)
    for share, end in ((0.0, a), (1e-4, a), (1 - 1e-4, b), (1.0, b)):
        assert change([made.frame(share, a, b), end])[0] < 2 / 255


def test_detail_fades_and_beyond_it_only_the_decoder_speaks(model: ConvAutoencoder) -> None:
    assert [detail_left(share) for share in (-1, 0, FADE_SHARE / 2, FADE_SHARE, 1, 2)] == pytest.approx(
        [1, 1, 0.5, 0, 0, 0]
    )
    steps = np.diff([detail_left(float(share)) for share in np.linspace(0, 1, 50)])
    assert (steps <= 0).all() and steps[0] > -0.01  # it leaves without a jolt
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 24, 32, 3), np.uint8)
    codes = model.encode(pair_for(model, a, b))
    # At 0.6 of the way nothing is left of the first frame's detail; what there is of the second's is taken off.
    shown = make_dream(model, Linear(), a, b).frame(FADE_SHARE, a, b).astype(float)
    pure, end = (decode(model, code[None])[0].astype(float) for code in (torch.lerp(*codes, FADE_SHARE), codes[1]))
    wanted = pure + detail_left(1 - FADE_SHARE) * (b - end)
    assert np.abs(shown - wanted.clip(0, 255)).max() <= 2
