"""Styles of a transition: `STYLES`. Some of them are what every editor has, and stand beside the others as controls."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

from segue.core.choices import Choice, option
from segue.core.images import Pixels
from segue.core.progress import Report, silent
from segue.join.dream import Dream as Dreamt
from segue.join.morph import Morph as Moving
from segue.join.morph import matching
from segue.join.schedule import Blend
from segue.join.through import Waypoint, by_way_of, nearest
from segue.latent.paths.transport import Movements
from segue.motion.flow import enlarged, flow, mixed, moved


@dataclass(frozen=True, eq=False)
class Stage:
    """What a style sees: a frame of each clip, `[h, w, 3]` of one size, from the middle of the transition, and a dream
    between the two for whoever asks for it, which takes training. A morph goes by way of one of `through`, if any."""

    a: Pixels
    b: Pixels
    dreamt: Callable[[], Dreamt]
    report: Report = silent
    through: Sequence[Waypoint] = ()

    @cached_property
    def moves(self) -> tuple[Movements, ...]:
        """How the cells of one get to those of the other, or to those of the picture between, and on."""
        stops = [self.a, self.b]
        if self._between is not None:
            stops.insert(1, self._between.sized(*self.a.shape[:2]))
        return tuple(matching(one, other, self.report) for one, other in pairwise(stops))

    @cached_property
    def _between(self) -> Waypoint | None:
        return nearest(self.a, self.b, self.through) if self.through else None

    def morph(self, smooth: float, turn: float, lead: float = 1.0) -> Blend:
        """A morph of these pictures."""
        ways = [Moving(moves, smooth, turn, lead).frame for moves in self.moves]
        return ways[0] if self._between is None else by_way_of(self._between, *ways)


class Style(Choice):
    """How the picture of one clip becomes that of the other. `even`: its steps are made even; else they go by time."""

    even: ClassVar[bool] = True

    @abstractmethod
    def blend(self, stage: Stage) -> Blend:
        """The picture for any share of the way and any two frames of the clips; at 0 and 1 it is these themselves."""


@dataclass(frozen=True)
class Morph(Style):
    """What is in one clip glides to where its like is in the other, in full detail, while both go on playing."""

    name = "morph"
    smooth: float = option(2.0, "cells (53 to the longer side) over which movements are averaged", low=0.1, high=50)
    turn: float = option(0.15, "share of the way in which one place turns to the other clip", low=0.01, high=1)
    lead: float = option(1.0, "1: places that gain detail turn first; 0: those whose way is short", low=0, high=1)

    def blend(self, stage: Stage) -> Blend:
        return stage.morph(self.smooth, self.turn, self.lead)


@dataclass(frozen=True)
class Melt(Style):
    """A morph whose movements are hardly averaged: things run, swirl and tear."""

    name = "melt"
    smooth: float = option(0.9, "cells (53 to the longer side) over which movements are averaged", low=0.1, high=50)
    turn: float = option(0.15, "share of the way in which one place turns to the other clip", low=0.01, high=1)

    def blend(self, stage: Stage) -> Blend:
        return stage.morph(self.smooth, self.turn)


@dataclass(frozen=True)
class Dream(Style):
    """What an autoencoder of both clips imagines between them: soft, and for clips alike a true metamorphosis."""

    name = "dream"

    def blend(self, stage: Stage) -> Blend:
        return stage.dreamt().frame


@dataclass(frozen=True)
class OpticalFlow(Style):
    """A control: both pictures moved along the optical flow between them, and mixed."""

    name = "flow"
    even = False

    def blend(self, stage: Stage) -> Blend:
        there, back = flow(stage.a, stage.b), flow(stage.b, stage.a)

        def frame(share: float, a: Pixels, b: Pixels) -> Pixels:
            one, other = (enlarged(along, *a.shape[:2]) for along in (there, back))
            return mixed(moved(a, one, share), moved(b, other, 1 - share), share)

        return frame


@dataclass(frozen=True)
class Fade(Style):
    """A control: the cross-fade."""

    name = "fade"
    even = False

    def blend(self, stage: Stage) -> Blend:
        return lambda share, a, b: mixed(a, b, share)


@dataclass(frozen=True)
class Cut(Style):
    """A control: from one picture to the other at once."""

    name = "cut"
    even = False

    def blend(self, stage: Stage) -> Blend:
        return lambda share, a, b: a if share < 0.5 else b


STYLES: tuple[type[Style], ...] = (Morph, Melt, Dream, OpticalFlow, Fade, Cut)
CONTROL_STYLES: tuple[Style, ...] = (OpticalFlow(), Fade(), Cut())
RUNGS: tuple[Style, ...] = (Morph(), Morph(lead=0.5), Morph(lead=0), Morph(smooth=1.2), Melt())
"""What is tried in turn where no style is asked for, until one meets every goal."""
