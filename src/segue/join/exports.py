"""Which films are written: the whole, or each transition alone, with or without the clips' own frames beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from segue.core.errors import InputError
from segue.core.progress import Event, Report
from segue.join.plan import Plan
from segue.join.request import JoinRequest
from segue.join.resolve import film_paths
from segue.join.timeline import Cut, Part, Stretch, count_frames, describe_durations
from segue.video import most_bytes

PREVIEW_SECONDS = 1.0
"""How much of the clips a preview shows at either side of a transition."""


@dataclass(frozen=True)
class Film:
    """A film to be written: where, and of which parts of the plan."""

    path: Path
    parts: tuple[Part, ...]

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return count_frames(self.parts)

    def first(self, cut: Cut) -> int:
        """Find where a transition begins.

        Args:
            cut: the transition.

        Returns:
            The number of its first frame in this film.
        """
        return count_frames(self.parts[: self.parts.index(cut)])

    def describe(self, fps: Fraction) -> str:
        """The durations of its parts in words.

        Args:
            fps: frames a second.

        Returns:
            One line.
        """
        return describe_durations(self.parts, fps)


def choose_films(request: JoinRequest, plan: Plan) -> tuple[Film, ...]:
    """Choose the films to write.

    A preview has all transitions, each with a second of the clips' own frames at either side, one after the other. A
    transition that is written alone has up to `handles` seconds of these beside it: what the film shows there, up to
    the next transition. In a loop the first clip comes after the last transition.

    Args:
        request: the request.
        plan: the film.

    Returns:
        The films, one or one for each transition.
    """
    if request.preview:
        near = plan.canvas.count(PREVIEW_SECONDS)
        return (Film(request.out, tuple(part for cut in plan.cuts for part in _parts_beside(plan, cut, near))),)
    paths = film_paths(request.out, len(plan.cuts), alone=request.only_transition)
    if not request.only_transition:
        return (Film(paths[0], plan.parts),)
    handles = round(request.handles * plan.canvas.fps)
    return tuple(Film(path, _parts_beside(plan, cut, handles)) for path, cut in zip(paths, plan.cuts, strict=True))


def _parts_beside(plan: Plan, cut: Cut, handles: int) -> tuple[Part, ...]:
    parts = plan.parts
    at = parts.index(cut)
    before, after = parts[at - 1], parts[(at + 1) % len(parts)]
    beside: list[Part] = [cut]
    # Between two transitions that take up a whole clip nothing of it is left.
    if isinstance(before, Stretch) and handles:
        beside.insert(0, replace(before, start=max(before.start, before.stop - handles)))
    if isinstance(after, Stretch) and handles:
        beside.append(replace(after, stop=min(after.stop, after.start + handles)))
    return tuple(beside)


def check_room(request: JoinRequest, plan: Plan, frames: int, report: Report) -> None:
    """Say how large the films may be, and stop where they have no room.

    Args:
        request: the request.
        plan: the film.
        frames: how many frames all films have together.
        report: receives progress events.

    Raises:
        InputError: where the disk has too little room.
    """
    size = most_bytes(request.out, request.codec, frames * plan.canvas.width * plan.canvas.height)
    parent = request.out.resolve().parent
    free = shutil.disk_usage(parent if parent.exists() else Path.cwd()).free
    report(Event("plan", note=f"up to {size / 1e6:,.0f} MB on disk, {free / 1e6:,.0f} MB are free"))
    if size > free:
        raise InputError(
            f"a film of up to {size / 1e6:,.0f} MB", f"the {free / 1e6:,.0f} MB that are free", "another place"
        )
