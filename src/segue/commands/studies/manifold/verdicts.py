"""The source's claims: by which rule measured numbers confirm them. No verdict is written by hand."""

from __future__ import annotations

from collections.abc import Mapping

from segue.commands.studies.manifold.clusters import ClusterSplit
from segue.commands.studies.manifold.losses import Quality
from segue.evaluation.leaderboard import LeaderboardRow
from segue.render.report import Claim, judge_conditions

SOURCE_LINE, SOURCE_SURFING, SOURCE_K = 8.89, 8.32, 4
OFF, _TRUTH = "off-manifold", "to-truth"
LONG = """With the combined loss, surfing goes a significantly longer way and moves less smoothly, with a slightly lower
interpolationMSE."""
COMBINED = "MSE and perceptual loss together are better than either: sharper, with the filling kept."
_CONVEX = "Made convex (Oring et al.), a latent space keeps straight lines closer to the images."
OTHERS = "VAE, AAE and a discriminator as perceptual loss are expected to improve the output greatly."
THRESHOLD = "Joining all within a threshold, not the k nearest, may mend the long way round (not tried)."
_ALONE = "The perceptual loss alone keeps edges and loses filling."


def claim_unlearned(name: str, source: str, variety: float) -> Claim:
    """What is said where a model has not learned enough to test a claim."""
    found = f"Not tested: after so short a training the model hardly tells images apart (variety {variety:.0%})."
    return Claim(name, source, found, "not tested")


def relative_change(before: float, after: float) -> float:
    """Compute by what share a figure changes.

    Args:
        before: The figure before.
        after: The figure after.

    Returns:
        Below 0 where it falls; 0 where there was nothing before.

    >>> relative_change(8.89, 8.32).__round__(3)
    -0.064
    """
    return (after - before) / before if before else 0.0


def judge_lower(line: LeaderboardRow, surf: LeaderboardRow) -> Claim:
    """Surfing lowers interpolationMSE by half the source's share or more, and on most pairs; less: a condition."""
    before, after, wins = line.figures[OFF].mean, surf.figures[OFF].mean, surf.figures[OFF].wins
    source = relative_change(SOURCE_LINE, SOURCE_SURFING)
    return Claim(
        "surfing-lowers",
        f"Surfing lowers interpolationMSE from {SOURCE_LINE} to {SOURCE_SURFING} ({source:+.0%}).",
        f"From {1e3 * before:.2f}e-3 to {1e3 * after:.2f}e-3 ({relative_change(before, after):+.0%}), lower on "
        f"{wins:.0%} of "
        "the pairs. The source's unit is not given; the ratio compares.",
        "not confirmed"
        if after >= before
        else judge_conditions(relative_change(before, after) <= source / 2, wins > 0.5),
    )


def judge_long_way(line: LeaderboardRow, surf: LeaderboardRow, length: float, kept: Quality) -> Claim:
    """With the combined loss surfing is 1.3 times as long or more, jerks more, and has a lower interpolationMSE."""
    if not kept.learned:
        return claim_unlearned("long-way", LONG, kept.variety)
    jerks = line.figures["jerk"].mean, surf.figures["jerk"].mean
    off = relative_change(line.figures[OFF].mean, surf.figures[OFF].mean)
    return Claim(
        "long-way",
        LONG,
        f"{length:.2f} times as long as the line (median of pairs); jerk {jerks[1]:.2f} against {jerks[0]:.2f}; "
        f"interpolationMSE {off:+.0%}.",
        judge_conditions(length >= 1.3, jerks[1] > jerks[0], off < 0),
    )


def judge_combined(qualities: Mapping[str, Quality]) -> Claim:
    """The combined loss is sharper than MSE alone and keeps more of the filling than the perceptual loss alone."""
    mse, both, seen = qualities["MSE"], qualities["both"], qualities["perceptual"]
    if not both.learned:
        return claim_unlearned("combined-loss", COMBINED, both.variety)
    return Claim(
        "combined-loss",
        COMBINED,
        f"Gradient energy {both.sharpness:.0%} of the images', with MSE alone {mse.sharpness:.0%}; filling missed "
        f"{both.filling:.0%}, with the perceptual loss alone {seen.filling:.0%}.",
        judge_conditions(abs(1 - both.sharpness) < abs(1 - mse.sharpness), both.filling < seen.filling),
    )


