"""What the source says, and what of that is borne out."""

from __future__ import annotations

from segue.commands.studies.fashion.context import CORRUPTED, MIXES, NEW
from segue.commands.studies.workspace import Numbers
from segue.render.report import Claim, Verdict, judge, judge_conditions

_FAR, _NAMED = 1.25, 80.0  # new items: distance over that of reconstructions, and percent of the classifier's word
DOUBLE, AS_OFTEN = 2.0, 0.9  # of corrupted inputs: error, and how often read right, over that of clean ones


def judge_claims(last: int, numbers: Numbers) -> tuple[Claim, ...]:
    """The claims, each judged by a rule that is stated with what was found."""
    return (
        _judge_nearness(numbers["map"]),
        *_judge_new_items(numbers["new"]),
        *_judge_corruptions(last, numbers["stress"]),
    )


def _judge_nearness(found: Numbers) -> Claim:
    places, third = found["places"], found["pairs"] / 3
    return Claim(
        "near-classes",
        "Classes that are close to each other in the latent space were chosen to be mixed.",
        f"Of {found['pairs']} pairs of classes, counted from the nearest: "
        f"{', '.join(f'{pair} {place}' for pair, place in places.items())}. Rule: all in the nearer third; some, with "
        "a condition.",
        judge(max(places.values()) <= third, min(places.values()) <= third),
    )


def _judge_new_items(found: Numbers) -> tuple[Claim, ...]:
    new = {"-".join(mix): found[f"{'-'.join(mix)}-new, plain"] for mix in MIXES}
    far = [of["distance"] / found[f"{name}-reconstructed, plain"]["distance"] for name, of in new.items()]
    named = [of["named"] for of in new.values()]
    good = [away <= _FAR and word >= _NAMED for away, word in zip(far, named, strict=True)]
    both, most = (new["-".join(MIXES[0])][name] for name in ("two", "most"))
    return (
        Claim(
            "good-generations",
            "Not designed for generation, autoencoders too can give good generations sometimes.",
            f"New items are {' and '.join(f'{value:.2f}' for value in far)} times as far from real items as "
            f"reconstructions are, and {' and '.join(f'{value:.0f} %' for value in named)} of the classifier's word "
            f"is for the classes that were mixed. Rule: up to {_FAR:g} times, and {_NAMED:.0f} % or more, for both "
            "mixes; for one, with a condition.",
            judge(all(good), any(good)),
        ),
        Claim(
            "resembles-both",
            "The generated output resembles both a t-shirt and a bag.",
            f"Of {NEW} new items {both:.0f} % have a tenth of the classifier's word or more for each of the two, "
            f"and most of all of it is for {most}. Rule: half of them; a tenth, with a condition.",
            judge(both >= 50, both >= 10),
        ),
    )


def _judge_corruptions(last: int, found: Numbers) -> tuple[Claim, ...]:
    whole = found[f"plain-whole-{last}"]["right"]
    turned, cut = (found[f"{name}-{name}-{last}"] for name in CORRUPTED)
    turning = found["turning"]["rotated"]
    rule = (
        f"Rule: at most {DOUBLE:g} times the plain model's error on clean items, and read right at least "
        f"{100 * AS_OFTEN:.0f} % as often; one of both, with a condition."
    )

    def judge_undone(of: Numbers) -> tuple[str, Verdict]:
        words = (
            f"After epoch {last} the error is {of['times']:.2f} times the plain model's on clean items, and "
            f"{of['right']:.0f} % are read right ({whole:.0f} % of the clean ones). "
        )
        return words, judge_conditions(of["times"] <= DOUBLE, of["right"] >= AS_OFTEN * whole)

    (turned_words, turned_verdict), (cut_words, cut_verdict) = judge_undone(turned), judge_undone(cut)
    return (
        Claim(
            "rotations",
            "I expected it to struggle with undoing rotations; after the 20th epoch the results are "
            "amazing: it has managed to reconstruct the original.",
            turned_words + rule,
            turned_verdict,
        ),
        Claim(
            "rotation-invariance",
            "Success might require features that do not depend on the rotation.",
            f"The rotation accounts for {turning:.0f} % of the variance of the codes "
            f"({found['turning']['plain']:.0f} % in the plain model). Rule: up to 10 %; up to 25 %, with a "
            "condition.",
            judge(turning <= 10, turning <= 25),
        ),
        Claim(
            "jigsaw",
            "Jigsaw permutations are an extreme task, but still it performs very well.",
            cut_words + rule,
            cut_verdict,
        ),
        Claim(
            "jigsaw-artifacts",
            "A few outputs of jigsawed inputs have artifacts (two of ten are named).",
            f"{cut['flawed']:.0f} % are flawed as table 3 counts it, of rotated ones {turned['flawed']:.0f} %. Rule: "
            "1 to 33 %.",
            judge(1 <= cut["flawed"] <= 33),
        ),
        Claim(
            "jigsaw-harder",
            "Jigsaw permutations are even more challenging than rotations.",
            f"The error is {cut['mse']:.4f} from jigsawed inputs, {turned['mse']:.4f} from rotated ones. Rule: the "
            "former is larger.",
            judge(cut["mse"] > turned["mse"]),
        ),
    )
