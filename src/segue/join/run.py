"""Join clips by generated transitions: from the request straight down to what is written, and how the result reads."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from segue.core.choices import choose
from segue.core.notebook import film_html, table_html
from segue.core.progress import Event, Report, silent
from segue.join.dream_model import DreamModel, choose_training
from segue.join.exports import check_room, choose_films
from segue.join.outputs import write_beside, write_films
from segue.join.plan import Plan, make_plan
from segue.join.record import TransitionResult, describe_attempts
from segue.join.request import JoinRequest
from segue.join.resolve import check_outputs, choose_styles, resolve_request
from segue.join.scores import Scores
from segue.join.seam_frames import MODEL_PIXELS
from segue.join.styles import CONTROL_STYLES
from segue.join.through import Waypoint, find_waypoints, read_waypoints
from segue.join.timeline import Mode
from segue.join.transition import Transition, make_transitions
from segue.latent.paths import PathChoice, choose_path
from segue.training.methods import METHODS, Method
from segue.video import carries_sound


@dataclass(frozen=True)
class JoinResult:
    """The film and what was measured of it.

    `transitions` are all, in order; `style`, `mode`, `transition`, `seam`, `scores` and `attempts` are of the first
    one. `psnr` in dB, the mean over the training frames, and `steps` are of a dream; NaN and 0 without one.
    `record` is the JSON that `--from` renders again, to the byte; `sheet` and `cut_points` are contact sheets, if
    asked for. `films` are all that were written, `out` the first of them, of which `frames`, `seconds`,
    `arithmetic` and `transition` are; `transitions` are of the film as a whole, written or not. `otio` is for editors,
    `report` a page, if asked for. `took` are seconds. JSON calls
    `attempts` `rungs`, and `cut_points` `moments`.
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
    attempts: tuple[dict[str, Any], ...] = field(metadata={"json": "rungs"})
    psnr: float
    steps: int
    took: dict[str, float]
    sheet: Path | None
    notes: tuple[str, ...]
    transitions: tuple[TransitionResult, ...]
    record: Path
    cut_points: Path | None = field(metadata={"json": "moments"})
    films: tuple[Path, ...]
    otio: Path | None
    report: Path | None

    def _repr_html_(self) -> str:
        """In a notebook: the film, and the scores beside the controls'."""
        names = [each.name for each in fields(Scores) if each.name not in ("a", "b")]
        rows = [[style, *(getattr(own, name) for name in names)] for style, own in self.scores.items()]
        return f"<div>{film_html(self.out)}{table_html(['style', *names], rows)}</div>"


def run_join(request: JoinRequest, report: Report = silent) -> JoinResult:
    """Join clips: find the transition that does best at each cut, and write the film as a stream.

    Args:
        request: what to join, how, and where to write it.
        report: receives progress events.

    Returns:
        The film, and what was measured of it.

    Raises:
        InputError: for clips that cannot be read or joined so, and for an output that cannot be written; then, as at
            Ctrl-C, nothing is left behind but, of several films, those that are whole already.

    >>> import tempfile
    >>> from segue.video.demo_clips import write_demo_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clips = write_demo_clips(Path(folder), seconds=0.5, height=64, width=48)
    ...     result = run_join(JoinRequest(Path(folder) / "out.mp4", clips, seconds=0.2, style="fade", quick=True))
    >>> result.arithmetic
    '0.29 s of clip 1 + 0.21 s over both + 0.29 s of clip 2 = 0.79 s'
    """
    started = time.monotonic()
    request, clips = resolve_request(request)
    styles = [choose_styles(clip.style or request.style) for clip in clips]
    method, path = choose(request.method, METHODS, "method"), choose_path(request.path)
    check_outputs(request, clips)
    plan = make_plan(request, clips, report)
    report(Event("plan", note=plan.describe()))
    films = choose_films(request, plan)
    check_room(request, plan, sum(film.frames for film in films), report)
    read = time.monotonic()
    through = find_waypoints(request.through, plan.canvas) if request.through else ()
    model = _model_for(request, plan, method, path, through, report)
    quick = request.quick or request.preview
    transitions = make_transitions(
        plan,
        [one[:1] for one in styles] if quick else styles,
        model,
        controls=() if quick else CONTROL_STYLES,
        through=through,
        report=report,
    )
    found = time.monotonic()
    write_films(request, plan, films, transitions, report)
    written = time.monotonic()
    outputs = write_beside(request, plan, films, transitions, model, report)
    first, film = outputs.results[0], films[0]
    return JoinResult(
        out=film.path,
        width=plan.canvas.width,
        height=plan.canvas.height,
        fps=float(plan.canvas.fps),
        frames=film.frames,
        seconds=float(film.frames / plan.canvas.fps),
        style=first.style,
        mode=first.mode,
        arithmetic=film.describe(plan.canvas.fps),
        transition={"first": film.first(plan.cuts[0]), "count": first.count},
        seam=first.seam,
        scores=first.scores,
        attempts=first.attempts,
        psnr=model.psnr,
        steps=model.steps,
        took={
            "read": read - started,
            "train": found - read,
            "write": written - found,
            "all": time.monotonic() - started,
        },
        sheet=outputs.sheet,
        notes=_describe_film(request, plan, transitions),
        transitions=outputs.results,
        record=outputs.record,
        cut_points=outputs.cut_points,
        films=tuple(one.path for one in films),
        otio=outputs.otio,
        report=outputs.report,
    )


