"""Choices of one's own: spelled by where they are imported from, checked, and imported from files only if trusted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from segue.core.choices import Checked, Choice, choose, needed, option
from segue.core.errors import InputError
from segue.core.own_choices import check_trust, names_code, split_own
from segue.data.corruptions import CORRUPTIONS, Gaussian, Mask, corruption
from segue.latent.paths import PATHS, TRANSFORMS, Linear
from segue.training.losses import choose_loss

CODE = '''
from dataclasses import dataclass
from segue.core.choices import Choice, option
from segue.data.corruptions import Corruption

@dataclass(frozen=True)
class Dim(Corruption):
    """Darkens."""
    share: float = option(0.5, "of the light that is left", low=0, high=1)
    twice: bool = option(False, "do it again")

    def apply(self, images, generator):
        return images * self.share

class Undecorated(Corruption):
    def apply(self, images, generator):
        return images

@dataclass(frozen=True)
class Unfinished(Corruption):
    """Cannot do anything."""

@dataclass(frozen=True)
class Other(Choice):
    """Of no family."""

def brightness(logits, target):
    return (logits.sigmoid().mean((1, 2, 3)) - target.mean((1, 2, 3))).square()

class Brightness:
    def __call__(self, logits, target):
        return brightness(logits, target)

number = 3
'''


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package `own` with a module `dark`, a module `dark_alone`, and one that cannot be imported."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").touch()
    for name in ("own/dark.py", "dark_alone.py"):
        (tmp_path / name).write_text(CODE)
    (tmp_path / "own" / "broken.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("own", "dark_alone")]:
        del sys.modules[name]


@pytest.mark.parametrize("module", ["own.dark", "dark_alone"])
def test_a_spelling_is_read_back(module: str) -> None:
    plain, rich = (choose(f"{module}:Dim{rest}", CORRUPTIONS, "corruption") for rest in ("", ":share=0.25,twice=yes"))
    assert str(plain) == f"{module}:Dim" and str(rich) == f"{module}:Dim:share=0.25,twice=true"
    assert choose(str(rich), CORRUPTIONS, "corruption") == rich != plain
    with pytest.raises(InputError, match="Dim:share=2; expected 0 to 1"):
        choose(f"{module}:Dim:share=2", CORRUPTIONS, "corruption")
    with pytest.raises(InputError, match="try share"):
        choose(f"{module}:Dim:shar=1", CORRUPTIONS, "corruption")


def test_it_stands_among_segues_own() -> None:
    chain = corruption("gaussian:sigma=1e-1 + own.dark:Dim:share=0.25+mask")
    assert str(chain) == "gaussian:sigma=0.1+own.dark:Dim:share=0.25+mask" and corruption(str(chain)) == chain
    assert [type(part) for part in chain.parts][::2] == [Gaussian, Mask]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("spelling", "said"),
    [
        ("own.nothing:Dim", "No module named 'own.nothing'"),
        ("nothing:Dim", "checking the name, or adding its folder to PYTHONPATH"),
        ("own.broken:Dim", "ZeroDivisionError: division by zero"),
        ("own.dark:Dimm", "try Dim"),
        ("own.dark:number", "expected a subclass of Corruption"),
        ("own.dark:brightness", "expected a subclass of Corruption"),
        ("own.dark:Other", "deriving it from segue.data.corruptions.Corruption"),
        ("own.dark:Undecorated", "expected a frozen dataclass"),
        ("own.dark:Unfinished", "own.dark:Unfinished without apply"),
        ("own.dark", "expected gaussian"),
        ("dark:dim", "expected gaussian"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(spelling: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        choose(spelling, CORRUPTIONS, "corruption")
    assert said in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_each_family_takes_its_own_kind() -> None:
    for family in (PATHS, TRANSFORMS):
        with pytest.raises(InputError, match="expected a subclass of Path"):
            choose("own.dark:Dim", family, "path")  # type: ignore[type-var]


def test_losses() -> None:
    for name in ("brightness", "Brightness"):
        loss = choose_loss(f"mse:0.5 + own.dark:{name}:0.25")
        assert str(loss) == f"mse:0.5+own.dark:{name}:0.25" and choose_loss(str(loss)) == loss
        assert loss.parts[1] == (f"own.dark:{name}", 0.25)
    assert choose_loss("own.dark:brightness").parts == (("own.dark:brightness", 1.0),)
    for spelling, said in (
        ("own.dark:number", "no function"),
        ("own.dark:brightness:dark", "a plain number"),
        ("own.dark:brightnes", "expected dataclass"),
    ):
        with pytest.raises(InputError, match=said):
            choose_loss(spelling)


@pytest.mark.parametrize(
    "spelling",
    ["own.dark:Dim", "gaussian+own.dark:Dim:share=0.5", "ae:loss=mse:0.5+own.dark:brightness:0.1", "dark_alone:Dim"],
)
def test_spellings_that_name_code(spelling: str) -> None:
    assert names_code(spelling)
    for value in (spelling, ["plain", spelling], {"a": {"b": [spelling]}}):
        check_trust(value, "a choice", True)
        with pytest.raises(InputError, match="code to import"):
            check_trust(value, "a choice", False)


@pytest.mark.parametrize(
    "spelling",
    [
        "vae:beta=4,likelihood=gaussian",
        "worlds:pole:height=all",
        "mse:0.7+vgg16/relu2_2:0.3",
        "C:/clips/a.mp4",
        "1:2",
        "label:5#3",
        "graph:k=8+smooth+pace",
        "geodesic:metric=decoder",
        "mpi3d-toy:color=white+red",
        "a.mp4",
        "http://x.org/a",
    ],
)
def test_spellings_that_name_none(spelling: str) -> None:
    assert not names_code(spelling) and split_own(spelling) is None
    check_trust([spelling, 3, None], "a choice", False)


def test_nothing_is_imported_without_trust() -> None:
    for spelling in ("own.dark:Dim", "gaussian:sigma=own.dark:Dim"):
        with pytest.raises(InputError, match="`trust_code=True`, if you trust that file"):
            choose(spelling, CORRUPTIONS, "corruption", trust_code=False)
    assert "own.dark" not in sys.modules
    assert str(choose("mask", CORRUPTIONS, "corruption", trust_code=False)) == "mask"


@dataclass(frozen=True)
class Request(Checked):
    """Holds two spellings."""

    corrupt: str = needed(help="what the encoder sees")
    several: tuple[str, ...] = option((), "more")


def test_json_is_trusted_only_when_that_is_said() -> None:
    for data in ({"corrupt": "own.dark:Dim"}, {"corrupt": "mask", "several": ["mask", "own.dark:Dim"]}):
        with pytest.raises(InputError, match="code to import"):
            Request.from_json(data)
        assert Request.from_json(data, trust_code=True).to_json() == {"several": [], **data}
    assert Request.from_json({"corrupt": "mask"}) == Request("mask")


@dataclass(frozen=True)
class Named(Choice):
    """Has a name of its own."""

    name: ClassVar[str] = "named"


@dataclass(frozen=True)
class Nameless(Choice):
    """Is called by where it is."""

    size: int = option(1, "how large")


def test_a_class_is_called_by_its_name_or_else_by_where_it_is() -> None:
    assert str(Named()) == "named" and str(Nameless(size=2)) == f"{__name__}:Nameless:size=2"


def test_a_class_that_is_chosen_by_its_path_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Named, "name", "named")  # as before, after this test
    assert str(choose(f"{__name__}:Named", (Named, Nameless), "thing")) == f"{__name__}:Named"


def test_a_class_that_cannot_be_imported_is_called_by_its_name() -> None:
    @dataclass(frozen=True)
    class Inner(Choice):
        """Within a function."""

    assert str(Inner()) == "Inner" and str(Linear()) == "linear"
