"""The house: which wing may import which, what `import segue` costs, and what no module may do."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src"
FILES = sorted(SOURCE.rglob("*.py"))
WINGS = (
    "core",
    "video",
    "data",
    "models",
    "training",
    "latent",
    "evaluation",
    "render",
    "motion",
    "join",
    "commands",
    "cli",
    "__main__",
)
"""Lowest first. A wing imports only from the wings below it, so no two wings can import each other."""
ORDER = {wing: number for number, wing in enumerate(WINGS)}
HEAVY = ("av", "matplotlib", "sklearn", "scipy", "cyclopts", "rich", "starlette", "cv2", "opentimelineio")


def module_name(file: Path) -> str:
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in FILES}


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def imported(node: ast.AST, importer: str) -> list[str]:
    """What an import statement names, in full; [] for any other statement."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    package = node.module or ""
    if node.level:
        inside = importer.split(".")
        up = len(inside) - node.level + (MODULES[importer].name == "__init__.py")
        package = ".".join([*inside[:up], *filter(None, [node.module])])
    below = [f"{package}.{alias.name}" for alias in node.names]
    return [name if name in MODULES or package == "segue" else package for name in below]


def wing_faults(name: str, tree: ast.Module) -> Iterator[str]:
    own = name.split(".")[1]
    for node in ast.walk(tree):
        for target in imported(node, name):
            if target.split(".")[0] != "segue":
                continue
            other = [*target.split("."), ""][1]
            if other not in ORDER:
                yield f"{name}:{node.lineno} imports {target}: name the module, and place it in WINGS of this test"  # type: ignore[attr-defined]
            elif ORDER[other] > ORDER[own]:
                yield f"{name}:{node.lineno} imports {target}, from a higher wing"  # type: ignore[attr-defined]


def test_every_module_has_a_wing() -> None:
    homeless = {name.split(".")[1] for name in MODULES if "." in name} - set(ORDER)
    assert not homeless, f"move {sorted(homeless)} into a wing, or place them in WINGS of this test"


@pytest.mark.parametrize("name", [name for name in MODULES if name != "segue"])
def test_lower_wings_know_nothing_of_higher_ones(name: str) -> None:
    assert not list(wing_faults(name, parsed(MODULES[name])))


def test_the_check_sees_every_kind_of_import() -> None:
    source = """
from typing import TYPE_CHECKING
import segue.commands
from segue import commands
if TYPE_CHECKING:
    from segue.commands import X
def late():
    from ..commands import X
from segue import join_films
from segue.core.errors import InputError
"""
    faults = list(wing_faults("segue.data.corruptions", ast.parse(source)))
    assert len(faults) == 5
    assert any("join_films: name the module" in fault for fault in faults)


