"""What the source says, and what of that is borne out."""

from __future__ import annotations

from segue.commands.studies.mnist_2d.context import CROSS_FADE, LINE, LONG, SHORT
from segue.commands.studies.transitions import format_interval
from segue.commands.studies.workspace import Numbers
from segue.core.types import Interval
from segue.render.report import Claim, Verdict, judge

FADED = 0.75  # ghosting from which a transition counts as a cross-fade
JUMP = 1 / 3  # share of the whole change above which one step is a jump
IMPERFECT = 10.0  # percent of digits that are read as another one


def judge_claims(numbers: Numbers) -> tuple[Claim, ...]:
    """The claims, each judged by a rule that it states."""
    ways, zero, shown = numbers["measured"]["ways"], numbers["measured"]["passed"], numbers["shown"]
    line, ghosts = ways[LINE], {way: ways[way]["ghosting"] for way in (SHORT, LONG)}
    more = numbers["measured"]["ae-2 less vae"]
    eights, shares = zero["shares"], numbers["plane"]["near 0"]["shares"]
    top = list(shares)[:2]
    far = list(numbers["plane"]["distances"])
    vae = numbers["models"]["vae"]
    return (
        Claim(
            "plain-fades",
            "With a simple autoencoder the transition simply looked like a cross-fade.",
            "Ghosting, of which a cross-fade has 1: "
            + ", ".join(f"{way} {format_interval(g)}" for way, g in ghosts.items())
            + f". With two numbers it is {format_interval(more)} more than the VAE's on the same pairs, and "
            f"{format_interval(ways[SHORT]['others'])} other classes are passed, by a cross-fade "
            f"{format_interval(ways[CROSS_FADE]['others'])}. Confirmed where both have {FADED} or more; with a "
            "condition, where "
            "one has, or where with two numbers there is more than in the VAE beyond doubt, and no more classes are "
            "passed than by a cross-fade.",
            judge_plain_fades(ghosts[SHORT], ghosts[LONG], more, ways[SHORT]["others"], ways[CROSS_FADE]["others"]),
        ),
        Claim(
            "no-cross-fade",
            "Decoding a linear interpolation of two encoded images gave a smooth and interesting "
            "transition, not a cross-fade.",
            f"Ghosting {format_interval(line['ghosting'])}; {format_interval(line['others'])} other classes passed, "
            "by a cross-fade "
            f"{format_interval(ways[CROSS_FADE]['others'])}; the largest step is {format_interval(line['step'])} of "
            "the change. Confirmed "
            f"where ghosting is below {FADED}, more classes are passed, and no step is a third of the change; below "
            f"{FADED} alone, with a condition.",
            judge_no_cross_fade(line["ghosting"], line["others"], ways[CROSS_FADE]["others"], line["step"]),
        ),
        Claim(
            "later",
            "Features of the 2 develop later on in the transition, which would have been visible much "
            "earlier in a cross-fade.",
            f"The second image is there by a quarter at t = {format_interval(line['onset'])}, in a cross-fade at 0.25. "
            "Confirmed from 0.30 on; with a condition, from where it is later beyond doubt.",
            judge(line["onset"][1] >= 0.30, line["onset"][1] > 0.25),
        ),
        Claim(
            "zero-to-seven",
            "From 0 to 7 the decoded values go through more numbers: 0, 3, 8, 7 or 9.",
            f"The pair shown reads {shown['0 to 7']['passed'][LINE]}. Of {zero['pairs']} pairs of a 0 and a 7, "
            f"{zero['any']:.0f} % pass another digit: "
            + ", ".join(f"{name} in {share:.0f} %" for name, share in sort_by_share(eights) if share >= 10)
            + ". Confirmed where half or more pass a 3 and half or more an 8; with a condition, where half or "
            "more pass any.",
            judge_zero_to_seven(eights, zero["any"]),
        ),
        Claim(
            "far-apart",
            "Zero and seven were encoded in very different areas of the latent space.",
            f"The mean codes of 0 and 7 are number {far.index('0-7') + 1} of {len(far)} pairs of classes, the "
            "farthest apart first. Confirmed in the first third; in the first half, with a condition.",
            judge(far.index("0-7") < len(far) / 3, far.index("0-7") < len(far) / 2),
        ),
        Claim(
            "near-zero",
            "Codes close to 0 tend to be decoded as images that look like 3s and 8s.",
            "In the middle tenth of the prior the classifier reads "
            + ", ".join(f"{name} ({share:.0f} %)" for name, share in list(shares.items())[:4])
            + ". Confirmed where 3 and 8 come first; where one of them is among the first two, with a condition.",
            judge(set(top) == {"3", "8"}, bool({"3", "8"} & set(top))),
        ),
        Claim(
            "imperfect",
            "Two numbers reconstruct imperfectly: the 5 was interpreted as more of a 3.",
            f"{format_interval(vae['misread'], 0)} % of held-out digits are read as another one when decoded, misread "
            "5s as "
            + (", ".join(f"{name} ({count})" for name, count in list(vae["fives"].items())[:3]) or "nothing")
            + f". Confirmed above {IMPERFECT:.0f} % with 3 as the first of these; above {IMPERFECT:.0f} % alone, "
            "with a condition.",
            judge_imperfect(vae["misread"], vae["fives"]),
        ),
    )


def judge_plain_fades(short: Interval, long: Interval, more: Interval, others: Interval, by_fade: Interval) -> Verdict:
    """Judge whether plain autoencoders cross-fade, by those ends of the intervals that are against the claim.

    Args:
        short: The ghosting of the one with a short code.
        long: That of the one with a long code.
        more: What the short one has beyond the VAE.
        others: The other classes that the short one passes.
        by_fade: Those that a cross-fade passes.
    """
    faded = [ghost[1] >= FADED for ghost in (short, long)]
    return judge(all(faded), any(faded) or (more[1] > 0 and others[1] <= by_fade[2]))


def judge_no_cross_fade(ghost: Interval, others: Interval, by_fade: Interval, step: Interval) -> Verdict:
    """Judge whether the VAE's line is no cross-fade, by those ends of the intervals that are against the claim.

    Args:
        ghost: Its ghosting.
        others: The other classes that it passes.
        by_fade: Those that a cross-fade passes.
        step: The share of the whole change that its largest step makes.
    """
    differs = ghost[2] < FADED
    return judge(differs and others[1] > by_fade[2] and step[2] < JUMP, differs)


def judge_zero_to_seven(shares: dict[str, float], other: float) -> Verdict:
    """Judge what lies between 0 and 7.

    Args:
        shares: The shares of pairs, in percent, that pass each digit.
        other: The share of those that pass any other.
    """
    return judge(min(shares["3"], shares["8"]) >= 50, other >= 50)


def judge_imperfect(misread: Interval, fives: dict[str, int]) -> Verdict:
    """Judge how a code of two numbers reconstructs.

    Args:
        misread: The share of digits, in percent, that are read as another.
        fives: What 5s are read as, and how many, the most frequent first.
    """
    worse = misread[1] > IMPERFECT
    return judge(worse and next(iter(fives), None) == "3", worse)


def sort_by_share(shares: dict[str, float]) -> list[tuple[str, float]]:
    """The most frequent first."""
    return sorted(shares.items(), key=lambda item: -item[1])
