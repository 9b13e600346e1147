"""What the film will be, before anything of it is made: its clips on one canvas, the cuts between them, the parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from segue.core.errors import InputError
from segue.join.canvas import Canvas
from segue.join.project import Piece
from segue.join.source import Source
from segue.join.timeline import Cut, Mode, Part, arithmetic, mode_for, timeline, total

Ends = tuple[int, int]


@dataclass(frozen=True)
class Plan:
    """The clips of a film, each as it is taken, and its transitions, in order."""

    canvas: Canvas
    sources: tuple[Source, ...]
    cuts: tuple[Cut, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        return timeline([source.length for source in self.sources], self.cuts)

    @property
    def frames(self) -> int:
        return total(self.parts)

    def first(self, cut: Cut) -> int:
        """The film's frame with which a transition begins."""
        before = self.parts[: self.parts.index(cut)]
        return total(before)

    def arithmetic(self) -> str:
        """The durations in words."""
        return arithmetic(self.parts, self.canvas.fps)


def ends(count: int, *, loop: bool) -> tuple[Ends, ...]:
    """Which clips meet: each and the next, and the last and the first of a loop.

    >>> ends(3, loop=True), ends(1, loop=True)
    (((0, 1), (1, 2), (2, 0)), ((0, 0),))
    """
    closing = ((count - 1, 0),) if loop else ()
    return (*((place, place + 1) for place in range(count - 1)), *closing)


def cuts_between(
    canvas: Canvas, sources: Sequence[Source], pieces: Sequence[Piece], seconds: float, mode: Mode | None, *, loop: bool
) -> tuple[Cut, ...]:
    """A transition wherever clips meet, as its piece asks, else of `seconds` and by `mode`.

    Raises `InputError` for transitions that play over more of a clip than there is.
    """
    cuts = []
    for a, b in ends(len(sources), loop=loop):
        count = canvas.count(pieces[a].seconds or seconds)
        wanted = pieces[a].mode or mode
        cuts.append(Cut(a, b, count, mode_for(wanted, count, sources[a].length, sources[b].length)))
    for place, source in enumerate(sources):
        over = [cut.taken for cut in cuts for end in (cut.a, cut.b) if end == place and cut.taken]
        # One frame more, for the clip's own last frame before a transition is seen in it.
        if over and (sum(over) > source.length or max(over) >= source.length):
            length, asked = float(source.length / canvas.fps), float(sum(over) / canvas.fps)
            of = "a transition" if len(over) == 1 else "transitions"
            raise InputError(
                f"{of} of {asked:.2f} s over {source.path.name}, a clip of {length:.2f} s",
                "a shorter one",
                "lower --seconds, or use --mode insert",
            )
    return tuple(cuts)
