"""Join clips by generated transitions."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import torch

from segue.choices import Checked, choose, needed, option
from segue.clips import FILMS, ClipInfo, probe
from segue.errors import InputError, unknown
from segue.images import Fit, Pixels, check_writable, to_float, write_image
from segue.join.canvas import Canvas, canvas_for
from segue.join.dream import Dream, dream
from segue.join.film import write_film
from segue.join.footage import learned, look, playing
from segue.join.joint import Joint, Rung, ready
from segue.join.scores import Scores
from segue.join.sound import Audio
from segue.join.styles import CONTROLS, RUNGS, STYLES, Style
from segue.join.timeline import Cut, Mode, arithmetic, mode_for, timeline, total
from segue.latent import LatentSpace, encode
from segue.losses import psnr
from segue.methods import METHODS, Method
from segue.model import ConvAutoencoder
from segue.paths import PathChoice, Surroundings, path_of
from segue.precision import Precision
from segue.progress import Event, Report, silent
from segue.training import Training, train

AUTO = "auto"


@dataclass(frozen=True)
class JoinRequest(Checked):
    """What `segue join` asks for."""

    a: Path = needed("the clip before")
    b: Path = needed("the clip after")
    out: Path = needed("the film: .mp4, .mov, .mkv or .webm")
    seconds: float = option(1.0, "length of the transition", low=0.04, high=60)
    style: str | Style = option(
        AUTO, "how one clip becomes the other: morph, melt, dream; flow, fade and cut to compare; auto tries morphs "
        "until one is good",
    )  # fmt: skip
    mode: Mode | None = option(
        None, "overlap: play over the first clip's end and the second's start; insert: put frames between them; else "
        "overlap where there is room",
    )  # fmt: skip
    audio: Audio = option("mix", "sound during the transition: mix, cut in the middle, of a or of b; none at all")
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
    quick: bool = option(False, "try one style only, and no controls beside it")
    sheet: bool = option(False, "write a contact sheet of the transition beside the film")


@dataclass(frozen=True)
class JoinResult:
    """The film and what was measured of it.

    `transition` holds the index of the first generated frame and how many there are; `seam` the largest change at each
    cut over the clip's own beside it (`Seam.position`), `scores` all that is measured, of the style taken and of the
    controls, on small frames before they are compressed. `rungs` says what was tried, and what each missed. `psnr` in
    dB, the mean over the training frames, and `steps` are of a dream; NaN and 0 without one.
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


def run_join(request: JoinRequest, report: Report = silent) -> JoinResult:
    """Find the transition that does best at the cut, and write the film as a stream.

    Raises `InputError` for clips that cannot be read or joined so, and for an output that cannot be written; then, as
    at Ctrl-C, nothing is left behind.
    """
    started = time.monotonic()
    styles = _styles(request.style)
    request = replace(request, method=choose(request.method, METHODS, "method"), path=path_of(request.path))
    clips = [probe(request.a), probe(request.b)]
    _check_out(request)
    canvas = _canvas(request, clips[0])
    lengths = [canvas.length(clip) for clip in clips]
    cut = _cut(request, canvas, lengths)
    parts = timeline(lengths, [cut])
    report(Event("plan", note=arithmetic(parts, canvas.fps)))
    before, after = (
        look(canvas, clip, length, cut, leaving=leaving, report=report)
        for clip, length, leaving in zip(clips, lengths, (True, False), strict=True)
    )
    looked = time.monotonic()
    learning = _Learning(request, canvas, clips, report)
    middle = len(before.live) // 2
    joint = ready(
        cut, before, after, styles[:1] if request.quick else styles,
        lambda: learning.dream(before.live[middle], after.live[middle]), () if request.quick else CONTROLS, report,
    )  # fmt: skip
    found = time.monotonic()
    write_film(request.out, canvas, clips, parts, (joint,), request.audio, report)
    sheet = _write_sheet(_sheet_beside(request.out), canvas, clips, joint) if request.sheet else None
    scores = joint.rung.scores
    return JoinResult(
        request.out, canvas.width, canvas.height, float(canvas.fps), total(parts), float(total(parts) / canvas.fps),
        str(joint.rung.style), cut.mode, arithmetic(parts, canvas.fps),
        {"first": lengths[0] - cut.taken, "count": cut.count}, {"a": scores.a.position, "b": scores.b.position},
        {str(rung.style): rung.scores for rung in (joint.rung, *joint.controls)}, tuple(map(_told, joint.tried)),
        learning.psnr, learning.steps,
        {
            "read": looked - started, "train": found - looked, "write": time.monotonic() - found,
            "all": time.monotonic() - started,
        },
        sheet, (*(note for clip in clips for note in canvas.changes(clip)), *_ladder(joint)),
    )  # fmt: skip


def _styles(wanted: str | Style) -> tuple[Style, ...]:
    """The styles to try."""
    names = [AUTO, *(style.name for style in STYLES)]
    if isinstance(wanted, str) and wanted.partition(":")[0].strip() not in names:
        raise unknown("style", wanted.partition(":")[0], names)
    return RUNGS if wanted == AUTO else (choose(wanted, STYLES, "style"),)