def judge_perceptual(qualities: Mapping[str, Quality]) -> Claim:
    """The perceptual loss alone has edges as strong as MSE's or stronger, and misses more of the filling."""
    mse, seen = qualities["MSE"], qualities["perceptual"]
    if not (mse.learned and seen.learned):
        return claim_unlearned("perceptual-only", _ALONE, min(mse.variety, seen.variety))
    return Claim(
        "perceptual-only",
        _ALONE,
        f"Gradient energy {seen.sharpness:.0%} of the images' ({mse.sharpness:.0%} with MSE); edges missed "
        f"{seen.edges:.0%} ({mse.edges:.0%}); filling missed {seen.filling:.0%} ({mse.filling:.0%}).",
        judge_conditions(abs(1 - seen.sharpness) <= abs(1 - mse.sharpness), seen.filling > mse.filling),
    )


def judge_smallest_k(k: int, other: int) -> Claim:
    """The smallest k is the source's; with a condition if it is within two of it."""
    return Claim(
        "smallest-k",
        f"The smallest k that connects the graph is {SOURCE_K}.",
        f"{k} with MSE, {other} with both losses.",
        "confirmed" if k == SOURCE_K else judge_conditions(abs(k - SOURCE_K) <= 2, False),
    )


def judge_third_number(two: Quality, three: Quality) -> Claim:
    """A third number lowers MSE by 20 % or more; with a condition by 5 %."""
    by = relative_change(two.mse, three.mse)
    return Claim(
        "third-number",
        "A code of three numbers instead of two lowers MSE by about 30 %.",
        f"From {1e3 * two.mse:.2f}e-3 to {1e3 * three.mse:.2f}e-3 ({by:+.0%}).",
        judge_conditions(by <= -0.2, by <= -0.05),
    )


def judge_clearer(flat: tuple[LeaderboardRow, LeaderboardRow], deep: tuple[LeaderboardRow, LeaderboardRow]) -> Claim:
    """Surfing lowers interpolationMSE by a greater share with three numbers than with two."""
    two, three = (relative_change(line.figures[OFF].mean, surf.figures[OFF].mean) for line, surf in (flat, deep))
    return Claim(
        "deeper-clearer",
        "With three numbers the advantage of surfing is clearer, since a line is more likely to leave the codes.",
        f"interpolationMSE {three:+.0%} by surfing with three numbers, {two:+.0%} with two.",
        "not confirmed" if three >= 0 else judge_conditions(three < 0, three < two),
    )


def judge_clusters(found: ClusterSplit) -> Claim:
    """Nearly all near codes share the third factor, and its groups lie apart."""
    return Claim(
        "clusters",
        "A third factor of few values splits the latent space into clusters.",
        f"{found.purity:.0%} of a code's 8 nearest share the height ({found.chance:.0%} by chance); silhouette "
        f"{found.silhouette:.2f}; {found.components} components at k = 8.",
        "not confirmed"
        if found.purity < 0.95
        else judge_conditions(True, found.silhouette >= 0.25 or found.components > 1),
    )


def judge_noise(qualities: Mapping[str, Quality], best: str) -> Claim:
    """The source's best noise has the lowest MSE of all tried; with a condition if it is within 5 % of the lowest."""
    least = min(qualities, key=lambda name: qualities[name].mse)
    within = qualities[best].mse <= 1.05 * qualities[least].mse
    tried = ", ".join(f"{name} {1e3 * each.mse:.2f}" for name, each in qualities.items())
    return Claim(
        "noise",
        "Gaussian noise of 0.2 gives the best results.",
        f"MSE x1e3: {tried}; {least} is lowest (one seed).",
        judge_conditions(least == best, within),
    )


