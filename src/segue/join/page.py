"""The report of a join: one page with the film, its transitions, and what was measured of them, frame by frame."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from segue.core.images import atomic_write
from segue.core.progress import Event, Report, silent
from segue.join.exports import Film
from segue.join.panel import Panel, panel
from segue.join.plan import Plan
from segue.join.transition import Joint
from segue.video.codecs import output

PLAYED, _PICTURES = ("h264", "vp9", "av1"), ("gif", "webp")
"""Codecs of films that browsers play, and of those that they show as pictures."""


def write_page(
    path: Path, films: Sequence[Film], record: Path, plan: Plan, joints: Sequence[Joint], report: Report = silent
) -> Path:
    """Write the report of `films` and the JSON `record` of them, all written and beside `path`, which is returned.

    The page shows each transition by itself and needs no other file; it plays the films too, where they stand beside
    it and are of a kind that browsers play. The same films give the same bytes. Raises `InputError` for what cannot
    be written.
    """
    from segue.render.report import rendered

    kept: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    panels: list[Panel] = []
    for joint in joints:
        report(Event("report", len(panels), len(joints)))
        panels.append(panel(plan, joint))
    infos = dict.fromkeys(source.info for source in plan.sources)
    names = [film.path.name for film in films]
    html = rendered(
        "join.html.jinja",
        title=path.stem,
        films=[(name, quote(name)) for name in names],
        kind=_kind(films[0].path, kept["project"]),
        alone=films[0].parts != plan.parts,
        made=kept["film"],
        clips=kept["project"]["clips"],
        panels=panels,
        about=_about(kept),
        notes=[note for info in infos for note in plan.canvas.changes(info)],
        again=shlex.join(["segue", "join", "--from", record.name, "-o", f"again{films[0].path.suffix}"]),
    )
    with atomic_write(path) as beside:
        beside.write_text(html, encoding="utf-8", newline="")
    report(Event("report", len(joints), len(joints)))
    return path


def _kind(film: Path, options: Mapping[str, Any]) -> str:
    """How a browser shows the film: as a `film`, as a `picture`, or, "", not at all."""
    codec = output(film, options.get("codec")).codec.name
    return "film" if codec in PLAYED else "picture" if codec in _PICTURES else ""


def _about(kept: Mapping[str, Any]) -> dict[str, str]:
    options = {name: value for name, value in kept["project"].items() if name not in ("clips", "seed")}
    words = [f"{name} {'x'.join(map(str, v)) if isinstance(v, list) else v}" for name, v in options.items()]
    return {
        "Settings": ", ".join(words) or "all as they are by default",
        "Seed": str(kept["project"].get("seed", 0)),
        "Made by": f"segue {kept['segue']}",
    }
