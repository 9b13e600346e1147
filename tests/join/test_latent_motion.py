"""Movement along a clip's own latent path."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import ModuleType

import numpy as np
import torch

from segue.join.latent_motion import LatentMotion, decode_picture
from segue.models.autoencoder import ConvAutoencoder
from segue.motion.slow import Gap, KeyFrame, slow_down


def test_the_trajectory_meets_both_frames_at_one_speed(
    build: Callable[..., ConvAutoencoder], clips: ModuleType
) -> None:
    model = build(image_shape=(3, 32, 32), latent=4).eval()
    keys = [KeyFrame(number, frame) for number, frame in enumerate(clips.rolling(5, (20, 24), (3, 0)))]
    motion = LatentMotion(model)
    first = motion.trajectory(Gap(None, *keys[:3], False))
    second = motion.trajectory(Gap(*keys[:4], False))
    assert torch.equal(first.ends[1], second.ends[0])
    assert torch.allclose(first.speeds[1], second.speeds[0], atol=1e-6)
    assert torch.allclose(first.speeds[0], first.ends[1] - first.ends[0])  # nothing before it
    assert np.array_equal(first.a, decode_picture(model, first.ends[0])) and first.a.shape == (32, 32, 3)
    places = second.at(0.5)
    assert places.in_a.shape == (32, 32, 2) and places.doubt_b.shape == (32, 32)


def test_the_film_is_of_the_clips_own_detail(build: Callable[..., ConvAutoencoder], clips: ModuleType) -> None:
    model = build(image_shape=(3, 32, 32), latent=4).eval()
    frames = clips.rolling(3, (20, 24), (1, 0))
    shown = list(slow_down(frames, (Fraction(i, 2) for i in range(5)), LatentMotion(model), []))
    assert all(np.array_equal(shown[2 * i], frames[i]) for i in range(3))
    assert clips.psnr(shown[1], frames[0]) > 25  # an untrained model moves nothing far