def judge_gamed(line: LeaderboardRow, snap: LeaderboardRow) -> Claim:
    """Jumping between images of the set has a lower interpolationMSE than the line, though it jerks more."""
    off = (1e3 * row.figures[OFF].mean for row in (snap, line))
    jerks = snap.figures["jerk"].mean, line.figures["jerk"].mean
    return Claim(
        "gamed",
        "interpolationMSE is not reliable: jumping between images of the set scores perfectly.",
        "Frames of the line snapped to their nearest images: {:.2f}e-3 against {:.2f}e-3".format(*off)
        + f", with a jerk of {jerks[0]:.1f} against {jerks[1]:.1f}.",
        judge_conditions(snap.figures[OFF].mean < line.figures[OFF].mean, jerks[0] > jerks[1]),
    )


def judge_perfect(snap: LeaderboardRow, truth: LeaderboardRow, line: LeaderboardRow) -> Claim:
    """The distance to the nearest perfect interpolation is 0 of the truth alone, and does not reward the snap."""
    of = {row.path: row.figures[_TRUTH].mean for row in (snap, truth, line)}
    if any(value != value for value in of.values()):
        return Claim("perfect", PERFECT, "This set does not have every image between.", "not tested")
    return Claim(
        "perfect",
        PERFECT,
        f"Truth {1e3 * of[truth.path]:.2f}e-3, line {1e3 * of[line.path]:.2f}e-3, snap {1e3 * of[snap.path]:.2f}e-3.",
        judge_conditions(of[truth.path] < 1e-4, of[snap.path] >= 0.5 * of[line.path]),
    )


PERFECT = "A made world allows a better score: the distance to the nearest perfect interpolation (proposed, not tried)."


def judge_radius(lengths: tuple[float, float], surf: LeaderboardRow, wide: LeaderboardRow, kept: Quality) -> Claim:
    """The way through a radius graph is shorter by a tenth or more, and no farther from the images than by k.

    Farther is an interpolationMSE higher by more than 2 %. `lengths` are those by k and by the radius.
    """
    if not kept.learned:
        return claim_unlearned("radius", THRESHOLD, kept.variety)
    by, off = relative_change(*lengths), relative_change(surf.figures[OFF].mean, wide.figures[OFF].mean)
    return Claim(
        "radius",
        THRESHOLD,
        f"{lengths[1]:.2f} times as long as the line, {lengths[0]:.2f} by the k nearest ({by:+.0%}; combined loss), "
        f"with an interpolationMSE {off:+.0%}: the least radius that connects is that of the sparsest place.",
        "not confirmed" if by >= -0.01 else judge_conditions(by <= -0.1, off <= 0.02),
    )


def judge_convex(
    plain: LeaderboardRow, shaped: Mapping[str, LeaderboardRow], qualities: Mapping[str, Quality]
) -> Claim:
    """The straight line through a space made convex adds less to the error of reconstruction than through a plain one.

    Less is by 2 % of the plain line's interpolationMSE or more. Asked of the methods that have learned.
    """
    before = plain.figures["excess"].mean
    after = {name: row.figures["excess"].mean for name, row in shaped.items() if qualities[name].learned}
    if not after:
        return claim_unlearned("convex", _CONVEX, max(qualities[name].variety for name in shaped))
    listed = ", ".join(f"{name} {1e3 * value:.2f}e-3" for name, value in after.items())
    return Claim(
        "convex",
        _CONVEX,
        f"What the line adds to the error of reconstruction: plain {1e3 * before:.2f}e-3; {listed}.",
        judge_conditions(*(value < before - 0.02 * plain.figures[OFF].mean for value in after.values())),
    )


def judge_better(plain: Quality, others: Mapping[str, Quality]) -> Claim:
    """A variational, adversarial or critic's autoencoder reconstructs with an MSE lower by a tenth or more.

    Asked of the methods that have learned.
    """
    tried = {name: kept.mse for name, kept in others.items() if kept.learned}
    if not tried:
        return claim_unlearned("other-kinds", OTHERS, max(kept.variety for kept in others.values()))
    least = min(tried.values())
    listed = ", ".join(f"{name} {1e3 * value:.2f}" for name, value in tried.items())
    return Claim(
        "other-kinds",
        OTHERS,
        f"MSE x1e3 of reconstructions: plain {1e3 * plain.mse:.2f}; {listed}.",
        judge_conditions(least <= 0.9 * plain.mse, least < plain.mse),
    )
