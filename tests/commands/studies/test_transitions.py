"""Many transitions, and the numbers of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from segue.commands.studies.transitions import (
    TRANSITION_STEPS,
    Transitions,
    bootstrap_mean,
    decode_pairs,
    draw_class_pairs,
    fade_pairs,
    format_interval,
    list_changes,
    measure_presence,
    measure_transitions,
    summarise_all,
)
from segue.core.images import Pixels
from segue.data.datasets import ImageSet
from segue.evaluation.classifier import Classifier
from segue.evaluation.metrics.nearest import PixelSearch
from segue.latent.paths import Linear, PathContext
from segue.latent.space import LatentSpace
from segue.models.autoencoder import ConvAutoencoder


class Brightness(nn.Module):
    """Reads an image as dark, grey or light."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        light = x.flatten(1).mean(1, keepdim=True)
        return -200 * (light - torch.tensor([0.0, 0.5, 1.0])).square()


READER = Classifier(Brightness(), (1, 2, 2), ("dark", "grey", "light"))


def test_a_cross_fade_is_one() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (12, 2, 2, 1), np.uint8)
    pairs = list(zip(images[:6], images[6:], strict=True))
    found = summarise_all(measure_transitions(fade_pairs("cross-fade", pairs), READER, PixelSearch(images)), 0)
    assert found["ghosting"][0] == pytest.approx(1, abs=0.01)
    assert found["onset"][0] == pytest.approx(0.25, abs=0.01)
    assert found["step"][0] == pytest.approx(1 / (TRANSITION_STEPS - 1), abs=0.01)


def test_classes_between_the_ends_are_counted() -> None:
    dark, light = np.zeros((2, 2, 1), np.uint8), np.full((2, 2, 1), 255, np.uint8)
    to_light = fade_pairs("x", [(dark, light)]).frames[0]
    jump = np.where(np.arange(TRANSITION_STEPS)[:, None, None, None] < 3, dark, light)
    found = measure_transitions(
        Transitions("x", np.stack([to_light, jump])), READER, PixelSearch(np.stack([dark, light]))
    )
    assert found["others"].tolist() == [1, 0]
    assert found["confidence"][0] > 0.99
    assert found["step"][1] == 1
    assert found["distance"][0] > found["distance"][1] == 0


def test_stills_have_no_steps() -> None:
    still = np.full((1, TRANSITION_STEPS, 2, 2, 1), 9, np.uint8)
    found = measure_transitions(Transitions("x", still), READER, PixelSearch(still[0]))
    assert np.isnan(found["step"]).all() and np.isnan(found["ghosting"]).all() and np.isnan(found["onset"]).all()
    assert np.isnan(summarise_all(found, 0)["step"]).all()


def test_paths_are_walked_between_decoded_ends(build: Callable[..., ConvAutoencoder], discs: Pixels) -> None:
    model = build(None, (1, 16, 16))
    around = PathContext(model, LatentSpace(torch.zeros(0, 4), ()))
    found = decode_pairs("straight", Linear(), [(discs[0], discs[1]), (discs[2], discs[3])], around)
    assert found.frames.shape == (2, TRANSITION_STEPS, 16, 16, 1)
    assert found.flat().shape == (2 * TRANSITION_STEPS, 16, 16, 1)
    assert np.array_equal(found.middles()[0], found.frames[0, TRANSITION_STEPS // 2])


def test_presence_of_a_cross_fade_is_t() -> None:
    frames = fade_pairs("x", [(np.array([[[200], [0]]], np.uint8), np.array([[[0], [100]]], np.uint8))]).frames[0]
    np.testing.assert_allclose(measure_presence(frames), np.linspace(0, 1, TRANSITION_STEPS), atol=0.01)


def test_words() -> None:
    assert list_changes([]) == ""
    assert list_changes(["5", "5", "3", "5"]) == "5 3 5"
    assert format_interval((0.5, float("nan"), float("nan"))) == "0.50"
    assert bootstrap_mean(np.array([1.0, np.nan, 3.0]), 0)[0] == 2


def test_pairs_are_of_the_labels() -> None:
    images = np.arange(20, dtype=np.uint8).reshape(20, 1, 1, 1)
    of = ImageSet(images, tuple(map(str, range(20))), labels=np.arange(20) % 2, label_names=("even", "odd"))
    pairs = draw_class_pairs(of, "odd", "even", 30, 0)
    assert len(pairs) == 30
    assert all(a.item() % 2 == 1 and b.item() % 2 == 0 for a, b in pairs)
    assert pairs == draw_class_pairs(of, "odd", "even", 30, 0) != draw_class_pairs(of, "odd", "even", 30, 1)
