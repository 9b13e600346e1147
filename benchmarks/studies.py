"""All studies in full or `--quick`: reports in one folder with an index, claims in `results/studies.json`.

A study that was stopped goes on; one whose report is there is done again from the runs that are there,
and its time is not noted.
"""

from __future__ import annotations

import argparse
import html
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from machine import RESULTS, data_dir, write

from segue.commands.studies import STUDIES
from segue.commands.studies.command import ReproduceRequest, ReproduceResult, run_reproduce
from segue.commands.studies.workspace import RUNS
from segue.core.images import atomic_write
from segue.render.report import PAGE

INDEX = """<!doctype html><html lang="en"><meta charset="utf-8"><title>segue: the studies</title>
<style>body {{ margin: 4rem auto; max-width: 44rem; padding: 0 1.5rem; font: 1.06rem/1.6 Charter, Georgia, serif; }}
a {{ color: #0b6b58; }} li {{ margin: .6rem 0; }}</style>
<h1>Five studies, done again</h1><ul>{items}</ul></html>
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="else all")
    parser.add_argument("-o", "--out", type=Path, default=Path("reports"))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    file = RESULTS / "studies.json"
    rows: dict[str, Any] = json.loads(file.read_text())["studies"] if file.exists() else {}
    for study in STUDIES:
        if options.names and study.name not in options.names:
            continue
        fresh = not (options.out / study.name / RUNS).exists()
        request = ReproduceRequest(study.name, options.out / study.name, quick=options.quick, data_dir=data_dir())
        result = run_reproduce(request)
        if not isinstance(result, ReproduceResult):
            raise TypeError(result)
        rows[study.name] = {
            "quick": options.quick,
            "seconds": round(result.seconds) if fresh else None,
            "claims": [asdict(claim) for claim in result.claims],
            "numbers": result.numbers,
        }
        print(study.name, f"{result.seconds:.0f} s", *(f"\n  {c.name}: {c.verdict}" for c in result.claims), flush=True)
        write("studies", "make studies", {"studies": rows})
        index(options.out)


def index(folder: Path) -> None:
    """A page that leads to each report that is there."""
    items = "".join(
        f'<li><a href="{study.name}/{PAGE}">{study.name}</a>: {html.escape(study.about)}</li>'
        for study in STUDIES
        if (folder / study.name / PAGE).exists()
    )
    with atomic_write(folder / "index.html") as beside:
        beside.write_text(INDEX.format(items=items), encoding="utf-8")


if __name__ == "__main__":
    main()
