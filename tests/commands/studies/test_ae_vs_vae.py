"""The numbers of ae-vs-vae are known where the answer is, and its verdicts follow from them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from segue.commands.studies.ae_vs_vae.claims import judge_larger_codes, judge_zero_spreads
from segue.commands.studies.ae_vs_vae.middles import entropy, share_resembling
from segue.commands.studies.ae_vs_vae.sizes import measure_nats
from segue.commands.studies.ae_vs_vae.spaces import measure_overlap, measure_purity
from segue.core.images import Pixels
from segue.data.datasets import ImageSet
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import AE, VAE

RNG = np.random.default_rng(0)
LABELS = np.arange(200) % 2


def test_purity_of_apart_and_of_mixed_classes() -> None:
    codes = RNG.normal(size=(200, 5))
    assert measure_purity(codes + 100 * LABELS[:, None], LABELS).tolist() == [1.0] * 200
    assert measure_purity(codes, LABELS).mean() == pytest.approx(0.5, abs=0.1)
    assert measure_purity(codes[:3], LABELS[:3]).tolist() == [0.5, 0.0, 0.5]


def test_overlap_of_apart_and_of_mixed_classes() -> None:
    plane = RNG.normal(size=(200, 2))
    assert measure_overlap(plane + 100 * LABELS[:, None], LABELS).max() == 0
    assert measure_overlap(plane, LABELS).mean() > 0.7
    inner = measure_overlap(np.where(LABELS[:, None] == 0, 0.1, 10) * plane, LABELS)
    assert inner[LABELS == 0].mean() > 0.9 and inner[LABELS == 1].mean() < 0.1


@pytest.mark.parametrize("plane", [np.zeros((6, 2)), np.arange(12.0).reshape(6, 2)])
def test_classes_without_an_area_overlap_nothing(plane: np.ndarray) -> None:
    assert measure_overlap(plane, np.arange(6) % 2).tolist() == [0.0] * 6


def test_resembling_is_shared_out() -> None:
    found = share_resembling(RNG.dirichlet([0.3] * 4, 500), 1, 3)
    assert sum(share[0] for share in found.values()) == pytest.approx(100)
    assert all(low <= share <= high for share, low, high in found.values())


def test_entropy_is_between_none_and_all() -> None:
    assert entropy(np.full((1, 8), 1 / 8)).tolist() == [3.0]
    assert entropy(np.eye(3)).tolist() == [0.0, 0.0, 0.0]


def test_nats_are_those_of_the_loss(build: Callable[..., ConvAutoencoder], discs: Pixels) -> None:
    images = ImageSet(discs, tuple(map(str, range(len(discs)))))
    flat = build(AE(loss="bce"), (1, 16, 16)).eval()
    with torch.no_grad():
        for parameter in flat.decoder.parameters():
            parameter.zero_()  # every pixel is grey, whose cross-entropy is log 2
    assert measure_nats(flat, images, 0) == pytest.approx(256 * np.log(2), rel=1e-5)
    drawn = build(VAE(), (1, 16, 16)).eval()
    assert measure_nats(drawn, images, 0) == measure_nats(drawn, images, 0) != measure_nats(drawn, images, 1)


def test_verdicts() -> None:
    assert judge_larger_codes({2: 9.0, 8: 8.0, 32: 9.0}) == "confirmed"
    assert judge_larger_codes({2: 9.0, 8: 8.0, 32: 8.2}) == "confirmed with a condition"
    assert judge_larger_codes({2: 9.0, 8: 8.0, 32: 8.1}) == "not confirmed"
    assert judge_zero_spreads(0.8, 0.95) == "confirmed"
    assert judge_zero_spreads(0.92, 0.95) == "confirmed with a condition"
    assert judge_zero_spreads(0.85, 0.8) == "not confirmed"
