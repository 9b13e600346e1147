"""What is kept of a join: each transition with its scores, pictures of it, and the JSON that renders the film again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from segue.core.download import sha256_of
from segue.core.images import Pixels, atomic_write
from segue.join.cut_points import Moment
from segue.join.plan import Plan
from segue.join.scores import Scores
from segue.join.timeline import Mode
from segue.join.transition import Candidate, Joint

SHEET_COLUMNS = 4

_FAR = 1.0
"""How far off a transition may be in all, as shares of its goals, before its ends are said to be too far apart."""


@dataclass(frozen=True)
class Transition:
    """One transition of a film: between which clips, its frames there, the style taken, and what was measured.

    `first` is the number of its first frame in the film, `count` how many there are. `seam` is the largest change at
    each cut over the clip's own beside it, `scores` all that was measured, of the style taken and of the controls, on
    small frames before compression; `rungs` what was tried, and what each missed. `moments` are the cuts that a search
    found, the best one first.
    """

    a: Path
    b: Path
    first: int
    count: int
    mode: Mode
    style: str
    seam: dict[str, float]
    scores: dict[str, Scores]
    rungs: tuple[dict[str, Any], ...]
    moments: tuple[dict[str, float], ...]


def transition_of(plan: Plan, joint: Joint, moments: Sequence[Moment] = ()) -> Transition:
    """What is told of a transition."""
    cut, scores = joint.cut, joint.rung.scores
    return Transition(
        plan.sources[cut.a].path,
        plan.sources[cut.b].path,
        plan.first(cut),
        cut.count,
        cut.mode,
        str(joint.rung.style),
        {"a": scores.a.position, "b": scores.b.position},
        {str(rung.style): rung.scores for rung in (joint.rung, *joint.controls)},
        tuple(map(_told, joint.tried)),
        tuple({"a": one.a_seconds, "b": one.b_seconds, "distance": one.distance} for one in moments),
    )


def _told(rung: Candidate) -> dict[str, Any]:
    return {"style": str(rung.style), "missed": [str(miss) for miss in rung.missed]}


def ladder(plan: Plan, joint: Joint) -> Iterator[str]:
    """What was tried before the style that was taken, and what that one misses, in words."""
    of = f"{joint.cut.a + 1} to {joint.cut.b + 1}: " if len(plan.cuts) > 1 else ""
    for rung in joint.tried:
        if rung.style != joint.rung.style:
            yield f"{of}{rung.style}: {', '.join(map(str, rung.missed))}"
    if len(joint.tried) > 1:
        why = "misses least" if joint.rung.missed else "meets every goal"
        yield f"{of}{joint.rung.style} is taken, which {why}"
    if joint.rung.missed:
        yield f"{of}missed: {', '.join(map(str, joint.rung.missed))}"
    if sum(miss.by for miss in joint.rung.missed if not miss.is_own) > _FAR:
        yield f"{of}these ends are far apart: --best-cut looks for nearer ones"


def sheet_of(joints: Sequence[Joint]) -> Pixels:
    """Twelve frames of each transition, the clips' own at both ends, as a picture."""
    from segue.render.strip import sheet

    captions: list[str] = []
    pictures: list[Pixels] = []
    for joint in joints:
        shown, last = joint.course.shown, joint.cut.count + 1
        said = [f"{100 * index / last:.0f} %" for index in shown]
        said[0], said[-1] = f"clip {joint.cut.a + 1}", f"clip {joint.cut.b + 1}"
        # Each transition begins a line.
        short = -len(shown) % SHEET_COLUMNS if joint is not joints[-1] else 0
        blank = np.full((short, *joint.course.pictures.shape[1:]), 255, np.uint8)
        pictures += [joint.course.pictures, blank]
        captions += said + [""] * short
    return sheet(np.concatenate(pictures), columns=SHEET_COLUMNS, captions=captions)


def moments_sheet(cuts: Sequence[Sequence[Moment]]) -> Pixels:
    """The moments found for each cut, two pictures to a line: where one clip ends and where the other begins."""
    from segue.render.strip import sheet

    moments = [(rank, moment) for found in cuts for rank, moment in enumerate(found, start=1)]
    captions = [
        text
        for rank, moment in moments
        for text in (f"{rank}. {stamp(moment.a_seconds)}", f"{stamp(moment.b_seconds)}, {moment.distance:.2f} apart")
    ]
    return sheet(np.concatenate([moment.pictures for _, moment in moments]), columns=2, captions=captions)


def stamp(seconds: float) -> str:
    """A time in a clip.

    >>> stamp(63.4)
    '01:03.40'
    """
    minutes, hundredths = divmod(round(100 * seconds), 6000)
    return f"{minutes:02}:{hundredths / 100:05.2f}"


def write_record(
    path: Path, options: Mapping[str, Any], plan: Plan, joints: Sequence[Joint], transitions: Sequence[Transition]
) -> Path:
    """Write what was made of what, by which version; `segue join --from` it renders the film again, to the byte.

    Digests are sha256. `frames` says of each frame of each transition where it is from: how much of which clip, and
    when in it.
    """
    from segue.render.report import jsonable

    page = {
        "segue": version("segue"),
        "film": {
            "width": plan.canvas.width,
            "height": plan.canvas.height,
            "fps": float(plan.canvas.fps),
            "frames": plan.frames,
            "arithmetic": plan.arithmetic(),
        },
        "project": {**options, "clips": _clips(path.parent, plan, joints)},
        "transitions": [asdict(one) for one in transitions],
        "frames": [line for joint in joints for line in _frames(plan, joint)],
    }
    with atomic_write(path) as beside:
        beside.write_text(json.dumps(jsonable(page), indent=1, allow_nan=False) + "\n", encoding="utf-8")
    return path


def _clips(folder: Path, plan: Plan, joints: Sequence[Joint]) -> list[dict[str, Any]]:
    """The clips as a project lists them, each with the transition after it as it was made."""
    after = {joint.cut.a: joint for joint in joints}
    digests = {source.path: sha256_of(source.path) for source in plan.sources}
    fps, listed = plan.canvas.fps, []
    for place, source in enumerate(plan.sources):
        one: dict[str, Any] = {"path": relative(source.path, folder), "sha256": digests[source.path]}
        if source.info.frames == 1:
            one["hold"] = float(source.length / fps)
        else:
            one |= {"start": source.seconds(0), "stop": source.seconds(source.length)}
        if place in after:
            joint = after[place]
            one |= {"seconds": float(joint.cut.count / fps), "style": str(joint.rung.style), "mode": joint.cut.mode}
        listed.append(one)
    return listed


def relative(path: Path, folder: Path) -> str:
    """A path as seen from a folder, or whole where there is no way."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _frames(plan: Plan, joint: Joint) -> Iterator[str]:
    """`film 00:04.00: A 00:03.12 64 %, B 00:00.04 36 %`, a line for each frame."""
    cut = joint.cut
    a, b, first = plan.sources[cut.a], plan.sources[cut.b], plan.first(cut)
    for index in range(cut.count):
        left = a.length - cut.count + index if cut.taken else a.length - 1
        right = index if cut.taken else 0
        share = round(100 * float(joint.shares[index + 1]))
        yield (
            f"film {stamp(float((first + index) / plan.canvas.fps))}: {a.path.name} {stamp(a.seconds(left))} "
            f"{100 - share} %, {b.path.name} {stamp(b.seconds(right))} {share} %"
        )
