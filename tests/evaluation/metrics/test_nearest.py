"""The nearest image, against looking at each; and the reference that is made of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from segue.core.errors import InputError
from segue.core.images import Pixels, to_float
from segue.core.progress import Event
from segue.data.datasets.worlds.lines import nearest_by_cosine
from segue.evaluation.metrics import Case, OffManifold, Reference, nearest
from segue.evaluation.metrics.nearest import FeatureSearch, PixelSearch, compute_features
from segue.training.losses.features import perceptual_distance
from segue.training.losses.squeezenet import SQUEEZENET

Cases = dict[str, Case]
Scene = Callable[..., Cases]


def random(count: int, *shape: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


@given(st.integers(1, 40), st.integers(1, 20), st.integers(1, 3000), st.integers(0, 255), st.integers(0, 2**32))
def test_it_is_exactly_what_looking_at_each_gives(count: int, frames: int, size: int, spread: int, seed: int) -> None:
    """Also among images that differ by little, where float32 would choose by its rounding."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, size)
    images, wanted = (
        np.clip(base + rng.integers(-spread, spread + 1, (n, size)), 0, 255).astype(np.uint8).reshape(n, size, 1, 1)
        for n in (count, frames)
    )
    near, alike = PixelSearch(images).nearest(wanted)
    x, y = (2 * values.reshape(len(values), -1).astype(np.int64) - 255 for values in (wanted, images))
    errors = np.square(x[:, None] - y).sum(-1)
    assert near.indices.tolist() == errors.argmin(1).tolist()
    np.testing.assert_allclose(near.distances, errors.min(1) / (4 * 255**2 * size), rtol=1e-14, atol=1e-18)
    cosines = (x @ y.T) / np.sqrt(np.square(y).sum(1))
    assert cosines[np.arange(frames), alike.indices].tolist() == cosines.max(1).tolist()
    np.testing.assert_allclose(alike.distances, nearest_by_cosine(wanted, images)[1], rtol=1e-9, atol=1e-15)
    assert np.array_equal(alike.indices, nearest_by_cosine(wanted, images)[0])


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    images, frames = random(1000, 4, 4, 1), random(70, 4, 4, 1, seed=1)
    whole = PixelSearch(images).nearest(frames)
    monkeypatch.setattr(nearest, "_BLOCK", 16 * 70)
    monkeypatch.setattr(nearest, "FRAMES", 32)
    events: list[Event] = []
    for one, other in zip(whole, PixelSearch(images, events.append).nearest(frames), strict=True):
        assert np.array_equal(one.indices, other.indices)
        assert np.array_equal(one.distances, other.distances)
    assert events[-1].done == events[-1].total == 70


def test_of_equals_the_first_is_taken_and_a_copy_is_at_0() -> None:
    images = np.concatenate([random(5, 8, 8, 3), random(5, 8, 8, 3)])
    near, alike = PixelSearch(images).nearest(images)
    assert near.indices.tolist() == alike.indices.tolist() == [0, 1, 2, 3, 4] * 2
    assert not near.distances.any()


def test_features_are_points_at_the_perceptual_distance(weights: None) -> None:
    images, others = random(3, 20, 30, 3), random(3, 20, 30, 3, seed=1)
    wanted = perceptual_distance(to_float(images), to_float(others))
    found = (compute_features(images) - compute_features(others)).square().sum(1)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-6)


