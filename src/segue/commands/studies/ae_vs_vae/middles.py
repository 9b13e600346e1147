"""What lies in the middle between a 2 and a 6, and others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from segue.commands.interpolate import InterpolateRequest, run_interpolate
from segue.commands.studies.ae_vs_vae.context import Context
from segue.commands.studies.transitions import (
    TRANSITION_STEPS,
    bootstrap_mean,
    decode_pairs,
    draw_class_pairs,
    fade_pairs,
    format_half_width,
    list_changes,
    measure_transitions,
)
from segue.commands.studies.workspace import Numbers
from segue.core.images import Pixels, write_image
from segue.core.types import Interval
from segue.evaluation.metrics.nearest import PixelSearch
from segue.evaluation.representation import share_interval
from segue.latent.context import make_context
from segue.latent.interpolation import decode
from segue.latent.paths import choose_path
from segue.render.report import Picture, Section, Table
from segue.render.strip import Row, strip

A, B = "2", "6"
_SHOWN = (
    ("label:2", "label:6"),
    ("label:2#1", "label:6#1"),
    ("label:2#2", "label:6#2"),
    ("label:4", "label:9"),
    ("label:0", "label:1"),
    ("label:3", "label:8"),
)
_FRAMES = 10
GRAPH = "graph:weight=decoded+smooth+pace"
_FADE, BENT = "cross-fade", "VAE, by the graph"
PART = 0.1  # of the classifier's word: what a digit must have for a picture to resemble it

Shares = dict[str, Interval]


def report_middles(context: Context) -> tuple[Section, Numbers]:
    """Grids of interpolations from both models, and what the classifier makes of many middles."""
    from segue.render.plots import draw_intervals

    grids = [_draw_grid(context, name) for name in context.models]
    workspace = context.workspace
    pairs = draw_class_pairs(context.test, A, B, workspace.either(64, 256, tiny=4), workspace.seed)
    near = context.train.sample(workspace.either(1000, 4000), workspace.seed)
    path_contexts = {
        name: make_context(model, near, TRANSITION_STEPS, workspace.report) for name, model in context.models.items()
    }
    ways = [
        decode_pairs(name, choose_path("linear"), pairs, path_context) for name, path_context in path_contexts.items()
    ]
    ways.append(decode_pairs(BENT, choose_path(GRAPH), pairs, path_contexts["VAE"]))
    ways.append(fade_pairs(_FADE, pairs))
    real, values = PixelSearch(context.train.images), {}
    found: dict[str, Numbers] = {}
    for way in ways:
        middle = context.reader.probabilities(way.middles())
        values[way.name] = measure_transitions(way, context.reader, real)
        values[way.name]["distance"] *= 1000
        values[way.name]["entropy"] = entropy(middle)
        means = {name: bootstrap_mean(each, workspace.seed) for name, each in values[way.name].items()}
        found[way.name] = means | {"resembles": share_resembling(middle, *map(context.reader.names.index, (A, B)))}
    ae, vae = values["AE"], values["VAE"]
    differences = {
        name: bootstrap_mean(vae[name] - ae[name], workspace.seed)
        for name in ("ghosting", "distance", "step", "others")
    }
    numbers: Numbers = {"pairs": len(pairs), "ways": found, "vae less ae": differences}
    file = workspace.figure_path("middles.png")
    columns = {"both": "Both 2 and 6 (%)", "one": "One of them alone (%)", "neither": "Neither (%)"}
    draw_intervals(
        {way: [of["resembles"][key] for key in columns] for way, of in found.items()}, tuple(columns.values()), file
    )
    shares = {name: found[name]["resembles"] for name in context.models}
    return Section(
        "In the middle between 2 and 6",
        f"""
        The source looks at the pictures in the middle of the way from a 2 to a 6. Here the classifier looks at
        {len(pairs)} of them. A picture resembles a digit that gets a tenth of its word or more: both of them, one
        alone, or, where others get more than nine tenths, neither.

        The columns of the table: ghosting is 1 where the middle third is a mix of the two ends, as in a cross-fade;
        other classes are those read on the way beside the ends; entropy, in bits, is how undecided the classifier is of
        the middle; the largest step is its share of the whole change; distance is that of the middle third to the
        nearest training image, a mean square error. The row "{BENT}" is not the straight line but the shortest
        way over {len(near):,} codes of real digits.""",
        (
            *grids,
            Picture(
                file,
                f"""What the middle of {len(pairs)} ways from a {A} to a {B} resembles, with 95 % intervals.
                Both, in the AE: {shares["AE"]["both"][0]:.0f} %, in the VAE: {shares["VAE"]["both"][0]:.0f} %; neither:
                {shares["AE"]["neither"][0]:.0f} % and {shares["VAE"]["neither"][0]:.0f} %.""",
            ),
            _make_table(found),
        ),
    ), numbers


def _draw_grid(context: Context, name: str) -> Picture:
    rows, read_as, also = [], [], []
    for names in _SHOWN:
        a, b = (context.data.pick(each) for each in names)
        out = context.workspace.figure_path(
            f"{'-'.join(names).replace('label:', '').replace('#', '.')}-{name.lower()}.gif"
        )
        request = InterpolateRequest(context.runs[name], *names, out, "linear", steps=_FRAMES)
        frames = _frames(context, name, context.workspace.run_job(run_interpolate, request).codes)
        read = context.read(frames)
        rows.append(Row(f"{a.label} to {b.label}", frames, tuple(read)))
        read_as.append(list_changes(read))
        also.append(out)
    file = context.workspace.figure_path(f"grid-{name.lower()}.png")
    write_image(file, strip(rows, title=f"{name}, straight lines"))
    return Picture(
        file,
        f"""Straight lines through the code of the {name}, with what the classifier reads beneath each
        picture. From {A} to {B} it reads {"; ".join(read_as[:3])}.""",
    )


def _frames(context: Context, name: str, codes: tuple[list[float], ...] | None) -> Pixels:
    import torch

    return decode(context.models[name], torch.tensor(codes))


def _make_table(found: dict[str, Numbers]) -> Table:
    columns = {
        "ghosting": "ghosting",
        "others": "other classes",
        "entropy": "entropy (bits)",
        "step": "largest step",
        "distance": "distance x1000",
    }
    rows = tuple((way, *(format_half_width(of[key]) for key in columns)) for way, of in found.items())
    return Table(
        "middles", "Means over the same pairs, and half their 95 % intervals.", ("way", *columns.values()), rows
    )


def share_resembling(probabilities: npt.NDArray[np.float64], a: int, b: int) -> Shares:
    """Count the pictures that resemble two classes, one of them, or neither.

    Args:
        probabilities: Of the classes in each picture, `[n, k]`; a class is resembled from a tenth on.
        a: The first class.
        b: The second class.

    Returns:
        The shares in percent that resemble both, one alone, or neither, with their 95 % intervals.

    >>> {key: share[0] for key, share in share_resembling(np.array([[0.5, 0.5, 0.0], [0.0, 0.05, 0.95]]), 0, 1).items()}
    {'both': 50.0, 'one': 0.0, 'neither': 50.0}
    """
    there = (probabilities[:, [a, b]] >= PART).sum(1)
    return {name: share_interval(there == count) for name, count in (("both", 2), ("one", 1), ("neither", 0))}


def entropy(probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The entropy in bits of probabilities `[n, k]`, `[n]`.

    >>> entropy(np.array([[0.5, 0.5], [1.0, 0.0]])).tolist()
    [1.0, 0.0]
    """
    safe = np.where(probabilities > 0, probabilities, 1)
    bits: npt.NDArray[np.float64] = -(probabilities * np.log2(safe)).sum(1)
    return np.abs(bits)
