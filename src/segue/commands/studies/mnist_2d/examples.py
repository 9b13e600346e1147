"""Examples to look at: reconstructed digits, and four transitions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import torch

from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.interpolate import InterpolateRequest, InterpolateResult, run_interpolate
from segue.commands.studies.mnist_2d.context import BENT, CROSS_FADE, GRAPH, LINE, MODEL_NAMES, WAYS, Context
from segue.commands.studies.transitions import list_changes
from segue.commands.studies.workspace import Numbers
from segue.core.images import Pixels, write_image
from segue.data.datasets import Pick
from segue.evaluation.representation import share_interval
from segue.latent.interpolation import cross_fade, decode
from segue.latent.space import encode
from segue.render.report import Picture, Section, Table
from segue.render.strip import Row, strip

PAIRS = (("label:5#1", "label:2"), ("label:0", "label:7"), ("label:9", "label:5#2"), ("label:0#1", "label:6"))
_FRAMES, FINER = 10, 4  # of a strip; of an animation, from one of these to the next

Ways = dict[str, list[list[float]]]
"""The codes of a pair, by way."""


def report_models(context: Context) -> tuple[Section, Numbers]:
    """How well each model gives a digit back."""
    test = context.test.sample(context.workspace.either(2000, 10_000), context.workspace.seed)
    truth = np.array([test.name_of(place) for place in range(len(test))])
    pick = context.data.pick
    shown = np.stack([pick(f"label:{digit}").image for digit in context.reader.names])
    pictures, rows = [Row("held-out images", shown, tuple(context.read(shown)))], []
    numbers: Numbers = {"classifier": context.reader.accuracy(context.test), "images": len(test)}
    for name, model in context.models.items():
        again = decode(model, encode(model, shown))
        pictures.append(Row(MODEL_NAMES[name], again, tuple(context.read(again))))
        found = context.workspace.run_job(
            run_evaluate, EvaluateRequest(context.runs[name], len(test), bounded=0, restarts=3)
        )
        read = np.array(context.read(decode(model, encode(model, test.images))))
        fives = dict(Counter(read[(truth == "5") & (read != "5")].tolist()).most_common())
        misread = share_interval(read != truth)
        numbers[name] = {"psnr": found.psnr, "ssim": found.ssim, "misread": misread, "fives": fives}
        rows.append(
            (
                MODEL_NAMES[name],
                found.psnr[0],
                found.ssim[0],
                misread[0],
                "  ".join(f"{k}: {n}" for k, n in fives.items()),
            )
        )
    file = context.workspace.figure_path("reconstructions.png")
    write_image(file, strip(pictures))
    misread = numbers["vae"]["misread"][0]
    picture = Picture(
        file,
        f"""The first held-out digit of each class, and its reconstructions; beneath,
        what the classifier reads. Of all held-out digits, {misread:.0f} % come out of the VAE's two numbers as another
        digit than they went in as.""",
    )
    columns = ("model", "PSNR (dB)", "SSIM", "read as another digit (%)", "what its misread 5s are read as, how many")
    table = Table("models", f"Reconstruction of {len(test):,} held-out digits.", columns, tuple(rows))
    return Section(
        "What two numbers keep",
        f"""
        The source's model is a convolutional VAE whose code has two numbers. Beside it stand two plain autoencoders of
        the same networks and the same reconstruction loss: one with as short a code, and one of 32 numbers, because the
        source does not say how long the code of its own first attempt was. They have seen {len(context.train):,}
        training images.

        A small classifier, trained on the same images, says what a picture would be read as; it reads
        {numbers["classifier"][0]:.1f} % of the held-out digits right. It was never shown anything but digits, and has
        to call everything one of them.""",
        (picture, table),
    ), numbers


def report_examples(context: Context) -> tuple[Section, Numbers, dict[str, Ways]]:
    """Four pairs, as the source shows them: strips, codes, and one animation of them all; and the ways themselves."""
    pictures: list[Picture] = []
    numbers: Numbers = {}
    ways: dict[str, Ways] = {}
    films: dict[str, list[Pixels]] = {way: [] for way in (*WAYS, CROSS_FADE)}
    for names in PAIRS:
        a, b = (context.data.pick(name) for name in names)
        found = {way: _interpolate(context, way, names) for way in WAYS}
        frames = {
            way: decode(context.models[WAYS[way][0]], torch.tensor(result.codes)) for way, result in found.items()
        }
        frames[CROSS_FADE] = cross_fade(a.image, b.image, (_FRAMES - 1) * FINER + 1)
        for way, each in frames.items():
            films[way].append(each)
        read = {way: context.read(each[::FINER]) for way, each in frames.items()}
        passed = {way: list_changes(each) for way, each in read.items()}
        pictures.append(
            Picture(
                _draw_strip(context, a, b, {way: each[::FINER] for way, each in frames.items()}, read),
                _caption(a, b, passed),
                (found[LINE].out, found[BENT].out),
            )
        )
        title = f"{a.label} to {b.label}"
        ways[title] = {way: list(found[way].codes or ()) for way in (LINE, BENT)}
        codes = {way: each[::FINER] for way, each in ways[title].items()}
        numbers[title] = {"ids": [a.id, b.id], "codes": codes, "read": read, "passed": passed}
    first = next(iter(numbers))
    film = Picture(
        _draw_film(context, films), "The four transitions in motion, to the end and back; a pair in each column."
    )
    return (
        Section(
            "Four transitions",
            f"""
        The source goes from a 5 to a 2, from 0 to 7, from 9 to 5 and from 0 to 6. The first and the last picture of a
        row are the decoded ends; the eight between lie at even steps. The cross-fade is of the images themselves, so
        its ends are the originals. Beneath each picture stands what the classifier reads.

        The second row goes beyond the source: not straight, but the shortest way over the codes of {context.near:,}
        real digits, where a step is as long as the change that is seen, smoothed and evenly paced: `{GRAPH}`.""",
            (pictures[0], _make_codes_table(first, numbers[first]), *pictures[1:], film),
        ),
        numbers,
        ways,
    )


def _interpolate(context: Context, way: str, names: tuple[str, str]) -> InterpolateResult:
    model, path = WAYS[way]
    pair = "-".join(names).replace("label:", "").replace("#", ".")
    out = context.workspace.figure_path(f"{pair}-{model}{'-graph' * (path == GRAPH)}.gif")
    steps = (_FRAMES - 1) * FINER + 1
    request = InterpolateRequest(context.runs[model], *names, out, path, nodes=context.near, steps=steps, fps=12.0)
    return context.workspace.run_job(run_interpolate, request)


def _draw_strip(context: Context, a: Pick, b: Pick, frames: dict[str, Pixels], read: dict[str, list[str]]) -> Path:
    file = context.workspace.figure_path(f"{a.label}-{b.label}.png")
    write_image(file, strip([Row(way, each, tuple(read[way])) for way, each in frames.items()]))
    return file


def _caption(a: Pick, b: Pick, passed: dict[str, str]) -> str:
    ways = "; ".join(f"{way}: {read}" for way, read in passed.items())
    return f"From a {a.label} to a {b.label}. Read on the way: {ways}."


def _make_codes_table(title: str, of: Numbers) -> Table:
    rows = [
        (place + 1, f"{place / (_FRAMES - 1):.3f}", *(f"{number:.4f}" for number in code), read)
        for place, (code, read) in enumerate(zip(of["codes"][LINE], of["read"][LINE], strict=True))
    ]
    caption = f"The codes of the first row above, {title}: both ends, and eight between on the straight line."
    return Table("codes", caption, ("picture", "t", "z1", "z2", "read as"), tuple(rows))


def _draw_film(context: Context, films: dict[str, list[Pixels]]) -> Path:
    from segue.render.animation import write_animation

    shots = range((_FRAMES - 1) * FINER + 1)
    frames = [
        strip([Row(way, np.stack([each[shot] for each in four])) for way, four in films.items()]) for shot in shots
    ]
    file = context.workspace.figure_path("transitions.gif")
    write_animation(file, np.stack([*frames, *frames[-2:0:-1]]), 12)
    return file
