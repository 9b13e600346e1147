"""Join clips by generated transitions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

from segue.core.choices import choose
from segue.core.images import write_image
from segue.core.notebook import film_html, table_html
from segue.core.progress import Event, Report, silent
from segue.join.clip_window import MODEL_PIXELS, look
from segue.join.cut_points import Moment
from segue.join.dream_model import Learning
from segue.join.film import write_film
from segue.join.otio import write_otio
from segue.join.page import write_page
from segue.join.plan import Plan
from segue.join.record import Transition, ladder, moments_sheet, relative, sheet_of, transition_of, write_record
from segue.join.request import (
    JoinRequest,
    asked,
    beside,
    check_outputs,
    check_room,
    films_asked,
    planned,
    styles_of,
)
from segue.join.scores import Scores
from segue.join.styles import CONTROL_STYLES, Style
from segue.join.through import Waypoint, some, waypoints
from segue.join.timeline import Cut, Mode
from segue.join.transition import Joint, ready
from segue.latent.paths import choose_path
from segue.training import Training
from segue.training.methods import METHODS
from segue.video import carries_sound

NOT_AGAIN = (
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
)
"""What each clip of a record says for itself, and what does not change the film."""


@dataclass(frozen=True)
class JoinResult:
    """The film and what was measured of it.

    `transitions` are all, in order; `style`, `mode`, `transition`, `seam`, `scores` and `rungs` are of the first one.
    `psnr` in dB, the mean over the training frames, and `steps` are of a dream; NaN and 0 without one. `record` is
    the JSON that `--from` renders again, to the byte; `sheet` and `moments` are contact sheets, if asked for. `films`
    are all that were written, `out` the first of them, of which `frames`, `seconds`, `arithmetic` and `transition` are;
    `transitions` are of the film as a whole, written or not. `otio` is for editors, `report` a page, if asked for.
    """

    out: Path
    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    style: str
    mode: Mode
    arithmetic: str
    transition: dict[str, int]
    seam: dict[str, float]
    scores: dict[str, Scores]
    rungs: tuple[dict[str, Any], ...]
    psnr: float
    steps: int
    took: dict[str, float]
    sheet: Path | None
    notes: tuple[str, ...]
    transitions: tuple[Transition, ...]
    record: Path
    moments: Path | None
    films: tuple[Path, ...]
    otio: Path | None
    report: Path | None

    def _repr_html_(self) -> str:
        """In a notebook: the film, and the scores beside the controls'."""
        names = [field.name for field in fields(Scores) if field.name not in ("a", "b")]
        rows = [[style, *(getattr(own, name) for name in names)] for style, own in self.scores.items()]
        return f"<div>{film_html(self.out)}{table_html(['style', *names], rows)}</div>"


def run_join(request: JoinRequest, report: Report = silent) -> JoinResult:
    """Find the transition that does best at each cut, and write the film as a stream.

    Raises `InputError` for clips that cannot be read or joined so, and for an output that cannot be written; then, as
    at Ctrl-C, nothing is left behind but, of several films, those that are whole already.
    """
    started = time.monotonic()
    request, pieces = asked(request)
    styles = [styles_of(piece.style or request.style) for piece in pieces]
    method, path = choose(request.method, METHODS, "method"), choose_path(request.path)
    check_outputs(request, pieces)
    plan, moments = planned(request, pieces, report)
    report(Event("plan", note=plan.arithmetic()))
    films = films_asked(request, plan)
    check_room(request, plan, sum(film.frames for film in films), report)
    read = time.monotonic()
    options = Training(
        steps=request.steps,
        minutes=request.minutes,
        batch=4,
        lr=3e-3,
        precision=request.precision,
        seed=request.seed,
    ).pin_precision(request.width)
    through = waypoints(request.through, plan.canvas) if request.through else ()
    extra = partial(some, through, *plan.canvas.shrunk(MODEL_PIXELS, 8)) if through else None
    learning = Learning(plan.sources, plan.cuts, method, path, options, request.latent, request.width, extra, report)
    quick = request.quick or request.preview
    joints = [_joint(plan, cut, styles[cut.a], learning, through, quick, report) for cut in plan.cuts]
    found = time.monotonic()
    for film in films:
        write_film(film.path, plan.sources, film.parts, joints, request.audio, report, request.codec, request.crf)
    written = time.monotonic()
    sheets = _write_sheets(request, joints, moments)
    transitions = tuple(transition_of(plan, joint, moments.get(joint.cut, ())) for joint in joints)
    record = write_record(beside(request.out, ".json"), _again(request, learning), plan, joints, transitions)
    otio = beside(request.out, ".otio") if request.otio else None
    if otio is not None:
        write_otio(otio, plan, films, transitions, record, request.audio, request.seed, request.codec)
    page = beside(request.out, ".html") if request.report else None
    if page is not None:
        write_page(page, films, record, plan, joints, report)
    took = {"read": read - started, "train": found - read, "write": written - found, "all": time.monotonic() - started}
    first = transitions[0]
    return JoinResult(
        films[0].path,
        plan.canvas.width,
        plan.canvas.height,
        float(plan.canvas.fps),
        films[0].frames,
        float(films[0].frames / plan.canvas.fps),
        first.style,
        first.mode,
        films[0].arithmetic(plan.canvas.fps),
        {"first": films[0].first(plan.cuts[0]), "count": first.count},
        first.seam,
        first.scores,
        first.rungs,
        learning.psnr,
        learning.steps,
        took,
        sheets.get("sheet"),
        _notes(request, plan, joints),
        transitions,
        record,
        sheets.get("moments"),
        tuple(film.path for film in films),
        otio,
        page,
    )


