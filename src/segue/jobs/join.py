"""Join two clips by a generated transition."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from segue.choices import Checked, choose, needed, option
from segue.clips import FILMS, ClipInfo, probe
from segue.errors import InputError
from segue.images import Fit, Pixels, check_writable, resize, to_float, write_image
from segue.join.canvas import Canvas, canvas_for
from segue.join.film import write_film
from segue.join.footage import Footage, look
from segue.join.seam import pace, seam_jump
from segue.join.transition import Transition, between, paced
from segue.latent import LatentSpace, encode
from segue.losses import psnr
from segue.methods import METHODS, Method
from segue.model import ConvAutoencoder
from segue.paths import PathChoice, Surroundings, path_of
from segue.precision import Precision
from segue.progress import Report, silent
from segue.training import Training, train


@dataclass(frozen=True)
class JoinRequest(Checked):
    """What `segue join` asks for."""

    a: Path = needed("the clip before")
    b: Path = needed("the clip after")
    out: Path = needed("the film: .mp4, .mov, .mkv or .webm")
    seconds: float = option(1.0, "length of the transition", low=0.04, high=60)
    minutes: float | None = option(None, "stop training after so many minutes at the latest", low=0.01, high=1e4)
    seed: int = option(0, "seed of weights, order and noise", low=0, high=2**31 - 1)
    fit: Fit = option("letterbox", "how a clip of another aspect gets to the film's size")
    size: tuple[int, ...] | None = option(
        None, "HEIGHTxWIDTH of the film in pixels; the first clip's", low=16, high=8192
    )
    fps: float | None = option(None, "frames a second of the film; the first clip's", low=1, high=240)
    method: str | Method = option("vae", "training rule: ae or vae, with options")
    path: str | PathChoice = option("linear", "the way through the latent space: linear, slerp, graph+smooth, geodesic")
    steps: int = option(1200, "training steps", low=1, high=10_000_000)
    width: int = option(16, "the size dial of the networks", low=2, high=1024)
    latent: int = option(64, "length of a code", low=1, high=65_536)
    sheet: bool = option(False, "write a contact sheet of the transition beside the film")


@dataclass(frozen=True)
class JoinResult:
    """The film and what was measured of it.

    `transition` holds the index of the first generated frame and how many there are; `seam` the largest jump at
    each cut over the clip's own pace beside it (`segue.join.seam.seam_jump`), measured on the frames before
    they are compressed; `psnr` the mean over the training frames in dB.
    """

    out: Path
    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    transition: dict[str, int]
    seam: dict[str, float]
    psnr: float
    steps: int
    took: dict[str, float]
    sheet: Path | None
    notes: tuple[str, ...]


def run_join(request: JoinRequest, report: Report = silent) -> JoinResult:
    """Train a small autoencoder on both clips' frames, walk between the two at the cut, write the film.

    Raises `InputError` for clips that cannot be read and for an output that cannot be written; then, as at Ctrl-C,
    nothing is left behind.
    """
    started = time.monotonic()
    method, choice = choose(request.method, METHODS, "method"), path_of(request.path)
    a, b = probe(request.a), probe(request.b)
    _check_out(request)
    method = method.prepared(report=report)
    canvas = _canvas(request, a)
    before = look(canvas, a, at_end=True, report=report)
    after = look(canvas, b, at_end=False, report=report)
    count = canvas.count(request.seconds)
    looked = time.monotonic()
    model, decibels, steps = _learn(request, method, before, after, report)
    trained = time.monotonic()
    transition = _transition(model, choice, before, after, count)
    t = torch.linspace(0, 1, count + 2, dtype=torch.float64)
    counts = (before.count, count, after.count)
    write_film(request.out, canvas, a, b, transition.frames(t[1:-1]), counts, report)
    sheet = _write_sheet(_sheet_beside(request.out), transition, t) if request.sheet else None
    took = {
        "read": looked - started, "train": trained - looked, "write": time.monotonic() - trained,
        "all": time.monotonic() - started,
    }  # fmt: skip
    return JoinResult(
        request.out, canvas.width, canvas.height, float(canvas.fps), sum(counts), float(sum(counts) / canvas.fps),
        {"first": before.count, "count": count}, _seams(before, transition, t, after), decibels, steps, took, sheet,
        (*canvas.changes(a), *canvas.changes(b)),
    )  # fmt: skip


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


def _learn(
    request: JoinRequest, method: Method, before: Footage, after: Footage, report: Report
) -> tuple[ConvAutoencoder, float, int]:
    """A model of both clips' frames, in evaluation mode; its PSNR on them; the steps it was trained for."""
    frames = np.concatenate([before.small, after.small])
    height, width = frames.shape[1:3]
    torch.manual_seed(request.seed)
    model = method.build((3, height, width), latent=request.latent, width=request.width)
    options = Training(steps=request.steps, minutes=request.minutes, batch=4, lr=3e-3, seed=request.seed)
    # Long codes do without settling, and some clips train worse from it (docs/lab-notes.md).
    trained = train(model, method, frames, options, settle=False, report=report)
    Precision().place(model.cpu())
    return model, _mean_psnr(model, frames), trained.steps


@torch.no_grad()
def _mean_psnr(model: ConvAutoencoder, frames: Pixels) -> float:
    parts = [to_float(frames[start : start + 32]) for start in range(0, len(frames), 32)]
    return torch.cat([psnr(model.decode(model.encode(part)), part) for part in parts]).mean().item()


def _transition(model: ConvAutoencoder, choice: PathChoice, before: Footage, after: Footage, count: int) -> Transition:
    """The way from the last frame before the cut to the first after it, at the clips' own pace at both."""
    around = _surroundings(model, before, after, count) if choice.needs != "nothing" else None
    rough = between(model, choice, before.cut, after.cut, around)
    return replace(rough, path=paced(model, rough.path, count + 1, pace(before.beside), pace(after.beside)))


def _surroundings(model: ConvAutoencoder, before: Footage, after: Footage, count: int) -> Surroundings:
    """The codes of both clips' frames, among which a path may go."""
    codes = encode(model, np.concatenate([before.small, after.small]))
    return Surroundings(model, LatentSpace(codes, tuple(map(str, range(len(codes))))), count + 2)


def _seams(before: Footage, transition: Transition, t: Tensor, after: Footage) -> dict[str, float]:
    def jump(clip: Footage, nearest: Tensor) -> float:
        size = clip.beside.shape[1:3]
        return seam_jump(clip.beside, np.stack([resize(frame, *size) for frame in transition.frames(nearest)]))

    return {"a": jump(before, t[1:3]), "b": jump(after, t.flip(0)[1:3])}


def _write_sheet(path: Path, transition: Transition, t: Tensor) -> Path:
    """Twelve frames of the transition, the clips' own at both ends, as a picture."""
    from segue.render.strip import sheet

    chosen = t[torch.linspace(0, len(t) - 1, min(12, len(t))).round().long()]
    captions = [f"{100 * way:.0f} %" for way in chosen.tolist()]
    captions[0], captions[-1] = "first clip", "second clip"
    write_image(path, sheet(np.stack(list(transition.frames(chosen))), columns=4, captions=captions))
    return path
