"""The bound that the model is trained by, and what lies between characters."""

from __future__ import annotations

import numpy as np

from segue.commands.evaluate import EvaluateRequest, EvaluateResult, run_evaluate
from segue.commands.interpolate import InterpolateRequest, run_interpolate
from segue.commands.map import MapRequest, run_map
from segue.commands.runs import open_model
from segue.commands.score import ScoreRequest, run_score
from segue.commands.studies.kmnist.context import DRAWN, FPS, FROM_TO, PAIRS, SHOWN, SIGMAS, Context
from segue.commands.studies.workspace import Found, Numbers
from segue.core.images import Pixels, write_image
from segue.latent.interpolation import decode
from segue.latent.space import encode
from segue.render.report import Cell, Picture, Section, Table
from segue.render.strip import Row, strip


def report_bound(context: Context) -> Found:
    """Both models by their bounds, and by their pictures."""
    workspace, shown = context.workspace, context.test.images[:SHOWN]
    lines = [Row("held out", shown)]
    rows: list[tuple[Cell, ...]] = []
    numbers: Numbers = {}
    bounded, samples = workspace.either(100, 500), workspace.either(50, 200)
    for name, run in context.runs.items():
        found = workspace.run_job(
            run_evaluate,
            EvaluateRequest(
                run, images=len(context.test), bounded=bounded, samples=samples, restarts=workspace.either(2, 10)
            ),
        )
        density = -open_model(run)[1]["figures"]["test_loss"] * shown[0].size
        numbers[name] = {"density": density} | _figures(found)
        rows.append((SIGMAS[name], *numbers[name].values()))
        lines.append(Row(f"sigma {SIGMAS[name]}", context.reconstruct(shown, run)))
    write_image(sheet := workspace.figure_path("sigmas.png"), strip(lines))
    one, each = numbers["set"], numbers["pixel"]
    return Section(
        "The bound, and both of its terms",
        f"""
        What is maximised is the evidence lower bound, ELBO = E[log p(x|z)] - KL(q(z|x) || p(z)): how probable the
        decoder makes the image, less what the code costs. Here p(x|z) is a Gaussian around the decoded picture, whose
        deviation sigma is learned: one for all pixels, or, as in the source's formula, one that the decoder gives for
        every pixel of every picture.

        By the bound that is trained on, of a density, the second reaches {each["density"]:,.0f} nats on test images and
        the first {one["density"]:,.0f}; by the probability of the 256 grey levels that pixels really have,
        {each["elbo"]:,.0f} and {one["elbo"]:,.0f}; by their pictures, {each["psnr"]:.1f} and {one["psnr"]:.1f} dB. Most
        of a picture is background, black to the last grey level. A decoder that may say of each pixel how sure it is
        gains most there, the more the smaller sigma is (segue stops it at one grey level), and can leave strokes vague,
        of which it says that it is unsure. What follows is of the first.""",
        (
            Picture(
                context.run / "figures" / "loss.png",
                "Sigma one for all: the loss (the negative bound over the number of "
                "pixels), its two terms in nats per image, and PSNR. The reconstruction term is that of a density, and "
                "may be below 0. Where the curve of test images leaves that of training images, it learns these by "
                "heart.",
            ),
            Picture(sheet, "Held-out characters, and their reconstructions by both models."),
            Table(
                "bound",
                f"Means over test images. In nats, of up to 1,000 images the bound of the density, as trained; "
                f"of {bounded} the bound, and both of its terms, of the probability of the grey levels, and the "
                f"tighter bound of {samples} samples (Burda et al. 2016), in bits per pixel too. Of all, PSNR, and the "
                "share that a linear classifier of the codes gets right.",
                (
                    "sigma",
                    "ELBO, density",
                    "ELBO",
                    "-log p(x|z)",
                    "KL",
                    "tighter",
                    "bits per pixel",
                    "PSNR (dB)",
                    "linear (%)",
                ),
                tuple(rows),
            ),
        ),
    ), numbers


def _figures(found: EvaluateResult) -> Numbers:
    terms = found.likelihood
    assert terms is not None and found.linear is not None and terms.bits_per_value is not None  # noqa: S101 - a VAE's
    return {
        "elbo": terms.elbo[0],
        "reconstruction": terms.reconstruction,
        "kl": terms.kl,
        "bound": terms.importance_bound[0],
        "bits": terms.bits_per_value[0],
        "psnr": found.psnr[0],
        "linear": found.linear[0],
    }


