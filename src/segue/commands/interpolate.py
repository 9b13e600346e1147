"""Interpolate between two images through a trained run, as a strip, a GIF or a film."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from segue.commands.runs import DATA, RUN, DataOptions, load_images, method_name, open_model
from segue.core.choices import Checked, needed, option
from segue.core.errors import InputError, unknown
from segue.core.images import PICTURES, Pixels, fit, read_image, write_image
from segue.core.own_choices import TRUST_CODE
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
    """The file, and the path that it shows.

    Args:
        out: the file.
        path: the path, as it is spelled.
        a: the id of the first end.
        b: the id of the second.
        via: those of the waypoints.
        t: the positions of the frames, 0 to 1.
        codes: the code at each of them; None for spatial codes, which are long.
        info: how the path was found: of a graph, its cost and the images that it passes through.
    """

    out: Path
    path: str
    a: str
    b: str
    via: tuple[str, ...]
    t: tuple[float, ...]
    codes: tuple[list[float], ...] | None
    info: dict[str, Any] = field(metadata={"json": "told"})


def run_interpolate(request: InterpolateRequest, report: Report = silent) -> InterpolateResult:
    """Encode the ends, decode the path between, and write a strip (with the pixel cross-fade beneath), a GIF or a film.

    Args:
        request: the run, the ends, and the path.
        report: receives the progress.

    Returns:
        the file, and the path.

    Raises:
        InputError: a run, an image or a pick is not there, or the file cannot be written.
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
    model, about = open_model(request.run, request.data, trust_code=request.trust_code)
    names = (request.a, *(request.via or "").split(), request.b)
    a, *via, b = picks = pick_ends(model, about, names, request.data_dir, report)
    images = None
    if choice.needs == "images" and "data" in about:
        images = load_images(about, request.data_dir, report).train.sample(request.nodes, about["training"]["seed"])
    context = make_context(model, images, request.steps, report)
    stops = np.stack([pick.image for pick in picks])
    found = interpolate_waypoints(
        model, stops, choice, request.steps, closed=request.loop, context=context, report=report
    )
    if suffix in ANIMATIONS:
        write_animation(request.out, found.frames, request.fps)
    else:
        method = (method_name(about) or "path").upper()
        write_image(request.out, _draw_strip(found, [*picks, a] if request.loop else picks, f"{method}, {choice}"))
    codes = tuple(found.codes.tolist()) if len(model.latent_shape) == 1 else None
    between = tuple(pick.id for pick in via)
    return InterpolateResult(
        out=request.out,
        path=str(choice),
        a=a.id,
        b=b.id,
        via=between,
        t=tuple(found.t.tolist()),
        codes=codes,
        info=dict(found.info),
    )


def format_result(result: InterpolateResult) -> str:
    """The result in words, as a terminal shows it."""
    path = f"{result.path} ({result.info['picked']})" if "picked" in result.info else result.path
    head = f"{path} from {result.a} to {result.b}, {len(result.t)} frames: {result.out}"
    if result.info.get("converged") is False:
        head += "\nnot converged: the energy was still falling; try more iterations: geodesic:iterations=200"
    if result.info.get("uneven", 0) > UNEVEN:
        head += (
            f"\nuneven: steps differ by up to {result.info['uneven']:.0%}, for the decoder jumps somewhere on the path"
        )
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
    """Pick images: files are read, fitted to the model's size, and others are taken from the run's own set.

    Args:
        model: the model.
        about: what is known of the run.
        names: of each image: a file, or a pick, `test:17`.
        data_dir: where named sets are; None: `SEGUE_DATA`, or the cache.
        report: receives the progress.

    Returns:
        The images, in their order.

    Raises:
        InputError: one of them is not there, or is a pick where the model names no set.
    """
    options = DataOptions.from_json(about.get("images", {}))
    data: DataSet | None = None
    ends: list[Pick] = []
    for name in names:
        kind, colon, _ = name.partition(":")
        if kind not in PICKS:
            if colon and not Path(name).exists():
                raise unknown("pick", kind, [*PICKS, "an image file"])
            ends.append(Pick(_read_end(Path(name), model, options), name, None))
            continue
        if "data" not in about:
            raise InputError(
                f"{name} of a model that names no data set",
                "image files",
                "two of these, or naming the set as `data`",
            )
        data = data or load_images(about, data_dir, report)
        ends.append(data.pick(name))
    return ends


def _read_end(path: Path, model: Autoencoder, options: DataOptions) -> Pixels:
    channels, height, width = model.image_shape
    return fit(read_image(path, 1 if channels == 1 else 3), height, width, options.fit)


def _draw_strip(found: Interpolation, picks: list[Pick], title: str) -> Pixels:
    """The decoded path with its codes (or, of more than three numbers, `t`); of two images the cross-fade beneath."""
    from segue.render.strip import Row, strip

    if found.codes[0].numel() <= 3:
        captions = tuple(" ".join(f"{value:.2f}" for value in code.flatten().tolist()) for code in found.codes)
    else:
        captions = tuple(f"t = {t:.2f}" for t in found.t.tolist())
    ends = " to ".join(Path(pick.id).name if pick.label is None else f"{pick.label} ({pick.id})" for pick in picks)
    rows = [Row(title, found.frames, captions)]
    if len(picks) == 2:
        rows.append(Row("cross-fade of pixels", cross_fade(picks[0].image, picks[1].image, len(found.t))))
    return strip(rows, title=ends)
