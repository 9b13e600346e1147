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
from segue.join.panel import Panel, make_panel
from segue.join.plan import Plan
from segue.join.transition import Transition
from segue.video.codecs import output

PLAYED, _PICTURES = ("h264", "vp9", "av1"), ("gif", "webp")
"""Codecs of films that browsers play, and of those that they show as pictures."""


def write_page(
    path: Path,
    films: Sequence[Film],
    record: Path,
    plan: Plan,
    transitions: Sequence[Transition],
    report: Report = silent,
) -> Path:
    """Write the report of a join.

    The page shows each transition by itself and needs no other file; it plays the films too, where they stand beside
    it and are of a kind that browsers play. The same films give the same bytes.

    Args:
        path: the .html file.
        films: what was written, beside it.
        record: the JSON of the film, written, beside it.
        plan: the film.
        transitions: its transitions.
        report: receives progress events.

    Returns:
        `path`.

    Raises:
        InputError: for what cannot be written.
    """
    from segue.render.report import render_template

    recorded: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    panels: list[Panel] = []
    for transition in transitions:
        report(Event("report", len(panels), len(transitions)))
        panels.append(make_panel(plan, transition))
    infos = dict.fromkeys(window.info for window in plan.windows)
    names = [film.path.name for film in films]
    html = render_template(
        "join.html.jinja",
        title=path.stem,
        films=[(name, quote(name)) for name in names],
        kind=_kind(films[0].path, recorded["project"]),
        alone=films[0].parts != plan.parts,
        made=recorded["film"],
        clips=recorded["project"]["clips"],
        panels=panels,
        about=_about(recorded),
        notes=[note for info in infos for note in plan.canvas.describe_changes(info)],
        again=shlex.join(["segue", "join", "--from", record.name, "-o", f"again{films[0].path.suffix}"]),
    )
    with atomic_write(path) as beside:
        beside.write_text(html, encoding="utf-8", newline="")
    report(Event("report", len(transitions), len(transitions)))
    return path


def _kind(film: Path, options: Mapping[str, Any]) -> str:
    """How a browser shows the film: as a `film`, as a `picture`, or, "", not at all."""
    codec = output(film, options.get("codec")).codec.name
    return "film" if codec in PLAYED else "picture" if codec in _PICTURES else ""


def _about(recorded: Mapping[str, Any]) -> dict[str, str]:
    options = {name: value for name, value in recorded["project"].items() if name not in ("clips", "seed")}
    words = [f"{name} {'x'.join(map(str, v)) if isinstance(v, list) else v}" for name, v in options.items()]
    return {
        "Settings": ", ".join(words) or "all as they are by default",
        "Seed": str(recorded["project"].get("seed", 0)),
        "Made by": f"segue {recorded['segue']}",
    }
