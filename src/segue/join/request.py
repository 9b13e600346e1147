"""What `segue join` asks for, and what that comes to: which clips, on which canvas, in which files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from segue.core.choices import Checked, choose, needed, option, optional
from segue.core.errors import InputError, unknown
from segue.core.images import Fit, check_writable
from segue.core.progress import Event, Report
from segue.join.canvas import canvas_for
from segue.join.cut_points import Moment, best_moments, trimmed
from segue.join.exports import Film, check_handles, film_paths, films_of, preview_of
from segue.join.plan import Plan, cuts_between
from segue.join.project import Piece, read_project
from segue.join.sound import Audio
from segue.join.source import source
from segue.join.styles import RUNGS, STYLES, Style
from segue.join.timeline import Cut, Mode
from segue.latent.paths import PathChoice
from segue.training.methods import Method
from segue.video import CodecName, check_output, most_bytes, probe

PREVIEW_PIXELS = 480 * 270

AUTO = "auto"


@dataclass(frozen=True)
class JoinRequest(Checked):
    """What `segue join` asks for."""

    out: Path = needed("the film: .mp4, .mov, .mkv, .webm, .gif or .webp; without an ending, a folder of PNG")
    clips: tuple[Path, ...] = optional("the clips in order, two or more, or one with --loop; stills count as clips", ())
    from_: Path | None = option(
        None, "a project: clips and options in TOML, or the JSON beside a film; options given here come before its own"
    )
    seconds: float = option(1.0, "length of a transition", low=0.04, high=60)
    frames: int | None = option(None, "its length in frames of the film; overrides seconds", low=1, high=14_400)
    style: str | Style = option(
        AUTO,
        "how one clip becomes the other: morph, melt, dream; flow, fade and cut to compare; auto tries morphs "
        "until one is good",
    )
    mode: Mode | None = option(
        None,
        "overlap: play over the first clip's end and the second's start; insert: put frames between them; else "
        "overlap where there is room",
    )
    loop: bool = option(False, "join the last clip to the first too")
    hold: float | None = option(None, "seconds that a still is shown; else one frame", low=0.04, high=3600)
    best_cut: float | None = option(
        None,
        "search so many seconds of one clip's end and the other's start for the moments that join best",
        low=0.04,
        high=60,
    )
    through: Path | None = option(
        None,
        "a folder of other pictures: a morph goes by way of the one nearest to both clips, a dream learns them "
        "too (and --path graph goes through them)",
    )
    audio: Audio = option("mix", "sound during a transition: mix, cut in the middle, of a or of b; none at all")
    minutes: float | None = option(None, "stop training after so many minutes at the latest", low=0.01, high=1e4)
    seed: int = option(0, "seed of weights, order and noise", low=0, high=2**31 - 1)
    fit: Fit = option("letterbox", "how a clip of another aspect gets to the film's size")
    size: tuple[int, ...] | None = option(
        None, "HEIGHTxWIDTH of the film in pixels; the first clip's", low=16, high=8192
    )
    fps: float | None = option(None, "frames a second of the film; the first clip's", low=1, high=240)
    method: str | Method = option("vae", "of a dream, the training rule: ae or vae, with options")
    path: str | PathChoice = option("linear", "of a dream, the way through its latent space")
    steps: int = option(1200, "of a dream, the training steps", low=1, high=10_000_000)
    width: int = option(16, "of a dream, the size dial of the networks", low=2, high=1024)
    latent: int = option(64, "of a dream, the length of a code", low=1, high=65_536)
    precision: Literal["auto", "bf16", "fp32"] = option("auto", "of a dream, the number format of the training")
    codec: CodecName | None = option(None, "how pictures are coded; else as usual for the film's ending")
    crf: int | None = option(None, "quality on the codec's own scale, smaller is better", low=0, high=63)
    preview: bool = option(False, "a small film of the transitions, with a second at either side, in the first style")
    quick: bool = option(False, "try one style only, and no controls beside it")
    sheet: bool = option(False, "write a contact sheet of the transitions beside the film")
    only_transition: bool = option(False, "write the transition alone; of several, OUT-1, OUT-2, ...")
    handles: float = option(0.0, "seconds of the clips' own frames at either side, where it is alone", low=0, high=60)
    report: bool = option(False, "write a page of the film, its transitions and what was measured, beside it")
    otio: bool = option(False, "write the film as an OpenTimelineIO timeline too, of the clips' own files, for editors")


def asked(request: JoinRequest) -> tuple[JoinRequest, tuple[Piece, ...]]:
    """The request with what its project asks for, and the clips."""
    pieces = tuple(Piece(path) for path in request.clips)
    if request.from_ is not None:
        if pieces:
            raise InputError("clips beside --from", "one of the two", "list the clips in the project")
        project = read_project(request.from_)
        given = {
            field.name: getattr(request, field.name)
            for field in fields(request)
            if getattr(request, field.name) != field.default
        }
        request = JoinRequest.from_json({**project.options, **given, "from_": None})
        pieces = project.clips
    if len(pieces) < (1 if request.loop else 2):
        raise InputError(
            f"{len(pieces)} clip{'' if len(pieces) == 1 else 's'}", "two or more, or one with --loop", "name more clips"
        )
    return request, tuple(replace(piece, hold=piece.hold or request.hold) for piece in pieces)


def styles_of(wanted: str | Style) -> tuple[Style, ...]:
    """The styles to try."""
    names = [AUTO, *(style.name for style in STYLES)]
    if isinstance(wanted, str) and wanted.partition(":")[0].strip() not in names:
        raise unknown("style", wanted.partition(":")[0], names)
    return RUNGS if wanted == AUTO else (choose(wanted, STYLES, "style"),)


def check_outputs(request: JoinRequest, pieces: Sequence[Piece]) -> None:
    """Say what is wrong with the outputs before any work, not after it."""
    check_handles(request.handles, alone=request.only_transition)
    alone = request.only_transition and not request.preview
    films = film_paths(request.out, len(pieces) - (not request.loop), alone=alone)
    wanted = {".otio": request.otio, ".html": request.report, ".png": request.sheet, "-cuts.png": request.best_cut}
    others = [beside(request.out, ending) for ending in (".json", *filter(wanted.get, wanted))]
    for path in (*films, *others):
        if path.resolve() in (piece.path.resolve() for piece in pieces):
            raise InputError(f"output {path}, which is one of the clips", "a new name", "choose another with -o")
        if path in films:
            check_output(path, request.codec, request.crf)
        else:
            check_writable(path)


def beside(film: Path, ending: str) -> Path:
    return film.with_name(film.stem + ending)


def planned(
    request: JoinRequest, pieces: Sequence[Piece], report: Report
) -> tuple[Plan, Mapping[Cut, tuple[Moment, ...]]]:
    """The clips on the canvas, cut where they join best if that is asked for, and the transitions between them."""
    infos = {path: probe(path) for path in dict.fromkeys(piece.path for piece in pieces)}
    if request.size is not None and len(request.size) != 2:
        raise InputError(f"--size of {len(request.size)} numbers", "two", "write HEIGHTxWIDTH")
    size = None if request.size is None else (request.size[0], request.size[1])
    fps = None if request.fps is None else Fraction(request.fps).limit_denominator(1001)
    # A still has a size but no rate of its own.
    rates = (infos[piece.path].fps for piece in pieces if infos[piece.path].frames > 1)
    canvas = canvas_for(infos[pieces[0].path], size, fps or next(rates, None), request.fit)
    canvas = canvas.smaller(PREVIEW_PIXELS) if request.preview else canvas
    check_output(film_paths(request.out, 1, alone=False)[0], request.codec, request.crf, fps=canvas.fps)
    sources = [source(canvas, infos[piece.path], piece.start, piece.stop, piece.hold) for piece in pieces]
    seconds = request.seconds if request.frames is None else float(request.frames / canvas.fps)
    cuts = cuts_between(canvas, sources, pieces, seconds, request.mode, loop=request.loop)
    moments: dict[Cut, tuple[Moment, ...]] = {}
    for cut in cuts if request.best_cut else ():
        reach = canvas.count(request.best_cut or 0)
        moments[cut] = best_moments(sources[cut.a], sources[cut.b], cut, reach, report)
    for cut, found in moments.items():
        if cut.a == cut.b:
            a, b = trimmed(sources[cut.a], sources[cut.b], cut, found[0])
            sources[cut.a] = a.trimmed(b.start - sources[cut.a].start, a.length)
        else:
            sources[cut.a], sources[cut.b] = trimmed(sources[cut.a], sources[cut.b], cut, found[0])
    return Plan(canvas, tuple(sources), cuts), moments


def films_asked(request: JoinRequest, plan: Plan) -> tuple[Film, ...]:
    """The films to write."""
    if request.preview:
        return (preview_of(request.out, plan),)
    return films_of(request.out, plan, alone=request.only_transition, handles=request.handles)


def check_room(request: JoinRequest, plan: Plan, frames: int, report: Report) -> None:
    """Say how large the films may be, and stop where they have no room."""
    wanted = most_bytes(request.out, request.codec, frames * plan.canvas.width * plan.canvas.height)
    parent = request.out.resolve().parent
    free = shutil.disk_usage(parent if parent.exists() else Path.cwd()).free
    report(Event("plan", note=f"up to {wanted / 1e6:,.0f} MB on disk, {free / 1e6:,.0f} MB are free"))
    if wanted > free:
        raise InputError(
            f"a film of up to {wanted / 1e6:,.0f} MB", f"the {free / 1e6:,.0f} MB that are free", "choose another place"
        )