def test_the_nearest_by_features(weights: None, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    images, frames = scene()["truth"].reference.images[::9], scene()["fade"].frames[:5]
    targets = [to_float(image[None]).expand(5, -1, -1, -1) for image in images]
    each = torch.stack([perceptual_distance(to_float(frames), target) for target in targets])
    monkeypatch.setattr(nearest, "BATCH_PX", 2 * 64 * 64)
    monkeypatch.setattr(nearest, "_BLOCK", 1 << 18)
    events: list[Event] = []
    found = FeatureSearch(images, report=events.append).nearest(frames)
    np.testing.assert_allclose(found.distances, each.min(0).values, atol=1e-5)
    assert np.array_equal(found.indices, each.argmin(0).numpy())
    assert {event.stage for event in events} == {"features of the set", "nearest images by features"}
    assert events[-1].done == events[-1].total == 5


def test_of_many_images_features_are_kept_of_some(weights: None, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    images = scene()["truth"].reference.images
    monkeypatch.setattr(nearest, "SEEN", 7)
    seen = FeatureSearch(images, seed=3)
    assert len(seen.indices) == len(set(seen.indices.tolist())) == 7
    assert np.array_equal(seen.indices, FeatureSearch(images, seed=3).indices)
    assert not np.array_equal(seen.indices, FeatureSearch(images, seed=4).indices)
    assert np.array_equal(seen.nearest(images[seen.indices]).indices, seen.indices)
    monkeypatch.setattr(nearest, "FEATURES", 3 * seen.features.shape[1])
    assert len(FeatureSearch(images).indices) == 3


def test_missing_weights_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scene: Scene) -> None:
    monkeypatch.setenv("SEGUE_DATA", str(tmp_path))
    monkeypatch.setenv("SEGUE_CACHE", str(tmp_path))
    monkeypatch.setattr(SQUEEZENET, "held", {})
    case = scene()["truth"]
    fresh = Case(case.frames, case.a, case.b, Reference(case.reference.images))
    with pytest.raises(InputError, match="squeezenet"):
        OffManifold(by="perceptual").measure(fresh)


def test_the_floor_is_the_mean_over_reconstructions(scene: Scene) -> None:
    reference = scene()["truth"].reference
    model = reference.model
    assert model is not None
    with torch.no_grad():
        again = model.decode(model.encode(to_float(reference.images)))
    again_levels = (again * 255).round().numpy().transpose(0, 2, 3, 1).reshape(len(again), 1, -1)
    apart = ((again_levels - reference.images.reshape(1, len(again), -1)) / 255) ** 2
    assert reference.floor() == pytest.approx(apart.mean(-1).min(1).mean(), rel=1e-5)
    assert reference.floor() is reference.floor()


def test_the_floor_by_features_and_the_spread(weights: None, scene: Scene) -> None:
    reference = scene()["truth"].reference
    assert 0.01 < reference.floor("perceptual") < 0.5
    assert reference.model is not None
    codes = reference.model.encode(to_float(reference.images)).detach()
    assert reference.spread() == pytest.approx(float((codes - codes.mean(0)).norm(dim=1).median()), rel=1e-5)
    alone = Reference(reference.images)
    assert np.isnan([alone.floor(), alone.floor("perceptual"), alone.spread()]).all()


def test_bad_references_and_cases_are_told() -> None:
    images = random(3, 4, 4, 1)
    reference = Reference(images)
    for wrong in (images / 255, images[0], images[:0]):
        with pytest.raises(InputError, match=r"got a set of"):
            Reference(wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"got factors \[2, 1\]; expected \[3, 0\]"):
        Reference(images, factors=np.zeros((2, 1)))
    a, b = images[:2]
    for frames in (images[:1], images[:, :3], images / 255):
        with pytest.raises(InputError, match="got frames of"):
            Case(frames, a, b, reference)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"got b of uint8 \[3, 4, 1\]; expected uint8 \[4, 4, 1\]"):
        Case(images, a, b[1:], reference)
    with pytest.raises(InputError, match="2 codes; expected 3"):
        Case(images, a, b, reference, codes=torch.zeros(2, 5))
    for truths in (images, images[None, :1], images[None, :, :2], images[None] / 255):
        with pytest.raises(InputError, match="got truths of"):
            Case(images, a, b, reference, truths=truths)  # type: ignore[arg-type]
    assert Case(images, a, b, reference, truths=np.zeros((0, 3, 4, 4, 1), np.uint8)).frames is images