def report_between(context: Context) -> Found:
    """Straight lines between codes, shown and measured."""
    workspace, names = context.workspace, [f"label:{name}" for pair in PAIRS for name in pair]
    tour = {suffix: workspace.figure_path(f"tour.{suffix}") for suffix in ("gif", "mp4")}
    for file in tour.values():
        workspace.run_job(
            run_interpolate,
            InterpolateRequest(
                context.run,
                names[0],
                names[-1],
                file,
                path="linear",
                via=" ".join(names[1:-1]),
                loop=True,
                steps=FROM_TO * len(names) + 1,
                fps=FPS,
            ),
        )
    strips = [workspace.figure_path(f"{'-'.join(pair)}.png") for pair in PAIRS[:3]]
    for (a, b), file in zip(PAIRS, strips, strict=False):
        workspace.run_job(
            run_interpolate, InterpolateRequest(context.run, f"label:{a}", f"label:{b}", file, path="linear")
        )
    workspace.run_job(run_map, MapRequest(context.run, chart := workspace.figure_path("map.png"), limit=3000))
    scores = workspace.run_job(
        run_score,
        ScoreRequest(
            context.run,
            workspace.figure_path("scores"),
            pairs=workspace.either(24, 100, tiny=3),
            kind="other-label",
            steps=13,
            paths="linear",
            metrics="excess ghosting sharpness",
            force=True,
        ),
    )
    numbers: Numbers = {row.path: {name: of.mean for name, of in row.figures.items()} for row in scores.rows}
    ways = tuple(numbers)
    middle = _make_middles(context)
    numbers["middle"] = {name: context.share_sure(images) for name, images in middle.items()}
    sure = numbers["middle"]
    return Section(
        "Between characters",
        f"""
        The codes of two characters are joined by a straight line, which is decoded. If the space is well arranged, what
        lies between is a form of its own, not the two laid over each other, as in a cross-fade.

        Measured on pairs of different held-out characters: ghosting is the share of the middle frames that a mix of the
        two ends explains, 1 for a cross-fade; excess is how much farther frames are from the nearest real character
        than reconstructions are; sharpness is the middle's over the ends'. Half-way, the classifier is sure of a
        character in {sure["half-way"]:.0f} % of the decoded pictures, in {sure["cross-fade"]:.0f} % of the cross-faded
        ones, and in {sure["ends"]:.0f} % of the reconstructed ends.""",
        (
            Picture(
                tour["gif"],
                f"From {' to '.join(name.removeprefix('label:') for name in names)} and back to the "
                "first, through the decoder.",
                (tour["mp4"],),
            ),
            *(
                Picture(file, f"From {a} to {b}: decoded, and the pixels cross-faded.")
                for (a, b), file in zip(PAIRS, strips, strict=False)
            ),
            Picture(
                chart,
                "Codes of held-out characters on their two principal axes. A character that was written in "
                "several ways has several places.",
            ),
            Table(
                "scores",
                f"The straight line of {scores.pairs} pairs, and controls, which need no model: snap, each "
                "frame of the line replaced by the real character nearest to it; cut, one end, then the other.",
                ("way", "ghosting", "excess (mean square)", "sharpness"),
                tuple((way, *(numbers[way][name] for name in ("ghosting", "excess", "sharpness"))) for way in ways),
            ),
        ),
    ), numbers


def _make_middles(context: Context) -> dict[str, Pixels]:
    """Half-way between random pairs of different characters: decoded, and as pixels averaged; and the ends decoded."""
    draw, labels = np.random.default_rng(context.workspace.seed), context.test.labels
    assert labels is not None  # noqa: S101 - this set has labels
    a, b = draw.integers(len(context.test), size=(2, 4 * DRAWN))
    a, b = (side[labels[a] != labels[b]][:DRAWN] for side in (a, b))
    model, _ = open_model(context.run)
    ends = [encode(model, context.test.images[side]) for side in (a, b)]
    faded = np.mean([context.test.images[a], context.test.images[b]], axis=0).round().astype(np.uint8)
    return {"half-way": decode(model, (ends[0] + ends[1]) / 2), "cross-fade": faded, "ends": decode(model, ends[0])}