def test_no_circles() -> None:
    """Not between modules, nor between the folders of a wing; an import for type checkers alone counts too."""
    needs = {
        name: {
            target
            for node in ast.walk(parsed(file))
            for target in imported(node, name)
            if target in MODULES and target != name
        }
        for name, file in MODULES.items()
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(" needs ".join(reversed(error.args[1])))


def shared_names(tree: ast.Module) -> Iterator[str]:
    """The public constants and type aliases that a module defines."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            targets: list[ast.expr] = [node.target]
        elif isinstance(node, ast.Assign):
            targets = [name for one in node.targets for name in (one.elts if isinstance(one, ast.Tuple) else [one])]
        else:
            continue
        yield from (name.id for name in targets if isinstance(name, ast.Name) and not name.id.startswith("_"))


def defined_twice(names: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Names that two modules define, and these.

    A study is a script of its own, so its settings (`SET`, `LATENT`, ...) may have the names that another study's have;
    `STUDY` is what each must have.
    """
    homes: dict[str, list[str]] = {}
    for module, own in names.items():
        for name in own:
            homes.setdefault(name, []).append(module)

    def study(module: str) -> str:
        parts = module.split(".")
        return parts[3] if parts[1:3] == ["commands", "studies"] and len(parts) > 4 else ""

    return {
        name: modules
        for name, modules in homes.items()
        if len(modules) > 1 and (len(set(map(study, modules))) < len(modules) or "" in map(study, modules))
    }


def test_what_means_the_same_has_one_home() -> None:
    """A constant or a type that several modules need is imported; one that a module alone needs is private."""
    names = {name: set(shared_names(parsed(file))) - {"__all__"} for name, file in MODULES.items()}
    assert not defined_twice(names)


def test_the_check_sees_every_kind_of_definition() -> None:
    source = "A, B = 1, 2\nC: TypeAlias = int\n_D = 3\nE = F = 4\ndef g():\n    H = 5\n"
    assert set(shared_names(ast.parse(source))) == {"A", "B", "C", "E", "F"}
    study = "segue.commands.studies"
    assert not defined_twice({f"{study}.one.context": ["SET"], f"{study}.two.context": ["SET"]})
    assert defined_twice({f"{study}.one.context": ["SET"], f"{study}.one.study": ["SET"]})
    assert defined_twice({f"{study}.one.context": ["SET"], f"{study}.workspace": ["SET"]})
    assert defined_twice({"segue.core.images": ["Pixels"], "segue.video.read": ["Pixels"]})


COST = """
import json, sys, time
begin = time.perf_counter()
import torch
middle = time.perf_counter()
before = set(sys.modules)
import segue
end = time.perf_counter()
loaded = sorted({name.split(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"torch": middle - begin, "segue": end - middle, "loaded": loaded}))
"""


def test_importing_segue_is_light() -> None:
    seconds = []
    for _ in range(3):
        run = subprocess.run([sys.executable, "-c", COST], capture_output=True, text=True, check=True)
        cost = json.loads(run.stdout)
        assert not set(cost["loaded"]) & set(HEAVY)
        seconds.append(cost["segue"])
        if seconds[-1] < 1:
            return
    pytest.fail(f"import segue took {min(seconds):.2f} s beyond torch")


def test_a_strip_needs_neither_video_nor_plots() -> None:
    code = "import sys, segue.render.strip; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & set(HEAVY)


def hidden_modules() -> Iterator[str]:
    """Modules that cannot be reached as attributes, since their package gives the name to something else."""
    for name, file in MODULES.items():
        if file.name != "__init__.py":
            continue
        given = {
            alias.asname or alias.name
            for node in parsed(file).body
            if isinstance(node, ast.ImportFrom) and node.module != name
            for alias in node.names
        }
        yield from (f"{name}.{taken}" for taken in given if f"{name}.{taken}" in MODULES)


def test_no_module_is_hidden_by_an_object_of_the_same_name() -> None:
    assert not list(hidden_modules())


def test_the_formatter_formats() -> None:
    exceptions = [
        f"{file.relative_to(SOURCE)}:{number}"
        for file in FILES
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if "fmt: skip" in line or "fmt: off" in line
    ]
    assert len(exceptions) < 10, exceptions


def test_only_the_video_wing_knows_the_video_library() -> None:
    importers = {
        name
        for name, file in MODULES.items()
        for node in ast.walk(parsed(file))
        for target in imported(node, name)
        if target.split(".")[0] == "av"
    }
    assert {".".join(name.split(".")[:2]) for name in importers} <= {"segue.video"}


def pickles(tree: ast.Module, name: str) -> Iterator[str]:
    tensors_alone = {
        node.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(word.arg == "weights_only" and ast.unparse(word.value) == "True" for word in node.keywords)
    }
    for node in ast.walk(tree):
        if {target.split(".")[0] for target in imported(node, name)} & {
            "pickle",
            "cPickle",
            "dill",
            "joblib",
            "shelve",
        }:
            yield ast.unparse(node)
        if node in tensors_alone:
            continue
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("torch.load", "torch.save", "torch.jit.load"):
            yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and node.module == "torch":
            yield from (alias.name for alias in node.names if alias.name in ("load", "save"))
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False":
            yield ast.unparse(node)


def test_no_pickle_is_read_or_written() -> None:
    found = {name: list(pickles(parsed(file), name)) for name, file in MODULES.items()}
    assert not {name: how for name, how in found.items() if how}


def test_the_check_sees_pickles() -> None:
    source = """
import pickle
from torch import load
torch.save(a, b)
torch.load(a)
torch.load(a, weights_only=False)
torch.load(a, weights_only=True)
np.load(a, allow_pickle=True)
np.load(b, allow_pickle=False)
"""
    assert len(list(pickles(ast.parse(source), "segue.models.autoencoder"))) == 6
