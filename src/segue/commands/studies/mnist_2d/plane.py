"""The plane of codes: where digits are, what is decoded where, and the paths over it."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import torch

from segue.commands.map import decode_plane
from segue.commands.studies.mnist_2d.context import BENT, LINE, Context
from segue.commands.studies.mnist_2d.examples import FINER, Ways
from segue.commands.studies.workspace import Numbers
from segue.latent.interpolation import decode
from segue.latent.space import LatentSpace
from segue.render.report import Picture, Section

_CENTRAL = 0.1  # share of N(0, I) that is called near 0
LOOKED_AT = 5000


def report_plane(context: Context, ways: dict[str, Ways]) -> tuple[Section, Numbers]:
    """Three maps with the paths of the four pairs over them; what lies near 0, how far classes are apart."""
    space = LatentSpace.of(
        context.models["vae"], context.test.sample(LOOKED_AT, context.workspace.seed), context.workspace.report
    )
    codes, read, digits = _draw_maps(context, space, ways)
    numbers: Numbers = {"near 0": _read_near_zero(context), "distances": _measure_distances(space)}
    return Section(
        "The plane of codes",
        """
        A code of two numbers can be drawn whole. The straight line goes over whatever lies between its ends: that is
        where the other digits come from.""",
        (
            Picture(
                codes,
                f"""Codes of {len(space):,} held-out digits in the colours of their classes, with the paths
                of the four pairs above: straight, with a dot for each of the ten pictures, and by the graph.""",
            ),
            Picture(
                read,
                f"""The same paths over what the classifier reads in the decoded pictures; a colour is the
                stronger the surer it is. Within {numbers["near 0"]["radius"]:.2f} of 0, where a tenth of the prior
                lies, it reads {_list_shares(numbers["near 0"]["shares"])}.""",
            ),
            Picture(digits, "The same paths over the decoded digits themselves."),
        ),
    ), numbers


def _draw_maps(context: Context, space: LatentSpace, ways: dict[str, Ways]) -> tuple[Path, Path, Path]:
    from segue.render.class_map import draw_class_map
    from segue.render.curves import ON_BLACK, PATH_COLOURS, Mark, PathCurve, draw_curves
    from segue.render.latent_map import draw_decoded_grid, draw_latent_map

    model, workspace = context.models["vae"], context.workspace
    marks = [
        Mark(name, np.array(way[LINE][place]))
        for title, way in ways.items()
        for name, place in zip(title.split(" to "), (0, -1), strict=True)
    ]

    def over(axes: Any, black: bool = False) -> None:
        line, bent = (ON_BLACK if black else PATH_COLOURS)[:2]
        curves = [PathCurve("straight", np.array(way[LINE])[::FINER], line, corners=True) for way in ways.values()]
        curves += [PathCurve("by the graph", np.array(way[BENT]), bent) for way in ways.values()]
        draw_curves(axes, curves, marks, around="black" if black else "white")

    codes, read, digits = (workspace.figure_path(f"plane-{name}.png") for name in ("codes", "read", "digits"))
    draw_latent_map(space.codes.double().numpy(), codes, labels=space.labels, names=space.label_names, over=over)
    images, extent = decode_plane(model, space.codes, workspace.either(90, 160, tiny=12))
    probabilities = context.reader.probabilities(images)
    free = np.concatenate([np.array(code) for way in ways.values() for code in way.values()])
    draw_class_map(probabilities, extent, read, names=context.reader.names, over=over, free=free)
    draw_decoded_grid(decode_plane(model, space.codes)[0], digits, extent, over=partial(over, black=True))
    return codes, read, digits


def _read_near_zero(context: Context) -> Numbers:
    """What is read in pictures decoded from the middle tenth of the prior, evenly, in percent."""
    radius = (-2 * np.log(1 - _CENTRAL)) ** 0.5
    rng = np.random.default_rng([context.workspace.seed, 0])
    angles, lengths = rng.uniform(0, 2 * np.pi, 1000), radius * rng.uniform(0, 1, 1000) ** 0.5
    codes = np.stack([lengths * np.cos(angles), lengths * np.sin(angles)], 1)
    read = np.array(context.read(decode(context.models["vae"], torch.from_numpy(codes).float())))
    shares = {name: 100 * float((read == name).mean()) for name in context.reader.names}
    return {"radius": radius, "shares": dict(sorted(shares.items(), key=lambda item: -item[1]))}


def _measure_distances(space: LatentSpace) -> Numbers:
    """Pairs of classes by the distance of their mean codes, the farthest first."""
    means = space.class_means()
    far = {
        f"{space.label_names[a]}-{space.label_names[b]}": float((means[a] - means[b]).norm())
        for a, b in combinations(sorted(means), 2)
    }
    return dict(sorted(far.items(), key=lambda item: -item[1]))


def _list_shares(shares: dict[str, float]) -> str:
    """The classes that are read at all, the most frequent first."""
    words = [f"{name} ({share:.0f} %)" for name, share in shares.items() if share >= 1]
    return ", ".join(words)
