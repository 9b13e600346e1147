"""All that a join writes: the films, contact sheets, the record, a timeline for editors, and a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segue.core.choices import list_changes
from segue.core.images import write_image
from segue.core.progress import Report
from segue.join.dream_model import DreamModel
from segue.join.exports import Film
from segue.join.film import write_film
from segue.join.otio import write_otio
from segue.join.page import write_page
from segue.join.plan import Plan
from segue.join.record import TransitionResult, relative_path, summarize, write_record
from segue.join.request import JoinRequest
from segue.join.resolve import path_beside
from segue.join.sheets import draw_cut_points, draw_transitions
from segue.join.transition import Transition

NOT_RECORDED = (
    "out",
    "clips",
    "from_",
    "seconds",
    "frames",
    "best_cut",
    "hold",
    "minutes",
    "sheet",
    "otio",
    "report",
    "trust_code",
)
"""What each clip of a record says for itself, and what does not change the film."""


@dataclass(frozen=True)
class Outputs:
    """What was written beside the films; None where it was not asked for. `results` are what the record has."""

    results: tuple[TransitionResult, ...]
    record: Path
    sheet: Path | None
    cut_points: Path | None
    otio: Path | None
    report: Path | None


def write_films(
    request: JoinRequest, plan: Plan, films: Sequence[Film], transitions: Sequence[Transition], report: Report
) -> None:
    """Write the films, each as a stream.

    Args:
        request: the request, resolved.
        plan: the film.
        films: what to write of it.
        transitions: the film's transitions.
        report: receives progress events.

    Raises:
        InputError: for what cannot be written.
    """
    for film in films:
        write_film(film.path, plan.windows, film.parts, transitions, request.audio, report, request.codec, request.crf)


def write_beside(
    request: JoinRequest,
    plan: Plan,
    films: Sequence[Film],
    transitions: Sequence[Transition],
    model: DreamModel,
    report: Report,
) -> Outputs:
    """Write what stands beside the films: contact sheets, the record, a timeline, a report.

    Args:
        request: the request, resolved, which says what is wanted.
        plan: the film.
        films: the films, written.
        transitions: the film's transitions.
        model: the model of its dreams.
        report: receives progress events.

    Returns:
        Where it is.

    Raises:
        InputError: for what cannot be written.
    """
    out = request.out
    sheet = path_beside(out, ".png") if request.sheet else None
    if sheet is not None:
        write_image(sheet, draw_transitions(transitions))
    cut_points = path_beside(out, "-cuts.png") if plan.cut_points else None
    if cut_points is not None:
        write_image(cut_points, draw_cut_points(list(plan.cut_points.values())))
    results = tuple(summarize(plan, transition) for transition in transitions)
    record = write_record(path_beside(out, ".json"), _options_to_record(request, model), plan, transitions, results)
    otio = path_beside(out, ".otio") if request.otio else None
    if otio is not None:
        write_otio(otio, plan, films, results, record, request.audio, request.seed, request.codec)
    page = path_beside(out, ".html") if request.report else None
    if page is not None:
        write_page(page, films, record, plan, transitions, report)
    return Outputs(results=results, record=record, sheet=sheet, cut_points=cut_points, otio=otio, report=page)


def _options_to_record(request: JoinRequest, model: DreamModel) -> dict[str, Any]:
    """The options that render the same film from the same stretches, without searching."""
    recorded, values = set(list_changes(request)) - set(NOT_RECORDED), request.to_json()
    options = {name: value for name, value in values.items() if name in recorded}
    if request.through is not None:
        options["through"] = relative_path(request.through, request.out.parent)
    if model.steps:
        options |= {"steps": model.steps, "precision": model.options.precision}
    return options
