"""Slow motion: a clip shown slower than it was filmed; the frames between its own are made."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from segue.core.choices import Checked, choose, needed, option
from segue.core.errors import InputError
from segue.core.images import Pixels, check_writable, resize
from segue.core.progress import Event, Report, silent
from segue.core.types import Sound
from segue.join.dream_model import DreamModel, choose_training
from segue.join.latent_motion import LatentMotion
from segue.join.seam_frames import MODEL_PIXELS, MOST_TRAINING_FRAMES
from segue.latent.paths import choose_path
from segue.motion.slow import FlowMotion, MotionModel, slow_down
from segue.training.methods import METHODS, Method
from segue.video import FILMS, Clip, ClipInfo, FilmWriter, examine, read_frames, read_sound
from segue.video.codecs import SOUND_RATE

SlowStyle = Literal["flow", "latent"]

MOST_CUTS_NAMED = 10
"""How many cuts the notes name one by one."""


@dataclass(frozen=True)
class SlowRequest(Checked):
    """What slow motion asks for; `segue slow` has an option for each field."""

    examples = (
        "slow clip.mp4 -o slow.mp4",
        "slow clip.mp4 -o slow.mp4 --factor 8 --fps 60 --audio none",
    )

    clip: Path = needed(help="the clip")
    out: Path = needed(help="the film: .mp4, .mov, .mkv or .webm")
    factor: float = option(4.0, "how many times longer the film is than the clip", low=1.01, high=32, group="Motion")
    style: SlowStyle = option(
        "flow",
        "how new frames are made: along the optical flow, or by a model trained on the clip (latent)",
        group="Motion",
    )
    audio: Literal["stretch", "none"] = option(
        "stretch", "sound: stretched with the picture at the same pitch, or none", group="Sound"
    )
    fps: float | None = option(
        None, "frames per second of the film (default: the clip's)", low=1, high=240, group="Motion"
    )
    minutes: float | None = option(None, "maximum training time in minutes", low=0.01, high=1e4, group="Advanced")
    seed: int = option(0, "random seed of weights, order and noise", low=0, high=2**31 - 1, group="Advanced")
    method: str | Method = option("vae", "for latent: the training method: ae or vae, with options", group="Advanced")
    steps: int = option(1200, "for latent: the number of training steps", low=1, high=10_000_000, group="Advanced")
    width: int = option(16, "for latent: the width of the networks", low=2, high=1024, group="Advanced")
    latent: int = option(64, "for latent: the length of a code", low=1, high=65_536, group="Advanced")
    precision: Literal["auto", "bf16", "fp32"] = option(
        "auto", "for latent: the number format of the training", group="Advanced"
    )


@dataclass(frozen=True)
class SlowResult:
    """The film. `cuts` are the seconds in it at which the clip is cut, and the frame before is held; `took` seconds."""

    out: Path
    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    factor: float
    style: SlowStyle
    cuts: tuple[float, ...]
    took: dict[str, float]
    notes: tuple[str, ...]


def run_slow(request: SlowRequest, report: Report = silent) -> SlowResult:
    """Write a clip some times as slow, as a stream.

    The film ends with the clip's last frame: of n frames it has `floor((n - 1) factor fps / the clip's fps) + 1`.

    Args:
        request: the clip, how slow, and where to write it.
        report: receives progress events.

    Returns:
        The film.

    Raises:
        InputError: for a clip that cannot be read, and for an output that cannot be written; then, as at Ctrl-C,
            nothing is left behind.
    """
    started = time.monotonic()
    request = replace(request, method=choose(request.method, METHODS, "method"))
    clip = examine(request.clip)
    info = clip.info
    _check_out(request)
    fps = info.fps if request.fps is None else Fraction(request.fps).limit_denominator(1001)
    step = info.fps / fps / Fraction(request.factor).limit_denominator(1000)
    count = math.floor((info.frames - 1) / step) + 1
    model = _model_for(request, clip, report)
    trained = time.monotonic()
    cuts: list[int] = []
    size = info.height // 2 * 2, info.width // 2 * 2
    own = (frame[: size[0], : size[1]] for frame in read_frames(clip))
    frames = slow_down(own, (index * step for index in range(count)), model, cuts)
    sounds = info.has_sound and request.audio == "stretch"
    _write(request, frames, _read_sound(clip, request.factor) if sounds else None, (*size, count), fps, report)
    written = time.monotonic()
    at = tuple(math.ceil(number / step) / float(fps) for number in cuts)
    took = {"train": trained - started, "write": written - trained, "all": written - started}
    return SlowResult(
        out=request.out,
        width=size[1],
        height=size[0],
        fps=float(fps),
        frames=count,
        seconds=count / float(fps),
        factor=request.factor,
        style=request.style,
        cuts=at,
        took=took,
        notes=(*_describe_changes(info, size), *_format_cuts(at)),
    )


def _check_out(request: SlowRequest) -> None:
    """Say what is wrong with the output before any work, not after it."""
    if request.out.suffix.lower() not in FILMS:
        raise InputError(f"output {request.out.name}", ", ".join(FILMS), "a name that ends in one of these")
    if request.out.resolve() == request.clip.resolve():
        raise InputError(f"output {request.out}, which is the clip", "a new name", "another `out`")
    check_writable(request.out)


def _model_for(request: SlowRequest, clip: Clip, report: Report) -> MotionModel:
    """How things move; a model of the clip is trained if need be."""
    if request.style == "flow":
        return FlowMotion()
    assert isinstance(request.method, Method)  # noqa: S101 - run_slow has seen to it
    dream = DreamModel(
        windows=(),
        cuts=(),
        method=request.method,
        path=choose_path("linear"),
        options=choose_training(
            steps=request.steps,
            minutes=request.minutes,
            precision=request.precision,
            seed=request.seed,
            width=request.width,
        ),
        latent=request.latent,
        width=request.width,
        extra=lambda: _read_training_frames(clip),
        report=report,
    )
    return LatentMotion(dream.model)


def _read_training_frames(clip: Clip) -> Pixels:
    """A clip's frames as a model is trained on them, `[n, h, w, 3]`: sides are multiples of 8."""
    info = clip.info
    scale = min(1.0, (MODEL_PIXELS / (info.height * info.width)) ** 0.5)
    height, width = (max(1, round(side * scale / 8)) * 8 for side in (info.height, info.width))
    stride = -(-info.frames // MOST_TRAINING_FRAMES)
    return np.stack([resize(frame, height, width) for frame in islice(read_frames(clip), 0, None, stride)])


def _read_sound(clip: Clip, factor: float) -> Iterator[Sound]:
    from segue.video.stretch import stretch

    return stretch(read_sound(clip, SOUND_RATE), SOUND_RATE, factor)


def _write(
    request: SlowRequest,
    frames: Iterable[Pixels],
    sound: Iterator[Sound] | None,
    size: tuple[int, int, int],
    fps: Fraction,
    report: Report,
) -> None:
    """Write the film, its sound along with the picture, so that neither waits long for the other."""
    height, width, count = size
    written = 0
    with FilmWriter(request.out, width, height, fps, sound_rate=SOUND_RATE if sound else None) as film:
        for index, frame in enumerate(frames):
            film.write(frame)
            while sound and written < (index + 1) / fps * SOUND_RATE and (block := next(sound, None)) is not None:
                film.write_sound(block)
                written += len(block)
            report(Event("slow", index + 1, count))


def _describe_changes(info: ClipInfo, size: tuple[int, int]) -> tuple[str, ...]:
    cropped = (f"cropped from {info.width}x{info.height}",) if (info.height, info.width) != size else ()
    return (*info.notes, *cropped)


def _format_cuts(cuts: Sequence[float]) -> tuple[str, ...]:
    """The cuts in words."""
    if not cuts:
        return ()
    at = ", ".join(f"{cut:.2f}" for cut in cuts[:MOST_CUTS_NAMED]) + (", ..." if len(cuts) > MOST_CUTS_NAMED else "")
    return (f"the clip is cut at {at} s of the film: the frame before is held until then",)


def format_result(result: SlowResult) -> str:
    """Write the result of slow motion in words.

    Args:
        result: the result.

    Returns:
        Lines of text.
    """
    lines = [
        f"film        {result.out}",
        f"            {result.width}x{result.height}, {result.fps:.5g} frames a second, {result.seconds:.2f} s",
        f"slowed      {result.factor:g} times, by {result.style}",
        f"took        {result.took['all']:.0f} s",
        *(f"note        {note}" for note in result.notes),
    ]
    return "\n".join(lines)