def format_result(result: JoinResult) -> str:
    """The result in words, as a terminal shows it."""
    beside = {
        "sheet": result.sheet,
        "cuts": result.moments,
        "timeline": result.otio,
        "report": result.report,
        "record": result.record,
    }
    lines = [
        f"film        {result.out}",
        f"            {result.width}x{result.height}, {result.fps:.5g} frames a second, {result.seconds:.2f} s",
        *(f"            {film}" for film in result.films[1:]),
        *(_format_transition(result) if len(result.transitions) == 1 else _format_transitions(result)),
        f"took        {result.took['all']:.0f} s",
        *(f"{name:12}{path}" for name, path in beside.items() if path is not None),
    ]
    return "\n".join([*lines, *(f"note        {note}" for note in result.notes)])


def _format_transition(result: JoinResult) -> list[str]:
    first, count = result.transition["first"], result.transition["count"]
    return [
        f"transition  frames {first} to {first + count - 1}, {count / result.fps:.2f} s "
        f"from {first / result.fps:.2f} s",
        f"            {result.arithmetic}",
        f"seams       {result.seam['a']:.2f} and {result.seam['b']:.2f} of the clips' own change (1.5 is hardly seen)",
        *_format_scores(result.scores),
    ]


def _format_transitions(result: JoinResult) -> list[str]:
    lines = [f"            {result.arithmetic}"]
    for one in result.transitions:
        lines += [
            f"transition  {one.a.name} to {one.b.name}, {one.count / result.fps:.2f} s from "
            f"{one.first / result.fps:.2f} s, {one.style}",
            f"            seams {one.seam['a']:.2f} and {one.seam['b']:.2f} of the clips' own change",
            *_format_scores(one.scores),
        ]
    return lines


def _format_scores(scores: dict[str, Scores]) -> list[str]:
    """The style taken, and the controls beneath."""
    wide = max(map(len, scores))
    lines = [
        f"{style:{wide}}  ghosting {own.ghosting:.2f}, sharpness {own.sharpness:.2f}, pace {own.pace:.2f}, "
        f"flicker {own.flicker:.2f}"
        for style, own in scores.items()
    ]
    return [f"{'scores' if not index else '':12}{line}" for index, line in enumerate(lines)]


def _joint(
    plan: Plan,
    cut: Cut,
    styles: Sequence[Style],
    learning: Learning,
    through: Sequence[Waypoint],
    quick: bool,
    report: Report,
) -> Joint:
    """The transition that does best at a cut."""
    before, after = (
        look(plan.sources[clip], cut, leaving=leaving, report=report)
        for clip, leaving in ((cut.a, True), (cut.b, False))
    )
    middle = len(before.live) // 2
    return ready(
        cut,
        before,
        after,
        styles[:1] if quick else styles,
        lambda: learning.dream(before.live[middle], after.live[middle]),
        () if quick else CONTROL_STYLES,
        report,
        through,
    )


def _write_sheets(
    request: JoinRequest, joints: Sequence[Joint], moments: Mapping[Cut, tuple[Moment, ...]]
) -> dict[str, Path]:
    written = {}
    if request.sheet:
        written["sheet"] = beside(request.out, ".png")
        write_image(written["sheet"], sheet_of(joints))
    if moments:
        written["moments"] = beside(request.out, "-cuts.png")
        write_image(written["moments"], moments_sheet(list(moments.values())))
    return written


def _again(request: JoinRequest, learning: Learning) -> dict[str, Any]:
    """The options that render the same film from the same stretches, without searching."""
    kept = {
        field.name: value
        for field, value in zip(fields(request), request.to_json().values(), strict=True)
        if getattr(request, field.name) != field.default
    }
    for name in NOT_AGAIN:
        kept.pop(name, None)
    if request.through is not None:
        kept["through"] = relative(request.through, request.out.parent)
    if learning.steps:
        kept |= {"steps": learning.steps, "precision": learning.options.precision}
    return kept


def _notes(request: JoinRequest, plan: Plan, joints: Sequence[Joint]) -> tuple[str, ...]:
    changes = [note for info in {s.path: s.info for s in plan.sources}.values() for note in plan.canvas.changes(info)]
    has_sound = request.audio != "none" and any(source.info.has_sound for source in plan.sources)
    if has_sound and not carries_sound(request.out, request.codec):
        changes.append("no sound: the file has no room for it")
    if not request.out.suffix:
        changes.append(f"pictures at {float(plan.canvas.fps):.5g} a second, which a folder does not say")
    return (*changes, *(note for joint in joints for note in ladder(plan, joint)))
