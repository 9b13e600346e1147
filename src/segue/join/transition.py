"""The transition at a cut: the style that does best there, its schedule, and how it scores beside the controls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from segue.core.images import Pixels, resize
from segue.core.progress import Event, Report, silent
from segue.core.types import Floats
from segue.evaluation.metrics.seam import pace
from segue.join.dream import Dream
from segue.join.dream_model import DreamModel
from segue.join.frame_analysis import FrameAnalysis, analyze_frames
from segue.join.plan import Plan
from segue.join.schedule import Blend, Schedule, find_schedule
from segue.join.scores import Miss, OwnScores, Scores, find_misses, score, score_clips
from segue.join.seam_frames import SeamFrames, read_seam
from segue.join.styles import CONTROL_STYLES, Style, StyleContext
from segue.join.through import Waypoint
from segue.join.timeline import Cut


class Candidate(NamedTuple):
    """A style that was tried, how it scored, and what it missed."""

    style: Style
    scores: Scores
    missed: tuple[Miss, ...]

    @property
    def off(self) -> float:
        """How far it is off in all, as shares of its goals."""
        return sum(miss.by for miss in self.missed)


@dataclass(frozen=True, eq=False)
class Transition:
    """A transition that can be rendered: a picture for each pair of the two clips' live frames.

    `blend` makes the picture at any share of the way, `shares` `[n + 2]` are those of its frames. `chosen` is the style
    that it has, `attempts` are all that were tried, in order, and `controls` what others do at this cut; `analysis`
    says how it goes, frame by frame.
    """

    cut: Cut
    blend: Blend
    shares: Floats
    chosen: Candidate
    attempts: tuple[Candidate, ...]
    controls: tuple[Candidate, ...]
    analysis: FrameAnalysis

    def render(self, a: Iterator[Pixels], b: Iterator[Pixels]) -> Iterator[Pixels]:
        """Render its frames.

        Args:
            a: the live frames of the first clip, n + 2 of `[h, w, 3]`.
            b: those of the second.

        Returns:
            The n frames, `[h, w, 3]`.

        Raises:
            ValueError: where one clip has more live frames than the other.
        """
        for index, (share, one, other) in enumerate(zip(self.shares, a, b, strict=True)):
            if 0 < index <= self.cut.count:
                yield self.blend(float(share), one, other)


class _Attempt(NamedTuple):
    candidate: Candidate
    blend: Blend
    shares: Floats
    frames: Pixels


def make_transition(
    cut: Cut,
    before: SeamFrames,
    after: SeamFrames,
    styles: Sequence[Style],
    make_dream: Callable[[], Dream],
    controls: Sequence[Style] = CONTROL_STYLES,
    report: Report = silent,
    through: Sequence[Waypoint] = (),
) -> Transition:
    """Try styles in turn until one meets every goal; where none does, the one that is least off is chosen.

    Args:
        cut: where it is.
        before: the first clip at its seam.
        after: the second clip at its seam.
        styles: what to try, one or more.
        make_dream: makes a dream between the frames in the middle.
        controls: styles to score beside it.
        report: receives progress events.
        through: pictures that a morph may go by way of.

    Returns:
        The transition.

    Raises:
        ValueError: without a style.
    """
    middle = len(before.live) // 2
    context = StyleContext(
        a=before.live[middle], b=after.live[middle], make_dream=make_dream, report=report, through=through
    )
    own = score_clips(before, after) if cut.overlap else None  # what goes on between the clips is not theirs
    best: _Attempt | None = None
    attempts: list[Candidate] = []
    for style in styles:
        report(Event("try", len(attempts), len(styles), note=f"trying {style}"))
        attempt = _try_style(style, context, before, after, own)
        attempts.append(attempt.candidate)
        best = attempt if best is None or attempt.candidate.off < best.candidate.off else best
        if not attempt.candidate.missed:
            break
    if best is None:
        raise ValueError("no style to try")
    beside = tuple(_try_style(style, context, before, after, own).candidate for style in controls)
    return Transition(
        cut=cut,
        blend=best.blend,
        shares=best.shares,
        chosen=best.candidate,
        attempts=tuple(attempts),
        controls=beside,
        analysis=analyze_frames(best.frames, before, after),
    )


def _try_style(
    style: Style, context: StyleContext, before: SeamFrames, after: SeamFrames, own: OwnScores | None
) -> _Attempt:
    blend = style.blend(context)
    if style.even:
        small = shrink(before.live), shrink(after.live)
        schedule = find_schedule(blend, *small, pace(before.own), pace(after.own))
    else:
        schedule = Schedule(shares=np.linspace(0, 1, len(before.live)), unevenness=float("nan"))
    pairs = zip(schedule.shares, before.live, after.live, strict=True)
    frames = np.stack([blend(float(share), one, other) for share, one, other in pairs])
    scores = score(frames, before, after)
    candidate = Candidate(style=style, scores=scores, missed=find_misses(scores, own))
    return _Attempt(candidate=candidate, blend=blend, shares=schedule.shares, frames=frames)


def shrink(frames: Pixels) -> Pixels:
    """Shrink frames to a third of their sides, at which a schedule is found nine times as fast.

    Args:
        frames: uint8 `[n, h, w, 3]`.

    Returns:
        uint8 `[n, h', w', 3]`, sides of at least 16 px.
    """
    height, width = (max(16, side // 3) for side in frames.shape[1:3])
    return np.stack([resize(frame, height, width) for frame in frames])


def make_transitions(
    plan: Plan,
    styles: Sequence[Sequence[Style]],
    model: DreamModel,
    *,
    controls: Sequence[Style] = CONTROL_STYLES,
    through: Sequence[Waypoint] = (),
    report: Report = silent,
) -> tuple[Transition, ...]:
    """Make the transitions of a film.

    Args:
        plan: the film.
        styles: of each clip, the styles to try for the transition after it.
        model: the model of its dreams.
        controls: styles to score beside those.
        through: pictures that a morph may go by way of.
        report: receives progress events.

    Returns:
        One transition for each cut, in order.
    """
    return tuple(_make_at(plan, cut, styles[cut.a], model, controls, through, report) for cut in plan.cuts)


def _make_at(
    plan: Plan,
    cut: Cut,
    styles: Sequence[Style],
    model: DreamModel,
    controls: Sequence[Style],
    through: Sequence[Waypoint],
    report: Report,
) -> Transition:
    before = read_seam(plan.windows[cut.a], cut, leaving=True, report=report)
    after = read_seam(plan.windows[cut.b], cut, leaving=False, report=report)
    middle = len(before.live) // 2
    return make_transition(
        cut,
        before,
        after,
        styles,
        lambda: model.dream(before.live[middle], after.live[middle]),
        controls=controls,
        report=report,
        through=through,
    )
