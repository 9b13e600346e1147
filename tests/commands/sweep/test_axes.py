"""Axes: their spelling, and what train is asked for at a point."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.commands.sweep.axes import Axis, parse_axes, parse_axis, spell_options, vary
from segue.commands.train import TrainRequest
from segue.core.errors import InputError
from segue.data.corruptions import Corruption, CorruptionPipeline, Gaussian, Mask
from segue.training import Training
from segue.training.methods import AE, VAE, Method

BASE = TrainRequest("digits", Path("run"))

SHARE = st.floats(0, 1).map(lambda x: round(x, 6))
LOSSES = st.sampled_from(["mse", "bce", "mse:0.7+l1:0.3", "ssim:1e-05+mse"])
METHOD = st.one_of(
    st.builds(
        VAE,
        beta=st.floats(0, 1e9),
        warmup=SHARE,
        likelihood=st.sampled_from(["bernoulli", "gaussian"]),
        sigma=st.sampled_from(["set", "pixel", "0.25"]),
        conditional=st.booleans(),
    ),
    st.builds(AE, loss=LOSSES, conditional=st.booleans()),
)
ONE = st.one_of(st.builds(Gaussian, sigma=SHARE), st.builds(Mask, ratio=SHARE))
CORRUPT = st.one_of(
    st.none(), ONE, st.lists(ONE, min_size=2, max_size=3).map(lambda parts: CorruptionPipeline(tuple(parts)))
)
COMMA = st.sampled_from([",", ", ", " ,"])


def words(values: list[object]) -> list[str]:
    return ["none" if value is None else str(value) for value in values]


@given(st.lists(METHOD, min_size=1, max_size=5, unique_by=str), COMMA)
def test_methods_with_options_come_back(methods: list[Method], comma: str) -> None:
    axis = parse_axis("method=" + comma.join(words([*methods])))
    assert [vary(BASE, {"method": value}).method for value in axis.values] == methods
    assert parse_axis(str(axis)) == axis


@given(st.lists(CORRUPT, min_size=1, max_size=5, unique_by=str), COMMA)
def test_corruptions_and_none_come_back(corruptions: list[Corruption | None], comma: str) -> None:
    axis = parse_axis("corrupt=" + comma.join(words([*corruptions])))
    assert [vary(BASE, {"corrupt": value}).corrupt for value in axis.values] == corruptions
    assert parse_axis(str(axis)) == axis


@given(st.lists(st.floats(1e-8, 1), min_size=1, max_size=5, unique=True))
def test_numbers_come_back(rates: list[float]) -> None:
    axis = parse_axis("--lr=" + ",".join(map(str, rates)))
    assert [vary(BASE, {"lr": value}).training.lr for value in axis.values] == rates


@given(st.integers(1, 60_000), st.integers(1, 5000))
def test_ranges_come_back_and_are_logarithmic_beyond_a_factor_of_ten(low: int, more: int) -> None:
    axis = parse_axis(f"batch={low}..{low + more}")
    assert axis.span == (low, low + more) and axis.whole
    assert axis.logarithmic == ((low + more) > 10 * low)
    assert parse_axis(str(axis)) == axis


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "method=vae:beta=4,likelihood=gaussian,ae:loss=mse:0.7+l1:0.3,ae",
            ("vae:beta=4.0,likelihood=gaussian", "ae:loss=mse:0.7+l1:0.3", "ae"),
        ),
        ("method=vae:likelihood=gaussian, sigma=pixel, ae", ("vae:likelihood=gaussian,sigma=pixel", "ae")),
        ("corrupt=none,gaussian:sigma=0.1+mask:ratio=0.5", ("none", "gaussian:sigma=0.1+mask:ratio=0.5")),
        ("size=16,16x12,none", ("16", "16x12", "none")),
        ("step-size=1,5", ("1", "5")),
        ("step_size=1,5", ("1", "5")),
        ("tensorboard=yes,no", ("true", "false")),
        ("weights=../a/w.pth,none", ("../a/w.pth", "none")),
        ("lr=1e-3,0.01", ("0.001", "0.01")),
    ],
)
def test_spellings(text: str, values: tuple[str, ...]) -> None:
    axis = parse_axis(text)
    assert axis.values == values and axis.span is None
    for value in values:
        vary(BASE, {axis.name: value})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("batch", "NAME=VALUE,VALUE"),
        ("btch=4", "try batch"),
        ("out=a,b", "expected method, corrupt"),
        ("data=digits", "expected method, corrupt"),
        ("batch=", "empty value"),
        ("batch=4,,8", "empty value"),
        ("batch=4,four", "an int"),
        ("batch=0,4", "1 to 65536"),
        ("batch=none", "an int"),
        ("batch=4,4", "twice"),
        ("method=vae,vae:beta=1", "twice"),
        ("method=vea", "try vae"),
        ("method=vae:bta=3", "try beta"),
        ("corrupt=gausian", "try gaussian"),
        ("batch=8..4", "low to high"),
        ("batch=4..4", "low to high"),
        ("batch=4..5..6", "low to high"),
        ("epochs=none..4", "low to high"),
        ("batch=4,8..9", "an int"),
        ("lr=0..1", "1e-08 to 1"),
    ],
)
def test_what_is_no_axis(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_axis(text)


def test_axes_are_apart_from_one_another_and_from_what_is_fixed() -> None:
    with pytest.raises(InputError, match="without `axis`"):
        parse_axes((), BASE)
    with pytest.raises(InputError, match="`axis` batch twice"):
        parse_axes(("batch=4", "batch=8"), BASE)
    fixed = TrainRequest("digits", Path("run"), training=Training(batch=16))
    with pytest.raises(InputError, match="`batch` beside `axis` batch"):
        parse_axes(("batch=4,8",), fixed)
    assert parse_axes(("lr=0.1", "width=2..9"), fixed) == (Axis("lr", ("0.1",)), Axis("width", span=(2, 9)))


def test_a_point_changes_its_options_and_no_other() -> None:
    point = vary(BASE, {"batch": "4", "size": "16x12", "latent": "2", "method": "ae"})
    changed = {name for name, text in spell_options(point).items() if text != spell_options(BASE)[name]}
    assert changed == {"batch", "size", "latent", "method"}
    assert (point.training.batch, point.images.size, point.latent, point.method) == (4, (16, 12), 2, AE())
