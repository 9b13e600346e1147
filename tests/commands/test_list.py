"""`segue list`: every family, each member with its options, bounds, meaning and source, as the code has them."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import pytest

from segue.cli import main
from segue.commands.list import Family
from segue.core.choices import choose
from segue.data.corruptions import CORRUPTIONS
from segue.data.datasets.named import SET_NAMES
from segue.data.datasets.worlds import WORLDS
from segue.evaluation.metrics import METRICS
from segue.join.styles import STYLES
from segue.latent.paths import PATHS
from segue.training.losses import LOSSES
from segue.training.methods import METHODS
from segue.video import CODECS

Segue = Callable[..., dict[str, Any]]
FAMILIES = typing.get_args(Family)


def names(result: dict[str, Any]) -> list[str]:
    return [member["name"] for member in result["members"]]


def test_the_families(segue: Segue) -> None:
    assert tuple(names(segue("list"))) == FAMILIES


@pytest.mark.parametrize("family", FAMILIES)
def test_every_member_says_what_it_is(family: str, segue: Segue) -> None:
    for member in segue("list", family)["members"]:
        assert len(member["meaning"]) > 10 and "\n" not in member["meaning"] and ">>>" not in member["about"]
        assert all(option["help"] and option["type"] for option in member["options"])


def test_nothing_is_left_out(segue: Segue) -> None:
    assert names(segue("list", "losses")) == list(LOSSES)
    assert names(segue("list", "codecs")) == [codec.name for codec in CODECS]
    assert set(names(segue("list", "sets"))) > set(SET_NAMES)
    families = {
        "methods": METHODS,
        "metrics": METRICS,
        "corruptions": CORRUPTIONS,
        "styles": STYLES,
        "worlds": WORLDS,
        "paths": PATHS,
    }
    for family, classes in families.items():
        listed = [name for name in names(segue("list", family)) if not name.startswith("+")]
        assert listed == [cls.name for cls in classes]  # type: ignore[attr-defined]


def test_what_is_listed_can_be_chosen(segue: Segue) -> None:
    for member in segue("list", "methods")["members"]:
        for option in member["options"]:
            if option["default"] is not None:
                spelled = f"{member['name']}:{option['name']}={option['default']}"
                assert choose(spelled, METHODS, "method").name == member["name"]


def test_one_member_with_its_sources(segue: Segue) -> None:
    (vae,) = segue("list", "methods", "vae")["members"]
    beta = next(option for option in vae["options"] if option["name"] == "beta")
    assert (beta["type"], beta["default"], beta["range"]) == ("FLOAT", 1.0, "0 or more")
    assert vae["references"][0] == "Kingma and Welling 2014, arXiv 1312.6114"
    assert "beta-VAE" in vae["about"] and "beta-VAE" not in vae["meaning"]
    # Through the function that its docstring refers to.
    (slerp,) = segue("list", "paths", "slerp")["members"]
    assert any(source.startswith("Shoemake") for source in slerp["references"])


def test_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "corruptions", "gaussian"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("gaussian\n    Adds white noise") and "sigma=0.2  FLOAT, 0 to 100: standard" in shown
    assert main(["list"]) == 0
    assert "--style of join" in capsys.readouterr().out


def test_what_is_not_there(refused: Callable[..., str]) -> None:
    assert "methods" in refused("list", "metods") and "vae" in refused("list", "methods", "vea")
