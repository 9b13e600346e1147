"""Interpolate between two images through a trained run, as a strip, a GIF or a film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segue.commands.runs import DATA, RUN, images_of, method_of, open_run
from segue.commands.train import DataOptions
from segue.core.choices import TRUST_CODE, Checked, needed, option
from segue.core.errors import InputError, unknown
from segue.core.images import PICTURES, Pixels, fit, read_image, write_image
from segue.core.progress import Report, silent
from segue.data.datasets import DataSet, Pick
from segue.latent.context import make_context
from segue.latent.interpolation import Interpolation, cross_fade, even_steps, interpolate_waypoints
from segue.latent.paths import PathChoice, choose_path
from segue.models.autoencoder import Autoencoder

PICKS = ("train", "test", "label")

UNEVEN = 0.01
"""A departure from an even pace of this share, or more, is reported."""


@dataclass(frozen=True)
class InterpolateRequest(Checked):
    """What `segue interpolate` asks for: a run, two ends (image files, or picks from its set), a path."""

    examples = (
        "interpolate runs/mnist label:5 label:8 -o strip.png",
        "interpolate runs/mnist a.png b.png -o film.mp4 --path graph+smooth+pace --steps 60 --fps 30",
        "interpolate runs/mnist test:0 test:1 -o tour.gif --via 'label:3 label:8' --loop",
    )

    run: Path = needed(help=RUN)
    a: str = needed(help="first end: an image file, or an image of the run's set: test:17, label:5, label:5#3")
    b: str = needed(help="second end, likewise")
    out: Path = needed(help="a strip (.png), or an animation (.gif, .mp4, ...)")
    path: str | PathChoice = option(
        "auto",
        "the path: auto, linear, slerp, graph, geodesic or transport, then +smooth or +pace; see segue list paths",
        group="Path",
    )
    via: str | None = option(None, "waypoints between the two, separated by blanks: 'label:3 label:8'", group="Path")
    loop: bool = option(False, "continue from the second end back to the first", group="Path")
    nodes: int = option(
        10_000,
        "number of training images, drawn at random, that graph and geodesic paths use",
        low=2,
        group="Path",
        was=("--near",),
    )
    steps: int = option(10, "number of frames, both ends included", low=2, high=10_000, group="Path")
    fps: float = option(10.0, "frames per second of a GIF or film", low=0.1, high=240, group="Output")
    data: str | None = option(None, DATA, group="Advanced")
    data_dir: Path | None = option(
        None, "folder of named image sets (default: SEGUE_DATA, or the cache)", group="Advanced"
    )
    trust_code: bool = option(False, TRUST_CODE, group="Advanced")


@dataclass(frozen=True)
class InterpolateResult:
    """What came out: the file, the ends' ids, and the code at every `t` (None of spatial codes, which are long).

    `told` is what the path says of how it was found: of a graph, its cost and the places of the images it goes by.
    """

    out: Path
    path: str
    a: str
    b: str
    via: tuple[str, ...]
    t: tuple[float, ...]
    codes: tuple[list[float], ...] | None
    told: dict[str, Any]


def run_interpolate(request: InterpolateRequest, report: Report = silent) -> InterpolateResult:
    """Encode the two images, walk, decode, and write a strip (with the pixel cross-fade beneath), a GIF or a film.

    Raises `InputError` for a run, an image or a pick that is not there, and for what cannot be written.
    """
    from segue.render.animation import ANIMATIONS, write_animation

    even_steps(request.steps)
    suffix = request.out.suffix.lower()
    if suffix not in (*ANIMATIONS, *PICTURES):
        allowed = ", ".join(dict.fromkeys((".png", *ANIMATIONS)))
        raise InputError(f"output {request.out.name}", allowed, "a name that ends in one of these")
    if request.out.resolve() in (Path(request.a).resolve(), Path(request.b).resolve()):
        raise InputError(f"output {request.out}, which is one of the ends", "a new name", "another `out`")
    choice = choose_path(request.path)
    model, about = open_run(request.run, request.data, trust_code=request.trust_code)
    names = (request.a, *(request.via or "").split(), request.b)
    a, *via, b = picks = pick_ends(model, about, names, request.data_dir, report)
    images = None
    if choice.needs == "images" and "data" in about:
        images = images_of(about, request.data_dir, report).train.sample(request.nodes, about["training"]["seed"])
    context = make_context(model, images, request.steps, report)
    stops = np.stack([pick.image for pick in picks])
    walked = interpolate_waypoints(
        model, stops, choice, request.steps, closed=request.loop, context=context, report=report
    )
    if suffix in ANIMATIONS:
        write_animation(request.out, walked.frames, request.fps)
    else:
        method = (method_of(about) or "path").upper()
        write_image(request.out, _draw_strip(walked, [*picks, a] if request.loop else picks, f"{method}, {choice}"))
    codes = tuple(walked.codes.tolist()) if len(model.latent_shape) == 1 else None
    between = tuple(pick.id for pick in via)
    t, told = tuple(walked.t.tolist()), dict(walked.info)
    return InterpolateResult(request.out, str(choice), a.id, b.id, between, t, codes, told)


def format_result(result: InterpolateResult) -> str:
    """The result in words, as a terminal shows it."""
    path = f"{result.path} ({result.told['picked']})" if "picked" in result.told else result.path
    head = f"{path} from {result.a} to {result.b}, {len(result.t)} frames: {result.out}"
    if result.told.get("converged") is False:
        head += "\nnot converged: the energy still fell; ask for more with geodesic:iterations=200"
    if result.told.get("uneven", 0) > UNEVEN:
        head += f"\nuneven: steps differ by up to {result.told['uneven']:.0%}, the decoder leaps somewhere on the way"
    if result.codes is None:
        return head
    rows = [f"  {t:.3f}  {_format_code(code)}" for t, code in zip(result.t, result.codes, strict=True)]
    return "\n".join([head, "      t  code", *rows])


def _format_code(code: list[float]) -> str:
    shown = " ".join(f"{value: .6f}" for value in code[:6])
    return shown if len(code) <= 6 else f"{shown} ... ({len(code)} numbers)"


def pick_ends(
    model: Autoencoder, about: dict[str, Any], names: tuple[str, ...], data_dir: Path | None, report: Report
) -> list[Pick]:
    """The images that `names` name, at the model's size: files are read, picks taken from the run's own set."""
    options = DataOptions.from_json(about.get("images", {}))
    data: DataSet | None = None
    found: list[Pick] = []
    for name in names:
        kind, colon, _ = name.partition(":")
        if kind not in PICKS:
            if colon and not Path(name).exists():
                raise unknown("pick", kind, [*PICKS, "an image file"])
            found.append(Pick(_from_file(Path(name), model, options), name, None))
            continue
        if "data" not in about:
            raise InputError(
                f"{name} of a model that names no data set",
                "image files",
                "two of these, or naming the set as `data`",
            )
        data = data or images_of(about, data_dir, report)
        found.append(data.pick(name))
    return found


def _from_file(path: Path, model: Autoencoder, options: DataOptions) -> Pixels:
    channels, height, width = model.image_shape
    return fit(read_image(path, 1 if channels == 1 else 3), height, width, options.fit)


def _draw_strip(walked: Interpolation, picks: list[Pick], title: str) -> Pixels:
    """The decoded path with its codes (or, of more than three numbers, `t`); of two images the cross-fade beneath."""
    from segue.render.strip import Row, strip

    if walked.codes[0].numel() <= 3:
        captions = tuple(" ".join(f"{value:.2f}" for value in code.flatten().tolist()) for code in walked.codes)
    else:
        captions = tuple(f"t = {t:.2f}" for t in walked.t.tolist())
    ends = " to ".join(Path(pick.id).name if pick.label is None else f"{pick.label} ({pick.id})" for pick in picks)
    rows = [Row(title, walked.frames, captions)]
    if len(picks) == 2:
        rows.append(Row("cross-fade of pixels", cross_fade(picks[0].image, picks[1].image, len(walked.t))))
    return strip(rows, title=ends)
