"""Many random pairs by every way, and numbers of each."""

from __future__ import annotations

import numpy as np

from segue.commands.studies.mnist_2d.context import BENT, CROSS_FADE, LINE, SHORT, WAYS, Context
from segue.commands.studies.transitions import (
    Pairs,
    Transitions,
    bootstrap_mean,
    decode_pairs,
    draw_class_pairs,
    fade_pairs,
    format_half_width,
    measure_transitions,
    summarise_all,
)
from segue.commands.studies.workspace import Numbers
from segue.evaluation.leaderboard.pairs import draw_pairs
from segue.evaluation.metrics.nearest import PixelSearch
from segue.latent.paths import choose_path
from segue.render.report import Picture, Section, Table

_MEASURES = {
    "ghosting": "ghosting",
    "others": "other classes",
    "confidence": "confidence",
    "step": "largest step",
    "onset": "onset",
    "distance": "distance x1000",
}


def report_measures(context: Context) -> tuple[Section, Numbers]:
    """Ghosting, the classes that are passed, and how sure the classifier is in the middle, with intervals."""
    from segue.render.plots import draw_intervals

    workspace, test = context.workspace, context.test
    places = draw_pairs(test, workspace.either(64, 256, tiny=4), "other-label", workspace.seed)
    ways = _make_all(context, [(test.images[a], test.images[b]) for a, b in places])
    real = PixelSearch(context.train.images)
    values = {each.name: measure_transitions(each, context.reader, real) for each in ways}
    for each in values.values():
        each["distance"] = 1000 * each["distance"]
    found = {way: summarise_all(each, workspace.seed) for way, each in values.items()}
    more = bootstrap_mean(values[SHORT]["ghosting"] - values[LINE]["ghosting"], workspace.seed)
    numbers: Numbers = {"pairs": len(places), "ways": found, "ae-2 less vae": more}
    numbers["passed"] = _count_zero_to_seven(context)
    shown = {"ghosting": "Ghosting", "others": "Other classes passed", "confidence": "Confidence in the middle"}
    file = workspace.figure_path("measured.png")
    draw_intervals({way: [each[name] for name in shown] for way, each in found.items()}, tuple(shown.values()), file)
    picture = Picture(
        file,
        f"""Means over {len(places)} pairs of held-out digits of different classes, with their 95 %
        intervals. The VAE's straight line has a ghosting of {found[LINE]["ghosting"][0]:.2f} where a cross-fade has 1,
        and passes {found[LINE]["others"][0]:.1f} other classes where that passes
        {found[CROSS_FADE]["others"][0]:.1f}; the way by the graph passes {found[BENT]["others"][0]:.1f}.""",
    )
    rows = tuple((way, *(format_half_width(each[name]) for name in _MEASURES)) for way, each in found.items())
    table = Table(
        "measured",
        f"Means over the same {len(places)} pairs, and half their 95 % intervals.",
        ("way", *_MEASURES.values()),
        rows,
    )
    return Section(
        "More than a cross-fade?",
        f"""
        The source answers by eye. Here it is measured, on transitions of {ways[0].frames.shape[1]} pictures.

        Ghosting asks of each picture in the middle third what share of that which one end does not explain is explained
        by the other: 1 for a cross-fade, 0 for a picture that has nothing of the other end. Other classes counts what
        the classifier reads on the way beside the two ends. Confidence is the probability that it gives to its reading
        of the middle. The largest step is its share of the whole change ({1 / (ways[0].frames.shape[1] - 1):.2f} where
        all are equal). Onset is the t at which the last picture is there by a quarter (0.25 in a cross-fade). Distance
        is that of the middle third to the nearest training image, a mean square error.""",
        (picture, table),
    ), numbers


def _make_all(context: Context, pairs: Pairs) -> list[Transitions]:
    ways = [
        decode_pairs(way, choose_path(path), pairs, context.path_contexts[model]) for way, (model, path) in WAYS.items()
    ]
    return [*ways, fade_pairs(CROSS_FADE, pairs)]


def _count_zero_to_seven(context: Context) -> Numbers:
    """The share of pairs of a 0 and a 7 whose straight line passes each other digit, in percent."""
    count = context.workspace.either(64, 256, tiny=4)
    pairs = draw_class_pairs(context.test, "0", "7", count, context.workspace.seed)
    line = decode_pairs(LINE, choose_path("linear"), pairs, context.path_contexts["vae"])
    read = np.array(context.read(line.flat())).reshape(len(pairs), -1)
    others = [name for name in context.reader.names if name not in ("0", "7")]
    shares = {name: 100 * float((read == name).any(1).mean()) for name in others}
    any_ = 100 * float(np.isin(read, others).any(1).mean())
    return {"pairs": len(pairs), "any": any_, "shares": shares}
