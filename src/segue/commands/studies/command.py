"""Reproduce a study: train, draw and measure as it did, and report beside what it found."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from segue.commands.studies import STUDIES
from segue.commands.studies.study import Study
from segue.commands.studies.workspace import FIGURES, REQUEST, RUNS, Workspace
from segue.core.choices import Checked, option, optional
from segue.core.errors import InputError, unknown
from segue.core.images import atomic_write
from segue.core.progress import Report, silent
from segue.render.report import NUMBERS, PAGE, Claim, write_report


@dataclass(frozen=True)
class ReproduceRequest(Checked):
    """What `segue reproduce` asks for: a study, and where its report goes."""

    examples = (
        "reproduce --list",
        "reproduce mnist-2d --quick -o report",
    )

    name: str | None = optional("the study; --list shows all")
    out: Path | None = option(None, "folder for the report (default: reports/NAME)")
    list: bool = option(False, "list the studies, and how long each takes")
    quick: bool = option(False, "a smaller study, of at most three minutes on two cores")
    seed: int = option(0, "random seed", low=0, high=2**31 - 1, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    force: bool = option(False, "overwrite an existing report of another request", group="Output")


@dataclass(frozen=True)
class ReproduceResult:
    """The report's page, how long it took in seconds, what became of the source's claims, and all numbers."""

    name: str
    out: Path
    quick: bool
    seed: int
    seconds: float
    claims: tuple[Claim, ...]
    numbers: dict[str, Any]


@dataclass(frozen=True)
class Offer:
    """A study that can be reproduced, with its minutes on two cores."""

    name: str
    about: str
    data: str
    minutes_quick: float
    minutes: float


@dataclass(frozen=True)
class Offers:
    """The studies that can be reproduced."""

    studies: tuple[Offer, ...]


def run_reproduce(request: ReproduceRequest, report: Report = silent) -> ReproduceResult | Offers:
    """Carry out a study, and write its report: `report.html`, `numbers.json` and `.csv`, tables, figures and runs.

    Ctrl-C keeps the runs that are finished and the checkpoint of the one that is not; the same request goes on from
    there.

    Args:
        request: Which study, where, and how large.
        report: Called with progress.

    Returns:
        What was found; with `list`, the studies that there are.

    Raises:
        InputError: For another name, data that do not exist, and a folder that has another report or other files.
        Stopped: At Ctrl-C.
    """
    if request.list:
        names = ("name", "about", "data", "minutes_quick", "minutes")
        return Offers(tuple(Offer(**{name: getattr(study, name) for name in names}) for study in STUDIES))
    study = _find_study(request.name)
    folder = request.out or Path("reports") / study.name
    _open_folder(folder, study, request)
    before = " (some runs were there before)" if (folder / RUNS).exists() else ""
    started = time.monotonic()
    workspace = Workspace(
        folder, "quick" if request.quick else "full", seed=request.seed, data_dir=request.data_dir, report=report
    )
    page = study.make_page(workspace)
    seconds = time.monotonic() - started
    about = {
        "Study": f"{study.name}{', quick' if request.quick else ''}",
        "Data": study.data,
        "Seed": str(request.seed),
        "Time": (f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min") + before,
        "Made by": f"segue {version('segue')}",
    }
    quick = " --quick" if request.quick else ""
    again = f"segue reproduce {study.name}{quick}{f' --seed {request.seed}' if request.seed else ''}"
    file = write_report(page, folder, {"Command": again, **about}, tuple(workspace.commands))
    numbers = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
    return ReproduceResult(
        name=study.name,
        out=file,
        quick=request.quick,
        seed=request.seed,
        seconds=seconds,
        claims=page.claims,
        numbers=numbers,
    )


def format_result(result: ReproduceResult | Offers) -> str:
    """The result in words, as a terminal shows it."""
    if isinstance(result, Offers):
        wide = max(len(study.name) for study in result.studies)
        return "\n".join(
            f"{study.name:{wide}}  {study.about} ({study.data}; {study.minutes:g} min, quick {study.minutes_quick:g})"
            for study in result.studies
        )
    claims = [f"\n{claim.verdict}\n  source  {claim.source}\n  here    {claim.found}" for claim in result.claims]
    return "\n".join([f"report      {result.out}", f"took        {result.seconds:.0f} s", *claims])


def _find_study(name: str | None) -> Study:
    names = [study.name for study in STUDIES]
    if name is None:
        raise InputError("no study", ", ".join(names), "naming one, or `list=True` to see them")
    if name not in names:
        raise unknown("study", name, names)
    return STUDIES[names.index(name)]


def _open_folder(folder: Path, study: Study, request: ReproduceRequest) -> None:
    """Check that the folder is empty or of this request; empty it of another one by `force`."""
    identity = {"study": study.name, "quick": request.quick, "seed": request.seed}
    if folder.exists() and not folder.is_dir():
        raise InputError(f"output {folder}, a file", "a folder for the report", "another `out`")
    before = _read_request(folder / REQUEST)
    if before is None and folder.exists() and any(folder.iterdir()):
        raise InputError(f"{folder}, with things of others", "a new folder, or a report's", "another `out`")
    if before is not None and before != identity:
        if not request.force:
            was = f"{before['study']}{' --quick' if before['quick'] else ''} with seed {before['seed']}"
            raise InputError(f"{folder}, which has {was}", "a new folder", "another `out`, or `force=True`")
        for part in (RUNS, FIGURES):
            shutil.rmtree(folder / part, ignore_errors=True)
        (folder / PAGE).unlink(missing_ok=True)
    with atomic_write(folder / REQUEST) as beside:
        beside.write_text(json.dumps(identity) + "\n", encoding="utf-8")


def _read_request(file: Path) -> dict[str, Any] | None:
    """The request of a report that exists; None where there is none."""
    with suppress(OSError, ValueError):
        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.keys() == {"study", "quick", "seed"}:
            return found
    return None
