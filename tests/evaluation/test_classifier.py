"""The classifier: what it learns, keeps and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from segue.core.errors import InputError
from segue.core.progress import Event
from segue.data.datasets import DataSet, load
from segue.evaluation.classifier import Classifier, load_classifier, save_classifier, train_classifier
from segue.models.files import save_tensors


@pytest.fixture(scope="module")
def digits() -> DataSet:
    return load("digits", size=12)


@pytest.fixture(scope="module")
def reader(digits: DataSet) -> Classifier:
    return train_classifier(digits.train, steps=80)


def test_it_tells_held_out_digits(digits: DataSet, reader: Classifier) -> None:
    assert digits.test is not None
    share, low, high = reader.accuracy(digits.test)
    assert 88 < low < share < high <= 100


def test_probabilities_sum_to_one_whatever_the_batch(digits: DataSet, reader: Classifier) -> None:
    images = digits.train.images[:50]
    whole = reader.probabilities(images)
    assert whole.shape == (50, 10)
    np.testing.assert_allclose(whole.sum(1), 1)
    np.testing.assert_allclose(reader.probabilities(images, batch=7), whole, atol=1e-5)
    assert reader.probabilities(images[:0]).shape == (0, 10)


def test_the_same_seed_gives_the_same_and_leaves_the_generator_alone(digits: DataSet) -> None:
    state = torch.get_rng_state()
    first, again, other = (train_classifier(digits.train, steps=3, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    images = digits.train.images[:8]
    assert np.array_equal(first.probabilities(images), again.probabilities(images))
    assert not np.array_equal(first.probabilities(images), other.probabilities(images))


def test_progress_is_told(digits: DataSet) -> None:
    events: list[Event] = []
    train_classifier(digits.train, steps=4, report=events.append)
    assert [(event.done, event.total) for event in events] == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_it_is_kept_whole(tmp_path: Path, digits: DataSet, reader: Classifier) -> None:
    save_classifier(tmp_path / "reader.safetensors", reader, {"steps": 80})
    there, about = load_classifier(tmp_path / "reader.safetensors")
    assert about == {"steps": 80}
    assert there.names == digits.train.label_names
    images = digits.train.images[:20]
    assert np.array_equal(there.probabilities(images), reader.probabilities(images))


def test_other_files_are_refused(tmp_path: Path, reader: Classifier) -> None:
    file = tmp_path / "x.safetensors"
    with pytest.raises(InputError, match="which does not exist"):
        load_classifier(file)
    save_tensors(file, {"a": torch.zeros(1)}, {"kind": "codes"})
    with pytest.raises(InputError, match="a classifier file"):
        load_classifier(file)
    save_classifier(file, replace(reader, names=("one",)), {})
    with pytest.raises(InputError, match="a broken classifier"):
        load_classifier(file)


def test_what_it_cannot_learn_or_read(digits: DataSet, reader: Classifier) -> None:
    with pytest.raises(InputError, match="images without labels"):
        train_classifier(replace(digits.train, labels=None))
    with pytest.raises(InputError, match="0 steps"):
        train_classifier(digits.train, steps=0)
    with pytest.raises(InputError, match=r"expected \[n, 12, 12, 1\]"):
        reader.probabilities(np.zeros((1, 8, 8, 1), np.uint8))
