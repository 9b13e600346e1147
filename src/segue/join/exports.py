"""Which films are written: the whole, or each transition alone, with or without the clips' own frames beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from segue.core.errors import InputError
from segue.join.plan import Plan
from segue.join.timeline import Cut, Part, Stretch, arithmetic, total


@dataclass(frozen=True)
class Film:
    """A film to be written: where, and of which parts of the plan."""

    path: Path
    parts: tuple[Part, ...]

    @property
    def frames(self) -> int:
        return total(self.parts)

    def first(self, cut: Cut) -> int:
        """The film's frame with which a transition begins."""
        return total(self.parts[: self.parts.index(cut)])

    def arithmetic(self, fps: Fraction) -> str:
        """Its durations in words."""
        return arithmetic(self.parts, fps)


def film_paths(out: Path, cuts: int, *, alone: bool) -> tuple[Path, ...]:
    """The films: one, or one for each of several transitions that are written alone.

    >>> [path.name for path in film_paths(Path("out.mov"), 2, alone=True)]
    ['out-1.mov', 'out-2.mov']
    """
    if not alone or cuts == 1:
        return (out,)
    return tuple(out.with_name(f"{out.stem}-{number}{out.suffix}") for number in range(1, cuts + 1))


def films_of(out: Path, plan: Plan, *, alone: bool = False, handles: float = 0) -> tuple[Film, ...]:
    """What is written of a plan: all of it, or each transition `alone`.

    A transition alone has up to `handles` seconds of either clip's own frames beside it: those that the film shows
    there, up to the next transition. In a loop the first clip comes after the last transition.
    """
    paths = film_paths(out, len(plan.cuts), alone=alone)
    if not alone:
        return (Film(paths[0], plan.parts),)
    wanted = round(handles * plan.canvas.fps)
    return tuple(Film(path, _beside(plan, cut, wanted)) for path, cut in zip(paths, plan.cuts, strict=True))


def preview_of(out: Path, plan: Plan) -> Film:
    """All transitions, each with a second of the clips' own frames at either side, one after the other."""
    near = plan.canvas.count(1.0)
    return Film(out, tuple(part for cut in plan.cuts for part in _beside(plan, cut, near)))


def _beside(plan: Plan, cut: Cut, handles: int) -> tuple[Part, ...]:
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


def check_handles(handles: float, *, alone: bool) -> None:
    """Raise `InputError` for handles on a whole film."""
    if handles and not alone:
        raise InputError(
            f"--handles {handles:g} of a whole film", "a transition alone", "add --only-transition, or leave it out"
        )