def _check_out(request: JoinRequest) -> None:
    """Say what is wrong with the output before any work, not after it."""
    if request.out.suffix.lower() not in FILMS:
        raise InputError(f"output {request.out.name}", ", ".join(FILMS), "end the name in one of these")
    for path in (request.out, _sheet_beside(request.out)) if request.sheet else (request.out,):
        if path.resolve() in (request.a.resolve(), request.b.resolve()):
            raise InputError(f"output {path}, which is one of the clips", "a new name", "choose another with -o")
        check_writable(path)


def _sheet_beside(film: Path) -> Path:
    return film.with_suffix(".png")


def _canvas(request: JoinRequest, first: ClipInfo) -> Canvas:
    if request.size is not None and len(request.size) != 2:
        raise InputError(f"--size of {len(request.size)} numbers", "two", "write HEIGHTxWIDTH")
    size = None if request.size is None else (request.size[0], request.size[1])
    fps = None if request.fps is None else Fraction(request.fps).limit_denominator(1001)
    return canvas_for(first, size, fps, request.fit)


def _cut(request: JoinRequest, canvas: Canvas, lengths: Sequence[int]) -> Cut:
    count = canvas.count(request.seconds)
    mode = mode_for(request.mode, count, *lengths)
    if mode == "overlap" and count >= min(lengths):
        shortest = float(min(lengths) / canvas.fps)
        raise InputError(
            f"a transition of {request.seconds:g} s over a clip of {shortest:.2f} s", "a shorter one",
            "lower --seconds, or use --mode insert",
        )  # fmt: skip
    return Cut(0, 1, count, mode)


def _told(rung: Rung) -> dict[str, Any]:
    return {"style": str(rung.style), "missed": [str(miss) for miss in rung.missed]}


def _ladder(joint: Joint) -> tuple[str, ...]:
    """What was tried before the style that was taken, and what that one misses, in words."""
    said = [
        f"{rung.style}: {', '.join(map(str, rung.missed))}" for rung in joint.tried if rung.style != joint.rung.style
    ]
    if len(joint.tried) > 1:
        said.append(
            f"{joint.rung.style} is taken, which " + ("misses least" if joint.rung.missed else "meets every goal")
        )
    if joint.rung.missed:
        said.append(f"missed: {', '.join(map(str, joint.rung.missed))}")
    return tuple(said)


class _Learning:
    """A model of both clips, trained when a dream asks for it."""

    def __init__(self, request: JoinRequest, canvas: Canvas, clips: Sequence[ClipInfo], report: Report) -> None:
        self.request, self.canvas, self.clips, self.report = request, canvas, clips, report
        self.psnr, self.steps = float("nan"), 0

    def dream(self, a: Pixels, b: Pixels) -> Dream:
        """A dream between two frames."""
        ends = zip(self.clips, (True, False), strict=True)
        frames = np.concatenate(
            [learned(self.canvas, clip, self.canvas.length(clip), at_end=at_end) for clip, at_end in ends]
        )
        model = self._model(frames)
        choice = self.request.path
        assert isinstance(choice, PathChoice)  # noqa: S101 - run_join has seen to it
        around = None
        if choice.needs != "nothing":
            codes = encode(model, frames)
            around = Surroundings(model, LatentSpace(codes, tuple(map(str, range(len(codes))))), 30, self.report)
        return dream(model, choice, a, b, around)

    def _model(self, frames: Pixels) -> ConvAutoencoder:
        """A model of frames, in evaluation mode."""
        request = self.request
        assert isinstance(request.method, Method)  # noqa: S101
        method = request.method.prepared(report=self.report)
        torch.manual_seed(request.seed)
        model = method.build((3, *frames.shape[1:3]), latent=request.latent, width=request.width)
        options = Training(steps=request.steps, minutes=request.minutes, batch=4, lr=3e-3, seed=request.seed)
        # Long codes do without settling, and some clips train worse from it (docs/lab-notes.md).
        self.steps = train(model, method, frames, options, settle=False, report=self.report).steps
        Precision().place(model.cpu())
        self.psnr = _mean_psnr(model, frames)
        return model


@torch.no_grad()
def _mean_psnr(model: ConvAutoencoder, frames: Pixels) -> float:
    parts = [to_float(frames[start : start + 32]) for start in range(0, len(frames), 32)]
    return torch.cat([psnr(model.decode(model.encode(part)), part) for part in parts]).mean().item()


def _write_sheet(path: Path, canvas: Canvas, clips: Sequence[ClipInfo], joint: Joint) -> Path:
    """Twelve frames of the transition, the clips' own at both ends, as a picture."""
    from segue.render.strip import sheet

    cut = joint.cut
    a, b = (
        playing(canvas, clip, canvas.length(clip), cut, leaving=leaving)
        for clip, leaving in zip(clips, (True, False), strict=True)
    )
    chosen = np.linspace(0, cut.count + 1, min(12, cut.count + 2)).round().astype(int)
    shown = [
        joint.blend(float(share), one, other)
        for index, (share, one, other) in enumerate(zip(joint.shares, a, b, strict=True))
        if index in chosen
    ]
    captions = [f"{100 * index / (cut.count + 1):.0f} %" for index in chosen]
    captions[0], captions[-1] = "first clip", "second clip"
    write_image(path, sheet(np.stack(shown), columns=4, captions=captions))
    return path
