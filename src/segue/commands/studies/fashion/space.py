"""The latent space: its map, reconstructions, new items between classes, and the VAE's beside it."""

from __future__ import annotations

import numpy as np

from segue.commands.evaluate import EvaluateRequest, run_evaluate
from segue.commands.map import MapRequest, run_map
from segue.commands.runs import open_model
from segue.commands.studies.fashion.context import LATENT, MIXES, MODEL_NAMES, NEW, SHOWN, Context
from segue.commands.studies.workspace import Found, Numbers
from segue.core.images import Pixels, write_image
from segue.evaluation.metrics.nearest import PixelSearch, mean_square
from segue.latent.space import LatentSpace
from segue.render.report import Cell, Picture, Section, Table, join_words
from segue.render.strip import Row, strip

TENTH, SURE = 0.1, 0.9  # probabilities by which an item resembles a class, and is sure to be of one


def report_space(context: Context) -> Found:
    """The map of the plain model, and how far classes are from each other."""
    figure = context.workspace.figure_path("map-plain.png")
    found = context.workspace.run_job(run_map, MapRequest(context.runs["plain"], figure, limit=3000))
    space = LatentSpace.of(open_model(context.runs["plain"])[0], context.test)
    apart = {(space.label_names[a], space.label_names[b]): d for (a, b), d in space.class_distances().items()}
    places = {pair: place for place, pair in enumerate(apart, 1)}
    mixed = [pair for pair in apart if any(set(pair) <= set(mix) for mix in MIXES)]
    numbers = {"pairs": len(apart), "places": {" and ".join(pair): places[pair] for pair in mixed}}
    listed = sorted({*list(apart)[:3], *mixed, list(apart)[-1]}, key=lambda pair: places[pair])
    rows = tuple((" and ".join(pair), apart[pair], places[pair]) for pair in listed)
    return Section(
        "The latent space",
        f"""
        {found.images:,} held-out items as the plain autoencoder encodes them. The two axes of the picture hold
        {100 * sum(found.explained_variance or ()):.0f} % of the variance, so classes that overlap there may
        be apart in truth. The table measures in all {LATENT} dimensions: the distance between two classes' means, over
        how far items are from the mean of their class. Below 1, classes lie nearer to each other than their own items
        spread.""",
        (
            Picture(
                figure,
                "Codes of the plain autoencoder on their two principal axes, coloured by class. Names stand at "
                "the means of their classes.",
            ),
            Table(
                "classes",
                f"How far classes are from each other: the three nearest of {len(apart)} pairs, those that "
                "are mixed below, and the farthest.",
                ("classes", "distance", "place, nearest first"),
                rows,
            ),
        ),
    ), numbers


def report_reconstructions(context: Context) -> Found:
    """Reconstructions after the first epoch and after the last."""
    labels = context.test.labels if context.test.labels is not None else np.zeros(0)
    shown = context.test.images[[int(np.flatnonzero(labels == label)[0]) for label in np.unique(labels)]]
    rows, numbers = [Row("held out", shown)], {}
    for name in ("plain", "vae"):
        for epoch in (1, context.last):
            pictures = context.reconstruct(name, epoch, shown)
            decibels = tuple(f"{-10 * np.log10(mse):.1f} dB" for mse in mean_square(pictures, shown))
            rows.append(Row(f"{MODEL_NAMES[name]}, epoch {epoch}", pictures, decibels))
            mse = mean_square(context.reconstruct(name, epoch, context.test.images), context.test.images)
            numbers[f"{name}-{epoch}"] = {"mse": float(mse.mean()), "psnr": float(-10 * np.log10(mse).mean())}
    write_image(figure := context.workspace.figure_path("items.png"), strip(rows))
    first, last, vae = (numbers[key]["psnr"] for key in ("plain-1", f"plain-{context.last}", f"vae-{context.last}"))
    return Section(
        "Reconstructions",
        f"""
        One held-out item of each class, and its reconstructions after the first epoch and after the last.
        Over all held-out items the plain autoencoder goes from {first:.1f} to {last:.1f} dB. The VAE, which pays for
        codes that can be drawn at random, ends at {vae:.1f} dB.""",
        (
            Picture(
                figure,
                "Held-out items and their reconstructions, with the PSNR of each. The outline is there after "
                "one epoch; patterns, soles and straps come later, where they come at all.",
            ),
        ),
    ), numbers


