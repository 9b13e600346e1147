"""What is written down of a join: each transition with its scores, and the JSON that renders the film again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from segue.core.download import sha256_of
from segue.core.jsonable import write_json
from segue.join.plan import Plan
from segue.join.scores import Scores
from segue.join.timeline import Mode
from segue.join.transition import Transition

_FAR = 1.0
"""How far off a transition may be in all, as shares of its goals, before its ends are said to be too far apart."""


@dataclass(frozen=True)
class TransitionResult:
    """One transition of a film as results and records have it.

    `a` and `b` are the clips, `first` is the number of its first frame in the film, `count` how many there are. `seam`
    is the largest change at each cut over the clip's own beside it; `scores` all that was measured, of the chosen style
    and of the controls, on small frames before compression. `attempts` are the styles that were tried, each with what
    it missed; `cut_points` those that a search has found, the best one first. JSON calls these `rungs` and `moments`.
    """

    a: Path
    b: Path
    first: int
    count: int
    mode: Mode
    style: str
    seam: dict[str, float]
    scores: dict[str, Scores]
    attempts: tuple[dict[str, Any], ...] = field(metadata={"json": "rungs"})
    cut_points: tuple[dict[str, float], ...] = field(metadata={"json": "moments"})


def summarize(plan: Plan, transition: Transition) -> TransitionResult:
    """Sum up a transition.

    Args:
        plan: the film.
        transition: one of its transitions.

    Returns:
        Plain values.
    """
    cut, chosen = transition.cut, transition.chosen
    return TransitionResult(
        a=plan.windows[cut.a].path,
        b=plan.windows[cut.b].path,
        first=plan.first(cut),
        count=cut.count,
        mode=cut.mode,
        style=str(chosen.style),
        seam={"a": chosen.scores.a.position, "b": chosen.scores.b.position},
        scores={str(one.style): one.scores for one in (chosen, *transition.controls)},
        attempts=tuple(
            {"style": str(attempt.style), "missed": [str(miss) for miss in attempt.missed]}
            for attempt in transition.attempts
        ),
        cut_points=tuple(
            {"a": point.a_seconds, "b": point.b_seconds, "distance": point.distance}
            for point in plan.cut_points.get(cut, ())
        ),
    )


def describe_attempts(plan: Plan, transition: Transition) -> Iterator[str]:
    """Say what was tried before the style that was chosen, and what that one misses.

    Args:
        plan: the film.
        transition: one of its transitions.

    Returns:
        Lines; none where the first style meets every goal.
    """
    cut, chosen = transition.cut, transition.chosen
    of = f"{cut.a + 1} to {cut.b + 1}: " if len(plan.cuts) > 1 else ""
    for attempt in transition.attempts:
        if attempt.style != chosen.style:
            yield f"{of}{attempt.style}: {', '.join(map(str, attempt.missed))}"
    if len(transition.attempts) > 1:
        why = "misses least" if chosen.missed else "meets every goal"
        yield f"{of}{chosen.style} is taken, which {why}"
    if chosen.missed:
        yield f"{of}missed: {', '.join(map(str, chosen.missed))}"
    if sum(miss.by for miss in chosen.missed if not miss.is_own) > _FAR:
        yield f"{of}these ends are far apart: --best-cut looks for nearer ones"


def stamp(seconds: float) -> str:
    """Write a time in a clip.

    Args:
        seconds: from its start.

    Returns:
        Minutes, seconds and hundredths.

    >>> stamp(63.4)
    '01:03.40'
    """
    minutes, hundredths = divmod(round(100 * seconds), 6000)
    return f"{minutes:02}:{hundredths / 100:05.2f}"


def write_record(
    path: Path,
    options: Mapping[str, Any],
    plan: Plan,
    transitions: Sequence[Transition],
    results: Sequence[TransitionResult],
) -> Path:
    """Write what was made of what, by which version; `segue join --from` renders the film again from it, to the byte.

    Digests are sha256. `frames` says of each frame of each transition where it is from: how much of which clip, and
    when in it.

    Args:
        path: the JSON file.
        options: those of the request that render the film again.
        plan: the film.
        transitions: its transitions.
        results: what they are summed up to.

    Returns:
        `path`.
    """
    page = {
        "segue": version("segue"),
        "film": {
            "width": plan.canvas.width,
            "height": plan.canvas.height,
            "fps": float(plan.canvas.fps),
            "frames": plan.frames,
            "arithmetic": plan.describe(),
        },
        "project": {**options, "clips": _list_clips(path.parent, plan, transitions)},
        "transitions": results,
        "frames": [line for transition in transitions for line in _describe_frames(plan, transition)],
    }
    write_json(path, page)
    return path


def _list_clips(folder: Path, plan: Plan, transitions: Sequence[Transition]) -> list[dict[str, Any]]:
    """The clips as a project lists them, each with the transition after it as it was made."""
    after = {transition.cut.a: transition for transition in transitions}
    digests = {path: sha256_of(path) for path in dict.fromkeys(window.path for window in plan.windows)}
    fps, listed = plan.canvas.fps, []
    for index, window in enumerate(plan.windows):
        one: dict[str, Any] = {"path": relative_path(window.path, folder), "sha256": digests[window.path]}
        if window.is_still:
            one["hold"] = float(window.length / fps)
        else:
            one |= {"start": window.seconds(0), "stop": window.seconds(window.length)}
        if index in after:
            cut, chosen = after[index].cut, after[index].chosen
            one |= {"seconds": float(cut.count / fps), "style": str(chosen.style), "mode": cut.mode}
        listed.append(one)
    return listed


def relative_path(path: Path, folder: Path) -> str:
    """Write a path as seen from a folder.

    Args:
        path: the path.
        folder: the folder.

    Returns:
        The path with forward slashes; whole where there is no way from the folder.
    """
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return path.resolve().as_posix()


def _describe_frames(plan: Plan, transition: Transition) -> Iterator[str]:
    """`film 00:04.00: A 00:03.12 64 %, B 00:00.04 36 %`, a line for each frame."""
    cut = transition.cut
    a, b, first = plan.windows[cut.a], plan.windows[cut.b], plan.first(cut)
    for index in range(cut.count):
        left = a.length - cut.count + index if cut.overlap else a.length - 1
        right = index if cut.overlap else 0
        share = round(100 * float(transition.shares[index + 1]))
        yield (
            f"film {stamp(float((first + index) / plan.canvas.fps))}: {a.path.name} {stamp(a.seconds(left))} "
            f"{100 - share} %, {b.path.name} {stamp(b.seconds(right))} {share} %"
        )
