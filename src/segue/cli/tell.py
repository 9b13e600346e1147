"""Results in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from segue.commands.evaluate import EvaluateResult
from segue.commands.info import InfoResult
from segue.commands.interpolate import InterpolateResult
from segue.commands.map import MapResult
from segue.commands.sample import SampleResult
from segue.commands.score import ScoreResult, format_result
from segue.commands.slow import SlowResult
from segue.commands.stress import Errors, StressResult
from segue.commands.studies.command import Offers, ReproduceResult
from segue.commands.sweep.command import SweepResult
from segue.commands.train import TrainResult
from segue.core.types import Interval
from segue.join.run import JoinResult
from segue.join.scores import Scores

_UNEVEN = 0.01
"""The departure from an even pace that is worth a word."""


def join(result: JoinResult) -> str:
    beside = {
        "sheet": result.sheet,
        "cuts": result.moments,
        "timeline": result.otio,
        "report": result.report,
        "record": result.record,
    }
    lines = [
        f"film        {result.out}",
        f"            {result.width}x{result.height}, {result.fps:.5g} frames a second, {result.seconds:.2f} s",
        *(f"            {film}" for film in result.films[1:]),
        *(_one_join(result) if len(result.transitions) == 1 else _joins(result)),
        f"took        {result.took['all']:.0f} s",
        *(f"{name:12}{path}" for name, path in beside.items() if path is not None),
    ]
    return "\n".join([*lines, *_notes(result.notes)])


def _one_join(result: JoinResult) -> list[str]:
    first, count = result.transition["first"], result.transition["count"]
    return [
        f"transition  frames {first} to {first + count - 1}, {count / result.fps:.2f} s "
        f"from {first / result.fps:.2f} s",
        f"            {result.arithmetic}",
        f"seams       {result.seam['a']:.2f} and {result.seam['b']:.2f} of the clips' own change (1.5 is hardly seen)",
        *_scores(result.scores),
    ]


def _joins(result: JoinResult) -> list[str]:
    lines = [f"            {result.arithmetic}"]
    for one in result.transitions:
        lines += [
            f"transition  {one.a.name} to {one.b.name}, {one.count / result.fps:.2f} s from "
            f"{one.first / result.fps:.2f} s, {one.style}",
            f"            seams {one.seam['a']:.2f} and {one.seam['b']:.2f} of the clips' own change",
            *_scores(one.scores),
        ]
    return lines


def _scores(scores: dict[str, Scores]) -> list[str]:
    """The style taken, and the controls beneath."""
    wide = max(map(len, scores))
    lines = [
        f"{style:{wide}}  ghosting {own.ghosting:.2f}, sharpness {own.sharpness:.2f}, pace {own.pace:.2f}, "
        f"flicker {own.flicker:.2f}"
        for style, own in scores.items()
    ]
    return [f"{'scores' if not index else '':12}{line}" for index, line in enumerate(lines)]


def slow(result: SlowResult) -> str:
    lines = [
        f"film        {result.out}",
        f"            {result.width}x{result.height}, {result.fps:.5g} frames a second, {result.seconds:.2f} s",
        f"slowed      {result.factor:g} times, by {result.style}",
        f"took        {result.took['all']:.0f} s",
    ]
    return "\n".join([*lines, *_notes(result.notes)])


def train(result: TrainResult) -> str:
    channels, height, width = result.image_shape
    shown = {name: value for name, value in result.figures.items() if name not in ("epoch", "step")}
    figures = ", ".join(f"{name} {value:.4g}" for name, value in shown.items())
    lines = [
        f"run         {result.out}",
        f"            {result.method} on {result.images} images of {height}x{width}x{channels}",
        f"trained     {result.steps} steps in {result.seconds:.0f} s ({result.precision})",
        f"figures     {figures}",
    ]
    return "\n".join([*lines, *_notes(result.notes)])


def sweep(result: SweepResult) -> str:
    counts = Counter(row.state for row in result.rows)
    lines = [f"sweep       {result.out}", *(f"            {file}" for file in result.files)]
    lines.append(f"trials      {', '.join(f'{count} {state}' for state, count in counts.items())}")
    if result.best is not None:
        name = next(iter(result.better))
        values = " ".join(f"{axis}={value}" for axis, value in result.best.values.items())
        lines.append(f"best        {name} {result.best.figures[name]:.4g} of trial {result.best.number}: {values}")
    reasons = Counter(row.reason for row in result.rows if row.state == "failed")
    return "\n".join([*lines, *(f"failed      {count}: {reason}" for reason, count in reasons.items())])


def reproduce(result: ReproduceResult | Offers) -> str:
    if isinstance(result, Offers):
        wide = max(len(study.name) for study in result.studies)
        return "\n".join(
            f"{study.name:{wide}}  {study.about} ({study.data}; {study.minutes:g} min, quick {study.minutes_quick:g})"
            for study in result.studies
        )
    claims = [f"\n{claim.verdict}\n  source  {claim.source}\n  here    {claim.found}" for claim in result.claims]
    return "\n".join([f"report      {result.out}", f"took        {result.seconds:.0f} s", *claims])


def interpolate(result: InterpolateResult) -> str:
    path = f"{result.path} ({result.told['picked']})" if "picked" in result.told else result.path
    head = f"{path} from {result.a} to {result.b}, {len(result.t)} frames: {result.out}"
    if result.told.get("converged") is False:
        head += "\nnot converged: the energy still fell; ask for more with geodesic:iterations=200"
    if result.told.get("uneven", 0) > _UNEVEN:
        head += f"\nuneven: steps differ by up to {result.told['uneven']:.0%}, the decoder leaps somewhere on the way"
    if result.codes is None:
        return head
    rows = [f"  {t:.3f}  {_code(code)}" for t, code in zip(result.t, result.codes, strict=True)]
    return "\n".join([head, "      t  code", *rows])


def evaluate(result: EvaluateResult) -> str:
    lines = [
        f"images      {result.images} of the {result.part} part",
        f"codes       {result.active_units} of {result.latent} entries vary over the images",
        f"decoded     {_interval(result.psnr, 'dB')}, SSIM {_interval(result.ssim, digits=4)}",
    ]
    if result.linear is not None and result.kmeans is not None:
        lines.append(
            f"labels      linear classifier {_interval(result.linear, '%')}, k-means {_interval(result.kmeans, '%')}"
        )
    if result.likelihood is not None:
        found = result.likelihood
        parts = f"-{found.reconstruction:.2f} - KL {found.kl:.2f}"
        lines.append(f"likelihood  of {found.images} images: ELBO {_interval(found.elbo, 'nats')} ({parts})")
        bound = f"bound with {found.samples} samples {_interval(found.importance_bound, 'nats')}"
        bits = "" if found.bits_per_value is None else f", {_interval(found.bits_per_value, 'bits/dim', 3)}"
        lines.append(f"            {bound}{bits}")
    return "\n".join(lines)


def latent_map(result: MapResult) -> str:
    used = f"{result.active_units} of {result.latent} dimensions vary over the images"
    lines = [f"map         {result.out}", *(f"            {file}" for file in result.files)]
    lines.append(f"codes       of {result.images} {result.part} images; {used}")
    if result.explained_variance is not None:
        shares = " and ".join(f"{share:.1%}" for share in result.explained_variance)
        lines.append(f"projected   on two principal axes, with {shares} of the variance")
    if result.kl is not None:
        most = sorted(result.kl, reverse=True)
        shown = " ".join(f"{value:.2f}" for value in most[:8]) + (" ..." if len(most) > 8 else "")
        lines.append(f"KL          {sum(most):.2f} nats to the prior, by dimension {shown}")
    return "\n".join(lines)


def sample(result: SampleResult) -> str:
    mix = " + ".join(f"{weight:.3g} of {name}" for name, weight in zip(result.labels, result.weights, strict=True))
    return f"sample      {result.out}\n            {result.count} images by {result.by}{mix and ': ' + mix}"


def stress(result: StressResult) -> str:
    lines = [f"sheet       {result.out}", f"            {result.corrupt} on {result.images} {result.part} images"]
    if result.csv is not None:
        lines.append(f"table       {result.csv}")
    for stressed in result.epochs:
        compared = {
            "against the clean image": stressed.clean,
            **{f"  {kind}": errors for kind, errors in stressed.by.items()},
            "against what was seen": stressed.seen,
            "undisturbed": stressed.control,
        }
        width = max(map(len, compared))
        name = "model" if stressed.epoch is None else f"epoch {stressed.epoch}"
        lines.append(f"{name:<{width + 2}}  images  {'MSE':<18}  {'PSNR (dB)':<14}  SSIM")
        lines += [f"  {label:<{width}}  {_errors(errors)}" for label, errors in compared.items()]
        if stressed.undone is not None:
            share, low, high = stressed.undone
            lines.append(f"  undone in {share:.1f} % ({low:.1f} to {high:.1f}) of the images that were changed")
    return "\n".join(lines)


def _errors(errors: Errors) -> str:
    def shown(figure: Interval, digits: int) -> str:
        half = figure[0] - figure[1]
        return f"{figure[0]:.{digits}f}" + (f" +/- {half:.{digits}f}" if math.isfinite(half) else "")

    return f"{errors.images:>6}  {shown(errors.mse, 4):<18}  {shown(errors.psnr, 2):<14}  {shown(errors.ssim, 3)}"


def score(result: ScoreResult) -> str:
    lines = [format_result(result), "", f"scores      {result.out}"]
    lines += [f"            {file}" for file in result.files if file.parent == result.out]
    sheets = [file for file in result.files if file.parent != result.out]
    if sheets:
        lines.append(f"            {sheets[0].parent}: {len(sheets)} sheets, of the best, median and worst pairs")
    return "\n".join([*lines, *_notes(result.notes)])


def info(result: InfoResult) -> str:
    width = max(map(len, result.facts), default=0)
    return "\n".join([f"{result.path}: {result.kind}", *(f"  {k:<{width}}  {v}" for k, v in result.facts.items())])


def _code(code: list[float]) -> str:
    shown = " ".join(f"{value: .6f}" for value in code[:6])
    return shown if len(code) <= 6 else f"{shown} ... ({len(code)} numbers)"


def _notes(notes: Iterable[str]) -> list[str]:
    return [f"note        {note}" for note in notes]


def _interval(figure: Interval, unit: str = "", digits: int = 2) -> str:
    value, low, high = figure
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f}) {unit}".rstrip()
