"""What the source says, and what of that is borne out."""

from __future__ import annotations

from itertools import pairwise

from segue.commands.studies.workspace import Numbers
from segue.render.report import Claim, join_words, judge, judge_conditions

GAIN, ENOUGH = 3.0, 2 / 3  # dB of reconstructions; of what reconstructions have, for draws


def judge_claims(epochs: tuple[int, ...], numbers: Numbers) -> tuple[Claim, ...]:
    """The claims, each judged by a rule that is stated with what was found."""
    return (
        *_judge_space(numbers["between"], numbers["bound"]["set"]["linear"]),
        _judge_draws(epochs, numbers["drawn"]),
        *_judge_reconstructions(epochs, list(numbers["learning"].values())),
    )


def _judge_space(between: Numbers, right: float) -> tuple[Claim, ...]:
    line, fade = between["linear"], between["cross-fade"]
    own, near = line["ghosting"] <= 0.5, line["excess"] < fade["excess"]
    return (
        Claim(
            "intermediate-forms",
            "Interpolating between the codes of characters gives intermediate character forms.",
            f"A mix of the two ends explains {100 * line['ghosting']:.0f} % of what is half-way, and all of a "
            f"cross-fade. Its frames are {line['excess']:.4f} farther (mean square error) from real characters than "
            f"reconstructions are, a cross-fade's {fade['excess']:.4f}. Rule: half or less, and nearer than a "
            "cross-fade; one of both, with a condition.",
            judge_conditions(own, near),
        ),
        Claim(
            "organised",
            "Interpolation shows how the VAE has organised the latent space.",
            f"A linear classifier of the codes names {right:.0f} % of the held-out characters correctly, where chance "
            "names 10. "
            "Rule: 80 %; half, with a condition.",
            judge(right >= 80, right >= 50),
        ),
    )


def _judge_draws(epochs: tuple[int, ...], found: Numbers) -> Claim:
    drawn, whole = [found[f"drawn, epoch {epoch}"] for epoch in epochs], found["reconstructed"]
    edges, least = [of["edges"] / whole["edges"] for of in drawn], ENOUGH * whole["sure"]
    strokes = all(a < b for a, b in pairwise(edges)) and edges[-1] >= ENOUGH
    read = drawn[-1]["sure"] >= least
    percent = [f"{100 * edge:.0f}" for edge in edges]
    return Claim(
        "coherent",
        "The model progressively learns to generate coherent character-like structures.",
        f"After epochs {join_words(epochs)} the edges of draws have {join_words(percent)} % of "
        f"the energy that reconstructions have in the end, and the classifier is sure of {drawn[-1]['sure']:.0f} % of "
        f"the last, of {whole['sure']:.0f} % of reconstructions. Rule: edges rise to two thirds of those, and as many "
        "draws are read as surely; one of both, with a condition.",
        judge_conditions(strokes, read),
    )


def _judge_reconstructions(epochs: tuple[int, ...], found: list[Numbers]) -> tuple[Claim, ...]:
    decibels, edges = [of["psnr"] for of in found], found[0]["edges"]
    rising, gain = all(a < b for a, b in pairwise(decibels)), decibels[-1] - decibels[0]
    return (
        Claim(
            "reconstructions",
            "Reconstructions gradually improve, to cleaner and more accurate ones.",
            f"After epochs {join_words(epochs)} PSNR is {join_words([f'{value:.1f}' for value in decibels])} dB on "
            "held-out "
            f"characters. Rule: rising, by {GAIN:g} dB in all; by less, with a condition.",
            judge(rising and gain >= GAIN, rising),
        ),
        Claim(
            "from-noise",
            "They start from noisy approximations.",
            f"After epoch 1 the edges of reconstructions have {100 * edges:.0f} % of the energy that the characters' "
            "have; noise would have more than these. Rule: more than all of it.",
            judge(edges > 1),
        ),
    )
