"""The front door: every public name is there, once, and documented."""

from __future__ import annotations

from types import ModuleType

import pytest

import segue


@pytest.mark.parametrize("name", segue.__all__)
def test_every_name_opens(name: str) -> None:
    # A sub-package of the same name would hide it as soon as it is imported.
    assert not isinstance(getattr(segue, name), ModuleType)
    assert not isinstance(getattr(segue, name), ModuleType)
    assert name in dir(segue)


def test_the_list_is_whole() -> None:
    assert set(segue.__all__) == set(segue._WHERE)


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="interpolat"):
        segue.interpolat  # noqa: B018


@pytest.mark.parametrize("wing", ["core", "video", "data", "models", "training", "latent", "evaluation", "render"])
def test_the_wings_open_too(wing: str) -> None:
    assert getattr(segue, wing).__name__ == f"segue.{wing}" and wing in dir(segue)