def report_new_items(context: Context) -> Found:
    """Items decoded from between classes."""
    real, names = PixelSearch(context.train.images, context.workspace.report), context.test.label_names
    rows: list[tuple[Cell, ...]] = []
    parts: list[Picture | Table] = []
    numbers: Numbers = {}
    for mix in MIXES:
        lines: list[Row] = []
        for what, images in _make_kinds(context, mix).items():
            nearest, _ = real.nearest(images)
            said = context.reader.probabilities(images)
            read = said[:, [names.index(label) for label in mix]]
            found: dict[str, Cell] = {
                "distance": float(nearest.distances.mean()),
                "named": 100 * float(read.sum(1).mean()),
                "two": 100 * float(((read >= TENTH).sum(1) >= 2).mean()),
                "most": names[said.sum(0).argmax()],
            }
            numbers[f"{'-'.join(mix)}-{what}"] = found
            rows.append((" + ".join(mix), what, *found.values()))
            lines.append(Row(what, images[:SHOWN]))
            if what == "new, plain":
                lines.append(Row("real item nearest to it", context.train.images[nearest.indices[:SHOWN]]))
        write_image(figure := context.workspace.figure_path(f"new-{'-'.join(mix)}.png"), strip(lines))
        parts.append(
            Picture(
                figure,
                f"New items between {join_words(mix)}: the first {SHOWN} that were drawn, none "
                "picked out. At the bottom, reconstructions of real items, and what mixing pixels gives.",
            )
        )
    parts.append(
        Table(
            "new",
            "New items beside reconstructions of held-out items of these classes, and cross-fades.",
            ("between", "what", "distance", "named (%)", "resembles two (%)", "mostly"),
            tuple(rows),
        )
    )
    return Section(
        "New items between classes",
        f"""
        A new item is decoded from a code around the middle between the mean codes of two or three classes, scattered
        half as widely as items of these classes are (`segue sample --labels`). The source shows those that it found
        amazing; here are the first to come, and {NEW} of each kind are measured. "Distance" is the mean square error to
        the nearest training item: something that could be an item should be about as near to one as reconstructions
        are. "Named" is the probability that the classifier gives to the classes that were mixed, and "resembles two"
        the share of items to which it gives a tenth or more for each of two of them; "mostly" is the class that gets
        most of its word. The control is the cross-fade:
        pixels of one held-out item of each class, averaged.""",
        tuple(parts),
    ), numbers


def _make_kinds(context: Context, mix: tuple[str, ...]) -> dict[str, Pixels]:
    """New items of both models, and what they are measured by."""
    file, labels = "-".join(mix), "+".join(mix)
    kinds = {
        f"new, {MODEL_NAMES[name]}": context.workspace.sample_run(
            f"new-{name}-{file}", context.runs[name], count=NEW, labels=labels
        )
        for name in ("plain", "vae")
    }
    draw, of = np.random.default_rng(context.workspace.seed), [context.test.label_names.index(label) for label in mix]
    drawn = [context.test.images[draw.choice(np.flatnonzero(context.test.labels == label), NEW)] for label in of]
    mixed = np.stack(drawn)[np.arange(NEW) % len(mix), np.arange(NEW)]
    faded = np.mean(drawn, axis=0).round().astype(np.uint8)
    return kinds | {"reconstructed, plain": context.reconstruct("plain", context.last, mixed), "cross-fade": faded}


def report_vae(context: Context) -> Found:
    """The VAE in figures, and draws of both."""
    workspace, drawn = context.workspace, []
    numbers: Numbers = {}
    for name in ("plain", "vae"):
        request = EvaluateRequest(
            context.runs[name], images=len(context.test), bounded=0, restarts=workspace.either(5, 20)
        )
        found = workspace.run_job(run_evaluate, request)
        images = workspace.sample_run(f"drawn-{name}", context.runs[name], count=NEW)
        sure = (context.reader.probabilities(images).max(1) >= SURE).mean()
        numbers[name] = {
            "psnr": found.psnr[0],
            "ssim": found.ssim[0],
            "linear": found.linear[0] if found.linear else None,
            "distance": float(PixelSearch(context.train.images).nearest(images)[0].distances.mean()),
            "sure": 100 * float(sure),
        }
        drawn += [Row(f"drawn, {MODEL_NAMES[name]}", images[:SHOWN]), Row("", images[SHOWN : 2 * SHOWN])]
    write_image(workspace.figure_path("drawn.png"), strip(drawn))
    workspace.run_job(run_map, MapRequest(context.runs["vae"], workspace.figure_path("map-vae.png"), limit=3000))
    return Section(
        "A variational autoencoder beside it",
        """
        The same networks with the VAE's loss, which trades sharpness for a latent space that is filled evenly: a code
        drawn from N(0, I) decodes to an item. The plain autoencoder has no such prior; its draws come from a mixture of
        ten Gaussians that was fitted to the codes of training items.""",
        (
            Picture(
                workspace.figure_path("map-vae.png"),
                "Codes of the VAE, drawn as in figure 1; the prior has deviation 1.",
            ),
            Picture(workspace.figure_path("drawn.png"), f"The first {2 * SHOWN} draws from both, none picked out."),
            Table(
                "beside",
                f"Of held-out items PSNR, SSIM, and the share that a linear classifier of the codes gets "
                f"right; of {NEW} draws the mean square error to the nearest training item, and the share of which the "
                f"classifier of pictures is {100 * SURE:.0f} % sure.",
                ("model", "PSNR (dB)", "SSIM", "linear (%)", "draws: distance", "draws: sure (%)"),
                tuple((MODEL_NAMES[name], *numbers[name].values()) for name in ("plain", "vae")),
            ),
        ),
    ), numbers
