"""Precision: the fastest is found, remembered, and never in the way."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from torch import nn

from segue.models.precision import CANDIDATES, Precision, fastest


@dataclass
class Step:
    """A step that is fast for one candidate alone, and spoils the weights; it remembers what it was given."""

    best: Precision
    seen: list[Precision] = field(default_factory=list)

    def __call__(self, model: nn.Module, precision: Precision) -> None:
        self.seen.append(precision)
        for parameter in model.parameters():
            parameter.data.zero_()
        if precision != self.best:
            time.sleep(0.01)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder, empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def model() -> nn.Module:
    return nn.Conv2d(3, 4, 3)


@pytest.mark.parametrize("best", CANDIDATES)
def test_the_fastest_is_found_and_remembered(best: Precision, model: nn.Module, cache: Path) -> None:
    step = Step(best)
    assert fastest(model, step, "a") == best
    assert set(step.seen) == set(CANDIDATES)
    assert len([file for file in cache.rglob("*") if file.is_file()]) == 1
    again = Step(CANDIDATES[0])
    assert fastest(model, again, "a") == best
    assert not again.seen


def test_each_key_has_its_own_verdict(model: nn.Module) -> None:
    for key, best in zip("ab", CANDIDATES[2:], strict=True):
        assert fastest(model, Step(best), key) == best
    assert fastest(model, Step(CANDIDATES[0]), "a") == CANDIDATES[2]


def test_the_model_is_left_as_it_is(model: nn.Module) -> None:
    before = [(p.data_ptr(), p.stride(), p.clone()) for p in model.parameters()]
    fastest(model, Step(CANDIDATES[3]), "a")
    for parameter, (pointer, stride, values) in zip(model.parameters(), before, strict=True):
        assert (parameter.data_ptr(), parameter.stride()) == (pointer, stride)
        assert torch.equal(parameter, values)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"numbers": "fp64"}', b'{"numbers": []}', b'{"speed": 9}']
)
def test_a_spoiled_memory_is_mended(content: bytes, model: nn.Module, cache: Path) -> None:
    fastest(model, Step(CANDIDATES[0]), "a")
    (memory,) = (file for file in cache.rglob("*") if file.is_file())
    memory.write_bytes(content)
    assert fastest(model, Step(CANDIDATES[1]), "a") == CANDIDATES[1]
    assert fastest(model, Step(CANDIDATES[2]), "a") == CANDIDATES[1]


def test_without_a_cache_folder_each_time_is_the_first(model: nn.Module, cache: Path) -> None:
    cache.write_bytes(b"a file where the folder should be")
    for best in CANDIDATES[1:3]:
        assert fastest(model, Step(best), "a") == best
    assert cache.is_file()


def test_a_folder_where_the_memory_should_be(model: nn.Module, cache: Path) -> None:
    fastest(model, Step(CANDIDATES[0]), "a")
    (memory,) = (file for file in cache.rglob("*") if file.is_file())
    memory.unlink()
    memory.mkdir()
    assert fastest(model, Step(CANDIDATES[1]), "a") == CANDIDATES[1]


@pytest.mark.parametrize("precision", CANDIDATES)
def test_layout_changes_no_value(precision: Precision, model: nn.Module) -> None:
    images = torch.rand(2, 3, 5, 6)
    weights = model.weight.clone()  # type: ignore[operator]
    layout = torch.channels_last if precision.channels_last else torch.contiguous_format
    arranged = precision.arrange(images)
    assert torch.equal(arranged, images) and arranged.is_contiguous(memory_format=layout)
    placed = precision.place(model).weight
    assert torch.equal(placed, weights) and placed.is_contiguous(memory_format=layout)  # type: ignore[arg-type, operator]


@pytest.mark.parametrize("precision", CANDIDATES)
def test_numbers_of_the_networks_and_of_the_weights(precision: Precision, model: nn.Module) -> None:
    with precision.autocast(torch.device("cpu")):
        out = model(torch.rand(1, 3, 4, 4))
    assert out.dtype == {"fp32": torch.float32, "bf16": torch.bfloat16}[precision.numbers]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