def _model_for(
    request: JoinRequest,
    plan: Plan,
    method: Method,
    path: PathChoice,
    through: Sequence[Waypoint],
    report: Report,
) -> DreamModel:
    return DreamModel(
        windows=plan.windows,
        cuts=plan.cuts,
        method=method,
        path=path,
        options=choose_training(
            steps=request.steps,
            minutes=request.minutes,
            precision=request.precision,
            seed=request.seed,
            width=request.width,
        ),
        latent=request.latent,
        width=request.width,
        extra=partial(read_waypoints, through, *plan.canvas.size_within(MODEL_PIXELS, 8)) if through else None,
        report=report,
    )


def _describe_film(request: JoinRequest, plan: Plan, transitions: Sequence[Transition]) -> tuple[str, ...]:
    infos = {window.path: window.info for window in plan.windows}
    lines = [line for info in infos.values() for line in plan.canvas.describe_changes(info)]
    has_sound = request.audio != "none" and any(info.has_sound for info in infos.values())
    if has_sound and not carries_sound(request.out, request.codec):
        lines.append("no sound: the file has no room for it")
    if not request.out.suffix:
        lines.append(f"pictures at {float(plan.canvas.fps):.5g} a second, which a folder does not say")
    return (*lines, *(line for transition in transitions for line in describe_attempts(plan, transition)))


def format_result(result: JoinResult) -> str:
    """Write the result of a join in words.

    Args:
        result: the result.

    Returns:
        Lines of text.
    """
    beside = {
        "sheet": result.sheet,
        "cuts": result.cut_points,
        "timeline": result.otio,
        "report": result.report,
        "record": result.record,
    }
    lines = [
        f"film        {result.out}",
        f"            {result.width}x{result.height}, {result.fps:.5g} frames a second, {result.seconds:.2f} s",
        *(f"            {film}" for film in result.films[1:]),
        *(_format_one(result) if len(result.transitions) == 1 else _format_several(result)),
        f"took        {result.took['all']:.0f} s",
        *(f"{name:12}{path}" for name, path in beside.items() if path is not None),
        *(f"note        {note}" for note in result.notes),
    ]
    return "\n".join(lines)


def _format_one(result: JoinResult) -> list[str]:
    first, count = result.transition["first"], result.transition["count"]
    return [
        f"transition  frames {first} to {first + count - 1}, {count / result.fps:.2f} s "
        f"from {first / result.fps:.2f} s",
        f"            {result.arithmetic}",
        f"seams       {result.seam['a']:.2f} and {result.seam['b']:.2f} of the clips' own change (1.5 is hardly seen)",
        *_format_scores(result.scores),
    ]


def _format_several(result: JoinResult) -> list[str]:
    lines = [f"            {result.arithmetic}"]
    for one in result.transitions:
        lines += [
            f"transition  {one.a.name} to {one.b.name}, {one.count / result.fps:.2f} s from "
            f"{one.first / result.fps:.2f} s, {one.style}",
            f"            seams {one.seam['a']:.2f} and {one.seam['b']:.2f} of the clips' own change",
            *_format_scores(one.scores),
        ]
    return lines


def _format_scores(scores: Mapping[str, Scores]) -> list[str]:
    """The chosen style, and the controls beneath."""
    wide = max(map(len, scores))
    lines = [
        f"{style:{wide}}  ghosting {own.ghosting:.2f}, sharpness {own.sharpness:.2f}, pace {own.pace:.2f}, "
        f"flicker {own.flicker:.2f}"
        for style, own in scores.items()
    ]
    return [f"{'scores' if not index else '':12}{line}" for index, line in enumerate(lines)]
