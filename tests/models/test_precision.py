"""Precision: chosen by what the processor can do and by the network's size, never by a clock."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from segue.models import precision
from segue.models.precision import FASTEST, WIDE, Capability, Precision, capability, resolve_precision

CPU = torch.device("cpu")
ALL = [Precision(numbers, last) for numbers in ("fp32", "bf16") for last in (False, True)]  # type: ignore[arg-type]


@pytest.fixture
def model() -> nn.Module:
    return nn.Conv2d(3, 4, 3)


@pytest.mark.parametrize("able", list(FASTEST))
def test_auto_goes_by_the_processor_and_the_width(able: Capability, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "capability", lambda _: able)
    wide = {resolve_precision("auto", CPU, width) for width in (None, WIDE, 100)}
    assert wide == {FASTEST[able]} and resolve_precision("auto", CPU, WIDE - 1) == "fp32"
    assert (FASTEST[able] == "bf16") == (able != "none")


@pytest.mark.parametrize(("width", "named"), list(itertools.product((None, 2, 64), ("fp32", "bf16"))))
def test_a_format_that_is_asked_for_is_taken(width: int | None, named: precision.NumberFormat) -> None:
    assert resolve_precision(named, CPU, width) == named


@pytest.mark.parametrize(
    ("amx", "avx", "found"), [(True, True, "amx"), (False, True, "avx512_bf16"), (False, False, "none")]
)
def test_the_capability_of_a_processor(amx: bool, avx: bool, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: amx)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: avx)
    assert capability(CPU) == found and capability(torch.device("mps")) == "none"


@pytest.mark.parametrize("precision", ALL, ids=str)
def test_layout_changes_no_value(precision: Precision, model: nn.Module) -> None:
    images = torch.rand(2, 3, 5, 6)
    weights = model.weight.clone()  # type: ignore[operator]
    layout = torch.channels_last if precision.channels_last else torch.contiguous_format
    arranged = precision.arrange(images)
    assert torch.equal(arranged, images) and arranged.is_contiguous(memory_format=layout)
    placed = precision.place(model).weight
    assert torch.equal(placed, weights) and placed.is_contiguous(memory_format=layout)  # type: ignore[arg-type, operator]


@pytest.mark.parametrize("precision", ALL, ids=str)
def test_numbers_of_the_networks_and_of_the_weights(precision: Precision, model: nn.Module) -> None:
    with precision.autocast(CPU):
        out = model(torch.rand(1, 3, 4, 4))
    assert out.dtype == {"fp32": torch.float32, "bf16": torch.bfloat16}[precision.numbers]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}
